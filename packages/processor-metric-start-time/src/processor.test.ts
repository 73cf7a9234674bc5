import { join } from "node:path";
import type { ExponentialPoint } from "@sluice/data";
import type { PointSpec } from "@sluice/testkit";
import { checkComponent } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import type { StrategyName } from "./config.ts";
import definition from "./index.ts";
import { at, setUp } from "./series.testing.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

/** A second and the point of that second. */
type Step = readonly [second: number, point: Omit<PointSpec, "name">];

/** Runs a series through a strategy, a batch a point, and compares what comes out, a line a batch. */
async function check(strategy: StrategyName, steps: readonly Step[], expected: readonly string[]): Promise<void> {
  const { consume, lines } = setUp({ strategy }, { host: { startedAt: COLLECTOR_START } });
  for (const [second, point] of steps) await consume(at(second, { name: "x", ...point }));
  expect(lines()).toEqual(expected.map((line) => `x ${line}`));
}
const COLLECTOR_START = 1_767_225_600_000 - 10_000;

const counter = (value: number | bigint): Omit<PointSpec, "name"> => ({ kind: "sum", value });
const stale: Omit<PointSpec, "name"> = { kind: "sum", value: 0, stale: true };
const histogram = (counts: number[], sum = 1, bounds = [1, 2]): Omit<PointSpec, "name"> => ({
  histogram: { bounds, counts, sum },
});
const summary = (sum: number, count: number): Omit<PointSpec, "name"> => ({
  summary: { quantiles: { 0.5: 3, 0.9: 4 }, sum, count },
});
const exponential = (counts: number[], more: Partial<ExponentialPoint> = {}): Omit<PointSpec, "name"> => ({
  exponential: {
    scale: 1,
    count: counts.reduce((sum, each) => sum + each, 0),
    sum: 10,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { offset: 0, counts: Float64Array.from(counts) },
    negative: { offset: 0, counts: new Float64Array(0) },
    min: undefined,
    max: undefined,
    ...more,
  },
});

describe("true_reset_point", () => {
  const cases: Record<string, readonly [readonly Step[], readonly string[]]> = {
    "a counter starts with its first point": [
      [
        [0, counter(5)],
        [1, counter(7)],
        [2, counter(7)],
      ],
      ["5@0<0", "7@1<0", "7@2<0"],
    ],
    "a counter that falls starts anew a millisecond before": [
      [
        [0, counter(5)],
        [1, counter(3)],
        [2, counter(4)],
        [3, counter(1)],
      ],
      ["5@0<0", "3@1<0.999", "4@2<0.999", "1@3<2.999"],
    ],
    "a value that is no number is not a fall": [
      [
        [0, counter(5)],
        [1, counter(Number.NaN)],
        [2, counter(6)],
        [3, counter(1)],
      ],
      ["5@0<0", "NaN@1<0", "6@2<0", "1@3<2.999"],
    ],
    "nor does it hide one": [
      [
        [0, counter(5)],
        [1, counter(Number.NaN)],
        [2, counter(3)],
      ],
      ["5@0<0", "NaN@1<0", "3@2<1.999"],
    ],
    "an int beyond 2^53": [
      [
        [0, counter(2n ** 60n)],
        [1, counter(2n ** 61n)],
      ],
      [`${2n ** 60n}@0<0`, `${2n ** 61n}@1<0`],
    ],
    "a stale marker has the start of its series, and counting goes on after it": [
      [
        [0, counter(5)],
        [1, stale],
        [2, counter(6)],
      ],
      ["5@0<0", "stale@1<0", "6@2<0"],
    ],
    "a stale marker of an unknown series stays as it is": [
      [
        [0, stale],
        [1, counter(6)],
      ],
      ["stale@0", "6@1<1"],
    ],
    "an older point changes nothing; one before the first has no start": [
      [
        [5, counter(5)],
        [7, counter(9)],
        [6, counter(7)],
        [4, counter(1)],
        [8, counter(10)],
      ],
      ["5@5<5", "9@7<5", "7@6<5", "1@4", "10@8<5"],
    ],
    "the same moment again is no fall": [
      [
        [5, counter(5)],
        [5, counter(3)],
        [6, counter(5)],
      ],
      ["5@5<5", "3@5<5", "5@6<5"],
    ],
    "gauges, deltas and sums that may fall stay as they are": [
      [
        [0, { value: 1 }],
        [1, { kind: "sum", value: 2, temporality: "delta" }],
        [2, { kind: "sum", value: 2, monotonic: false }],
        [3, { ...histogram([1, 2, 3]), temporality: "delta" }],
      ],
      ["1@0", "2@1", "2@2", "1/2/3/1/3@3"],
    ],
    "a histogram: a bucket falls": [
      [
        [0, histogram([1, 2, 3])],
        [1, histogram([2, 2, 4])],
        [2, histogram([1, 3, 5])],
      ],
      ["1/2/3/1/3@0<0", "2/2/4/1/4@1<0", "1/3/5/1/5@2<1.999"],
    ],
    "a histogram: the sum falls": [
      [
        [0, histogram([1, 2, 3], 9)],
        [1, histogram([1, 2, 3], 8)],
      ],
      ["1/2/3/9/3@0<0", "1/2/3/8/3@1<0.999"],
    ],
    "a histogram: other bounds": [
      [
        [0, histogram([1, 2, 3])],
        [1, histogram([2, 3, 4], 1, [1, 3])],
      ],
      ["1/2/3/1/3@0<0", "2/3/4/1/4@1<0.999"],
    ],
    "a summary: quantiles may fall, the count may not": [
      [
        [0, summary(5, 6)],
        [1, summary(7, 8)],
        [2, summary(7, 7)],
      ],
      ["3/4/5/6@0<0", "3/4/7/8@1<0", "3/4/7/7@2<1.999"],
    ],
    "an exponential histogram: a bucket falls": [
      [
        [0, exponential([1, 2])],
        [1, exponential([1, 3])],
        [2, exponential([2, 2])],
      ],
      ["3/10/0/0:[1,2]/0:[]@0<0", "4/10/0/0:[1,3]/0:[]@1<0", "4/10/0/0:[2,2]/0:[]@2<1.999"],
    ],
    "an exponential histogram: wider buckets count on, finer ones do not": [
      [
        [0, exponential([1, 2])],
        [1, exponential([4], { scale: 0 })],
        [2, exponential([2, 2], { scale: 1 })],
      ],
      ["3/10/0/0:[1,2]/0:[]@0<0", "4/10/0/0:[4]/0:[]@1<0", "4/10/0/0:[2,2]/0:[]@2<1.999"],
    ],
    "an exponential histogram: what it says itself": [
      [
        [0, exponential([1])],
        [1, exponential([2], { native: { float: false, reset: "yes" } })],
        [2, exponential([3], { native: { float: false, reset: "gauge" } })],
      ],
      ["1/10/0/0:[1]/0:[]@0<0", "2/10/0/0:[2]/0:[]@1<0.999", "3/10/0/0:[3]/0:[]@2"],
    ],
  };
  for (const [name, [steps, expected]] of Object.entries(cases)) {
    test(name, () => check("true_reset_point", steps, expected));
  }
});

describe("subtract_initial_point", () => {
  const cases: Record<string, readonly [readonly Step[], readonly string[]]> = {
    "a counter counts from its first point": [
      [
        [0, counter(5)],
        [1, counter(7)],
        [2, counter(9)],
      ],
      ["2@1<0", "4@2<0"],
    ],
    "a counter that falls is whole again": [
      [
        [0, counter(5)],
        [1, counter(7)],
        [2, counter(6)],
        [3, counter(8)],
      ],
      ["2@1<0", "6@2<1.999", "8@3<1.999"],
    ],
    "ints stay exact": [
      [
        [0, counter(2n ** 60n + 1n)],
        [1, counter(2n ** 60n + 4n)],
        [2, counter(2n ** 62n)],
      ],
      ["3@1<0", `${2n ** 62n - 2n ** 60n - 1n}@2<0`],
    ],
    "an int grows beyond 2^53": [
      [
        [0, counter(2n)],
        [1, counter(2n ** 60n)],
      ],
      [`${2n ** 60n - 2n}@1<0`],
    ],
    "what is not finite is no first point": [
      [
        [0, counter(Number.NaN)],
        [1, counter(Number.POSITIVE_INFINITY)],
        [2, counter(5)],
        [3, counter(6)],
      ],
      ["1@3<2"],
    ],
    "a stale marker goes on": [
      [
        [0, counter(5)],
        [1, stale],
        [2, counter(6)],
      ],
      ["stale@1<0", "1@2<0"],
    ],
    "older points count too, unless they are before the first or before a fall": [
      [
        [5, counter(5)],
        [7, counter(9)],
        [6, counter(7)],
        [4, counter(4)],
        [5, counter(5)],
        [8, counter(3)],
        [7.5, counter(9)],
      ],
      ["4@7<5", "2@6<5", "3@8<7.999"],
    ],
    "a histogram": [
      [
        [0, histogram([1, 2, 3], 4)],
        [1, histogram([2, 4, 6], 9)],
        [2, histogram([1, 1, 1], 1)],
      ],
      ["1/2/3/5/3@1<0", "1/1/1/1/1@2<1.999"],
    ],
    "a histogram with other bounds": [
      [
        [0, histogram([1, 2, 3])],
        [1, histogram([2, 3, 4], 1, [1, 3])],
        [2, histogram([2, 3, 5], 1, [1, 3])],
      ],
      ["2/3/4/1/4@1<0.999", "2/3/5/1/5@2<0.999"],
    ],
    "a summary keeps its quantiles": [
      [
        [0, summary(5, 6)],
        [1, summary(7, 9)],
      ],
      ["3/4/2/3@1<0"],
    ],
    "an exponential histogram": [
      [
        [0, exponential([1, 2], { zeroCount: 1 })],
        [1, exponential([1, 3, 5], { sum: 12, zeroCount: 3 })],
      ],
      ["6/2/2/0:[0,1,5]/0:[]@1<0"],
    ],
    "an exponential histogram whose buckets got wider": [
      [
        [0, exponential([1, 2, 3])],
        [1, exponential([4, 3], { scale: 0 })],
        [2, exponential([1], { scale: 0 })],
      ],
      ["1/0/0/0:[1,0]/0:[]@1<0", "1/10/0/0:[1]/0:[]@2<1.999"],
    ],
    "an exponential histogram that begins elsewhere": [
      [
        [0, exponential([2], { positive: { offset: 4, counts: Float64Array.of(2) } })],
        [1, exponential([1, 2], { positive: { offset: 3, counts: Float64Array.of(1, 3) } })],
      ],
      ["1/0/0/3:[1,1]/0:[]@1<0"],
    ],
  };
  for (const [name, [steps, expected]] of Object.entries(cases)) {
    test(name, () => check("subtract_initial_point", steps, expected));
  }
});
