/** What the SDK says of one point, as shape and numbers. */
import type { ExponentialHistogram, Histogram } from "@opentelemetry/sdk-metrics";
import { type ExponentialPoint, INT, NUMBER, type Shape, shapeOf } from "@sluice/data";

/** The shape of a number; an instrument of whole numbers may still be given others. */
export function numberShape(value: number, isInt: boolean): Shape {
  return isInt && Number.isInteger(value) ? INT : NUMBER;
}

/** The shape of a histogram with explicit bounds; contradictory buckets are left out, as those of OTLP are. */
export function histogramShape({ buckets, sum, min, max }: Histogram): Shape {
  const bounds = boundsOf(buckets);
  return shapeOf({
    kind: "histogram",
    bounds: bounds ?? new Float64Array(0),
    inf: bounds !== undefined,
    sum: sum !== undefined,
    count: true,
    min: min !== undefined,
    max: max !== undefined,
  });
}

/** Finite bounds in ascending order, with one count more than there are; undefined when they are not that. */
function boundsOf({ boundaries, counts }: Histogram["buckets"]): Float64Array | undefined {
  // Infinity as the last one is what the last bucket means anyway.
  const isClosed = boundaries.at(-1) === Number.POSITIVE_INFINITY;
  const bounds = Float64Array.from(isClosed ? boundaries.slice(0, -1) : boundaries);
  if (counts.length !== boundaries.length + 1) return undefined;
  const isGood = bounds.every((bound, i) => bound < Number.POSITIVE_INFINITY && (i === 0 || bounds[i - 1]! < bound));
  return isGood ? bounds : undefined;
}

/** Adds a histogram's numbers in the order of its shape. */
export function pushHistogram({ buckets, sum, count, min, max }: Histogram, shape: Shape, slots: number[]): void {
  let cumulative = 0;
  for (let i = 0; i < shape.bounds.length; i++) {
    cumulative += buckets.counts[i]!;
    slots.push(cumulative);
  }
  if (shape.inf) slots.push(buckets.counts.slice(shape.bounds.length).reduce((sum, each) => sum + each, cumulative));
  if (shape.sum) slots.push(sum!);
  slots.push(count);
  if (shape.min) slots.push(min!);
  if (shape.max) slots.push(max!);
}

/** An exponential histogram; the SDK knows no zero threshold. */
export function exponentialPoint(value: ExponentialHistogram): ExponentialPoint {
  const { count, sum, scale, zeroCount, positive, negative, min, max } = value;
  const side = ({ offset, bucketCounts }: ExponentialHistogram["positive"]) => ({
    offset,
    counts: Float64Array.from(bucketCounts),
  });
  return {
    scale,
    count,
    sum,
    zeroCount,
    zeroThreshold: 0,
    positive: side(positive),
    negative: side(negative),
    min,
    max,
  };
}
