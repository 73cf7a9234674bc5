import type { ExponentialPoint } from "@sluice/data";
import type { Repeats, Shown } from "./arrange.ts";
import { fitsShape, isExponential, type NativeSample, shapeOfSample } from "./native-samples.ts";
import type { PageReader } from "./page-reader.ts";
import { isWhole } from "./role.ts";
import type { Repeat } from "./sample-times.ts";
import { scratch } from "./scratch.ts";

/** A point shown again: values by row, or the whole histogram that it is. */
interface Further {
  readonly time: number;
  readonly values: Map<number, number>;
  readonly native: NativeSample | undefined;
}
/** What a page with explicit timestamps asks of the layout, and how many samples it costs. */
export interface TimedPlan {
  readonly repeats: Repeats;
  /** By entry (a row, or -1 - group): one list of values by row for each further time, in page order. */
  readonly more: ReadonlyMap<number, readonly Further[]>;
  /** Samples left out because the lines of one histogram or summary have different times. */
  readonly inconsistent: number;
}

/**
 * Looks at the times of a page: a histogram or summary whose lines have no common time is left out, and one shown again at
 * another time is a further row if it shows the same lines again. undefined when all is as on a page without timestamps.
 */
export function planTimes(reader: PageReader, length: number, order: Int32Array): TimedPlan | undefined {
  const { tables, page } = reader;
  const { repeats } = reader.times;
  const { lines } = tables;
  const times = new Map<number, number>();
  const counts = new Map<number, number>();
  const left = new Set<number>();
  for (let k = 0; k < length; k++) {
    const row = lines.target[order[k]!]!;
    if (row < 0 || lines.stamp[row] !== page || isWhole(lines.role[row]!)) continue;
    const group = lines.place[row]!;
    const time = scratch.time[row]!;
    const first = times.get(group);
    if (first === undefined) times.set(group, time);
    else if (!Object.is(first, time)) left.add(group);
  }
  const seen = new Set<number>();
  let inconsistent = 0;
  for (let k = 0; k < length; k++) {
    const row = lines.target[order[k]!]!;
    if (row < 0 || lines.stamp[row] !== page || isWhole(lines.role[row]!) || seen.has(row)) continue;
    seen.add(row);
    const group = lines.place[row]!;
    counts.set(group, (counts.get(group) ?? 0) + 1);
    if (left.has(group)) inconsistent++;
  }
  const { more, dropped } = gather(reader, repeats, counts, left);
  if (left.size === 0 && more.size === 0 && dropped === 0) return undefined;
  const count = new Map([...more].map(([entry, list]) => [entry, list.length]));
  return { repeats: { count, left }, more, inconsistent: inconsistent + dropped };
}

function gather(
  { tables, histograms: { natives } }: PageReader,
  repeats: readonly Repeat[],
  counts: ReadonlyMap<number, number>,
  left: ReadonlySet<number>,
): { more: Map<number, Further[]>; dropped: number } {
  const { role, place } = tables.lines;
  const more = new Map<number, Further[]>();
  // Histograms of one line are laid out alike: with other bounds than the first one, a further one has no place.
  const fits = (entry: number, native: NativeSample | undefined): boolean =>
    native === undefined || fitsShape(native, shapeOfSample(natives.get(entry)!));
  for (const { row, value, time, native } of repeats) {
    const entry = isWhole(role[row]!) ? row : -1 - place[row]!;
    const list = more.get(entry) ?? [];
    more.set(entry, list);
    const same = list.find((point) => point.time === time);
    if (same === undefined) list.push({ time, values: new Map([[row, value]]), native });
    else same.values.set(row, value);
  }
  let dropped = 0;
  for (const [entry, list] of more) {
    const whole = entry >= 0 ? 1 : (counts.get(-1 - entry) ?? 0);
    const kept = list.filter(
      ({ values, native }) => values.size === whole && !(entry < 0 && left.has(-1 - entry)) && fits(entry, native),
    );
    for (const point of list) if (!kept.includes(point)) dropped += point.values.size;
    if (kept.length === 0) more.delete(entry);
    else more.set(entry, kept);
  }
  return { more, dropped };
}

/**
 * Puts the further points' values into their slots (exponential ones into the `ragged` of their part), and says the time of each
 * row. Whole histograms that came first stand there already.
 */
export function fillTimes(
  shown: Shown,
  values: Float64Array,
  ragged: readonly Map<number, ExponentialPoint>[],
  reader: PageReader,
  plan: TimedPlan | undefined,
  scrapeMs: number,
): Float64Array[] {
  const { role, place } = reader.tables.lines;
  return shown.parts.map(({ layout: { ids, at }, slotFrom, wholes }, part) => {
    const lines = new Map(wholes.map((whole) => [whole.at, whole.line]));
    const ms = new Float64Array(ids.length);
    let repeated = 0;
    for (let r = 0; r < ids.length; r++) {
      const row = lines.get(r) ?? shown.rowOf[slotFrom + at[r]!]!;
      repeated = r > 0 && ids[r] === ids[r - 1] ? repeated + 1 : 0;
      if (repeated === 0) {
        const time = scratch.time[row]!;
        ms[r] = Number.isNaN(time) ? scrapeMs : time;
        continue;
      }
      const entry = isWhole(role[row]!) ? row : -1 - place[row]!;
      const point = plan!.more.get(entry)![repeated - 1]!;
      ms[r] = point.time;
      if (point.native !== undefined) putWhole(point.native, r, values.subarray(slotFrom + at[r]!), ragged[part]!);
      else
        for (let s = slotFrom + at[r]!; s < slotFrom + at[r + 1]!; s++) values[s] = point.values.get(shown.rowOf[s]!)!;
    }
    return ms;
  });
}

/** The histograms of one line of a page: numbers into their slots, exponential ones by part and row. */
export function putWholes(
  { parts }: Shown,
  values: Float64Array,
  natives: ReadonlyMap<number, NativeSample>,
): Map<number, ExponentialPoint>[] {
  return parts.map(({ wholes, slotFrom, layout }) => {
    const ragged = new Map<number, ExponentialPoint>();
    for (const { at, line } of wholes) {
      putWhole(natives.get(line)!, at, values.subarray(slotFrom + layout.at[at]!), ragged);
    }
    return ragged;
  });
}
function putWhole(sample: NativeSample, row: number, slots: Float64Array, ragged: Map<number, ExponentialPoint>): void {
  if (isExponential(sample)) ragged.set(row, sample);
  else slots.set(sample.numbers);
}
