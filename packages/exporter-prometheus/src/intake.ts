/** Puts the numbers of batches on the page: one look-up a point, then the number. */
import {
  ABSENT,
  type MetricsPart,
  msAt,
  nsAt,
  rowCount,
  type Shape,
  STALE,
  shapeOf,
  slotOf,
  VALUE,
} from "@sluice/data";
import { showExemplars } from "./exemplars.ts";
import type { Identities, Refusal } from "./identity.ts";
import { totalSlot } from "./lines.ts";
import { isSameShape, mergeExponential, smallestScale } from "./merge.ts";
import type { Conflict, Place, Series, Table } from "./table.ts";

/** Why a point was left out. */
export type DropReason =
  | Refusal
  | Conflict
  | "duplicate_series"
  | "out_of_order"
  | "overlapping_delta"
  | "invalid_histogram"
  | "unsupported_scale";

interface Count {
  items: number;
  points: number;
}
/** What became of a batch: what is on the page, or was taken off it, and what was left out. */
export interface Taken extends Readonly<Count> {
  readonly dropped: ReadonlyMap<DropReason, Readonly<Count>>;
}

/** An exponential histogram as lines of text show it. */
const withSum = shapeOf({ kind: "histogram", sum: true, count: true });
const withoutSum = shapeOf({ kind: "histogram", count: true });

/** Takes batches into a table. */
export class Intake {
  private readonly table: Table;
  private readonly identities: Identities;
  private batch = 0;
  private now = 0;

  constructor(table: Table, identities: Identities) {
    this.table = table;
    this.identities = identities;
  }

  /** Takes a batch at once; `now` is monotonic milliseconds. */
  take(parts: readonly MetricsPart[], now: number): Taken {
    this.batch++;
    this.now = now;
    const total = { items: 0, points: 0, dropped: new Map<DropReason, Count>() };
    // What ended goes first: under another type or help the same series may go on in this batch.
    for (const part of parts) if (part.states === "stale") this.takePart(part, total);
    for (const part of parts) if (part.states !== "stale") this.takePart(part, total);
    return total;
  }

  private takePart(part: MetricsPart, total: Count & { readonly dropped: Map<DropReason, Count> }): void {
    const { layout, rows } = part;
    const count = rowCount(part);
    for (let i = 0; i < count; i++) {
      const row = rows === undefined ? i : rows[i]!;
      const reason = this.takeRow(part, row, this.identities.placeOf(layout.catalog, layout.ids[row]!));
      let counted: Count = total;
      if (reason !== undefined) {
        counted = total.dropped.get(reason) ?? { items: 0, points: 0 };
        total.dropped.set(reason, counted);
      }
      counted.items += samplesOf(part, row);
      counted.points++;
    }
  }

  private takeRow(part: MetricsPart, row: number, place: Place | Refusal): DropReason | undefined {
    if (typeof place === "string") return place;
    const state = stateOf(part, row, place.shape);
    if (state === ABSENT) return undefined;
    if (state === STALE) return this.remove(part, row, place);
    const problem = problemOf(part, row, place.shape);
    if (problem !== undefined) return problem;
    let series = place.series;
    if (series?.family === undefined) {
      const attached = this.table.attach(place, this.now);
      if (typeof attached === "string") return attached;
      series = attached;
    }
    const reason = series.batch === 0 ? undefined : this.orderProblem(series, part, row, place);
    if (reason !== undefined) return reason;
    return this.put(series, part, row, place);
  }

  /** Why the point does not follow what is shown. */
  private orderProblem(
    series: Series,
    { time, start }: MetricsPart,
    row: number,
    place: Place,
  ): DropReason | undefined {
    const [ms, ns] = [msAt(time, row), nsAt(time, row)];
    if (ms === series.ms && ns === series.ns && series.batch === this.batch) return "duplicate_series";
    if (isSet(ms, ns) && isBefore(ms, ns, series.ms, series.ns)) return "out_of_order";
    if (!place.delta || start === undefined) return undefined;
    const [startMs, startNs] = [msAt(start, row), nsAt(start, row)];
    return isSet(startMs, startNs) && isBefore(startMs, startNs, series.ms, series.ns)
      ? "overlapping_delta"
      : undefined;
  }

  private put(series: Series, part: MetricsPart, row: number, place: Place): DropReason | undefined {
    const { layout, slots, time, start } = part;
    const adds = place.delta && series.batch !== 0;
    const { shape } = place;
    if (shape.kind === "exponential") {
      const reason = this.putExponential(series, part, row, adds);
      if (reason !== undefined) return reason;
    } else if (shape.slots === 1 && shape.kind !== "histogram" && shape.kind !== "summary") {
      const value = slots[layout.at[row]!]!;
      series.value = adds ? series.value + value : value;
    } else this.putSlots(series, part, row, shape, adds);
    series.owner = place;
    series.ms = msAt(time, row);
    series.ns = nsAt(time, row);
    if (!adds) {
      series.startMs = start === undefined ? 0 : msAt(start, row);
      series.startNs = start === undefined ? 0 : nsAt(start, row);
    }
    series.updated = this.now;
    series.batch = this.batch;
    series.exemplars = showExemplars(part.exemplars?.get(row), shape);
    return undefined;
  }

  private putSlots(series: Series, part: MetricsPart, row: number, shape: Shape, adds: boolean): void {
    const same = series.values !== undefined && series.exponential === undefined && isSameShape(series.shape, shape);
    if (!same || series.shape !== shape) {
      const before = series.values;
      this.table.reshape(series, shape);
      if (same) series.values!.set(before!);
    }
    const values = series.values!;
    const first = part.layout.at[row]!;
    const { states } = part;
    const hasGaps = typeof states === "object" && states.subarray(first, first + shape.slots).some(isNoValue);
    series.states = hasGaps ? states.slice(first, first + shape.slots) : undefined;
    series.exponential = undefined;
    for (let i = 0; i < values.length; i++)
      values[i] = adds && same ? values[i]! + part.slots[first + i]! : part.slots[first + i]!;
    // A page that has no _count says the same in its last bucket.
    const total = totalSlot(shape);
    if (hasGaps && shape.kind === "histogram" && series.states![total] !== VALUE) {
      values[total] = values[slotOf(shape, "inf")]!;
      series.states![total] = VALUE;
    }
  }

  private putExponential(series: Series, part: MetricsPart, row: number, adds: boolean): DropReason | undefined {
    const point = part.ragged!.get(row)!;
    const before = adds ? series.exponential : undefined;
    const { positive, negative } = point;
    const own = { ...point, positive: copyOf(positive), negative: copyOf(negative) };
    const merged = before === undefined ? own : mergeExponential(before, own);
    if (merged.scale < smallestScale) return "unsupported_scale";
    const shape = merged.sum === undefined ? withoutSum : withSum;
    if (series.shape !== shape) this.table.reshape(series, shape);
    series.exponential = merged;
    series.states = undefined;
    series.values![totalSlot(shape)] = merged.count;
    if (merged.sum !== undefined) series.values![slotOf(shape, "sum")] = merged.sum;
    return undefined;
  }

  private remove({ time }: MetricsPart, row: number, place: Place): undefined {
    const series = place.series?.family === undefined ? this.table.find(place) : place.series;
    if (series === undefined) return;
    // Another source may have gone on with the series already.
    const [ms, ns] = [msAt(time, row), nsAt(time, row)];
    const isLater = !isSet(ms, ns) || isBefore(series.ms, series.ns, ms, ns);
    if (series.owner === place || isLater) this.table.detach(series);
  }
}

const isNoValue = (state: number): boolean => state !== VALUE;
const isSet = (ms: number, ns: number): boolean => ms !== 0 || ns !== 0;
const isBefore = (ms: number, ns: number, otherMs: number, otherNs: number): boolean =>
  ms < otherMs || (ms === otherMs && ns < otherNs);
const copyOf = ({ offset, counts }: { readonly offset: number; readonly counts: Float64Array }) => ({
  offset,
  counts: counts.slice(),
});

/** VALUE when any number of the row is there, else STALE when any is stale. */
function stateOf({ layout, states, ragged }: MetricsPart, row: number, shape: Shape): number {
  if (states === "stale") return STALE;
  if (shape.kind === "exponential") return ragged?.has(row) ? VALUE : STALE;
  if (states === undefined) return VALUE;
  let state = ABSENT;
  const end = layout.at[row + 1]!;
  for (let slot = layout.at[row]!; slot < end; slot++) {
    if (states[slot] === VALUE) return VALUE;
    if (states[slot] === STALE) state = STALE;
  }
  return state;
}

/** As `sampleCount` has it. */
function samplesOf({ layout, states }: MetricsPart, row: number): number {
  const first = layout.at[row]!;
  const end = layout.at[row + 1]!;
  if (first === end) return layout.catalog.shape(layout.ids[row]!).kind === "exponential" ? 1 : 0;
  if (typeof states !== "object") return end - first;
  let samples = 0;
  for (let slot = first; slot < end; slot++) if (states[slot] !== ABSENT) samples++;
  return samples;
}

/** Why the numbers make no histogram; a page with them would be refused by a strict reader. */
function problemOf(part: MetricsPart, row: number, shape: Shape): DropReason | undefined {
  if (shape.kind === "exponential")
    return part.ragged!.get(row)!.scale < smallestScale ? "unsupported_scale" : undefined;
  if (shape.kind !== "histogram") return undefined;
  const first = part.layout.at[row]!;
  const { slots, states } = part;
  const has = (slot: number) => slot >= 0 && (typeof states !== "object" || states[first + slot] === VALUE);
  const [inf, count] = [slotOf(shape, "inf"), slotOf(shape, "count")];
  if (!has(inf) && !has(count)) return "incomplete_histogram";
  let before = 0;
  for (let i = 0; i < shape.bounds.length; i++) {
    if (!has(i)) continue;
    const value = slots[first + i]!;
    if (!(value >= before)) return "invalid_histogram";
    before = value;
  }
  for (const slot of [inf, count]) {
    if (!has(slot)) continue;
    const value = slots[first + slot]!;
    if (!(value >= before && value < Number.POSITIVE_INFINITY)) return "invalid_histogram";
    before = value;
  }
  return undefined;
}
