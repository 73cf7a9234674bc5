import fc from "fast-check";
import { expect, test } from "vitest";
import { compileGeneral } from "./regex.ts";
import { nativeExpression } from "./regex-native.ts";
import { textTest } from "./regex-shape.ts";
import { parsePlainPattern } from "./regex-syntax.ts";

const character = fc.constantFrom(
  "a",
  "b",
  "-",
  ":",
  ";",
  "1",
  "😀",
  "\\.",
  "\\d",
  "\\w",
  "\\s",
  "\\S",
  "\\n",
  "\\x61",
  "{",
  "}",
  "]",
);
const set = fc.constantFrom("[ab]", "[^a]", "[^:;]", "[a-z]", "[\\d-]", "[]a]", "[^]a]", "[😀b]", ".", ".", ".");
const count = fc.constantFrom("", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{1,}", "{0,2}?");
const { pattern } = fc.letrec<{ pattern: string; sequence: string; item: string; group: string }>((tie) => ({
  item: fc.oneof(
    { depthSize: "small" },
    fc.tuple(fc.oneof(character, set), count).map((parts) => parts.join("")),
    tie("group"),
  ),
  group: fc
    .tuple(fc.constantFrom("(", "(", "(?:", "(?P<n>"), tie("pattern"), fc.constantFrom("", "", "?", "??", "*"))
    .map(([open, inner, tail]) => `${open}${inner})${tail}`),
  sequence: fc.array(tie("item"), { maxLength: 5 }).map((items) => items.join("")),
  pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((sequences) => sequences.join("|")),
}));
const texts = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b", "-", ":", ";", "1", "😀", ".", "\n", "{", "é"), maxLength: 8 }),
  {
    minLength: 4,
    maxLength: 8,
  },
);

test("the fast engines answer as the general one", () => {
  let fast = 0;
  fc.assert(
    fc.property(pattern, texts, (it, inputs) => {
      let general: ReturnType<typeof compileGeneral>;
      try {
        general = compileGeneral(it);
      } catch {
        return;
      }
      const alternatives = parsePlainPattern(it);
      const native = alternatives && nativeExpression(alternatives);
      const asText = alternatives && textTest(alternatives);
      if (native !== undefined) fast++;
      for (const text of inputs) {
        const expected = general.exec(text);
        if (asText) expect(asText(text), `${it} on ${text}`).toBe(expected !== null);
        if (native === undefined) continue;
        const groups = native.exec(text);
        expect(groups && Array.from(groups), `${it} on ${text}`).toEqual(expected && Array.from(expected));
      }
    }),
    { numRuns: 4000 },
  );
  expect(fast).toBeGreaterThan(400);
});

/** Counts what a backtracking engine would do, by running the safe patterns on texts made to hurt them. */
test("what is given to the native engine finishes on long texts", () => {
  const units = fc.constantFrom("a", "b", "-", ":", ";", "1", "ab", "a-", ";1", "a:1;", "1-", "😀");
  fc.assert(
    fc.property(pattern, fc.array(units, { minLength: 1, maxLength: 2 }), (it, parts) => {
      const alternatives = parsePlainPattern(it);
      const native = alternatives && nativeExpression(alternatives);
      if (native === undefined) return;
      const text = parts.map((part) => part.repeat(20_000)).join("");
      native.test(`${text}\u0001`);
      native.test(text);
    }),
    { numRuns: 600 },
  );
});
