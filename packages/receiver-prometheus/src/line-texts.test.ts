import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesRead, LineTexts } from "./line-texts.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function store(lines: readonly { readonly text: string; readonly isSeries: boolean }[]): LineTexts {
  const texts = new LineTexts();
  texts.expect(100);
  texts.grow(lines.length);
  for (const [row, { text, isSeries }] of lines.entries()) {
    const bytes = encoder.encode(`xx${text}yy`);
    texts.add(row, bytes, 2, bytes.length - 2, isSeries);
  }
  texts.fit(lines.length);
  return texts;
}
const read = (texts: LineTexts, row: number): string => {
  const length = texts.read(row);
  return decoder.decode(bytesRead().subarray(0, length));
};

const text = fc
  .array(fc.constantFrom("a", "b", 'name{code="', '",path="/api/v2/items/', '",pod="shop-5c6d8f9b7"}', "é"), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(""));
const lines = fc.array(fc.record({ text, isSeries: fc.boolean() }), { minLength: 1, maxLength: 60 });

test("whatever is read in whatever order is what was stored", () => {
  fc.assert(
    fc.property(lines, fc.array(fc.nat(59), { maxLength: 40 }), (stored, picks) => {
      const texts = store(stored);
      const other = store([...stored].reverse());
      for (const pick of picks) {
        const row = pick % stored.length;
        expect(read(texts, row)).toBe(stored[row]!.text);
        expect(read(other, stored.length - 1 - row)).toBe(stored[row]!.text);
      }
    }),
    { numRuns: 300 },
  );
});

test("a text is itself and nothing else", () => {
  fc.assert(
    fc.property(lines, text, fc.nat(59), (stored, asked, pick) => {
      const texts = store(stored);
      const row = pick % stored.length;
      const bytes = encoder.encode(` ${asked} `);
      expect(texts.is(row, bytes, 1, bytes.length - 1)).toBe(stored[row]!.text === asked);
      const same = encoder.encode(stored[row]!.text);
      expect(texts.is(row, same, 0, same.length)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("neighbours cost what differs, and a chain of them ends", () => {
  const stored = Array.from({ length: 64 }, (_, i) => ({
    text: `requests_total{method="GET",path="/api/${i}",region="eu-central-1"}`,
    isSeries: true,
  }));
  const texts = store(stored);
  expect(texts.from[64]).toBeLessThan(64 * 8);
  expect([...texts.keep].filter((keep) => keep === 0)).toHaveLength(4);
});
