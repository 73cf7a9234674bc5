import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { compileSearch } from "./index.ts";

describe("finds anywhere", () => {
  const check = (pattern: string, found: readonly string[], missed: readonly string[]): void => {
    test(pattern, () => {
      const { test: has } = compileSearch(pattern);
      const texts = [...found, ...missed];
      expect(texts.filter((text) => has(text))).toEqual(found);
    });
  };
  check("", ["", "a"], []);
  check("^", ["", "a"], []);
  check("$", ["", "a"], []);
  check("err", ["err", "an error"], ["er"]);
  check("^err", ["err", "error"], ["an error"]);
  check("err$", ["err", "an err"], ["error"]);
  check("^err$", ["err"], ["error", "an err"]);
  check("err\\$", ["err$!"], ["err"]);
  check("a|b$", ["ax", "b"], ["bx"]);
  check("^a|b", ["ax", "xb"], ["xa"]);
  check("^(a|b)$", ["a", "b"], ["ab"]);
  check("go_.*|process_.+", ["x go_", "process_x"], ["process_"]);
  check("a.c", ["xabcx", "a c"], ["a\nc", "ac"]);
  check("(?s)a.c", ["a\nc"], ["ac"]);
  check("(?i)error", ["An ERROR"], ["eror"]);
  check("^{2}a", ["ax"], ["xa", "{2}a"]);
  check("^*a", ["ax", "xa"], ["x"]);
  check("[0-9]+ms", ["took 12ms"], ["took ms"]);
});

test("gives the groups of the first match and their names", () => {
  const { exec, groupNames } = compileSearch("/api/(?P<version>v\\d)/(?P<rest>[a-z]+)(x)?");
  expect(groupNames).toEqual(["", "version", "rest", ""]);
  expect(Array.from(exec("GET /api/v1/users /api/v2/x") ?? [])).toEqual(["/api/v1/users", "v1", "users", undefined]);
  expect(exec("GET /")).toBe(undefined);
  expect(exec("GET /")).toBe(undefined);
});

test("refuses what Go refuses, in its words", () => {
  expect(() => compileSearch("(")).toThrow("error parsing regexp: missing closing ): `(`");
  expect(() => compileSearch("a)|(b")).toThrow("error parsing regexp: unexpected )");
});

const piece = fc.constantFrom("a", "b", "^", "$", ".", ".*", "[ab]", "(a|b)", "(?:ab)?", "\\$", "|", "a{2}", "\\n");
const text = fc.string({ unit: fc.constantFrom("a", "b", "$", "\n", "c"), maxLength: 6 });

test("answers as the general engine", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.array(text, { minLength: 4, maxLength: 8 }), (pieces, texts) => {
      const pattern = pieces.join("");
      const general = RE2JS.compile(pattern);
      const search = compileSearch(pattern);
      for (const each of texts) expect([each, search.test(each)]).toEqual([each, general.test(each)]);
    }),
    { numRuns: 2000 },
  );
});
