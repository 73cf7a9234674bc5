import { expect, test } from "vitest";
import { compileRegex, expandTemplate, parseTemplate } from "./index.ts";

const match = compileRegex("(?P<first>a+)(b)?(?P<_2x>c)").exec("aac")!;
const check = (template: string, expected: string): void =>
  expect(expandTemplate(parseTemplate(template), match)).toBe(expected);

test("references", () => {
  check("", "");
  check("plain", "plain");
  check("$0|$1|$2|$3|$4", "aac|aa||c|");
  check("${0}|${1}x|$1x", "aac|aax|");
  check("$first|${first}|$_2x|$firstly|$01|$00", "aa|aa|c|||");
  check("$1-$first.$3", "aa-aa.c");
  check("$é|${é}", "|");
  check("$999999999999", "");
});

test("dollar signs that stand for themselves", () => {
  check("$$", "$");
  check("$$1", "$1");
  check("$$$1", "$aa");
  check("$", "$");
  check("a$ b$-c$", "a$ b$-c$");
  check("${", "${");
  check("${1", "${1");
  check("${}", "${}");
  check("${a b}$1", "${a b}aa");
  check("${$1", "${aa");
});
