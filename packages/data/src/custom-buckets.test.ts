import { expect, test } from "vitest";
import { CUSTOM_BUCKETS, isCustomBuckets, type Metric } from "./index.ts";
import { metricOf } from "./model.testing.ts";

test("a histogram is one with custom buckets when its metadata says so", () => {
  const check = (more: Partial<Metric>, expected: boolean) =>
    expect(isCustomBuckets({ ...metricOf("h"), kind: "histogram", ...more })).toBe(expected);
  check({}, false);
  check({ metadata: [{ key: "prometheus.type", value: "histogram" }, CUSTOM_BUCKETS] }, true);
  check({ metadata: [{ key: CUSTOM_BUCKETS.key, value: "classic" }] }, false);
  check({ kind: "gauge", metadata: [CUSTOM_BUCKETS] }, false);
});
