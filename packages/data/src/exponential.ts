import type { ExponentialPoint } from "./model.ts";

/** One side of an exponential histogram: `counts[i]` belongs to bucket `offset + i`. */
export type Buckets = ExponentialPoint["positive"];

/** A run of buckets as native histograms write it: `offset` from the end of the run before (of the first: from bucket 0). */
export interface BucketSpan {
  readonly offset: number;
  readonly length: number;
}

/** A gap of empty buckets up to this long is written as zeros instead of a new span (Prometheus' own choice). */
const LONGEST_GAP = 2;

/**
 * The same histogram with `steps` times half the resolution: each step merges pairs of neighbouring buckets and lowers the scale
 * by one. Bucket i of scale s covers (base^i, base^(i+1)], so i falls into bucket i >> steps.
 */
export function downscale(point: ExponentialPoint, steps: number): ExponentialPoint {
  if (steps <= 0) return point;
  const { positive, negative } = point;
  return { ...point, scale: point.scale - steps, positive: merged(positive, steps), negative: merged(negative, steps) };
}

function merged({ offset, counts }: Buckets, steps: number): Buckets {
  if (counts.length === 0) return { offset: 0, counts };
  // Beyond 31 steps a shift would start again: all of one sign is one bucket by then.
  const shift = Math.min(steps, 31);
  const first = offset >> shift;
  const result = new Float64Array(((offset + counts.length - 1) >> shift) - first + 1);
  for (let i = 0; i < counts.length; i++) result[((offset + i) >> shift) - first]! += counts[i]!;
  return { offset: first, counts: result };
}

/**
 * The runs of buckets that are not empty, and their counts, in native histograms' own numbers: their bucket i covers
 * (base^(i-1), base^i], one more than OTLP's. Short gaps are zeros within a run. The other way is `fromSpans`.
 */
export function toSpans({ offset, counts }: Buckets): {
  readonly spans: readonly BucketSpan[];
  readonly counts: number[];
} {
  const spans: { offset: number; length: number }[] = [];
  const kept: number[] = [];
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    const index = offset + i + 1;
    const last = spans.at(-1);
    const gap = index - end;
    if (last !== undefined && gap <= LONGEST_GAP) {
      for (let empty = 0; empty < gap; empty++) kept.push(0);
      last.length += gap + 1;
    } else spans.push({ offset: gap, length: 1 });
    kept.push(counts[i]!);
    end = index + 1;
  }
  return { spans, counts: kept };
}

/**
 * Spans and their counts as one run of buckets, gaps filled with zeros. undefined when the spans do not fit the counts or run
 * backwards, or when the run would be longer than `limit`: a few bytes can claim billions of empty buckets.
 */
export function fromSpans(spans: readonly BucketSpan[], counts: ArrayLike<number>, limit: number): Buckets | undefined {
  let index = 0;
  let first: number | undefined;
  let named = 0;
  for (const [at, { offset, length }] of spans.entries()) {
    if (at > 0 && offset < 0) return undefined;
    index += offset;
    if (length > 0) first ??= index;
    index += length;
    named += length;
  }
  if (named !== counts.length) return undefined;
  if (first === undefined) return { offset: 0, counts: new Float64Array(0) };
  if (index - first > limit) return undefined;
  const dense = new Float64Array(index - first);
  let to = 0;
  let from = 0;
  for (const { offset, length } of spans) {
    to += offset;
    for (let i = 0; i < length; i++) dense[to++ - first] = counts[from++]!;
  }
  return { offset: first - 1, counts: dense };
}
