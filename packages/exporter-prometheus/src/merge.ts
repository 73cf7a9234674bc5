/** Deltas added up. */
import { downscale, type ExponentialPoint, type Shape } from "@sluice/data";

/** Most buckets of one sign that an accumulated exponential histogram has; beyond, its resolution is halved. */
const maxBuckets = 4096;
/** Prometheus has no native histogram that is coarser. */
export const smallestScale = -4;

/** Whether the numbers of two shapes stand in the same slots and mean the same. */
export function isSameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.slots !== b.slots || a.bounds.length !== b.bounds.length) return false;
  if (a.inf !== b.inf || a.sum !== b.sum || a.count !== b.count || a.min !== b.min) return false;
  return a.bounds.every((bound, i) => bound === b.bounds[i]);
}

/** Both histograms' observations together, at the coarser of their resolutions or one at which the buckets are few enough. */
export function mergeExponential(a: ExponentialPoint, b: ExponentialPoint): ExponentialPoint {
  let scale = Math.min(a.scale, b.scale);
  for (const side of ["positive", "negative"] as const) {
    while (spread(atScale(a, scale)[side], atScale(b, scale)[side]) > maxBuckets) scale--;
  }
  const [left, right] = [atScale(a, scale), atScale(b, scale)];
  return {
    ...right,
    count: left.count + right.count,
    sum: left.sum === undefined || right.sum === undefined ? undefined : left.sum + right.sum,
    zeroCount: left.zeroCount + right.zeroCount,
    zeroThreshold: Math.max(left.zeroThreshold, right.zeroThreshold),
    positive: mergeBuckets(left.positive, right.positive),
    negative: mergeBuckets(left.negative, right.negative),
    min: undefined,
    max: undefined,
  };
}

type Buckets = ExponentialPoint["positive"];

function atScale(point: ExponentialPoint, scale: number): ExponentialPoint {
  return downscale(point, point.scale - scale);
}

const endOf = ({ offset, counts }: Buckets): number => offset + counts.length;

function spread(a: Buckets, b: Buckets): number {
  if (a.counts.length === 0 || b.counts.length === 0) return Math.max(a.counts.length, b.counts.length);
  return Math.max(endOf(a), endOf(b)) - Math.min(a.offset, b.offset);
}

function mergeBuckets(a: Buckets, b: Buckets): Buckets {
  if (b.counts.length === 0) return a;
  if (a.counts.length === 0) return b;
  const offset = Math.min(a.offset, b.offset);
  const counts = new Float64Array(spread(a, b));
  counts.set(a.counts, a.offset - offset);
  for (let i = 0; i < b.counts.length; i++) counts[b.offset - offset + i]! += b.counts[i]!;
  return { offset, counts };
}
