import { downscale, EXPONENTIAL, type ExponentialPoint, type Shape, shapeOf, toSpans } from "@sluice/data";
import type { CustomHistogram, ProtobufOptions } from "@sluice/lib-prometheus";

/** What a job wants of histograms. */
export interface HistogramSettings extends ProtobufOptions {
  /** Of one native histogram; 0 = no limit. */
  readonly bucketLimit: number;
  /** Native histograms of a higher resolution are reduced to this one: -4 to 8. */
  readonly maxSchema: number;
}

/** A native histogram that a line showed. */
export type NativeSample = ExponentialPoint | CustomHistogram;

const MIN_SCHEMA = -4;
const MAX_SCHEMA = 8;

/** The highest schema whose buckets grow by at least this factor; 1 and less is no wish. */
export function schemaOfFactor(factor: number): number {
  if (!(factor > 1)) return MAX_SCHEMA;
  const schema = Math.floor(-Math.log2(Math.log2(factor)));
  return Math.max(MIN_SCHEMA, Math.min(MAX_SCHEMA, schema));
}

export function isExponential(sample: NativeSample): sample is ExponentialPoint {
  return "scale" in sample;
}

/** The histogram at the resolution that the job allows; undefined when even the lowest has too many buckets. */
export function reduced(
  sample: NativeSample,
  { bucketLimit, maxSchema }: Pick<HistogramSettings, "bucketLimit" | "maxSchema">,
): NativeSample | undefined {
  if (!isExponential(sample)) return bucketLimit > 0 && customBuckets(sample) > bucketLimit ? undefined : sample;
  let point = downscale(sample, sample.scale - maxSchema);
  if (bucketLimit === 0) return point;
  while (exponentialBuckets(point) > bucketLimit) {
    if (point.scale <= MIN_SCHEMA) return undefined;
    point = downscale(point, 1);
  }
  return point;
}

/** Prometheus stores, and limits, only buckets that are not empty. */
function exponentialBuckets({ positive, negative }: ExponentialPoint): number {
  let buckets = 0;
  for (const { counts } of [positive, negative]) for (const count of counts) if (count !== 0) buckets++;
  return buckets;
}
/** Of whole numbers it stores short runs of empty ones too. */
function customBuckets({ bounds, numbers }: CustomHistogram): number {
  const counts = new Float64Array(bounds.length + 1);
  for (let i = 0; i < counts.length; i++) counts[i] = numbers[i]! - (numbers[i - 1] ?? 0);
  if (numbers.subarray(0, counts.length).every((count) => Number.isInteger(count))) {
    return toSpans({ offset: 0, counts }).counts.length;
  }
  return counts.filter((count) => count !== 0).length;
}

/** Where the numbers of such a histogram stand in a part. */
export function shapeOfSample(sample: NativeSample): Shape {
  if (isExponential(sample)) return EXPONENTIAL;
  return shapeOf({ kind: "histogram", bounds: sample.bounds, inf: true, sum: true, count: true });
}
/** Whether a point of this shape can hold the sample: the same bounds. */
export function fitsShape(sample: NativeSample, shape: Shape): boolean {
  if (isExponential(sample)) return shape.kind === "exponential";
  if (shape.kind !== "histogram" || shape.bounds.length !== sample.bounds.length) return false;
  return shape.bounds.every((bound, i) => bound === sample.bounds[i]);
}
