import { ABSENT, type Layout, type MetricsPart, pointsPart, STALE, type Times } from "@sluice/data";
import type { Shown, ShownPart } from "./arrange.ts";

/** Says of a row of the target's table whether its series is gone. */
export type IsGone = (row: number) => boolean;

/** The stale markers of everything that was shown. */
export function allStale(shown: Shown, time: Times, explicit: Uint8Array | undefined): MetricsPart[] {
  if (explicit !== undefined) return goneStale(shown, time, () => true, explicit);
  return shown.parts.map(({ layout }) => stalePart(layout, undefined, time));
}

/**
 * The stale markers of what was shown and is gone: for each part that lost something, a part over its old layout with the rows
 * concerned. `explicit` marks the slots (over all parts) that get none: they came with their own timestamp.
 */
export function goneStale(shown: Shown, time: Times, isGone: IsGone, explicit: Uint8Array | undefined): MetricsPart[] {
  const parts: MetricsPart[] = [];
  for (const part of shown.parts) {
    const stale = staleOf(part, shown.rowOf, time, isGone, explicit);
    if (stale !== undefined) parts.push(stale);
  }
  return parts;
}

function staleOf(
  { layout, slotFrom }: ShownPart,
  rowOf: Int32Array,
  time: Times,
  isGone: IsGone,
  explicit: Uint8Array | undefined,
): MetricsPart | undefined {
  const { ids, at } = layout;
  const rows: number[] = [];
  let whole = true;
  for (let row = 0; row < ids.length; row++) {
    // A row that repeats a point at another time has the same series: one marker is enough.
    if (row > 0 && ids[row] === ids[row - 1]) continue;
    let gone = 0;
    const end = at[row + 1]!;
    for (let slot = at[row]!; slot < end; slot++) {
      if (isGone(rowOf[slotFrom + slot]!) && explicit?.[slotFrom + slot] !== 1) gone++;
    }
    if (gone === 0) continue;
    rows.push(row);
    if (gone !== end - at[row]!) whole = false;
  }
  if (rows.length === 0) return undefined;
  const meant = rows.length === ids.length ? undefined : Int32Array.from(rows);
  if (whole) return stalePart(layout, meant, time);
  const states = new Uint8Array(at[ids.length]!).fill(ABSENT);
  for (const row of rows) {
    for (let slot = at[row]!; slot < at[row + 1]!; slot++) {
      if (isGone(rowOf[slotFrom + slot]!) && explicit?.[slotFrom + slot] !== 1) states[slot] = STALE;
    }
  }
  return { ...stalePart(layout, meant, time), slots: new Float64Array(states.length), states };
}

const NOTHING = new Float64Array(0);

/** A part of stale markers for whole rows of a layout. */
export function stalePart(layout: Layout, rows: Int32Array | undefined, time: Times): MetricsPart {
  return pointsPart({ layout, rows, slots: NOTHING, states: "stale", time });
}
