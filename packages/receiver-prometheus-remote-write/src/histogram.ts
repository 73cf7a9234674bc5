import {
  type BucketSpan,
  type Buckets,
  downscale,
  EXPONENTIAL,
  type ExponentialPoint,
  fromSpans,
  type Shape,
  shapeOf,
} from "@sluice/data";
import { addsUp, type WrittenBuckets, type WrittenHistogram } from "@sluice/lib-prometheus";
import { Form } from "./metric.ts";

const CUSTOM = -53;
const MIN_SCHEMA = -4;
const MAX_SCHEMA = 8;
/** Up to here buckets may be finer than any that is stored: they are joined, as Prometheus' own receiver does. */
const MAX_RESERVED_SCHEMA = 52;
/** Buckets from the first to the last of one side that is not empty. */
const MAX_BUCKETS = 1 << 16;

/** A native histogram in our model. */
export interface HistogramPoint {
  readonly form: Form;
  readonly shape: Shape;
  /** Of exponential buckets. */
  readonly exponential: ExponentialPoint | undefined;
  /** Of custom buckets: the numbers of the shape. */
  readonly slots: Float64Array | undefined;
  /** Memory that it takes. */
  readonly bytes: number;
}

/** A histogram as a point; undefined when it is none. */
export function toPoint(histogram: WrittenHistogram): HistogramPoint | undefined {
  const { schema } = histogram;
  if (!isWhole(histogram)) return undefined;
  if (schema === CUSTOM) return customPoint(histogram);
  return schema >= MIN_SCHEMA && schema <= MAX_RESERVED_SCHEMA ? exponentialPoint(histogram) : undefined;
}

/** Whether the buckets hold what is counted; float counts are not exact enough to tell. */
function isWhole({ count, sum, zeroCount, float, positive, negative }: WrittenHistogram): boolean {
  if (float) return true;
  let held = zeroCount;
  for (const each of positive.counts) held += each;
  for (const each of negative.counts) held += each;
  return addsUp(count, sum, held);
}

function exponentialPoint(histogram: WrittenHistogram): HistogramPoint | undefined {
  const { schema, count, sum, zeroCount, zeroThreshold, float, reset } = histogram;
  const positive = bucketsOf(histogram.positive);
  const negative = bucketsOf(histogram.negative);
  if (positive === undefined || negative === undefined || !isCount(count) || !isCount(zeroCount)) return undefined;
  if (histogram.customBounds.length > 0) return undefined;
  const point: ExponentialPoint = {
    scale: schema,
    count,
    sum,
    zeroCount,
    zeroThreshold,
    positive,
    negative,
    min: undefined,
    max: undefined,
    native: { float, reset },
  };
  return {
    form: reset === "gauge" ? Form.nativeGauge : Form.native,
    shape: EXPONENTIAL,
    exponential: downscale(point, schema - MAX_SCHEMA),
    slots: undefined,
    bytes: 512 + 8 * (positive.counts.length + negative.counts.length),
  };
}

function customPoint(histogram: WrittenHistogram): HistogramPoint | undefined {
  const { customBounds, positive, negative, zeroCount, zeroThreshold, count, sum, reset } = histogram;
  // They have one side, and no zero bucket.
  if (zeroCount !== 0 || zeroThreshold !== 0 || negative.spans.length + negative.counts.length > 0) return undefined;
  const { length } = customBounds;
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(customBounds[i]) || (i > 0 && customBounds[i]! <= customBounds[i - 1]!)) return undefined;
  }
  const buckets = bucketsOf(positive);
  if (buckets === undefined || !isCount(count)) return undefined;
  // Custom buckets count from 0; `fromSpans` speaks of exponential ones, which stand one lower in OTLP.
  const first = buckets.offset + 1;
  const has = buckets.counts.length > 0;
  if (has && (first < 0 || first + buckets.counts.length > length + 1)) return undefined;
  const slots = new Float64Array(length + 3);
  let cumulative = 0;
  for (let i = 0; i <= length; i++) {
    cumulative += buckets.counts[i - first] ?? 0;
    slots[i] = cumulative;
  }
  slots[length + 1] = sum;
  slots[length + 2] = count;
  const bounds = Float64Array.from(customBounds);
  return {
    form: reset === "gauge" ? Form.customGauge : Form.custom,
    shape: shapeOf({ kind: "histogram", bounds, inf: true, sum: true, count: true }),
    exponential: undefined,
    slots,
    bytes: 512 + 16 * length,
  };
}

function bucketsOf({ spans, counts }: WrittenBuckets): Buckets | undefined {
  return counts.every(isCount) && isNear(spans) ? fromSpans(spans, counts, MAX_BUCKETS) : undefined;
}

/** Whether all bucket numbers are 32-bit integers. */
function isNear(spans: readonly BucketSpan[]): boolean {
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset + length;
    if (Math.abs(index) > 2 ** 31) return false;
  }
  return true;
}

function isCount(count: number): boolean {
  return count >= 0;
}
