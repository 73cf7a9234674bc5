import type { Labels } from "@sluice/component";

/** Label sets one instrument keeps; further ones share one series that says so, as OpenTelemetry SDKs do. */
const MOST_SERIES = 2000;
const OVERFLOW: Labels = { otel_metric_overflow: "true" };

/** One number (or histogram) with its labels, read now. */
export interface Point {
  readonly labels: Labels;
  /** The package that measures. */
  readonly scope: string;
  readonly value: number;
  /** Of a histogram: observations by bucket (one more than bounds, not cumulated); `value` is their sum. */
  readonly buckets: readonly number[] | undefined;
}

/** A number that is being counted. */
export interface Series {
  readonly labels: Labels;
  readonly scope: string;
  value: number;
  buckets: number[] | undefined;
}

/** One text for one label set, whatever the order of its labels. */
export function keyOf(labels: Labels): string {
  const entries = Object.entries(labels);
  return JSON.stringify(entries.length > 1 ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : entries);
}

/**
 * Finds or makes the series of a label set in `all`; `fixed` labels win. The one of an object is remembered: what counts often keeps
 * its labels in one.
 */
export function finder(all: Map<string, Series>, fixed: Labels, scope: string): (labels: Labels | undefined) => Series {
  function find(labels: Labels): Series {
    const merged = { ...labels, ...fixed };
    const key = keyOf(merged);
    const known = all.get(key);
    if (known !== undefined) return known;
    if (all.size >= MOST_SERIES && labels !== OVERFLOW) return find(OVERFLOW);
    const series: Series = { labels: merged, scope, value: 0, buckets: undefined };
    all.set(key, series);
    return series;
  }
  const none: Labels = {};
  const known = new WeakMap<Labels, Series>();
  return (labels = none) => {
    let series = known.get(labels);
    if (series === undefined) {
      series = find(labels);
      known.set(labels, series);
    }
    return series;
  };
}

/** The points as they stand now, to be kept. */
export function pointsOf(all: ReadonlyMap<string, Series>): readonly Point[] {
  return [...all.values()].map((one) => ({ ...one, buckets: one.buckets && [...one.buckets] }));
}

/** Points of equal labels as one: their sum, bucket by bucket. */
export function mergeEqual(points: readonly Point[]): readonly Point[] {
  const merged = new Map<string, Point>();
  for (const point of points) {
    const key = keyOf(point.labels);
    const other = merged.get(key);
    merged.set(key, other === undefined ? point : sum(other, point));
  }
  return [...merged.values()];
}

function sum(a: Point, b: Point): Point {
  const buckets = a.buckets?.map((count, index) => count + (b.buckets?.[index] ?? 0));
  return { ...a, value: a.value + b.value, buckets };
}
