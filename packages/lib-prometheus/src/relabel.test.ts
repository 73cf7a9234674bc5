import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileRelabel, hashMod, type RelabelRule, validateRelabelRule } from "./index.ts";
import { toLower, toUpper } from "./letter-case.ts";
import { md5 } from "./md5.ts";
import { testvectors } from "./pages.testing.ts";

const DEFAULTS: RelabelRule = {
  source_labels: [],
  separator: ";",
  regex: "(.*)",
  modulus: 0,
  target_label: "",
  replacement: "$1",
  action: "replace",
};
const rule = (keys: Partial<RelabelRule>): RelabelRule => ({ ...DEFAULTS, ...keys });

interface RelabelVector {
  readonly rules: readonly Partial<RelabelRule>[];
  readonly scheme?: "legacy";
  readonly labels: Record<string, string>;
  readonly error?: string;
  readonly result?: Record<string, string> | null;
}

describe("as Prometheus relabels", () => {
  testvectors<RelabelVector[]>("relabel.json").forEach(({ rules, scheme, labels, error, result }, i) => {
    test(`${i} ${JSON.stringify(rules)} ${scheme ?? ""}`, () => {
      const all = rules.map(rule);
      const found = all.map((each) => validateRelabelRule(each, scheme)).find((message) => message !== undefined);
      expect(found).toBe(error);
      if (error !== undefined) {
        expect(() => compileRelabel(all, scheme)).toThrow(new Error(error));
        return;
      }
      const given = new Map(Object.entries(labels));
      const relabelled = compileRelabel(all, scheme)(given);
      expect(relabelled && Object.fromEntries(relabelled)).toEqual(result ?? undefined);
      expect(Object.fromEntries(given)).toEqual(labels);
    });
  });
});

test("labels that do not change are the same object", () => {
  const labels = new Map([["a", "1"]]);
  const check = (...rules: Partial<RelabelRule>[]): void =>
    expect(compileRelabel(rules.map(rule))(labels)).toBe(labels);
  check();
  check({ action: "keep", source_labels: ["a"], regex: "1" });
  check({ action: "labeldrop", regex: "b" }, { source_labels: ["a"], regex: "2", target_label: "b" });
});

test("empty labels are no labels", () => {
  const labels = new Map([
    ["a", ""],
    ["b", "1"],
  ]);
  const mapped = compileRelabel([rule({ action: "labelmap", regex: "(.)", replacement: "x_$1" })])(labels);
  expect(mapped?.has("x_a")).toBe(false);
});

test("hashmod", () => {
  expect(hashMod("baz", 1000)).toBe("976");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(Buffer.from(md5(bytes)).toString("hex")).toBe(createHash("md5").update(bytes).digest("hex"));
    }),
    { numRuns: 500 },
  );
});

test("letter case is one for one", () => {
  const check = (text: string, lower: string, upper: string): void =>
    expect([toLower(text), toUpper(text)]).toEqual([lower, upper]);
  check("aBc1", "abc1", "ABC1");
  check("ß", "ß", "ß");
  check("ẞ", "ß", "ẞ");
  check("İ", "i", "İ");
  check("ΑΣ", "ας".replace("ς", "σ"), "ΑΣ");
  check("ﬁ", "ﬁ", "ﬁ");
  check("ᾀᾈᾳᾼ", "ᾀᾀᾳᾳ", "ᾈᾈᾼᾼ");
  check("ǅ", "ǆ", "Ǆ");
  check("𐐀", "𐐨", "𐐀");
});

test("says by which labels' values rules decide", () => {
  const check = (rules: readonly Partial<RelabelRule>[], expected: readonly string[] | undefined): void => {
    const { reads } = compileRelabel(rules.map(rule));
    expect(reads && [...reads].sort()).toEqual(expected);
  };
  check([], []);
  check([{ source_labels: ["a", "b"], target_label: "c" }], ["a", "b"]);
  check([{ regex: "x", action: "labeldrop" }, { regex: "y", action: "LabelKeep" }], []); // biome-ignore format: one line a case
  check([{ source_labels: ["a"], target_label: "b", action: "dropequal" }], ["a", "b"]);
  check([{ source_labels: ["a"] }, { regex: "x", action: "labelmap" }].map((own) => ({ target_label: "t", ...own })), undefined); // biome-ignore format: one line a case
  check([{ target_label: "b", replacement: "\ud800" }], undefined);
});
