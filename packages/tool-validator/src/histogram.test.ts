import { expect, test } from "vitest";
import { histogramOf, histogramText, isHistogram } from "./histogram.ts";

const spans = (...all: readonly (readonly [number, number])[]) => all;

test("buckets by their borders, the lowest first, empty ones left out", () => {
  const shown = histogramOf({
    count: 11,
    sum: 2.5,
    schema: 0,
    zeroThreshold: 0.5,
    zeroCount: 2,
    positive: { spans: spans([1, 2], [1, 1]), deltas: [1, 2, -2] },
    negative: { spans: spans([2, 3]), deltas: [1, -1, 3] },
  });
  expect(shown).toEqual({
    count: "11",
    sum: "2.5",
    buckets: [
      [1, "-16", "-8", "3"],
      [1, "-4", "-2", "1"],
      [3, "-0.5", "0.5", "2"],
      [0, "1", "2", "1"],
      [0, "2", "4", "3"],
      [0, "8", "16", "1"],
    ],
  });
});

test("borders may be rounded otherwise, all else must be the same", () => {
  const one = (border: string, count = "1") =>
    histogramText({ count: "1", sum: "+Inf", buckets: [[0, "1", border, count]] });
  expect(one("1.1892071150027210")).toBe("{count 1, sum Infinity, 1..1.189207115: 1}");
  expect(one("1.189207115002721")).toBe(one("1.1892071150027212"));
  expect(one("1.19", "1.0")).toBe(one("1.190", "1"));
  expect(one("1.19")).not.toBe(one("1.2"));
  expect(one("1.19", "1")).not.toBe(one("1.19", "2"));
});

test.each([
  [{ count: "1", sum: "2" }, true],
  [{ count: "1", sum: "2", buckets: [[0, "1", "2", "1"]] }, true],
  [{ count: "1", sum: "2", buckets: [[0, "1", "2"]] }, false],
  [{ count: "1", sum: "2", buckets: [[0, "1", "2", 1]] }, false],
  [{ count: 1, sum: "2" }, false],
  [undefined, false],
])("%j is a histogram: %s", (value, is) => {
  expect(isHistogram(value)).toBe(is);
});
