import type { Histogram, InstrumentOptions, Labels, Meter } from "@sluice/component";

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
/** All points of one metric, read now. */
export interface Reading {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly description: string;
  readonly unit: string;
  readonly bounds: readonly number[];
  readonly points: readonly Point[];
}

/** The collector's own metrics. */
export interface Registry {
  /** A meter whose points all carry these labels. */
  readonly meter: (labels: Labels, scope: string) => Meter;
  /** Every metric as it stands now, by name; a callback that throws gives no points. */
  read(): readonly Reading[];
}

interface Series {
  readonly labels: Labels;
  readonly scope: string;
  value: number;
  buckets: number[] | undefined;
}
interface Family extends Omit<Reading, "points"> {
  readonly series: Map<string, Series>;
  readonly callbacks: (() => readonly Point[])[];
}

/** Starts empty. */
export function createRegistry(): Registry {
  const families = new Map<string, Family>();

  function familyOf(
    name: string,
    type: Reading["type"],
    options: InstrumentOptions,
    bounds: readonly number[] = [],
  ): Family {
    const known = families.get(name);
    if (known !== undefined && known.type !== type) {
      throw new Error(`BUG: metric "${name}" is a ${known.type} and was asked for as a ${type}`);
    }
    if (known !== undefined) return known;
    const { description, unit } = options;
    const family: Family = { name, type, description, unit, bounds, series: new Map(), callbacks: [] };
    families.set(name, family);
    return family;
  }

  return {
    meter: (fixed, scope) => ({
      counter(name, options) {
        const find = finder(familyOf(name, "counter", options), fixed, scope);
        return {
          add(amount, labels) {
            if (amount >= 0) find(labels).value += amount;
          },
        };
      },
      gauge(name, options) {
        const find = finder(familyOf(name, "gauge", options), fixed, scope);
        return {
          set(value, labels) {
            find(labels).value = value;
          },
        };
      },
      observe(name, options, read) {
        familyOf(name, options.type ?? "gauge", options).callbacks.push(() => {
          const values = read();
          const list = typeof values === "number" ? [{ value: values, labels: {} }] : values;
          return list.map(({ value, labels }) => ({
            labels: { ...labels, ...fixed },
            scope,
            value,
            buckets: undefined,
          }));
        });
      },
      histogram(name, options) {
        const family = familyOf(name, "histogram", options, options.bounds);
        return histogramOver(family.bounds, finder(family, fixed, scope));
      },
    }),
    read: () => [...families.values()].sort(byName).map(readFamily),
  };
}

/** Finds or makes the series of a label set; the one without further labels is remembered. */
function finder(family: Family, fixed: Labels, scope: string): (labels: Labels | undefined) => Series {
  function find(labels: Labels): Series {
    const all = { ...labels, ...fixed };
    const key = keyOf(all);
    const known = family.series.get(key);
    if (known !== undefined) return known;
    if (family.series.size >= MOST_SERIES && labels !== OVERFLOW) return find(OVERFLOW);
    const series: Series = { labels: all, scope, value: 0, buckets: undefined };
    family.series.set(key, series);
    return series;
  }
  let plain: Series | undefined;
  return (labels) => {
    if (labels !== undefined) return find(labels);
    plain ??= find({});
    return plain;
  };
}

function histogramOver(bounds: readonly number[], find: (labels: Labels | undefined) => Series): Histogram {
  return {
    record(value, labels) {
      if (Number.isNaN(value)) return;
      const series = find(labels);
      series.buckets ??= Array.from({ length: bounds.length + 1 }, () => 0);
      const at = bounds.findIndex((bound) => value <= bound);
      const bucket = at < 0 ? bounds.length : at;
      series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
      series.value += value;
    },
  };
}

function readFamily({ series, callbacks, ...family }: Family): Reading {
  const kept = [...series.values()].map((one) => ({ ...one, buckets: one.buckets && [...one.buckets] }));
  return { ...family, points: [...kept, ...mergeEqual(callbacks.flatMap(readSafely))] };
}

/** A processor of two pipelines has two callbacks with the same labels; a page may show a label set once: their sum. */
function mergeEqual(points: readonly Point[]): readonly Point[] {
  const merged = new Map<string, Point>();
  for (const point of points) {
    const key = keyOf(point.labels);
    const other = merged.get(key);
    merged.set(key, other === undefined ? point : { ...point, value: point.value + other.value });
  }
  return [...merged.values()];
}

/** One component's faulty callback must not take the page from the others. */
function readSafely(callback: () => readonly Point[]): readonly Point[] {
  try {
    return callback();
  } catch {
    return [];
  }
}

/** One text for one label set, whatever the order of its labels. */
function keyOf(labels: Labels): string {
  const entries = Object.entries(labels);
  return JSON.stringify(entries.length > 1 ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : entries);
}

function byName(a: Family, b: Family): number {
  return a.name < b.name ? -1 : 1;
}
