import { describe, expect, test } from "vitest";
import { compileRegex, parseTemplate } from "./index.ts";
import { testvectors } from "./pages.testing.ts";
import { compileGeneral } from "./regex.ts";
import { nativeExpression } from "./regex-native.ts";
import { textTest } from "./regex-shape.ts";
import { parsePlainPattern } from "./regex-syntax.ts";

interface RegexVector {
  readonly pattern: string;
  readonly error?: string;
  readonly template?: string;
  readonly cases?: readonly { text: string; groups: (string | null)[]; replaced: string }[];
}

const [input] = testvectors<{ texts: string[]; template: string }[]>("regex.in.json");
const [patterns, template] = [testvectors<RegexVector[]>("regex.json"), parseTemplate(input!.template)];

/** It closes the group that anchors it, so Go finds two matches in one text; we replace whole texts. */
const BREAKS_OUT = "a)|(b";

describe("as Go matches", () => {
  for (const { pattern, error, cases } of patterns) {
    test(JSON.stringify(pattern), () => {
      if (error !== undefined) {
        expect(() => compileRegex(pattern)).toThrow(new Error(error));
        return;
      }
      const regex = compileRegex(pattern);
      for (const text of input!.texts) {
        const expected = cases!.find((each) => each.text === text);
        const groups = regex.exec(text)?.groups;
        expect(regex.matches(text), text).toBe(expected !== undefined);
        expect(groups && Array.from(groups, (group) => group ?? null), text).toEqual(expected?.groups);
        if (pattern !== BREAKS_OUT) expect(regex.replaceAll(text, template), text).toBe(expected?.replaced ?? text);
      }
    });
  }
});

test("braces that count nothing are text, and behind an anchor they count it", () => {
  const check = (pattern: string, ...matched: readonly string[]): void => {
    const regex = compileRegex(pattern);
    const texts = ["", "a", "{0}", "{x", "a{00}", "a{1,00}", "a{0,01}"];
    expect(texts.filter((text) => regex.matches(text))).toEqual(matched);
  };
  check("a{00}", "a{00}");
  check("a{1,00}", "a{1,00}");
  check("a{0,01}", "a{0,01}");
  check("^{0}", "");
  check("^{x", "{x");
  check("a{0,1}", "", "a");
});

test("which engine runs a pattern", () => {
  const check = (pattern: string, engine: "text" | "native" | "general"): void => {
    const alternatives = parsePlainPattern(pattern);
    const isNative = alternatives !== undefined && nativeExpression(alternatives) !== undefined;
    const isText = alternatives !== undefined && textTest(alternatives) !== undefined;
    expect(isText ? "text" : isNative ? "native" : "general", pattern).toBe(engine);
    expect(compileGeneral(pattern)).toBeDefined();
  };
  for (const pattern of ["foo", "a|b", "(a|b)", "(.*)", ".+", "go_.*|process_.+|up", "(?:a|(b.*))", "^foo$", "x\\.y"])
    check(pattern, "text");
  check("__meta_kubernetes_pod_label_(.+)", "text");
  check("([^:]+)(?::\\d+)?;(\\d+)", "native");
  check("(.+):(\\d+)", "native");
  check("(.*)\\.svc\\.(.*)", "native");
  check("https?://([^/]+)(/.*)?", "native");
  check("(?:foo|bar)-(.*)", "native");
  check("(\\w+)\\s*=\\s*(.*)", "native");
  check("[a-z]{1,3}-[^-]*", "native");
  check("(.+)-(.+)-(.+)", "general");
  check(".*foo.*bar.*", "general");
  check(".*a[a-z]*", "general");
  check("(a+)+b", "general");
  check("(?i)foo", "general");
  check("a?a?a?a?a?aaaaa", "general");
  check("(a|a)(a|a)(a|a)(a|a)(a|a)b", "general");
  check("(a*)?b", "general");
  check("[[:alpha:]]", "general");
  check(`${"(".repeat(30)}a${")".repeat(30)}`, "general");
});

describe("linear time", () => {
  const size = 100_000;
  const check = (pattern: string, text: string): void => {
    const regex = compileRegex(pattern);
    expect(regex.matches(text)).toBe(false);
    expect(regex.exec(text)).toBeUndefined();
  };
  test.each([
    ["(a+)+b", "a"],
    ["(a|a)*b", "a"],
    ["(.*)*b", "a"],
    ["(.*a){20}b", "a"],
    ["(a*)*(a*)*b", "a"],
    [".*.*.*.*b", "a"],
    ["(.+)-(.+)-(.+)=", "a-"],
    ["(.+)-(\\d+)", "-1"],
    ["([^:]+)(?::\\d+)?;(\\d+)", "a;1"],
    ["(.*)foo(.*)bar", "foo"],
    [".*[a-z]{50}!", "a"],
    ["a?".repeat(30) + "a".repeat(30), "a"],
    ["(?i)(x+x+)+y", "x"],
    ["(\\w+\\s?)*=", "a "],
  ])("%s", (pattern, unit) => check(pattern, `${unit.repeat(size / unit.length)}\u0001`));
});

test("many different texts are answered right", () => {
  const regex = compileRegex("(.+)-(.+)-(.+)");
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 3000; i++) {
      expect(regex.exec(`a-${i}-c`)?.groups[2]).toBe(`${i}`);
      expect(regex.matches(`a-${i}`)).toBe(false);
    }
  }
});

test("a pattern beyond all bounds is an error, not a crash", () => {
  expect(() => compileRegex("(".repeat(100_000))).toThrow("error parsing regexp: ");
  expect(() => compileRegex(`${"(".repeat(5000)}a${")".repeat(5000)}`)).toThrow("error parsing regexp: ");
  expect(() => compileRegex("((((a{1000}){1000}){1000}){1000})")).toThrow("error parsing regexp: invalid repeat count");
});

test("patterns that are too long for the engine match all the same", () => {
  for (const [piece, count] of [
    ["(a)", 8000],
    ["a", 40_000],
  ] as const) {
    const matcher = compileRegex(piece.repeat(count));
    expect(matcher.exec("a".repeat(count))?.groups[0]).toBe("a".repeat(count));
    expect([matcher.matches("a"), matcher.exec("b"), matcher.exec("🌍")]).toEqual([false, undefined, undefined]);
  }
});
