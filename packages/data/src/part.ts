import {
  ABSENT,
  type Batch,
  type BatchOf,
  type LogsPart,
  type MetricsPart,
  type Part,
  type PartOf,
  type Signal,
  type TracesPart,
} from "./model.ts";

/** What a points part needs; everything else has a default. */
export type PointsSpec = Pick<MetricsPart, "layout" | "slots" | "time"> &
  Partial<Omit<MetricsPart, "layout" | "slots" | "time" | "signal" | "form">>;

/** A metrics part; what is not given is undefined: all rows, all VALUE, no start times. */
export function pointsPart(spec: PointsSpec): MetricsPart {
  return {
    signal: "metrics",
    form: "points",
    layout: spec.layout,
    rows: spec.rows,
    slots: spec.slots,
    wide: spec.wide,
    states: spec.states,
    time: spec.time,
    start: spec.start,
    ragged: spec.ragged,
    exemplars: spec.exemplars,
    flags: spec.flags,
  };
}

/** The part with only these rows (ascending layout rows), as far as it still means them. Columns stay as they are. */
export function select<P extends MetricsPart | TracesPart | LogsPart>(part: P, rows: Int32Array): P {
  return { ...part, rows: part.rows === undefined ? rows : intersect(part.rows, rows) };
}

function intersect(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(Math.min(a.length, b.length));
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = a[i]!;
    const y = b[j]!;
    if (x === y) both[count++] = x;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return count === both.length ? both : both.slice(0, count);
}

/** How many rows are meant: data points, spans or log records. */
export function rowCount(part: MetricsPart | TracesPart | LogsPart): number {
  if (part.rows !== undefined) return part.rows.length;
  return part.signal === "metrics" ? part.layout.ids.length : part.index.length / 3;
}

/**
 * How many samples a part stands for in Prometheus' sense: slots meant that are not ABSENT, stale ones included. An
 * exponential histogram is one sample.
 */
export function sampleCount(part: MetricsPart): number {
  const { layout, rows, states } = part;
  const { at, ids, catalog } = layout;
  const count = rowCount(part);
  let samples = 0;
  for (let i = 0; i < count; i++) {
    const row = rows === undefined ? i : rows[i]!;
    const first = at[row]!;
    const end = at[row + 1]!;
    if (first === end) samples += catalog.shape(ids[row]!).kind === "exponential" ? 1 : 0;
    else if (states === undefined || states === "stale") samples += end - first;
    else for (let slot = first; slot < end; slot++) if (states[slot] !== ABSENT) samples++;
  }
  return samples;
}

/** Upstream's item count: data points, spans or log records. */
export function itemCount(data: Part | Batch): number {
  if ("parts" in data) {
    let items = 0;
    for (const part of data.parts) items += itemCount(part);
    return items;
  }
  return data.form === "wire" ? data.items : rowCount(data);
}

/**
 * Bytes that go when the part goes: columns, selection, wire. Catalogs and layouts are charged to their owner. A window of a
 * shared buffer counts as its own length.
 */
export function ownBytes(part: Part): number {
  if (part.form === "wire") return part.wire.byteLength;
  const selection = part.rows?.byteLength ?? 0;
  if (part.form === "records") return selection + part.wire.byteLength + part.index.byteLength;
  let bytes = selection + part.slots.byteLength;
  if (part.states !== undefined && part.states !== "stale") bytes += part.states.byteLength;
  for (const times of [part.time, part.start]) {
    bytes += (times?.msOf?.byteLength ?? 0) + (times?.nsOf?.byteLength ?? 0);
  }
  bytes += 64 * ((part.wide?.size ?? 0) + (part.flags?.size ?? 0));
  for (const { positive, negative } of part.ragged?.values() ?? []) {
    bytes += 256 + positive.counts.byteLength + negative.counts.byteLength;
  }
  for (const list of part.exemplars?.values() ?? []) bytes += 256 * list.length;
  return bytes;
}

/** A batch of these parts. */
export function batchOf<S extends Signal>(
  signal: S,
  parts: readonly PartOf<S>[],
  context?: ReadonlyMap<string, readonly string[]>,
): BatchOf<S> {
  return { signal, parts, context };
}
