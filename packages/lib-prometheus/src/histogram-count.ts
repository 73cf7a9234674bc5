/**
 * Whether the buckets of a histogram of whole numbers hold as many observations as it counts (Prometheus' rule). Observations of NaN
 * are in no bucket, so with a sum of NaN the buckets may hold less. Beyond 2^53 nothing adds up exactly, and all is right.
 */
export function addsUp(count: number, sum: number, inBuckets: number): boolean {
  if (count > Number.MAX_SAFE_INTEGER) return true;
  return Number.isNaN(sum) ? inBuckets <= count : inBuckets === count;
}
