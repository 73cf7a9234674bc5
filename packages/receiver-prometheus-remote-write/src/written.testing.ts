/** What parts say, and what the plain decoder says, in the same words: to be compared. */
import {
  ABSENT,
  type AttributeValue,
  type BatchOf,
  type Exemplar,
  type MetricsPart,
  msAt,
  type Part,
  STALE,
} from "@sluice/data";
import { decodeWriteRequest, type WriteVersion, type WrittenHistogram } from "@sluice/lib-prometheus";
import { bitsOf } from "./messages.testing.ts";

/** By series: its numbers in the order in which they came, "bits ms start"; under "histograms ..." and "exemplars ..." the others, sorted. */
export type Written = Record<string, string[]>;

const text = (value: AttributeValue | undefined): string => (typeof value === "string" ? value : "");
const keyOf = (labels: readonly (readonly [string, string])[]): string =>
  JSON.stringify(labels.filter(([, value]) => value !== "").toSorted(([a], [b]) => (a < b ? -1 : 1)));
function add(to: Written, series: string, line: string): void {
  const kind = /^(?:histogram|custom|exemplar)/.exec(line)?.[0] ?? "";
  const key = kind === "" ? series : `${kind === "exemplar" ? "exemplars" : "histograms"} ${series}`;
  const list = to[key] ?? [];
  to[key] = list;
  list.push(line);
  if (kind !== "") list.sort();
}

/** What a batch writes. */
export function writtenOf(batches: readonly BatchOf<"metrics">[]): Written {
  const written: Written = {};
  for (const { parts } of batches) for (const part of parts) writePart(written, part);
  return written;
}

function writePart(written: Written, part: Part): void {
  if (part.signal !== "metrics" || part.form !== "points") throw new Error("not a part of points");
  const { catalog, ids } = part.layout;
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    const metric = catalog.metric(id);
    const { scope } = metric;
    const resource = (key: string) => text(catalog.resource.attributes.find((it) => it.key === key)?.value);
    const key = keyOf([
      ["__name__", metric.name],
      ["job", resource("service.name")],
      ["instance", resource("service.instance.id")],
      ["otel_scope_name", scope.name],
      ["otel_scope_version", scope.version],
      ["otel_scope_schema_url", scope.schemaUrl],
      ...scope.attributes.map((it) => [`otel_scope_${it.key}`, text(it.value)] as const),
      ...catalog.attributes(id).map((it) => [it.key, text(it.value)] as const),
    ]);
    const line = lineOf(part, row);
    const times = `${msAt(part.time, row)} ${part.start === undefined ? 0 : msAt(part.start, row)}`;
    if (line !== undefined) add(written, key, `${line} ${times}`);
    for (const exemplar of part.exemplars?.get(row) ?? []) add(written, key, exemplarLine(exemplar));
  }
}

function lineOf(part: MetricsPart, row: number): string | undefined {
  const { layout, slots, states, ragged } = part;
  const { kind, bounds } = layout.catalog.shape(layout.ids[row]!);
  const at = layout.at[row]!;
  const end = layout.at[row + 1]!;
  if (kind === "exponential") {
    const point = ragged?.get(row);
    if (point === undefined) return "histogram stale";
    const { scale, count, sum, zeroCount, zeroThreshold, positive, negative, native } = point;
    const side = ({ offset, counts }: typeof positive) => nonZero([...counts].map((n, i) => [offset + i + 1, n]));
    const kindOf = `${native?.float} ${native?.reset} ${bitsOf(sum ?? 0)}`;
    return `histogram ${scale} ${count} ${zeroCount} ${zeroThreshold} ${kindOf} ${side(positive)} ${side(negative)}`;
  }
  const state = typeof states === "object" ? states[at] : undefined;
  if (state === ABSENT) return undefined;
  if (kind === "histogram") {
    if (state === STALE) return "histogram stale";
    const counts = [...slots.subarray(at, end - 2)].map((n, i, all) => [i, n - (all[i - 1] ?? 0)] as const);
    return `custom ${[...bounds].join()} ${nonZero(counts)} ${bitsOf(slots[end - 2]!)} ${slots[end - 1]}`;
  }
  return state === STALE ? "stale" : wordsAt(slots, at);
}

const nonZero = (counts: readonly (readonly [number, number])[]) =>
  JSON.stringify(counts.filter(([, count]) => count !== 0));

function wordsAt(slots: Float64Array, slot: number): string {
  const view = new DataView(slots.buffer, slots.byteOffset);
  return view
    .getBigUint64(slot * 8, true)
    .toString(16)
    .padStart(16, "0");
}

const hex = (bytes: Uint8Array | undefined) => (bytes === undefined ? "" : Buffer.from(bytes).toString("hex"));

function exemplarLine({ value, ms, traceId, spanId, attributes }: Exemplar): string {
  const labels = attributes.map((it) => [it.key, text(it.value)] as const);
  const ids = [["trace_id", hex(traceId)] as const, ["span_id", hex(spanId)] as const];
  return `exemplar ${bitsOf(value)} ${ms} ${keyOf([...ids, ...labels])}`;
}

/** What a request writes, as the plain decoder reads it. Numbers are their bits, read by `bits` since a number loses a NaN's. */
export function writtenPlainly(bytes: Uint8Array, version: WriteVersion): Written {
  const written: Written = {};
  for (const { labels, samples, histograms, exemplars } of decodeWriteRequest(bytes, version).timeseries) {
    const key = keyOf(labels);
    for (const { value, stale, timestampMs, startMs } of samples) {
      add(written, key, `${stale ? "stale" : bitsOf(value)} ${timestampMs} ${startMs}`);
    }
    for (const histogram of histograms) {
      add(written, key, `${histogramLine(histogram)} ${histogram.timestampMs} ${histogram.startMs}`);
    }
    for (const { labels: own, value, timestampMs } of exemplars) {
      add(written, key, `exemplar ${bitsOf(value)} ${timestampMs} ${keyOf(own)}`);
    }
  }
  return written;
}

function histogramLine(histogram: WrittenHistogram): string {
  const { schema, count, sum, stale, zeroThreshold, zeroCount, positive, negative, customBounds, float, reset } =
    histogram;
  if (stale) return "histogram stale";
  const side = ({ spans, counts }: typeof positive) => {
    const named: [number, number][] = [];
    let index = 0;
    for (const { offset, length } of spans) {
      index += offset;
      for (let i = 0; i < length; i++) named.push([index++, counts[named.length]!]);
    }
    return schema > MAX_SCHEMA ? joined(named, schema - MAX_SCHEMA) : named;
  };
  if (schema === -53) {
    const counts = nonZero(throughSums(side(positive)));
    return `custom ${customBounds.join()} ${counts} ${bitsOf(sum)} ${count}`;
  }
  const kind = `${float} ${reset} ${bitsOf(sum)}`;
  const sides = `${nonZero(side(positive))} ${nonZero(side(negative))}`;
  return `histogram ${Math.min(schema, MAX_SCHEMA)} ${count} ${zeroCount} ${zeroThreshold} ${kind} ${sides}`;
}

const MAX_SCHEMA = 8;
/** Each step joins pairs of neighbours; bucket 1 is the first one above 1. */
function joined(counts: readonly (readonly [number, number])[], steps: number): [number, number][] {
  const found = new Map<number, number>();
  for (const [index, count] of counts) {
    const wider = Math.floor((index - 1) / 2 ** steps) + 1;
    found.set(wider, (found.get(wider) ?? 0) + count);
  }
  return [...found];
}

/** Parts hold custom buckets as running sums, in which a fraction beside a much larger count is lost. */
function throughSums(counts: readonly (readonly [number, number])[]): [number, number][] {
  let sum = 0;
  return counts.map(([index, count]) => {
    const before = sum;
    sum += count;
    return [index, sum - before];
  });
}
