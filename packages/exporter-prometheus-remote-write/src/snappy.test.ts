import fc from "fast-check";
import { uncompress } from "snappyjs";
import { expect, test } from "vitest";
import { Bytes, writeSeriesHead } from "./label-bytes.ts";
import { compressAfter, copyBytes, gapBytes, writeCopy, writeLiteral } from "./snappy.ts";

/** Decodes fragments as a block of `length` bytes. */
function inflated(fragments: Uint8Array, length: number): Uint8Array {
  const header = [];
  let left = length;
  for (; left >= 128; left = Math.floor(left / 128)) header.push((left % 128) | 128);
  return uncompress(Uint8Array.from([...header, left, ...fragments]));
}
const counted = (length: number, step = 1) => Uint8Array.from({ length }, (_, i) => i * step);

test("literals of every length class", () => {
  for (const length of [1, 60, 61, 256, 257, 65_536, 65_537, 200_000]) {
    const bytes = counted(length, 7);
    const out = new Uint8Array(length + 5);
    const end = writeLiteral(out, 0, bytes, 0, length);
    expect(inflated(out.subarray(0, end), length)).toEqual(bytes);
  }
  expect(writeLiteral(new Uint8Array(1), 0, counted(4), 2, 2)).toBe(0);
});

test("copies of every distance and length class", () => {
  const before = counted(65_535, 31);
  for (const distance of [1, 3, 63, 2047, 2048, 65_535]) {
    for (const length of [1, 3, 4, 10, 11, 12, 64, 65, 68, 500]) {
      const out = new Uint8Array(before.length + 100);
      const at = writeLiteral(out, 0, before, 0, before.length);
      const end = writeCopy(out, at, distance, length);
      if (length <= 64) expect(end - at).toBe(copyBytes(distance, length));
      const expected = new Uint8Array(before.length + length);
      expected.set(before);
      for (let i = before.length; i < expected.length; i++) expected[i] = expected[i - distance]!;
      expect(inflated(out.subarray(0, end), expected.length), `${distance} ${length}`).toEqual(expected);
    }
  }
});

test("a fragment fits behind its neighbour whatever stands in the gap", () => {
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.constantFrom("pod", "zone", "name", "=", "x"), { maxLength: 80 })
      .map((words) => Buffer.from(words.join(""))),
    fc.integer({ min: 60_000, max: 70_000 }).map((length) => counted(length, 131)),
  );
  fc.assert(
    fc.property(text, text, fc.uint8Array({ minLength: gapBytes, maxLength: gapBytes }), (before, own, gap) => {
      const start = before.length + gapBytes;
      // The compressor sees another gap than the decoder.
      const seen = Uint8Array.from([...before, ...new Uint8Array(gapBytes), ...own]);
      const out = new Uint8Array(seen.length * 2 + 100);
      const head = Uint8Array.from([...before, ...gap]);
      const at = writeLiteral(out, 0, head, 0, head.length);
      const end = compressAfter(seen, 0, start, seen.length, gapBytes, out, at);
      expect(Buffer.compare(inflated(out.subarray(0, end), seen.length), Buffer.from([...head, ...own]))).toBe(0);
    }),
    { numRuns: 150 },
  );
});

test("texts in UTF-8 have the length that is said", () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      fc.constantFrom("\ud800", "\udfff", "\ud83d\ude00", "\u07ff", "\uffff"),
    ),
  });
  fc.assert(
    fc.property(text, text, (name, value) => {
      const out = new Bytes(1);
      writeSeriesHead(out, [[name, value]], 0);
      const [n, v] = [Buffer.from(name.toWellFormed()), Buffer.from(value.toWellFormed())];
      expect(Buffer.from(out.bytes.subarray(out.at - v.length, out.at))).toEqual(v);
      expect(Buffer.from(out.bytes.subarray(0, out.at)).includes(n)).toBe(true);
      const length = (size: number) => (size < 128 ? 1 : 2);
      const label = 2 + length(n.length) + length(v.length) + n.length + v.length;
      const labels = 1 + length(label) + label;
      expect(out.at).toBe(1 + length(labels) + labels);
    }),
    { numRuns: 200 },
  );
});
