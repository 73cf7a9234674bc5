/** Questions about a part's rows that the encoder asks once a part or once a layout. */
import { ABSENT, type BatchOf, type Layout, type MetricsPart, VALUE } from "@sluice/data";
import { type SeriesTable, sameSeries } from "./series-table.ts";

/** Rows of a layout whose series another row of it is already; undefined = none. */
export type Duplicates = ReadonlySet<number> | undefined;

/** Parts by source, so that one source's samples stay in one lane; whole requests from the wire are decoded first. */
export function byOrder(batch: BatchOf<"metrics">): Map<object, MetricsPart[]> {
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
export function isStale({ states }: MetricsPart): boolean {
  if (states === undefined || states === "stale") return states === "stale";
  return states.length > 0 && !states.includes(VALUE);
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

/** The hash of a series as a map key. Equal keys are no proof: ask `sameSeries`. */
export function seriesKey(table: SeriesTable, s: number): string {
  return `${table.hashLow[s]}:${table.hashHigh[s]}`;
}

/** Rows whose series is also that of an earlier row with another id. One probe a series in a table of twice the size. */
export function findDuplicates(layout: Layout, table: SeriesTable): Duplicates {
  let size = 16;
  while (size < layout.at[layout.ids.length]! * 2 + 16) size *= 2;
  const seen = new Int32Array(size);
  let rows: Set<number> | undefined;
  for (let row = 0; row < layout.ids.length; row++) {
    const id = layout.ids[row]!;
    const base = table.base[id]!;
    if (base < 0) continue;
    const end = table.lastOf(id);
    for (let s = base - 1; s <= end; s++) {
      let at = table.hashLow[s]! & (size - 1);
      while (seen[at] !== 0 && !isTwin(table, seen[at]! - 1, s)) at = (at + 1) & (size - 1);
      if (seen[at] === 0) seen[at] = s + 1;
      else if (seen[at]! - 1 !== s) {
        rows ??= new Set();
        rows.add(row);
      }
    }
  }
  return rows;
}

function isTwin(table: SeriesTable, a: number, b: number): boolean {
  if (a === b) return true;
  if (table.hashLow[a] !== table.hashLow[b] || table.hashHigh[a] !== table.hashHigh[b]) return false;
  return sameSeries(table, a, table, b);
}
