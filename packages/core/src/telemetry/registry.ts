import type { Histogram, InstrumentOptions, Labels, Meter } from "@sluice/component";
import { finder, keyOf, mergeEqual, type Point, pointsOf, type Series } from "./series.ts";

/** All points of one metric, read now. */
export interface Reading {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly description: string;
  readonly unit: string;
  readonly bounds: readonly number[];
  /** How the gauges of several threads become one; without it as their sum. */
  readonly together?: "max";
  readonly points: readonly Point[];
}
/** How much is measured: `none` measures what `basic` does, so that totals are true when a reader is added. */
export type MetricsLevel = "none" | "basic" | "normal" | "detailed";
/** What the configuration says about measuring. */
export interface Measuring {
  readonly level: MetricsLevel;
  /** The bounds of a histogram, which may replace its own. */
  readonly bounds: (histogram: HistogramName, own: readonly number[]) => readonly number[];
}
/** What a histogram is chosen by. */
export interface HistogramName {
  readonly name: string;
  readonly type: "histogram";
  readonly unit: string;
  readonly scope: string;
}

/** A meter that one instance measures with. */
export interface InstanceMeter extends Meter {
  /** Takes gauges and observations from the readings, for good. Counters and histograms stay, and a successor goes on with them. */
  release(): void;
}

/** The collector's own metrics. */
export interface Registry {
  /**
   * A meter whose points all carry these labels. Meters of one `instance` follow each other: of equal points that several observe,
   * only the newest's is read, and after its release the one's before. What meters of different instances observe with equal labels
   * is summed, as with a processor of two pipelines.
   */
  meter(labels: Labels, scope: string, instance?: string): InstanceMeter;
  /** Puts another level and other bounds in force for all instruments, also those already handed out. A histogram whose bounds change starts again. */
  measure(measuring: Measuring): void;
  /** Every metric that the level has as it stands now, by name; a callback that throws gives no points. */
  read(): readonly Reading[];
}

/** What one meter observes of one metric. */
interface Observer {
  readonly meter: object;
  readonly instance: unknown;
  readonly callbacks: (() => readonly Point[])[];
}
interface Family {
  readonly name: string;
  readonly type: Reading["type"];
  readonly scope: string;
  readonly options: InstrumentOptions;
  readonly ownBounds: readonly number[];
  bounds: readonly number[];
  /** The level has it. */
  on: boolean;
  readonly series: Map<string, Series>;
  /** Oldest first. */
  observers: Observer[];
}

const ranks: Readonly<Record<MetricsLevel, number>> = { none: 0, basic: 0, normal: 1, detailed: 2 };

/** Starts empty. */
export function createRegistry(measuring: Measuring = { level: "normal", bounds: (_, own) => own }): Registry {
  const families = new Map<string, Family>();
  const state = { measuring };

  function familyOf(name: string, type: Reading["type"], options: InstrumentOptions, scope: string): Family {
    const known = families.get(name);
    if (known !== undefined && known.type !== type) {
      throw new Error(`BUG: metric "${name}" is a ${known.type} and was asked for as a ${type}`);
    }
    if (known !== undefined) return known;
    const ownBounds = "bounds" in options ? (options.bounds as readonly number[]) : [];
    const family = { name, type, scope, options, ownBounds, bounds: ownBounds, on: false, series: new Map() };
    const made: Family = { ...family, observers: [] };
    measureFamily(made, state.measuring);
    families.set(name, made);
    return made;
  }

  return {
    meter: (labels, scope, instance) => createMeter(families, familyOf, labels, scope, instance),
    measure(measuring) {
      state.measuring = measuring;
      for (const family of families.values()) measureFamily(family, measuring);
    },
    read: () =>
      [...families.values()]
        .filter(({ on }) => on)
        .sort(byName)
        .map(readFamily),
  };
}

type FamilyOf = (name: string, type: Reading["type"], options: InstrumentOptions, scope: string) => Family;

function createMeter(
  families: ReadonlyMap<string, Family>,
  familyOf: FamilyOf,
  fixed: Labels,
  scope: string,
  instance: string | undefined,
): InstanceMeter {
  const meter = {};
  const gauges = new Map<string, Map<string, Series>>();
  const state = { released: false };

  function observeFamily(family: Family, callback: () => readonly Point[]): void {
    if (state.released) return;
    let observer = family.observers.find((one) => one.meter === meter);
    if (observer === undefined) {
      observer = { meter, instance: instance ?? meter, callbacks: [] };
      family.observers.push(observer);
    }
    observer.callbacks.push(callback);
  }

  return {
    counter(name, options) {
      const family = familyOf(name, "counter", options, scope);
      const find = finder(family.series, fixed, scope);
      return {
        add(amount, labels) {
          if (amount >= 0 && family.on) find(labels).value += amount;
        },
      };
    },
    gauge(name, options) {
      const family = familyOf(name, "gauge", options, scope);
      const own = gauges.get(name) ?? new Map<string, Series>();
      if (!gauges.has(name)) observeFamily(family, () => pointsOf(own));
      gauges.set(name, own);
      const find = finder(own, fixed, scope);
      return {
        set(value, labels) {
          find(labels).value = value;
        },
      };
    },
    observe(name, options, read) {
      observeFamily(familyOf(name, options.type ?? "gauge", options, scope), () => observed(read(), fixed, scope));
    },
    histogram: (name, options) => createHistogram(familyOf(name, "histogram", options, scope), fixed, scope),
    release() {
      state.released = true;
      for (const family of families.values()) {
        family.observers = family.observers.filter((one) => one.meter !== meter);
      }
    },
  };
}

function observed(values: ReturnType<Parameters<Meter["observe"]>[2]>, fixed: Labels, scope: string): readonly Point[] {
  const list = typeof values === "number" ? [{ value: values, labels: {} }] : values;
  return list.map(({ value, labels }) => ({ labels: { ...labels, ...fixed }, scope, value, buckets: undefined }));
}

function measureFamily(family: Family, { level, bounds }: Measuring): void {
  family.on = ranks[family.options.level ?? "basic"] <= ranks[level];
  if (family.type !== "histogram") return;
  const { name, scope, ownBounds, options } = family;
  const wanted = bounds({ name, type: "histogram", unit: options.unit, scope }, ownBounds);
  const same = wanted.length === family.bounds.length && wanted.every((bound, index) => bound === family.bounds[index]);
  family.bounds = wanted;
  if (same) return;
  // The series stay: instruments hold them.
  for (const series of family.series.values()) {
    series.value = 0;
    series.buckets = undefined;
  }
}

function createHistogram(family: Family, fixed: Labels, scope: string): Histogram {
  const find = finder(family.series, fixed, scope);
  return {
    record(value, labels) {
      if (Number.isNaN(value) || !family.on) return;
      const { bounds } = family;
      const series = find(labels);
      series.buckets ??= Array.from({ length: bounds.length + 1 }, () => 0);
      const at = bounds.findIndex((bound) => value <= bound);
      const bucket = at < 0 ? bounds.length : at;
      series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
      series.value += value;
    },
  };
}

function readFamily({ name, type, options, bounds, series, observers }: Family): Reading {
  const kept = pointsOf(series).filter(({ buckets }) => type !== "histogram" || buckets !== undefined);
  const { description, unit } = options;
  const together = options.together === "max" ? { together: options.together } : {};
  return {
    name,
    type,
    description,
    unit,
    bounds,
    ...together,
    points: mergeEqual([...kept, ...readObservers(observers)]),
  };
}

/** Of one instance, the newest meter's point for each label set. */
function readObservers(observers: readonly Observer[]): readonly Point[] {
  const seen = new Map<unknown, Set<string>>();
  const newestFirst = observers.toReversed().map(({ instance, callbacks }) => {
    const newer = seen.get(instance) ?? new Set();
    const points = callbacks.flatMap(readSafely);
    const shown = points.filter(({ labels }) => !newer.has(keyOf(labels)));
    for (const { labels } of points) newer.add(keyOf(labels));
    seen.set(instance, newer);
    return shown;
  });
  return newestFirst.toReversed().flat();
}

/** One component's faulty callback must not take the page from the others. */
function readSafely(callback: () => readonly Point[]): readonly Point[] {
  try {
    return callback();
  } catch {
    return [];
  }
}

function byName(a: Family, b: Family): number {
  return a.name < b.name ? -1 : 1;
}
