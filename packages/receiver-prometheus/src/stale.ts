import { ABSENT, type Layout, type MetricsPart, pointsPart, STALE, type Times } from "@sluice/data";
import type { Shown, ShownPart } from "./arrange.ts";

/** What says which rows of the target's table are gone. */
export interface Gone {
  /** By row: the page that showed it last; minus that when another row shows the same series. */
  readonly stamp: Int32Array;
  readonly page: number;
  /** Sources whose points all end: their resource changed. */
  readonly moved: ReadonlySet<number> | undefined;
}

/** What gets no stale marker: it came with its own timestamp, or goes on elsewhere. */
export interface Unmarked {
  /** By slot, over all parts: 1. */
  readonly slots: Uint8Array;
  /** Lines of exponential histograms, which have no slots. */
  readonly lines: ReadonlySet<number>;
}

/** The stale markers of everything that was shown, but for what is `unmarked`. */
export function allStale(shown: Shown, time: Times, unmarked: Unmarked | undefined): MetricsPart[] {
  if (unmarked === undefined) return shown.parts.map(({ layout }) => stalePart(layout, undefined, time));
  const moved = new Set(shown.parts.map(({ source }) => source));
  return goneStale(shown, time, { stamp: new Int32Array(0), page: 0, moved }, unmarked);
}

/**
 * The stale markers of what was shown and is gone: for each part that lost something, a part over its old layout with the rows
 * concerned.
 */
export function goneStale(shown: Shown, time: Times, gone: Gone, unmarked: Unmarked | undefined): MetricsPart[] {
  const parts: MetricsPart[] = [];
  for (const part of shown.parts) {
    const slots = goneSlots(part, shown.rowOf, gone, unmarked?.slots);
    const points = gonePoints(part, gone, unmarked?.lines);
    if (slots.length > 0 || points.size > 0) parts.push(stalePoints(part.layout, slots, points, time));
  }
  return parts;
}

/** The slots of a part that are gone, ascending. */
function goneSlots(
  { source, slotFrom, slotTo }: ShownPart,
  rowOf: Int32Array,
  gone: Gone,
  unmarked: Uint8Array | undefined,
): number[] {
  const slots: number[] = [];
  const { stamp, page } = gone;
  const all = gone.moved?.has(source) === true;
  for (let slot = slotFrom; slot < slotTo; slot++) {
    const last = all ? 0 : stamp[rowOf[slot]!]!;
    if ((all || (last !== page && last !== -page)) && unmarked?.[slot] !== 1) slots.push(slot - slotFrom);
  }
  return slots;
}
/** The rows of a part's exponential histograms that are gone. */
function gonePoints(
  { source, wholes }: ShownPart,
  { stamp, page, moved }: Gone,
  unmarked: ReadonlySet<number> | undefined,
): ReadonlySet<number> {
  const rows = new Set<number>();
  for (const { at, line, isExponential } of wholes) {
    const isGone = moved?.has(source) === true || (stamp[line] !== page && stamp[line] !== -page);
    if (isExponential && isGone && unmarked?.has(line) !== true) rows.add(at);
  }
  return rows;
}

function stalePoints(layout: Layout, slots: readonly number[], points: ReadonlySet<number>, time: Times): MetricsPart {
  const { ids, at } = layout;
  const rows: number[] = [];
  const states = new Uint8Array(at[ids.length]!).fill(ABSENT);
  let whole = true;
  for (let row = 0, next = 0; row < ids.length; row++) {
    const end = at[row + 1]!;
    const first = next;
    while (next < slots.length && slots[next]! < end) next++;
    // A row that repeats a point at another time has the same series: one marker is enough.
    if ((next === first && !points.has(row)) || (row > 0 && ids[row] === ids[row - 1])) continue;
    rows.push(row);
    if (next - first !== end - at[row]!) whole = false;
    for (let i = first; i < next; i++) states[slots[i]!] = STALE;
  }
  const meant = rows.length === ids.length ? undefined : Int32Array.from(rows);
  if (whole) return stalePart(layout, meant, time);
  return pointsPart({ layout, rows: meant, slots: new Float64Array(states.length), states, time });
}

const NOTHING = new Float64Array(0);

/** A part of stale markers for whole rows of a layout. */
export function stalePart(layout: Layout, rows: Int32Array | undefined, time: Times): MetricsPart {
  return pointsPart({ layout, rows, slots: NOTHING, states: "stale", time });
}
