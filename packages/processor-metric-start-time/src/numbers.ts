/** Numbers of cumulative points: which of them count upwards, whether they fell, and what is left when some are taken away. */
import { downscale, type ExponentialPoint, type Shape } from "@sluice/data";

type Buckets = ExponentialPoint["positive"];

/** First slot of a shape that counts upwards: a summary's quantiles before it do not. */
export function countsFrom({ kind, bounds }: Shape): number {
  return kind === "summary" ? bounds.length : 0;
}

/** One past the last slot that counts upwards: a histogram's min and max, after it, do not. */
export function countsTo({ slots, min, max }: Shape): number {
  return slots - Number(min) - Number(max);
}

/** Whether the counts of two shapes stand for the same things. */
export function sameCounts(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.inf !== b.inf || a.sum !== b.sum || a.count !== b.count) return false;
  if (a.kind === "summary") return true;
  return a.bounds.length === b.bounds.length && a.bounds.every((bound, i) => bound === b.bounds[i]);
}

/** Whether any of the numbers from `at` on is below what it was. A NaN is below nothing, and nothing is below a NaN. */
export function fellBelow(slots: Float64Array, at: number, before: readonly number[]): boolean {
  for (let i = 0; i < before.length; i++) if (slots[at + i]! < before[i]!) return true;
  return false;
}

/**
 * Whether an exponential histogram began to count anew since `before`. Counting on with fewer, wider buckets is no reset;
 * finer buckets, or another zero threshold, can only come of one.
 */
export function fellExponential(now: ExponentialPoint, before: ExponentialPoint): boolean {
  if (now.native?.reset === "yes" || now.count < before.count || now.zeroCount < before.zeroCount) return true;
  if (now.sum !== undefined && before.sum !== undefined && now.sum < before.sum) return true;
  if (now.scale > before.scale || now.zeroThreshold !== before.zeroThreshold) return true;
  const { positive, negative } = downscale(before, before.scale - now.scale);
  return fellBuckets(now.positive, positive) || fellBuckets(now.negative, negative);
}

function fellBuckets(now: Buckets, before: Buckets): boolean {
  const shift = before.offset - now.offset;
  for (let i = 0; i < before.counts.length; i++) {
    if ((now.counts[i + shift] ?? 0) < before.counts[i]!) return true;
  }
  return false;
}

/** What was counted since `before`, from which `now` counts on. Min and max stay: they are of all time. */
export function withoutExponential(now: ExponentialPoint, before: ExponentialPoint): ExponentialPoint {
  const { positive, negative } = downscale(before, before.scale - now.scale);
  return {
    ...now,
    count: now.count - before.count,
    sum: now.sum === undefined ? undefined : now.sum - (before.sum ?? 0),
    zeroCount: now.zeroCount - before.zeroCount,
    positive: withoutBuckets(now.positive, positive),
    negative: withoutBuckets(now.negative, negative),
  };
}

function withoutBuckets(now: Buckets, before: Buckets): Buckets {
  const counts = now.counts.slice();
  const shift = before.offset - now.offset;
  for (let i = 0; i < before.counts.length; i++) {
    if (i + shift >= 0 && i + shift < counts.length) counts[i + shift]! -= before.counts[i]!;
  }
  return { offset: now.offset, counts };
}

/** The point with buckets of its own: a kept window must not hold a whole request. */
export function owned(point: ExponentialPoint): ExponentialPoint {
  const { positive, negative } = point;
  if (isWhole(positive.counts) && isWhole(negative.counts)) return point;
  return {
    ...point,
    positive: { offset: positive.offset, counts: positive.counts.slice() },
    negative: { offset: negative.offset, counts: negative.counts.slice() },
  };
}

function isWhole({ byteLength, buffer }: Float64Array): boolean {
  return byteLength === buffer.byteLength;
}
