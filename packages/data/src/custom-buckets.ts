import type { Attributes, Metric } from "./model.ts";

/**
 * The entry of `Metric.metadata` that says of a histogram with explicit bounds that it travels as one native histogram with custom
 * buckets ("nhcb", schema -53 of Prometheus), not as a series a bucket. Its shape always has +Inf, sum and count.
 */
export const CUSTOM_BUCKETS: Attributes[number] = Object.freeze({ key: "prometheus.histogram", value: "nhcb" });

/** Whether a histogram is a native one with custom buckets. */
export function isCustomBuckets({ kind, metadata }: Metric): boolean {
  return kind === "histogram" && metadata.some(({ key, value }) => key === CUSTOM_BUCKETS.key && value === "nhcb");
}
