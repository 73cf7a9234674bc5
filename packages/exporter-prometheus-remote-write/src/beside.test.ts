import { compareText } from "@sluice/lib-prometheus";
import fc from "fast-check";
import { uncompress } from "snappyjs";
import { expect, test } from "vitest";
import { compressBeside } from "./beside.ts";
import { Bytes, writeSeriesHead } from "./label-bytes.ts";
import { gapBytes, writeLiteral } from "./snappy.ts";

type Labels = readonly (readonly [string, string])[];

/** Compresses one series beside another; gives the number of bytes, having checked that they inflate to it. */
function compressed(before: Labels, own: Labels, gap = new Uint8Array(gapBytes)): number {
  // They stand in any order, anywhere in their buffers.
  const [bytes, from, middle, to] = written(own, before);
  const size = checked(bytes.subarray(middle, to), bytes.subarray(from, middle), gap, (out, start) =>
    compressBeside(bytes, middle, to, bytes, from, middle, out, start),
  );
  const [other, first, second, end] = written(before, own);
  const again = checked(other.subarray(first, second), other.subarray(second, end), gap, (out, start) =>
    compressBeside(other, first, second, other, second, end, out, start),
  );
  expect(again).toBe(size);
  return size;
}
/** Two series behind something else, and where they begin and end. */
function written(one: Labels, other: Labels): [bytes: Uint8Array, from: number, middle: number, to: number] {
  const heads = new Bytes(1);
  writeSeriesHead(heads, [["unrelated", "label".repeat(100)]]);
  const from = heads.at;
  writeSeriesHead(heads, one);
  const middle = heads.at;
  writeSeriesHead(heads, other);
  return [heads.bytes, from, middle, heads.at];
}
function checked(
  before: Uint8Array,
  own: Uint8Array,
  gap: Uint8Array,
  compress: (out: Uint8Array, start: number) => number,
): number {
  const known = Uint8Array.from([...before, ...gap]);
  const out = new Uint8Array((known.length + own.length) * 2 + 100);
  const start = writeLiteral(out, 0, known, 0, known.length);
  const end = compress(out, start);
  const expected = Uint8Array.from([...known, ...own]);
  const header: number[] = [];
  let left = expected.length;
  for (; left >= 128; left >>>= 7) header.push((left & 127) | 128);
  expect(Buffer.compare(uncompress(Uint8Array.from([...header, left, ...out.subarray(0, end)])), expected)).toBe(0);
  return end - start;
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => compareText(a, b);
const name = fc.oneof(
  fc.constantFrom("a", "b", "ab", "container", "pod", "é"),
  fc.string({ minLength: 1, maxLength: 200 }),
);
const word = fc.constantFrom("checkout", "payments", "0001", "/", "-", "é", "x");
const value = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join("")),
  fc.string({ minLength: 1, maxLength: 300 }),
);
const labels = fc
  .dictionary(name, value, { maxKeys: 8, noNullPrototype: true })
  .map((all) => Object.entries(all).sort(byName));

test("a fragment fits behind its neighbour whatever stands in the gap", () => {
  const gap = fc.uint8Array({ minLength: gapBytes, maxLength: gapBytes });
  const neighbours = fc.tuple(labels, labels, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }));
  fc.assert(
    fc.property(neighbours, gap, ([before, own, kept], rest) => {
      compressed(before, own, rest);
      // Mostly the neighbour's labels.
      const like = new Map([...before.filter((_, at) => kept[at]!), ...own.filter((_, at) => !kept[at]!)]);
      compressed(before, [...like].sort(byName), rest);
    }),
    { numRuns: 400 },
  );
});

test("what two series have in common is copied", () => {
  const check = (before: Labels, own: Labels, bytes: number): void => expect(compressed(before, own)).toBe(bytes);
  const long = "0123456789abcdefghijklmnopqrstuvwxyz";
  check([["a", long]], [["a", long]], 3);
  check([["a", long], ["b", "1"]], [["a", long], ["b", "2"]], 5); // biome-ignore format: one line a case
  check([["a", long]], [["a", `x${long}`]], 13);
  check([["a", long], ["b", "1"]], [["b", "1"]], 5); // biome-ignore format: one line a case
  // A word of the series itself.
  check([["a", "payments"], ["b", "payments/1"]], [["a", "checkout"], ["b", "checkout/1"]], 20); // biome-ignore format: one line a case
});

test("thousands of labels of other names take time in proportion", () => {
  const many = (from: number): Labels =>
    Array.from({ length: 6000 }, (_, at) => [`l${String(at * 2 + from).padStart(6, "0")}`, "v"] as const);
  expect(compressed(many(0), many(1))).toBeGreaterThan(6000);
});
