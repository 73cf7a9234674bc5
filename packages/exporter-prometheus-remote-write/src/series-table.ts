/**
 * What the encoder remembers of one catalog: per series its compressed label bytes (a fragment, relative to the series that
 * stood before it when it was made), 64 bits of hash, and sizes. Labels themselves are not kept: they are derived again from the
 * catalog in the rare case that a series gets a new predecessor. About 36 bytes a series and its fragment, of 20 to 70.
 */
import type { Attributes, Catalog, Scope } from "@sluice/data";
import { type ResourceLabels, resourceLabels } from "@sluice/lib-prometheus";
import { compressBeside } from "./beside.ts";
import { Bytes, headerBytes, sampleBytes, varintLength, writeSeriesHead } from "./label-bytes.ts";
import { LabelRecipe } from "./label-recipe.ts";
import type { Naming } from "./naming.ts";
import {
  planOf,
  type Refusal,
  refusalOf,
  refusals,
  type SeriesPlan,
  seriesLabels,
  singlePlan,
} from "./series-labels.ts";
import type { SeriesSymbols } from "./series-symbols.ts";
import { writeCopy } from "./snappy.ts";

/** Tag of the eight-byte literal that follows every fragment: the value. */
export const valueLiteralTag = 28;
/** Copies reach back 65535 bytes; a series with more label bytes than this is always written whole. */
export const longestEntry = 30_000;
/** Bytes of the sample that stand before the value: they are copied from the series before when it has the same time. */
export const tailBytes = sampleBytes - 8;

/** Label bytes of all series of one id: `from[k]..from[k + 1]` is the k-th. */
interface Derived {
  readonly out: Bytes;
  readonly from: number[];
  table: SeriesTable | undefined;
  id: number;
}
/** The two ids derived last, newest first, shared by all tables: a fragment needs a series and its neighbour. */
let newest: Derived = { out: new Bytes(4096), from: [], table: undefined, id: -1 };
let other: Derived = { out: new Bytes(4096), from: [], table: undefined, id: -1 };

/** The recipes made last, by all tables; each has a `resource` of its own. */
const lastRecipes: { readonly resource: ResourceLabels; readonly labels: LabelRecipe }[] = [];
const mostRecipes = 8;

const work = new Bytes(8192);
const packed = new Bytes(8192);

/** Series of one catalog under one exporter's naming. Series numbers are dense; those of one id follow each other. */
export class SeriesTable {
  readonly catalog: Catalog;
  readonly naming: Naming;
  readonly resource: ResourceLabels;
  /** What remote write 2.0 has instead of fragments. */
  symbols: SeriesSymbols | undefined;
  /** Equal for catalogs whose `target_info` is the same series. */
  readonly targetInfoKey: string;
  /** By id: first series + 1; 0 = not seen; negative = refused for `refusals[-n - 1]`. */
  base = new Int32Array(16);
  /** By id: index into `plans`; 0 = the point is one series, whose value is its only slot. */
  planAt = new Int32Array(16);
  private readonly plans: (readonly SeriesPlan[])[] = [singlePlan];
  private readonly indexOfPlan = new Map([[singlePlan, 0]]);
  /** Columns by series. */
  from = new Int32Array(16);
  length = new Int32Array(16);
  /** Bytes of the whole entry, label bytes and sample, before compression. */
  entry = new Int32Array(16);
  /** The series before it for which the fragment was made; -1 = no fragment. */
  previous = new Int32Array(16);
  hashLow = new Int32Array(16);
  hashHigh = new Int32Array(16);
  idOf = new Int32Array(16);
  series = 0;
  /** The fragments, back to back; replaced ones are garbage until the next compaction. */
  fragments = new Uint8Array(256);
  used = 0;
  garbage = 0;
  /** Label bytes of series that began a request, because they are needed at every request. */
  private readonly heads = new Map<number, Uint8Array>();
  /** Those of `labelBytes`. */
  private readonly labelsOf = new Map<number, Uint8Array>();
  private labelsBytes = 0;
  private readonly seed: number;

  /** `seed` begins the hashes: tables whose series are compared have the same. */
  constructor(catalog: Catalog, naming: Naming, seed: number) {
    this.seed = seed;
    this.catalog = catalog;
    this.naming = naming;
    this.resource = resourceLabels(catalog.resource, naming);
    this.targetInfoKey = JSON.stringify(this.resource.targetInfo);
  }

  /** Bytes of the columns and fragments, their spare room included. */
  get bytes(): number {
    const columns = this.base.byteLength * 2 + this.from.byteLength * 7;
    return columns + this.fragments.length + this.labelsBytes + (this.symbols?.bytes ?? 0);
  }

  /** Drops all fragments, which a template stands for now: what needs one again makes it anew. */
  forgetFragments(): void {
    this.fragments = new Uint8Array(0);
    this.previous.fill(-1);
    this.used = this.garbage = 0;
  }

  /** Makes room for a first layout in one go: growing to it step by step would leave many times its size behind as garbage. */
  expect(ids: number, series: number): void {
    if (this.series > 0) return;
    if (ids > this.base.length) this.growIds(ids);
    if (series > this.from.length) this.growColumns(series);
    if (this.fragments.length < series * 48) this.fragments = new Uint8Array(series * 48);
  }

  /** Gives back room that the first layout's fragments did not need. */
  fit(): void {
    if (this.fragments.length - this.used > this.used >> 3)
      this.fragments = this.fragments.slice(0, this.used + (this.used >> 6));
  }

  /** First series of an id + 1, or a negative refusal. Derives the id's labels when it is new. */
  register(id: number): number {
    if (id >= this.base.length) this.growIds(Math.max(id + 1, this.catalog.size));
    const known = this.base[id]!;
    if (known !== 0) return known;
    const derived = this.derive(id);
    if (typeof derived === "string") {
      this.base[id] = -1 - refusals.indexOf(derived);
      return this.base[id]!;
    }
    const first = this.series;
    const count = derived.from.length - 1;
    this.series += count;
    if (this.series > this.from.length) this.growColumns(this.series);
    for (let k = 0; k < count; k++) {
      const s = first + k;
      const from = derived.from[k]!;
      const to = derived.from[k + 1]!;
      this.idOf[s] = id;
      this.previous[s] = -1;
      this.entry[s] = to - from + sampleBytes;
      this.hash(s, derived.out.bytes, from, to);
    }
    this.planAt[id] = this.indexOf(planOf(this.catalog.metric(id), this.catalog.shape(id), this.naming));
    this.base[id] = first + 1;
    return first + 1;
  }

  private indexOf(plan: readonly SeriesPlan[]): number {
    const known = this.indexOfPlan.get(plan);
    if (known !== undefined) return known;
    this.indexOfPlan.set(plan, this.plans.length);
    return this.plans.push(plan) - 1;
  }

  /** The series of a registered id. */
  planOf(id: number): readonly SeriesPlan[] {
    return this.plans[this.planAt[id]!]!;
  }

  /** Last series of a registered id; the one before its first when it has none. */
  lastOf(id: number): number {
    let s = this.base[id]! - 2;
    while (s + 1 < this.series && this.idOf[s + 1] === id) s++;
    return s;
  }

  /** Makes the fragments of all series of an id that has none yet, the first one standing after series `before`. */
  compileAll(id: number, before: number): void {
    let neighbour = before;
    for (let s = this.base[id]! - 1; s < this.series && this.idOf[s] === id; s++) {
      if (this.entry[s]! <= longestEntry && this.entry[neighbour]! <= longestEntry) this.compile(s, neighbour);
      neighbour = s;
    }
  }

  /** The series' labels in full; derived anew. */
  labels(s: number): readonly (readonly [string, string])[] {
    const id = this.idOf[s]!;
    const lists = seriesLabels(this.catalog, id, this.resource, this.naming);
    return typeof lists === "string" ? [] : lists[s - (this.base[id]! - 1)]!;
  }

  /** Makes the fragment of series `s` for the case that series `before` stands before it. */
  compile(s: number, before: number): void {
    // The neighbour first: it stays at hand while the other is derived.
    const left = this.derived(before);
    const right = this.derived(s);
    const [a, b] = [this.placeOf(before), this.placeOf(s)];
    const from = right.from[b]!;
    const to = right.from[b + 1]!;
    packed.at = 0;
    packed.reserve((to - from) * 2 + 64);
    let end = compressBeside(
      left.out.bytes,
      left.from[a]!,
      left.from[a + 1]!,
      right.out.bytes,
      from,
      to,
      packed.bytes,
      0,
    );
    end = writeCopy(packed.bytes, end, this.entry[s]!, tailBytes);
    packed.bytes[end++] = valueLiteralTag;
    this.store(s, end);
    this.previous[s] = before;
  }

  /** Label bytes of series `s`, kept for the next request that begins with it. */
  head(s: number): Uint8Array {
    const known = this.heads.get(s);
    if (known !== undefined) return known;
    work.at = 0;
    this.appendHead(s, work);
    const head = work.bytes.slice(0, work.at);
    if (this.heads.size >= 8) this.heads.clear();
    this.heads.set(s, head);
    return head;
  }

  /** Label bytes of a series whose points are too large for fragments: kept, since they are needed at every request. */
  labelBytes(s: number): Uint8Array {
    const known = this.labelsOf.get(s);
    if (known !== undefined) return known;
    work.at = 0;
    this.appendHead(s, work);
    const labels = work.bytes.slice(headerBytes(work.bytes), work.at);
    this.labelsOf.set(s, labels);
    this.labelsBytes += labels.length;
    return labels;
  }

  /** Appends the series up to its sample: `0x0a, length, labels...`. */
  appendHead(s: number, out: Bytes): void {
    const derived = this.derived(s);
    const k = this.placeOf(s);
    const from = derived.from[k]!;
    const to = derived.from[k + 1]!;
    out.reserve(to - from);
    out.append(derived.out.bytes, from, to);
  }

  /** Which of its id's series a series is. */
  private placeOf(s: number): number {
    return s - (this.base[this.idOf[s]!]! - 1);
  }
  /** Label bytes of the id of a series. */
  private derived(s: number): Derived {
    const derived = this.derive(this.idOf[s]!);
    if (typeof derived === "string") throw new Error(`BUG: id ${this.idOf[s]} has a series and a refusal`);
    return derived;
  }

  /** Label bytes of an id, from the two derived last or made anew; or why it has no series. */
  private derive(id: number): Derived | Refusal {
    if (newest.table === this && newest.id === id) return newest;
    const reused = other;
    other = newest;
    newest = reused;
    if (reused.table === this && reused.id === id) return reused;
    const { catalog, naming } = this;
    const metric = catalog.metric(id);
    reused.table = undefined;
    reused.out.at = 0;
    const attributes = catalog.attributes(id);
    const recipe = this.recipeOf(metric.scope, attributes);
    const plan = planOf(metric, catalog.shape(id), naming);
    const refusal = refusalOf(metric) ?? recipe.write(metric, attributes, plan, reused.out, reused.from);
    if (refusal !== undefined) return refusal;
    reused.table = this;
    reused.id = id;
    return reused;
  }

  private recipeOf(scope: Scope, attributes: Attributes): LabelRecipe {
    const found = lastRecipes.find(
      (recipe) => recipe.resource === this.resource && recipe.labels.fits(scope, attributes),
    );
    if (found !== undefined) return found.labels;
    const keys = attributes.map(({ key }) => key);
    const labels = new LabelRecipe(scope, keys, this.resource, this.naming);
    lastRecipes.unshift({ resource: this.resource, labels });
    if (lastRecipes.length > mostRecipes) lastRecipes.pop();
    return labels;
  }

  private hash(s: number, bytes: Uint8Array, from: number, to: number): void {
    let low = 0x811c9dc5 ^ this.seed;
    let high = 0x2f0b4f2d ^ Math.imul(this.seed, 0x9e3779b1);
    let i = from;
    for (; i + 3 < to; i += 4) {
      const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      low = mix(low, Math.imul(word, 0xcc9e2d51));
      high = mix(high, Math.imul(word, 0x85ebca6b));
    }
    for (; i < to; i++) {
      low = mix(low, Math.imul(bytes[i]!, 0xcc9e2d51));
      high = mix(high, Math.imul(bytes[i]!, 0x85ebca6b));
    }
    low ^= low >>> 16;
    high ^= high >>> 16;
    this.hashLow[s] = low;
    this.hashHigh[s] = high;
  }

  private store(s: number, length: number): void {
    if (this.previous[s]! >= 0) {
      this.garbage += this.length[s]!;
      // Not to be kept when room is made.
      this.previous[s] = -1;
    }
    if (this.used + length > this.fragments.length) this.makeRoom(length);
    this.fragments.set(packed.bytes.subarray(0, length), this.used);
    this.from[s] = this.used;
    this.length[s] = length;
    this.used += length;
  }

  /** Drops garbage when there is much of it, else grows by a quarter. */
  private makeRoom(length: number): void {
    const old = this.fragments;
    const live = this.used - this.garbage + length;
    // After all were forgotten there is room for a quarter of them at least: few steps, however many come back.
    this.fragments = new Uint8Array(Math.max(Math.ceil(live * 1.25) + 64, this.series * 16));
    let at = 0;
    for (let s = 0; s < this.series; s++) {
      if (this.previous[s]! < 0) continue;
      const from = this.from[s]!;
      this.fragments.set(old.subarray(from, from + this.length[s]!), at);
      this.from[s] = at;
      at += this.length[s]!;
    }
    this.used = at;
    this.garbage = 0;
  }

  private growIds(ids: number): void {
    this.base = grownTo(this.base, ids);
    this.planAt = grownTo(this.planAt, ids);
  }

  private growColumns(size: number): void {
    const capacity = Math.max(size, Math.ceil(this.from.length * 1.25));
    for (const column of ["from", "length", "entry", "previous", "hashLow", "hashHigh", "idOf"] as const) {
      this[column] = grownTo(this[column], capacity);
    }
  }
}

/** Whether two series have the same label bytes; asked only when their hashes are equal. */
export function sameSeries(a: SeriesTable, s: number, b: SeriesTable, r: number): boolean {
  const left = a.head(s);
  const right = b.head(r);
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

/** One series and its sample as plain bytes: for `target_info` and for timestamps that do not take six bytes. */
export function writePlainSeries(
  out: Bytes,
  labels: readonly (readonly [string, string])[],
  value: Uint8Array,
  timestamp: Uint8Array,
): void {
  const sample = 1 + timestamp.length + 9;
  writeSeriesHead(out, labels, 1 + varintLength(sample) + sample);
  out.reserve(sample + 4);
  out.bytes[out.at++] = 0x12;
  out.varint(sample);
  out.bytes[out.at++] = 0x10;
  out.bytes.set(timestamp, out.at);
  out.at += timestamp.length;
  out.bytes[out.at++] = 0x09;
  out.bytes.set(value, out.at);
  out.at += 8;
}

/** Adds a word, spread over all bits, to a hash. */
function mix(hash: number, word: number): number {
  const x = hash ^ ((word << 15) | (word >>> 17));
  return (Math.imul((x << 13) | (x >>> 19), 0x1b873595) + 0xe6546b64) | 0;
}

function grownTo(column: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(capacity, column.length + (column.length >> 3)));
  grown.set(column);
  return grown;
}
