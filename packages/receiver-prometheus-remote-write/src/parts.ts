/** The rows of a request become parts: one a source, windows of columns that the whole request shares. */
import { type Exemplar, type ExponentialPoint, type MetricsPart, pointsPart, type Times, VALUE } from "@sluice/data";
import type { Arrangement } from "./arrangement.ts";
import type { Rows } from "./rows.ts";

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const LOW = LITTLE_ENDIAN ? 0 : 1;

/** Rows of requests that are laid out in the same columns again and again. */
const COMMON = 1 << 14;
/** Nanoseconds of times in milliseconds: never written. */
const zeros = new Int32Array(COMMON);
const common = { byPlace: new Int32Array(COMMON), ids: new Int32Array(COMMON) };

/** The parts of a request. Nothing in them is written again. */
export function partsOf(rows: Rows): MetricsPart[] {
  const { size } = rows;
  const sorted = size <= COMMON ? common : { byPlace: new Int32Array(size), ids: new Int32Array(size) };
  const first = sortBySource(rows, sorted);
  const plans = rows.sources.map((source, place) => {
    const from = first[place]!;
    return { source, from, to: from + rows.counts[place]! };
  });
  const arranged = plans.map(({ source, from, to }) => source.arrangements.of(sorted.ids, from, to));
  const slots = arranged.reduce((sum, { layout }) => sum + layout.at[layout.ids.length]!, 0);
  const out: Out = {
    values: new Float64Array(slots),
    states: new Uint8Array(slots),
    ms: new Float64Array(size),
    start: new Float64Array(size),
  };
  let slot = 0;
  return plans.map(({ from, to }, place) => {
    const arrangement = arranged[place]!;
    const end = slot + arrangement.layout.at[to - from]!;
    const part = fill(rows, { byPlace: sorted.byPlace, arrangement, from, to, slot, end }, out);
    slot = end;
    return part;
  });
}

interface Out {
  readonly values: Float64Array;
  readonly states: Uint8Array;
  readonly ms: Float64Array;
  readonly start: Float64Array;
}
interface Plan {
  readonly byPlace: Int32Array;
  readonly arrangement: Arrangement;
  /** Its rows in `byPlace`. */
  readonly from: number;
  readonly to: number;
  /** Its slots. */
  readonly slot: number;
  readonly end: number;
}

/** Puts the rows of each source together, in the order in which they came; gives where each source begins. */
function sortBySource({ size, place, id, counts }: Rows, { byPlace, ids }: typeof common): number[] {
  const first: number[] = [];
  let at = 0;
  for (const count of counts) {
    first.push(at);
    at += count;
  }
  const next = Int32Array.from(first);
  for (let row = 0; row < size; row++) {
    const to = next[place[row]!]!++;
    byPlace[to] = row;
    ids[to] = id[row]!;
  }
  return first;
}

function fill(rows: Rows, plan: Plan, out: Out): MetricsPart {
  const { byPlace, arrangement, from, to, slot, end } = plan;
  const { rowOf, layout } = arrangement;
  const words = new Uint32Array(out.values.buffer);
  const ragged = new Map<number, ExponentialPoint>();
  const exemplars = new Map<number, readonly Exemplar[]>();
  let stated = false;
  for (let i = from; i < to; i++) {
    const row = byPlace[i]!;
    const target = rowOf[i - from]!;
    const at = slot + layout.at[target]!;
    const until = slot + layout.at[target + 1]!;
    out.ms[from + target] = rows.ms[row]!;
    out.start[from + target] = rows.start[row]!;
    if (until - at === 1) {
      words[2 * at + LOW] = rows.words[2 * row]!;
      words[2 * at + 1 - LOW] = rows.words[2 * row + 1]!;
    } else fillHistogram(rows, row, target, { at, out, ragged });
    const state = rows.state[row]!;
    if (state !== VALUE) {
      out.states.fill(state, at, until);
      stated = true;
    }
    const own = rows.exemplars.get(row);
    if (own !== undefined) exemplars.set(target, own);
  }
  return pointsPart({
    layout,
    slots: out.values.subarray(slot, end),
    states: stated ? out.states.subarray(slot, end) : undefined,
    time: timesOf(out.ms, from, to),
    start: startOf(out.start, from, to),
    ragged: ragged.size > 0 ? ragged : undefined,
    exemplars: exemplars.size > 0 ? exemplars : undefined,
  });
}

function fillHistogram(
  rows: Rows,
  row: number,
  target: number,
  { at, out, ragged }: { at: number; out: Out; ragged: Map<number, ExponentialPoint> },
): void {
  const numbers = rows.numbers.get(row);
  if (numbers !== undefined) out.values.set(numbers, at);
  const exponential = rows.exponential.get(row);
  if (exponential !== undefined) ragged.set(target, exponential);
}

/** One time for all, if they have one. */
function timesOf(column: Float64Array, from: number, to: number): Times {
  const ms = column[from]!;
  for (let i = from + 1; i < to; i++) {
    if (column[i] !== ms) return { ms, ns: 0, msOf: column.subarray(from, to), nsOf: noNanoseconds(to - from) };
  }
  return { ms, ns: 0, msOf: undefined, nsOf: undefined };
}

function startOf(column: Float64Array, from: number, to: number): Times | undefined {
  const times = timesOf(column, from, to);
  return times.msOf === undefined && times.ms === 0 ? undefined : times;
}

function noNanoseconds(rows: number): Int32Array {
  return rows <= COMMON ? zeros.subarray(0, rows) : new Int32Array(rows);
}
