import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Buckets, downscale, fromSpans, toSpans } from "./exponential.ts";
import type { ExponentialPoint } from "./model.ts";

const buckets = (offset: number, ...counts: number[]): Buckets => ({ offset, counts: Float64Array.from(counts) });
const none = buckets(0);

function pointOf(scale: number, positive: Buckets, negative = none): ExponentialPoint {
  const numbers = { count: 0, sum: 0, zeroCount: 0, zeroThreshold: 0, min: undefined, max: undefined };
  return { scale, positive, negative, ...numbers };
}
const anyBuckets = fc
  .record({ offset: fc.integer({ min: -3000, max: 3000 }), counts: fc.array(fc.nat(3), { maxLength: 40 }) })
  .map(({ offset, counts }) => buckets(offset, ...counts));

/** Every observation's bucket, by its own number. */
const byIndex = ({ offset, counts }: Buckets): Map<number, number> =>
  new Map([...counts].flatMap((count, i) => (count === 0 ? [] : [[offset + i, count] as const])));

describe("downscale", () => {
  function check(before: Buckets, steps: number, after: Buckets): void {
    const { scale, positive } = downscale(pointOf(3, before), steps);
    expect({ scale, positive }).toEqual({ scale: 3 - steps, positive: after });
  }
  test("pairs become one", () => check(buckets(0, 1, 2, 3, 4), 1, buckets(0, 3, 7)));
  test("an odd start keeps its own bucket", () => check(buckets(1, 1, 2, 3), 1, buckets(0, 1, 5)));
  test("below one the numbers go down", () => check(buckets(-3, 1, 2, 3), 1, buckets(-2, 1, 5)));
  test("everything in one bucket", () => check(buckets(-1, 1, 0, 5), 40, buckets(-1, 1, 5)));
  test("nothing stays nothing", () => check(buckets(7), 2, none));
  test("no step is no change", () => {
    const point = pointOf(1, buckets(0, 1));
    expect(downscale(point, 0)).toBe(point);
  });
  test("two steps are one and one, and nothing is lost", () => {
    fc.assert(
      fc.property(anyBuckets, fc.nat(6), fc.nat(6), (positive, first, second) => {
        const at = downscale(downscale(pointOf(8, positive), first), second);
        expect(byIndex(at.positive)).toEqual(byIndex(downscale(pointOf(8, positive), first + second).positive));
        const sum = (counts: Float64Array): number => counts.reduce((a, b) => a + b, 0);
        expect(sum(at.positive.counts)).toBe(sum(positive.counts));
      }),
    );
  });
});

describe("spans", () => {
  test("numbers are one more than OTLP's; short gaps are zeros, long ones begin a span", () => {
    expect(toSpans(buckets(-1, 5, 0, 0, 6, 0, 0, 0, 7))).toEqual({
      spans: [
        { offset: 0, length: 4 },
        { offset: 3, length: 1 },
      ],
      counts: [5, 0, 0, 6, 7],
    });
  });
  test("there and back", () => {
    fc.assert(
      fc.property(anyBuckets, (dense) => {
        const { spans, counts } = toSpans(dense);
        expect(byIndex(fromSpans(spans, counts, 100)!)).toEqual(byIndex(dense));
      }),
    );
  });
  test("empty spans count for their offsets only", () => {
    const spans = [
      { offset: 2, length: 0 },
      { offset: 1, length: 2 },
    ];
    expect(fromSpans(spans, [4, 5], 10)).toEqual(buckets(2, 4, 5));
  });
  function refused(name: string, spans: [offset: number, length: number][], counts: number[]): void {
    test(name, () => {
      expect(
        fromSpans(
          spans.map(([offset, length]) => ({ offset, length })),
          counts,
          1000,
        ),
      ).toBeUndefined();
    });
  }
  refused("fewer counts than buckets", [[0, 2]], [1]);
  refused("more counts than buckets", [[0, 1]], [1, 2]);
  refused(
    "a span that goes back",
    [
      [0, 1],
      [-1, 1],
    ],
    [1, 2],
  );
  refused(
    "a run over the limit",
    [
      [0, 1],
      [2_000_000_000, 1],
    ],
    [1, 2],
  );
});
