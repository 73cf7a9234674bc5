/** Questions about a part's rows that the encoder asks once a part or once a layout. */
import { ABSENT, type BatchOf, type Layout, type MetricsPart, VALUE } from "@sluice/data";
import type { ResourceLabels } from "@sluice/lib-prometheus";
import { type SeriesTable, sameSeries } from "./series-table.ts";

/** The series that more than one row of a layout has, each with the one that stands for it and its twins; undefined = none. */
export type Twins = ReadonlyMap<number, number> | undefined;

/**
 * The parts of a batch by their lanes. In OTLP a target whose description changed is two resources; they have one lane, so what ends
 * under one of them and goes on under the other is seen together.
 */
export function byLane(
  batch: BatchOf<"metrics">,
  laneFor: (part: MetricsPart) => number,
): ReadonlyMap<number, readonly MetricsPart[]> {
  const lanes = new Map<number, MetricsPart[]>();
  for (const part of batch.parts) {
    for (const points of part.form === "wire" ? part.decode() : [part]) {
      const lane = laneFor(points);
      const list = lanes.get(lane);
      if (list === undefined) lanes.set(lane, [points]);
      else list.push(points);
    }
  }
  return lanes;
}

/** Neighbours with one time: what one scrape gave. Batches of several scrapes hold several. */
export function byMoment(parts: readonly MetricsPart[]): MetricsPart[][] {
  const moments: MetricsPart[][] = [];
  for (const part of parts) {
    const last = moments.at(-1);
    if (last !== undefined && last[0]!.time.ms === part.time.ms) last.push(part);
    else moments.push([part]);
  }
  return moments;
}

/**
 * A number that resources with one job and instance share: only those can have series in common, whatever else they say of
 * themselves. So a process that is started again finds the lane of the one before.
 */
export function laneOf({ identity }: ResourceLabels): number {
  let hash = 0x811c9dc5;
  for (const [name, value] of identity) {
    const text = `${name}=${value};`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Whether nothing in the part is a fresh value. */
export function isStale({ states, slots, ragged }: MetricsPart): boolean {
  if (ragged !== undefined && ragged.size > 0) return states === "stale";
  if (states === undefined) return slots.length === 0;
  return states === "stale" || (states.length > 0 && !states.includes(VALUE));
}

/** Samples of a row that are there. */
export function slotsOf({ layout, states }: MetricsPart, row: number): number {
  const from = layout.at[row]!;
  const to = layout.at[row + 1]!;
  if (typeof states !== "object") return to - from;
  let count = 0;
  for (let slot = from; slot < to; slot++) if (states[slot] !== ABSENT) count++;
  return count;
}

/** The latest time of a part in milliseconds; 0 = none is set. */
export function latestTime({ time, rows, layout }: MetricsPart): number {
  if (time.msOf === undefined) return time.ms;
  let ms = 0;
  for (const row of rows ?? layout.ids.keys()) ms = Math.max(ms, time.msOf[row]!);
  return ms;
}

/** A part's rows, earlier ones first. */
export function rowsByTime({ rows, layout, time: { msOf } }: MetricsPart): Int32Array {
  const all = rows === undefined ? Int32Array.from(layout.ids.keys()) : rows.slice();
  return msOf === undefined ? all : all.sort((a, b) => msOf[a]! - msOf[b]! || a - b);
}

/** The hash of a series as a map key. Equal keys are no proof: ask `sameSeries`. */
export function seriesKey(table: SeriesTable, s: number): string {
  return `${table.hashLow[s]}:${table.hashHigh[s]}`;
}

/** The table of `findTwins`, by hash: series + 1; used again because under churn every page has a layout of its own. */
let seen = new Int32Array(1024);

/** Finds the twins of a layout, of which every id is registered. One probe a series in a table of twice the size. */
export function findTwins(layout: Layout, table: SeriesTable): Twins {
  // A histogram from OTLP has one series more than slots.
  const most = layout.at[layout.ids.length]! + layout.ids.length;
  let size = 16;
  while (size < most * 2) size *= 2;
  if (seen.length < size) seen = new Int32Array(size);
  else seen.fill(0, 0, size);
  let twins: Map<number, number> | undefined;
  for (const id of layout.ids) {
    const base = table.base[id]!;
    if (base < 0) continue;
    const end = table.lastOf(id);
    for (let s = base - 1; s <= end; s++) {
      let at = table.hashLow[s]! & (size - 1);
      while (seen[at] !== 0 && !isTwin(table, seen[at]! - 1, s)) at = (at + 1) & (size - 1);
      const first = seen[at]! - 1;
      if (first < 0) seen[at] = s + 1;
      else {
        twins ??= new Map();
        twins.set(first, first).set(s, first);
      }
    }
  }
  return twins;
}

function isTwin(table: SeriesTable, a: number, b: number): boolean {
  if (a === b) return true;
  if (table.hashLow[a] !== table.hashLow[b] || table.hashHigh[a] !== table.hashHigh[b]) return false;
  return sameSeries(table, a, table, b);
}

/** When counting began, in milliseconds; 0 = not known. */
export function startOf({ start }: MetricsPart, row: number): number {
  if (start === undefined) return 0;
  return start.msOf === undefined ? start.ms : start.msOf[row]!;
}
