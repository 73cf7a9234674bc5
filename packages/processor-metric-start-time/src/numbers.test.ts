import { shapeOf } from "@sluice/data";
import { expect, test } from "vitest";
import { countsFrom, countsTo, owned, sameCounts } from "./numbers.ts";

const bounds = Float64Array.of(1, 2);
const histogram = shapeOf({ kind: "histogram", bounds, inf: true, sum: true, count: true });
const withRange = shapeOf({ kind: "histogram", bounds, inf: true, sum: true, count: true, min: true, max: true });

test("what counts upwards: all of a histogram but min and max, a summary's sum and count", () => {
  expect([countsFrom(withRange), countsTo(withRange)]).toEqual([0, 5]);
  const summary = shapeOf({ kind: "summary", bounds, sum: true, count: true });
  expect([countsFrom(summary), countsTo(summary)]).toEqual([2, 4]);
});

test("shapes count the same things whether or not they have min and max", () => {
  const check = (other: Parameters<typeof shapeOf>[0], expected: boolean) =>
    expect(sameCounts(histogram, shapeOf(other))).toBe(expected);
  check({ ...withRange }, true);
  check({ ...histogram, bounds: Float64Array.of(1, 3) }, false);
  check({ ...histogram, bounds: Float64Array.of(1) }, false);
  check({ ...histogram, sum: false }, false);
  check({ kind: "number" }, false);
  const quantiles = (...list: number[]) => shapeOf({ kind: "summary", bounds: Float64Array.from(list), count: true });
  expect(sameCounts(quantiles(0.5), quantiles(0.9, 0.99))).toBe(true);
});

test("kept buckets hold no more than themselves", () => {
  const request = new Float64Array(1000);
  const side = (counts: Float64Array) => ({ offset: 3, counts });
  const point = { scale: 0, count: 0, sum: 0, zeroCount: 0, zeroThreshold: 0, min: undefined, max: undefined };
  const kept = owned({ ...point, positive: side(request.subarray(2, 4)), negative: side(new Float64Array(1)) });
  expect(kept.positive.counts.buffer.byteLength).toBe(16);
  const whole = { ...point, positive: side(new Float64Array(2)), negative: side(new Float64Array(1)) };
  expect(owned(whole)).toBe(whole);
});
