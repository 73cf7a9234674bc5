/**
 * Batches to remote-write requests, already compressed. The hot loop copies one fragment and eight bytes a sample; whatever is
 * met for the first time, or stands after another neighbour than last time, takes the slow way once.
 */
import {
  ABSENT,
  type BatchOf,
  type Catalog,
  type Layout,
  type MetricsPart,
  rowCount,
  STALE,
  VALUE,
} from "@sluice/data";
import type { Item } from "@sluice/lib-sending";
import { Bytes } from "./label-bytes.ts";
import { type Naming, planOf, type Refusal, refusals } from "./series-labels.ts";
import { longestEntry, SeriesTable, sameSeries, tailBytes, writePlainSeries } from "./series-table.ts";
import { copyBytes, writeLiteral } from "./snappy.ts";

/** Why samples were not written: a refused identity, a series twice in one layout, or a stale marker beside a fresh sample. */
export type DropReason = Refusal | "duplicate_series" | "superseded";
export interface Encoded {
  readonly items: readonly Item[];
  /** Samples that the encoder added by itself (`target_info`). */
  readonly added: number;
  readonly dropped: ReadonlyMap<DropReason, { readonly items: number; readonly points: number }>;
}

const firstSixByteTime = 2 ** 35;
const firstSevenByteTime = 2 ** 42;
const staleValue = Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f);
const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);
const scratch = new Bytes(4096);
/** Rows of a layout whose series stands in the layout already. */
type Duplicates = ReadonlySet<number> | undefined;

export class RequestEncoder {
  private readonly naming: Naming;
  private readonly maxBytes: number;
  private readonly tables = new WeakMap<Catalog, SeriesTable>();
  private readonly duplicates = new WeakMap<Layout, { rows: Duplicates }>();
  private readonly lanes = new WeakMap<object, number>();
  private nextLane = 0;

  // The request under construction.
  private readonly out = new Bytes(65536);
  private rawBytes = 0;
  private samples = 0;
  private points = 0;
  private lane = 0;
  private key = "";
  /** The series written last, of `lastTable`; -1 = what comes next has no neighbour. */
  private last = -1;
  private lastTable: SeriesTable | undefined;
  private lastTime = -1;
  private readonly timeBytes = new Uint8Array(10);
  private timeLength = 0;
  private encodedTime = Number.NaN;

  // What `encode` gives back.
  private items: Item[] = [];
  private added = 0;
  private dropped = new Map<DropReason, { items: number; points: number }>();

  constructor(naming: Naming, maxBytes: number) {
    this.naming = naming;
    this.maxBytes = maxBytes;
  }

  /** Encodes a whole batch. `key` goes into the items: only equal keys share a request. */
  encode(batch: BatchOf<"metrics">, key: string): Encoded {
    this.items = [];
    this.added = 0;
    this.dropped = new Map();
    this.key = key;
    for (const [order, parts] of byOrder(batch)) {
      this.lane = this.laneOf(order);
      this.encodeSource(parts);
      this.flush();
    }
    return { items: this.items, added: this.added, dropped: this.dropped };
  }

  private laneOf(order: object): number {
    let lane = this.lanes.get(order);
    if (lane === undefined) this.lanes.set(order, (lane = this.nextLane++));
    return lane;
  }

  /** One source's parts: fresh samples first, so that a stale marker of a series that is alive under another id is left out. */
  private encodeSource(parts: readonly MetricsPart[]): void {
    const fresh = parts.filter((part) => !isStale(part));
    const stale = parts.filter(isStale);
    const infos = new Map<string, { table: SeriesTable; ms: number }>();
    for (const part of fresh) {
      this.encodePart(part, undefined);
      this.noteTargetInfo(part, infos);
    }
    const superseded = stale.length > 0 ? this.supersededSeries(fresh, stale) : undefined;
    for (const part of stale) this.encodePart(part, superseded);
    for (const { table, ms } of infos.values()) this.encodeTargetInfo(table, ms);
  }

  private table(catalog: Catalog): SeriesTable {
    let table = this.tables.get(catalog);
    if (table === undefined) this.tables.set(catalog, (table = new SeriesTable(catalog, this.naming)));
    return table;
  }

  private encodePart(part: MetricsPart, skip: ReadonlySet<string> | undefined): void {
    const { layout } = part;
    const table = this.table(layout.catalog);
    const duplicates = this.duplicatesOf(layout, table);
    if (part.rows === undefined) {
      for (let row = 0; row < layout.ids.length; row++) this.encodeRow(part, table, row, duplicates, skip);
    } else {
      for (const row of part.rows) this.encodeRow(part, table, row, duplicates, skip);
    }
  }

  /** A new layout: makes all its series known, then looks for rows whose series another row is already. */
  private duplicatesOf(layout: Layout, table: SeriesTable): Duplicates {
    const known = this.duplicates.get(layout);
    if (known !== undefined) return known.rows;
    let before = -1;
    for (const id of layout.ids) {
      const isNew = (table.base[id] ?? 0) === 0;
      const base = table.register(id);
      if (base < 0) continue;
      // While its label bytes are at hand: the fragment for the neighbour it most likely has.
      if (isNew && before >= 0) table.compileAll(id, before);
      before = table.lastOf(id);
    }
    const rows = findDuplicates(layout, table);
    this.duplicates.set(layout, { rows });
    return rows;
  }

  private encodeRow(part: MetricsPart, table: SeriesTable, row: number, duplicates: Duplicates, skip: ReadonlySet<string> | undefined): void {
    const { layout, time } = part;
    if (this.rawBytes >= this.maxBytes) this.flush();
    const id = layout.ids[row]!;
    const base = table.base[id]!;
    if (base < 0) return this.drop(refusals[-1 - base]!, Math.max(1, slotsOf(part, row)), 1);
    if (duplicates?.has(row)) return this.drop("duplicate_series", slotsOf(part, row), 1);
    const ms = time.msOf === undefined ? time.ms : time.msOf[row]!;
    const slot = layout.at[row]!;
    this.points++;
    if (table.simple[id] === 1 && skip === undefined) return this.encodeSlot(part, table, base - 1, slot, ms);
    const plan = planOf(table.catalog.metric(id), table.catalog.shape(id));
    for (let k = 0; k < plan.length; k++) {
      if (skip?.has(seriesKey(table, base - 1 + k))) this.drop("superseded", 1, 0);
      else this.encodeSlot(part, table, base - 1 + k, slot + plan[k]!.slot, ms);
    }
  }

  private encodeSlot(part: MetricsPart, table: SeriesTable, s: number, slot: number, ms: number): void {
    const { states } = part;
    if (states === undefined) {
      number[0] = part.slots[slot]!;
      this.put(table, s, numberBytes, ms);
    } else if (states === "stale" || states[slot] === STALE) this.put(table, s, staleValue, ms);
    else if (states[slot] !== ABSENT) {
      number[0] = part.slots[slot]!;
      this.put(table, s, numberBytes, ms);
    }
  }

  private put(table: SeriesTable, s: number, value: Uint8Array, ms: number): void {
    if (!(ms >= firstSixByteTime && ms < firstSevenByteTime)) return this.putPlain(table, s, value, ms);
    const { out } = this;
    this.samples++;
    this.rawBytes += table.entry[s]!;
    if (this.last < 0 || this.lastTable !== table || table.entry[s]! > longestEntry) return this.putFirst(table, s, value, ms);
    if (table.previous[s] !== this.last) table.compile(s, this.last);
    let length = table.length[s]!;
    out.reserve(length + 24);
    const { fragments } = table;
    const from = table.from[s]!;
    const { bytes } = out;
    let at = out.at;
    if (ms === this.lastTime) {
      for (let i = 0; i < length; i++) bytes[at + i] = fragments[from + i]!;
      at += length;
    } else {
      // Another time than the neighbour's: the labels from the fragment, the sample as a literal.
      length -= 1 + copyBytes(table.entry[s]!, tailBytes);
      for (let i = 0; i < length; i++) bytes[at + i] = fragments[from + i]!;
      at += length;
      bytes[at++] = (tailBytes + 8 - 1) << 2;
      at = this.writeTail(bytes, at, ms);
    }
    for (let i = 0; i < 8; i++) bytes[at + i] = value[i]!;
    out.at = at + 8;
    this.last = s;
    this.lastTime = ms;
  }

  private putFirst(table: SeriesTable, s: number, value: Uint8Array, ms: number): void {
    const head = table.head(s);
    const { out } = this;
    out.reserve(head.length + 32);
    out.at = writeLiteral(out.bytes, out.at, head, 0, head.length);
    out.bytes[out.at++] = (tailBytes + 8 - 1) << 2;
    out.at = this.writeTail(out.bytes, out.at, ms);
    out.bytes.set(value, out.at);
    out.at += 8;
    this.last = table.entry[s]! > longestEntry ? -1 : s;
    this.lastTable = table;
    this.lastTime = ms;
  }

  /** A timestamp that does not take six bytes (before 1971, after 2109): rare, so nothing is remembered. */
  private putPlain(table: SeriesTable, s: number, value: Uint8Array, ms: number): void {
    this.putLabels(table.labels(s), value, ms);
    this.samples++;
  }

  private putLabels(labels: readonly (readonly [string, string])[], value: Uint8Array, ms: number): void {
    this.setTime(ms);
    scratch.at = 0;
    writePlainSeries(scratch, labels, value, this.timeBytes.subarray(0, this.timeLength));
    this.out.reserve(scratch.at + 8);
    this.out.at = writeLiteral(this.out.bytes, this.out.at, scratch.bytes, 0, scratch.at);
    this.rawBytes += scratch.at;
    this.last = -1;
  }

  private writeTail(bytes: Uint8Array, at: number, ms: number): number {
    this.setTime(ms);
    bytes[at] = 0x12;
    bytes[at + 1] = 0x10;
    bytes[at + 2] = 0x10;
    for (let i = 0; i < 6; i++) bytes[at + 3 + i] = this.timeBytes[i]!;
    bytes[at + 9] = 0x09;
    return at + tailBytes;
  }

  /** The int64 varint of a time; negative ones take ten bytes. */
  private setTime(ms: number): void {
    if (ms === this.encodedTime) return;
    this.encodedTime = ms;
    let low = ms % 2 ** 32;
    if (low < 0) low += 2 ** 32;
    let high = (ms - low) / 2 ** 32;
    if (high < 0) high += 2 ** 32;
    let at = 0;
    while (high > 0 || low > 127) {
      this.timeBytes[at++] = (low & 127) | 128;
      low = Math.floor(low / 128) + (high % 128) * 2 ** 25;
      high = Math.floor(high / 128);
    }
    this.timeBytes[at++] = low;
    this.timeLength = at;
  }

  private noteTargetInfo(part: MetricsPart, infos: Map<string, { table: SeriesTable; ms: number }>): void {
    const table = this.table(part.layout.catalog);
    const labels = table.resource.targetInfo;
    if (labels === undefined || rowCount(part) === 0) return;
    const ms = latest(part);
    if (ms === 0) return;
    const known = infos.get(table.targetInfoKey);
    if (known === undefined) infos.set(table.targetInfoKey, { table, ms });
    else known.ms = Math.max(known.ms, ms);
  }

  private encodeTargetInfo(table: SeriesTable, ms: number): void {
    number[0] = 1;
    this.putLabels(table.resource.targetInfo!, numberBytes, ms);
    this.samples++;
    this.points++;
    this.added++;
  }

  /** Keys of the series that are in a stale part and in a fresh one: identity changed, the Prometheus series did not. */
  private supersededSeries(fresh: readonly MetricsPart[], stale: readonly MetricsPart[]): ReadonlySet<string> | undefined {
    const gone = new Map<string, [SeriesTable, number]>();
    const filter = new Uint8Array(8192);
    for (const part of stale) {
      this.eachSeries(part, (table, s) => {
        gone.set(seriesKey(table, s), [table, s]);
        filter[table.hashLow[s]! & 8191] = 1;
      });
    }
    const both = new Set<string>();
    for (const part of fresh) {
      this.eachSeries(part, (table, s) => {
        if (filter[table.hashLow[s]! & 8191] === 0) return;
        const key = seriesKey(table, s);
        const found = gone.get(key);
        if (found !== undefined && sameSeries(found[0], found[1], table, s)) both.add(key);
      });
    }
    return both.size > 0 ? both : undefined;
  }

  private eachSeries(part: MetricsPart, visit: (table: SeriesTable, s: number) => void): void {
    const { layout, states } = part;
    const table = this.table(layout.catalog);
    const rows = part.rows ?? layout.ids.keys();
    for (const row of rows) {
      const id = layout.ids[row]!;
      const base = table.register(id);
      if (base < 0) continue;
      const plan = planOf(table.catalog.metric(id), table.catalog.shape(id));
      for (let k = 0; k < plan.length; k++) {
        const absent = typeof states === "object" && states[layout.at[row]! + plan[k]!.slot] === ABSENT;
        if (!absent) visit(table, base - 1 + k);
      }
    }
  }

  private drop(reason: DropReason, items: number, points: number): void {
    const sum = this.dropped.get(reason);
    if (sum === undefined) this.dropped.set(reason, { items, points });
    else {
      sum.items += items;
      sum.points += points;
    }
  }

  private flush(): void {
    if (this.samples > 0) {
      this.items.push({
        body: this.out.bytes.slice(0, this.out.at),
        rawBytes: this.rawBytes,
        items: this.samples,
        points: this.points,
        lane: this.lane,
        key: this.key,
      });
    }
    this.out.at = 0;
    this.rawBytes = 0;
    this.samples = 0;
    this.points = 0;
    this.last = -1;
  }
}

/** Parts by source, so that one source's samples stay in one lane; whole requests from the wire are decoded first. */
function byOrder(batch: BatchOf<"metrics">): Map<object, MetricsPart[]> {
  const sources = new Map<object, MetricsPart[]>();
  for (const part of batch.parts) {
    for (const points of part.form === "wire" ? part.decode() : [part]) {
      const { order } = points.layout.catalog;
      const list = sources.get(order);
      if (list === undefined) sources.set(order, [points]);
      else list.push(points);
    }
  }
  return sources;
}

/** Whether nothing in the part is a fresh value. */
function isStale(part: MetricsPart): boolean {
  if (part.states === "stale") return true;
  return part.states !== undefined && part.states.length > 0 && part.states.every((state) => state !== VALUE);
}

/** Samples of a row that are there. */
function slotsOf(part: MetricsPart, row: number): number {
  const { layout, states } = part;
  const from = layout.at[row]!;
  const to = layout.at[row + 1]!;
  if (typeof states !== "object") return to - from;
  let count = 0;
  for (let slot = from; slot < to; slot++) if (states[slot] !== ABSENT) count++;
  return count;
}

function latest(part: MetricsPart): number {
  const { time, rows } = part;
  if (time.msOf === undefined) return time.ms;
  let ms = 0;
  for (const row of rows ?? part.layout.ids.keys()) ms = Math.max(ms, time.msOf[row]!);
  return ms;
}

function seriesKey(table: SeriesTable, s: number): string {
  return `${table.hashLow[s]}:${table.hashHigh[s]}`;
}

/** Rows whose series is also that of an earlier row with another id. One probe a series in a table of twice the size. */
function findDuplicates(layout: Layout, table: SeriesTable): Duplicates {
  let size = 16;
  while (size < layout.at[layout.ids.length]! * 2 + 16) size *= 2;
  const seen = new Int32Array(size);
  let rows: Set<number> | undefined;
  for (let row = 0; row < layout.ids.length; row++) {
    const base = table.base[layout.ids[row]!]!;
    if (base < 0) continue;
    const end = table.lastOf(layout.ids[row]!);
    for (let s = base - 1; s <= end; s++) {
      let at = table.hashLow[s]! & (size - 1);
      while (seen[at] !== 0 && !isTwin(table, seen[at]! - 1, s)) at = (at + 1) & (size - 1);
      if (seen[at] === 0) seen[at] = s + 1;
      else if (seen[at]! - 1 !== s) (rows ??= new Set()).add(row);
    }
  }
  return rows;
}

function isTwin(table: SeriesTable, a: number, b: number): boolean {
  if (a === b) return true;
  if (table.hashLow[a] !== table.hashLow[b] || table.hashHigh[a] !== table.hashHigh[b]) return false;
  return sameSeries(table, a, table, b);
}
