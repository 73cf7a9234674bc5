/** Batches to remote-write requests, already compressed: which samples are written, and in which order. */
import { ABSENT, type BatchOf, type MetricsPart, rowCount, STALE, VALUE } from "@sluice/data";
import { BodyPool } from "./body-pool.ts";
import { exemplarBytes, exemplarsAt } from "./exemplars.ts";
import { Layouts } from "./layouts.ts";
import type { Naming } from "./naming.ts";
import {
  byLane,
  byMoment,
  isStale,
  laneOf,
  latestTime,
  rowsByTime,
  seriesKey,
  slotsOf,
  startOf,
  type Twins,
} from "./part-series.ts";
import { RequestWriter } from "./request-writer.ts";
import { RequestWriter2 } from "./request-writer-2.ts";
import { type HistogramRefusal, isAbsentRow, rowHistogram } from "./row-histogram.ts";
import { type Refusal, refusals, type SeriesPlan } from "./series-labels.ts";
import { type SeriesTable, sameSeries } from "./series-table.ts";
import type { SeriesWriter, WriteItem } from "./series-writer.ts";
import { Tables } from "./tables.ts";
import type { Block } from "./template.ts";
import type { WriteVersion } from "./version.ts";

/**
 * Why samples were not written: a refused identity, a histogram that cannot be a native one, a series twice at one time, or a
 * stale marker beside a fresh sample.
 */
export type DropReason = Refusal | HistogramRefusal | "duplicate_series" | "superseded";
export interface Encoded {
  readonly items: readonly WriteItem[];
  readonly dropped: ReadonlyMap<DropReason, { readonly items: number; readonly points: number }>;
  /** Exemplars of series without a sample, for which 2.0 has no place. */
  readonly droppedExemplars: number;
  /** Of the samples those that a prepared request was filled with. */
  readonly steadyItems: number;
}

const staleValue = Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f);
const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);
const filterBits = 8191;

type Series = readonly [SeriesTable, number];

/** Whether a series of a row has nothing to write. */
function isAbsent(part: MetricsPart, row: number, plan: SeriesPlan): boolean {
  if (plan.slot < 0) return isAbsentRow(part, row);
  const { states, layout } = part;
  return typeof states === "object" && states[layout.at[row]! + plan.slot] === ABSENT;
}

/** Whether a series of a row has something to write, and can be written. */
function isWritten(part: MetricsPart, row: number, plan: SeriesPlan): boolean {
  if (plan.slot >= 0) return !isAbsent(part, row, plan);
  return typeof rowHistogram(part, row, { ms: 0, startMs: 0 }) === "object";
}

export class RequestEncoder {
  /** A request before compression; only a series that is larger alone makes a larger one. */
  maxBytes: number;
  private readonly writer: SeriesWriter;
  /** The same, where it takes prepared stretches of a layout. */
  private readonly blockWriter: RequestWriter | undefined;
  /** Only 2.0 has start times. */
  private readonly hasStarts: boolean;
  private naming: Naming;
  private tables: Tables;
  private layouts: Layouts;
  private readonly lanes = new WeakMap<object, number>();
  private readonly seed: number;
  private lane = 0;
  private key = "";
  private items: WriteItem[] = [];
  private dropped = new Map<DropReason, { items: number; points: number }>();
  private droppedExemplars = 0;
  private steadyItems = 0;

  /** `seed` is a number that no target knows, so that none can choose labels whose hashes collide. */
  constructor(naming: Naming, maxBytes: number, pool = new BodyPool(0), seed = 0, version: WriteVersion = "1.0") {
    this.seed = seed;
    this.naming = naming;
    this.blockWriter = version === "1.0" ? new RequestWriter(pool) : undefined;
    this.writer = this.blockWriter ?? new RequestWriter2(pool, seed);
    this.layouts = new Layouts(this.writer);
    this.hasStarts = version === "2.0";
    this.tables = new Tables(naming, seed);
    this.maxBytes = maxBytes;
  }

  /** Takes another naming for all batches to come. Sources stay in their lanes. */
  rename(naming: Naming): void {
    this.naming = naming;
    this.tables = new Tables(naming, this.seed);
    this.layouts = new Layouts(this.writer);
  }

  /** What is remembered of series, and prepared for their layouts. */
  totals(): ReturnType<Tables["totals"]> {
    const { series, bytes } = this.tables.totals();
    return { series, bytes: bytes + this.layouts.bytes };
  }

  /** Encodes a whole batch. `key` goes into the items: only equal keys share a request. */
  encode(batch: BatchOf<"metrics">, key: string): Encoded {
    this.items = [];
    this.dropped = new Map();
    this.droppedExemplars = 0;
    this.steadyItems = 0;
    this.key = key;
    // What a batch left behind whose catalog threw.
    this.writer.clear();
    for (const [lane, parts] of byLane(batch, (part) => this.laneFor(part))) {
      this.lane = lane;
      this.encodeSource(parts);
      this.flush();
    }
    const { items, dropped, droppedExemplars, steadyItems } = this;
    return { items, dropped, droppedExemplars, steadyItems };
  }

  private laneFor({ layout: { catalog } }: MetricsPart): number {
    const known = this.lanes.get(catalog.order);
    if (known !== undefined) return known;
    const lane = laneOf(this.tables.of(catalog).resource);
    this.lanes.set(catalog.order, lane);
    return lane;
  }

  private encodeSource(parts: readonly MetricsPart[]): void {
    const infos = new Map<string, { table: SeriesTable; ms: number }>();
    for (const moment of byMoment(parts)) this.encodeMoment(moment, infos);
    for (const { table, ms } of infos.values()) this.encodeTargetInfo(table, ms);
  }

  /** One scrape: fresh samples first, so that a stale marker of a series that is alive under another id is left out. */
  private encodeMoment(parts: readonly MetricsPart[], infos: Map<string, { table: SeriesTable; ms: number }>): void {
    const fresh = parts.filter((part) => !isStale(part));
    const stale = parts.filter(isStale);
    for (const part of fresh) {
      this.encodePart(part, undefined);
      this.noteTargetInfo(part, infos);
    }
    const superseded = stale.length > 0 ? this.supersededSeries(fresh, stale) : undefined;
    for (const part of stale) this.encodePart(part, superseded);
  }

  private encodePart(part: MetricsPart, superseded: ReadonlySet<string> | undefined): void {
    const { layout, rows } = part;
    const table = this.tables.of(layout.catalog);
    const known = this.layouts.of(layout, table);
    const blocks = superseded === undefined ? this.layouts.blocksFor(part, table, known, this.maxBytes) : undefined;
    if (blocks !== undefined && this.encodeBlocks(part, blocks)) return;
    if (known.twins !== undefined || superseded !== undefined) {
      const once = { twins: known.twins, written: new Set<string>(), superseded };
      for (const row of rowsByTime(part)) this.encodeRowOnce(part, table, row, once);
    } else if (rows === undefined) {
      for (let row = 0; row < layout.ids.length; row++) this.encodeRow(part, table, row);
    } else {
      for (const row of rows) this.encodeRow(part, table, row);
    }
  }

  /** The steady tier; false = nothing is written, and the general one has to. */
  private encodeBlocks({ slots, time }: MetricsPart, blocks: readonly Block[]): boolean {
    const { blockWriter } = this;
    if (blockWriter === undefined || blocks.some(({ rawBytes }) => rawBytes > this.maxBytes)) return false;
    for (const block of blocks) {
      this.makeRoom(block.rawBytes);
      if (!blockWriter.putBlock(block, slots, time.ms)) return false;
      this.steadyItems += block.steps.length;
    }
    return true;
  }

  private encodeRow(part: MetricsPart, table: SeriesTable, row: number): void {
    const { layout, time } = part;
    const id = layout.ids[row]!;
    const base = table.base[id]!;
    const slot = layout.at[row]!;
    if (base < 0) {
      this.refuse(part, row, base);
      return;
    }
    const ms = time.msOf === undefined ? time.ms : time.msOf[row]!;
    const startMs = this.hasStarts ? startOf(part, row) : 0;
    if (table.planAt[id] === 0 && part.exemplars === undefined) {
      this.encodeSlot(part, table, base - 1, slot, ms, startMs);
      this.writer.points++;
      return;
    }
    const plan = table.planOf(id);
    let lost = 0;
    for (let k = 0; k < plan.length; k++) {
      if (!this.encodeSeries(part, table, base - 1 + k, row, plan[k]!, ms, startMs)) lost++;
    }
    if (lost < plan.length) this.writer.points++;
  }

  /** One series of a row; false = it was dropped. */
  private encodeSeries(
    part: MetricsPart,
    table: SeriesTable,
    s: number,
    row: number,
    plan: SeriesPlan,
    ms: number,
    startMs: number,
  ): boolean {
    if (isAbsent(part, row, plan)) {
      this.encodeExemplars(part, table, s, row, plan, ms);
      return true;
    }
    if (plan.slot < 0) return this.encodeHistogram(part, table, s, row, ms, startMs);
    const slot = part.layout.at[row]! + plan.slot;
    const exemplars = exemplarsAt(part, row, plan.exemplars, ms, this.naming.strategy);
    if (exemplars.length === 0) {
      this.encodeSlot(part, table, s, slot, ms, startMs);
      return true;
    }
    this.makeRoom(table.entry[s]! + exemplarBytes(exemplars));
    const isValue = part.states === undefined || (part.states !== "stale" && part.states[slot] === VALUE);
    if (isValue) number[0] = part.slots[slot]!;
    this.writer.putSample(table, s, isValue ? numberBytes : staleValue, { ms, startMs }, exemplars);
    return true;
  }

  /** Exemplars of a series without a sample: a sender may give them in another request than their sample. */
  private encodeExemplars(
    part: MetricsPart,
    table: SeriesTable,
    s: number,
    row: number,
    plan: SeriesPlan,
    ms: number,
  ): void {
    const exemplars = exemplarsAt(part, row, plan.exemplars, ms, this.naming.strategy);
    if (exemplars.length === 0) return;
    this.makeRoom(table.entry[s]! + exemplarBytes(exemplars));
    if (!this.writer.putExemplars(table, s, exemplars)) this.droppedExemplars += exemplars.length;
  }

  private encodeHistogram(
    part: MetricsPart,
    table: SeriesTable,
    s: number,
    row: number,
    ms: number,
    startMs: number,
  ): boolean {
    // Beginning after its end, it says nothing.
    const message = rowHistogram(part, row, { ms, startMs: startMs <= ms ? startMs : 0 });
    if (typeof message === "string") {
      this.drop(message, 1, 1);
      return false;
    }
    if (message === undefined) return true;
    const exemplars = exemplarsAt(part, row, undefined, ms, this.naming.strategy);
    this.makeRoom(table.entry[s]! + message.length + exemplarBytes(exemplars));
    this.writer.putHistogram(table, s, message, exemplars);
    return true;
  }

  private makeRoom(bytes: number): void {
    if (this.writer.rawBytes + bytes + this.writer.room > this.maxBytes) this.flush();
  }

  /** A row of which something may have to be left out: of twins at one time the first is written. */
  private encodeRowOnce(
    part: MetricsPart,
    table: SeriesTable,
    row: number,
    { twins, written, superseded }: { twins: Twins; written: Set<string>; superseded: ReadonlySet<string> | undefined },
  ): void {
    const { layout, time } = part;
    const id = layout.ids[row]!;
    const base = table.base[id]!;
    if (base < 0) {
      this.refuse(part, row, base);
      return;
    }
    const ms = time.msOf === undefined ? time.ms : time.msOf[row]!;
    let kept = 0;
    let lost = 0;
    const startMs = this.hasStarts ? startOf(part, row) : 0;
    for (const [k, plan] of table.planOf(id).entries()) {
      const s = base - 1 + k;
      if (isAbsent(part, row, plan)) {
        this.encodeExemplars(part, table, s, row, plan, ms);
        continue;
      }
      const twin = twins?.get(s);
      if (superseded?.has(seriesKey(table, s))) this.drop("superseded", 1, 0);
      else if (twin !== undefined && written.has(`${twin} ${ms}`)) {
        this.drop("duplicate_series", 1, 0);
        lost++;
      } else {
        if (!this.encodeSeries(part, table, s, row, plan, ms, startMs)) continue;
        if (twin !== undefined) written.add(`${twin} ${ms}`);
        kept++;
      }
    }
    if (kept > 0) this.writer.points++;
    else if (lost > 0) this.drop("duplicate_series", 0, 1);
  }

  private refuse(part: MetricsPart, row: number, base: number): void {
    this.drop(refusals[-1 - base]!, Math.max(1, slotsOf(part, row)), 1);
  }

  private encodeSlot(
    part: MetricsPart,
    table: SeriesTable,
    s: number,
    slot: number,
    ms: number,
    startMs: number,
  ): void {
    const { states } = part;
    const state = states === undefined ? VALUE : states === "stale" ? STALE : states[slot];
    if (state === ABSENT) return;
    this.makeRoom(table.entry[s]!);
    if (state === VALUE) {
      number[0] = part.slots[slot]!;
      this.writer.put(table, s, numberBytes, ms, startMs);
    } else this.writer.put(table, s, staleValue, ms, 0);
  }

  private noteTargetInfo(part: MetricsPart, infos: Map<string, { table: SeriesTable; ms: number }>): void {
    const table = this.tables.of(part.layout.catalog);
    if (table.resource.targetInfo === undefined || rowCount(part) === 0) return;
    const ms = latestTime(part);
    if (ms === 0) return;
    const known = infos.get(table.targetInfoKey);
    if (known === undefined) infos.set(table.targetInfoKey, { table, ms });
    else known.ms = Math.max(known.ms, ms);
  }

  private encodeTargetInfo(table: SeriesTable, ms: number): void {
    // Three bytes for each character of the key are enough for the whole series.
    this.makeRoom(table.targetInfoKey.length * 3);
    number[0] = 1;
    this.writer.putLabels(table.resource.targetInfo!, numberBytes, ms);
  }

  /** Keys of the series that are in a stale part and in a fresh one: identity changed, the Prometheus series did not. */
  private supersededSeries(
    fresh: readonly MetricsPart[],
    stale: readonly MetricsPart[],
  ): ReadonlySet<string> | undefined {
    const gone = new Map<string, Series>();
    const filter = new Uint8Array(filterBits + 1);
    for (const part of stale) {
      this.eachSeries(part, (table, s) => {
        gone.set(seriesKey(table, s), [table, s]);
        filter[table.hashLow[s]! & filterBits] = 1;
      });
    }
    const both = new Set<string>();
    for (const part of fresh) {
      this.eachSeries(part, (table, s) => {
        if (filter[table.hashLow[s]! & filterBits] === 0) return;
        const key = seriesKey(table, s);
        const found = gone.get(key);
        if (found !== undefined && sameSeries(found[0], found[1], table, s)) both.add(key);
      });
    }
    return both.size > 0 ? both : undefined;
  }

  private eachSeries(part: MetricsPart, visit: (table: SeriesTable, s: number) => void): void {
    const { layout } = part;
    const table = this.tables.of(layout.catalog);
    for (const row of part.rows ?? layout.ids.keys()) {
      const id = layout.ids[row]!;
      const base = table.register(id);
      if (base < 0) continue;
      const plan = table.planOf(id);
      for (let k = 0; k < plan.length; k++) {
        if (isWritten(part, row, plan[k]!)) visit(table, base - 1 + k);
      }
    }
  }

  private drop(reason: DropReason, items: number, points: number): void {
    const sum = this.dropped.get(reason) ?? { items: 0, points: 0 };
    sum.items += items;
    sum.points += points;
    this.dropped.set(reason, sum);
  }

  private flush(): void {
    const item = this.writer.take(this.lane, this.key);
    if (item !== undefined) this.items.push(item);
  }
}
