/** What the page shows: families by name, series by their labels, each with its latest numbers. */
import { type ExponentialPoint, type Shape, shapeOf } from "@sluice/data";
import type { TranslatedLabels } from "@sluice/lib-prometheus";
import type { ShownExemplars } from "./exemplars.ts";

export type FamilyType = "counter" | "gauge" | "histogram" | "summary" | "untyped";

/** What a metric is on the page. */
export interface FamilyName {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
}

/** The `target_info` of a resource; `key` tells apart what has different jobs or instances. */
export interface Source {
  readonly key: string;
  readonly info: Place | undefined;
}

/** What one id of a catalog becomes, worked out once. */
export interface Place {
  readonly family: FamilyName;
  /** Sorted, without the name. */
  readonly labels: TranslatedLabels;
  /** The labels as one text: what tells a family's series apart, and their order. */
  readonly key: string;
  readonly source: Source | undefined;
  readonly shape: Shape;
  /** Its numbers are added to those before. */
  readonly delta: boolean;
  /** Where its numbers were put last; it may have been taken off the page since. */
  series: Series | undefined;
}

export interface Family extends FamilyName {
  readonly series: Map<string, Series>;
  /** Whether all labels have names that every reader takes. */
  plainLabels: boolean;
  /** In the order of their keys; undefined after a change. */
  sorted: readonly Series[] | undefined;
}

/** One point on the page. Plain fields, since each update writes them. */
export interface Series {
  /** undefined = it is not on the page any more. */
  family: Family | undefined;
  readonly labels: TranslatedLabels;
  readonly key: string;
  readonly source: Source | undefined;
  /** Who wrote the numbers. */
  owner: Place;
  shape: Shape;
  /** The number of a point that has one. */
  value: number;
  /** The numbers of any other point, by slot. */
  values: Float64Array | undefined;
  /** Slots without a number are not 0; undefined = all have one. */
  states: Uint8Array | undefined;
  exponential: ExponentialPoint | undefined;
  exemplars: ShownExemplars | undefined;
  ms: number;
  ns: number;
  startMs: number;
  startNs: number;
  /** Monotonic milliseconds; infinite = it does not expire. */
  updated: number;
  /** The batch that wrote it last; 0 = none did. */
  batch: number;
  /** What a dialect made of its identity, by the dialect's number. */
  readonly prepared: (Prepared | undefined)[];
}
/** Lines up to their numbers, or in protobuf the labels. */
export interface Prepared {
  readonly shape: Shape;
  readonly texts: readonly string[];
  readonly bytes: Uint8Array | undefined;
}

/** Why a series cannot be on the page beside those that are. */
export type Conflict = "type_conflict" | "name_conflict";

interface Target {
  source: Source;
  live: number;
  info: Series | undefined;
}

const seriesBytes = 320;
const single = shapeOf({ kind: "number" });
const suffixes: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: [""],
  gauge: [""],
  untyped: [""],
  histogram: ["", "_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

/** All that is shown, under one naming. */
export class Table {
  readonly families = new Map<string, Family>();
  /** Counts changes of what is shown, numbers aside. */
  structure = 0;
  /** Series shown, `target_info` included. */
  size = 0;
  /** About what identities and numbers take. */
  bytes = 0;
  /** Called when a metric says another help than its family. */
  private readonly helpDiffers: (family: Family, help: string) => void;
  /** Names of samples, and the families that have them. */
  private readonly names = new Set<string>();
  private readonly targets = new Map<string, Target>();

  constructor(helpDiffers: (family: Family, help: string) => void) {
    this.helpDiffers = helpDiffers;
  }

  /** The series that is shown for this identity. */
  find({ family, key }: Place): Series | undefined {
    return this.families.get(family.name)?.series.get(key);
  }

  /** Puts a place's series on the page, without numbers yet; one that is there already is taken over. */
  attach(place: Place, now: number): Series | Conflict {
    const family = this.familyOf(place.family);
    if (typeof family === "string") return family;
    const known = family.series.get(place.key);
    if (known !== undefined) {
      place.series = known;
      return known;
    }
    const series = emptySeries(family, place, now);
    place.series = series;
    family.series.set(place.key, series);
    family.sorted = undefined;
    family.plainLabels &&= place.labels.every(([name]) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name));
    this.structure++;
    this.size++;
    this.bytes += bytesOf(series);
    if (place.source !== undefined) this.arrive(place.source, now);
    return series;
  }

  /** Takes a series off the page. */
  detach(series: Series): void {
    const { family } = series;
    if (family === undefined) return;
    series.family = undefined;
    family.series.delete(series.key);
    family.sorted = undefined;
    this.structure++;
    this.size--;
    this.bytes -= bytesOf(series);
    if (family.series.size === 0) {
      this.families.delete(family.name);
      for (const suffix of suffixes[family.type]) this.names.delete(family.name + suffix);
    }
    if (series.source !== undefined) this.leave(series.source);
  }

  /** Gives a series room for its numbers. */
  reshape(series: Series, shape: Shape): void {
    this.bytes -= bytesOf(series);
    series.shape = shape;
    series.values =
      shape.slots > 1 || shape.kind === "histogram" || shape.kind === "summary"
        ? new Float64Array(shape.slots)
        : undefined;
    this.bytes += bytesOf(series);
  }

  /** Remembers what a dialect made of a series' identity; undefined forgets it. */
  prepare(series: Series, dialect: number, prepared: Prepared | undefined): void {
    this.bytes -= bytesOf(series);
    series.prepared[dialect] = prepared;
    this.bytes += bytesOf(series);
  }

  /** Takes off what was not updated since the moment. */
  sweep(since: number): void {
    for (const { series } of this.families.values()) {
      for (const each of series.values()) if (each.updated < since) this.detach(each);
    }
  }

  /** From now on this is what the resource with its job and instance says of itself. */
  describe(source: Source, now: number): void {
    const target = this.targets.get(source.key);
    if (target === undefined || target.source.info?.key === source.info?.key) return;
    if (target.info !== undefined) this.detach(target.info);
    target.source = source;
    target.info = this.inform(source, now);
  }

  private familyOf({ name, type, help }: FamilyName): Family | Conflict {
    const known = this.families.get(name);
    if (known !== undefined) {
      if (known.type !== type) return "type_conflict";
      if (known.help !== help) this.helpDiffers(known, help);
      return known;
    }
    const names = suffixes[type].map((suffix) => name + suffix);
    if (names.some((each) => this.names.has(each))) return "name_conflict";
    for (const each of names) this.names.add(each);
    const family: Family = { name, type, help, series: new Map(), plainLabels: true, sorted: undefined };
    this.families.set(name, family);
    return family;
  }

  private arrive(source: Source, now: number): void {
    const target = this.targets.get(source.key);
    if (target !== undefined) target.live++;
    else this.targets.set(source.key, { source, live: 1, info: this.inform(source, now) });
  }

  private leave({ key }: Source): void {
    const target = this.targets.get(key);
    if (target === undefined || --target.live > 0) return;
    this.targets.delete(key);
    if (target.info !== undefined) this.detach(target.info);
  }

  private inform({ info }: Source, now: number): Series | undefined {
    if (info === undefined) return undefined;
    const series = this.attach(info, now);
    if (typeof series === "string") return undefined;
    series.value = 1;
    series.updated = Number.POSITIVE_INFINITY;
    return series;
  }
}

function emptySeries(family: Family, place: Place, now: number): Series {
  const { labels, key, source } = place;
  return {
    family,
    labels,
    key,
    source,
    owner: place,
    shape: single,
    value: 0,
    values: undefined,
    states: undefined,
    exponential: undefined,
    exemplars: undefined,
    ms: 0,
    ns: 0,
    startMs: 0,
    startNs: 0,
    updated: now,
    batch: 0,
    prepared: [],
  };
}

function bytesOf({ key, values, prepared }: Series): number {
  let bytes = seriesBytes + 3 * key.length + (values === undefined ? 0 : 96 + values.byteLength);
  for (const each of prepared) {
    if (each === undefined) continue;
    bytes += each.bytes?.byteLength ?? 0;
    for (const text of each.texts) bytes += 24 + text.length;
  }
  return bytes;
}
