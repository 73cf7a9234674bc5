/** A page as delimited `io.prometheus.client.MetricFamily` messages: what native histograms need. Tags are `field << 3 | wire type`. */
import { downscale, type ExponentialPoint, toSpans, VALUE, WireWriter } from "@sluice/data";
import type { Escaping, TranslatedLabels } from "@sluice/lib-prometheus";
import type { ShownExemplar } from "./exemplars.ts";
import type { Group } from "./groups.ts";
import { escapeLabels, linesOf } from "./lines.ts";
import type { FamilyType, Prepared, Series } from "./table.ts";

const types: Readonly<Record<FamilyType, number>> = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4 };
/** The finest resolution of a native histogram. */
const largestSchema = 8;
/** What Prometheus takes when a histogram says nothing of its bucket of zeros. */
const defaultZeroThreshold = 1e-128;

/** A series' labels as they stand in its message. */
export function prepareLabels(series: Series, escaping: Escaping): Prepared {
  const writer = new WireWriter();
  writeLabels(writer, escapeLabels(series.labels, escaping));
  return { shape: series.shape, texts: [], bytes: writer.finish() };
}

function writeLabels(writer: WireWriter, labels: TranslatedLabels): void {
  for (const [name, value] of labels) {
    writer.uint32(0x0a);
    const mark = writer.begin();
    writer.uint32(0x0a);
    writer.text(name);
    writer.uint32(0x12);
    writer.text(value);
    writer.end(mark);
  }
}

/** How a page is written; `labels` gives what `prepareLabels` made. */
export interface ProtobufOptions {
  readonly timestamps: boolean;
  readonly labels: (series: Series) => Uint8Array;
}

/** Writes the page as it is now. */
export function writeProtobuf(groups: readonly Group[], { timestamps, labels }: ProtobufOptions): Uint8Array {
  const writer = new WireWriter(65_536);
  for (const { name, help, type, series } of groups) {
    const family = writer.begin();
    writer.uint32(0x0a);
    writer.text(name);
    writer.uint32(0x12);
    writer.text(help);
    writer.uint32(0x18);
    writer.uint32(types[type]);
    for (const each of series) {
      writer.uint32(0x22);
      const metric = writer.begin();
      writer.raw(labels(each));
      writeValue(writer, type, each);
      if (timestamps && each.ms !== 0) {
        writer.uint32(0x30);
        writer.uint64(each.ms);
      }
      writer.end(metric);
    }
    writer.end(family);
  }
  return writer.finish();
}

const valueTags: Readonly<Record<FamilyType, number>> = {
  gauge: 0x12,
  counter: 0x1a,
  summary: 0x22,
  untyped: 0x2a,
  histogram: 0x3a,
};

function writeValue(writer: WireWriter, type: FamilyType, series: Series): void {
  writer.uint32(valueTags[type]);
  const mark = writer.begin();
  if (type === "histogram") writeHistogram(writer, series);
  else if (type === "summary") writeSummary(writer, series);
  else {
    double(writer, 0x09, series.value);
    const exemplar = type === "counter" ? series.exemplars?.get(0) : undefined;
    if (exemplar !== undefined) writeExemplar(writer, 0x12, exemplar);
    if (type === "counter") writeTime(writer, 0x1a, series.startMs, series.startNs);
  }
  writer.end(mark);
}

function writeSummary(writer: WireWriter, series: Series): void {
  for (const { role, slot, bound } of linesOf(series.shape)) {
    if (series.states !== undefined && series.states[slot] !== VALUE) continue;
    const value = series.values![slot]!;
    if (role === "count") whole(writer, 0x08, value);
    else if (role === "sum") double(writer, 0x11, value);
    else {
      writer.uint32(0x1a);
      const mark = writer.begin();
      double(writer, 0x09, bound);
      double(writer, 0x11, value);
      writer.end(mark);
    }
  }
  writeTime(writer, 0x22, series.startMs, series.startNs);
}

function writeHistogram(writer: WireWriter, series: Series): void {
  const { shape, values, states, exponential, exemplars } = series;
  const lines = linesOf(shape).filter(({ slot }) => states === undefined || states[slot] === VALUE);
  // Counts are whole numbers, or all of them doubles.
  const isFloat = lines.some(({ role, slot }) => role !== "sum" && !Number.isInteger(values![slot]));
  for (const { role, slot, bound } of lines) {
    const value = values![slot]!;
    if (role === "sum") double(writer, 0x11, value);
    else if (role === "count") count(writer, 0x08, 0x21, value, isFloat || exponential?.native?.float === true);
    else if (exponential === undefined) {
      writer.uint32(0x1a);
      const mark = writer.begin();
      count(writer, 0x08, 0x21, value, isFloat);
      double(writer, 0x11, bound);
      const exemplar = exemplars?.get(slot);
      if (exemplar !== undefined) writeExemplar(writer, 0x1a, exemplar);
      writer.end(mark);
    }
  }
  if (exponential !== undefined) writeNative(writer, exponential, isFloat || exponential.native?.float === true);
  writeTime(writer, 0x7a, series.startMs, series.startNs);
}

function writeNative(writer: WireWriter, point: ExponentialPoint, isFloat: boolean): void {
  const { scale, zeroThreshold, zeroCount, positive, negative } = downscale(point, point.scale - largestSchema);
  writer.uint32(0x28);
  writer.sint32(scale);
  double(writer, 0x31, zeroThreshold || defaultZeroThreshold);
  count(writer, 0x38, 0x41, zeroCount, isFloat);
  const tags = { negative: [0x4a, 0x50, 0x59], positive: [0x62, 0x68, 0x71] } as const;
  writeBuckets(writer, negative, tags.negative, isFloat);
  writeBuckets(writer, positive, tags.positive, isFloat);
}

function writeBuckets(
  writer: WireWriter,
  buckets: ExponentialPoint["positive"],
  [spanTag, deltaTag, countTag]: readonly [number, number, number],
  isFloat: boolean,
): void {
  const { spans, counts } = toSpans(buckets);
  for (const { offset, length } of spans) {
    writer.uint32(spanTag);
    const mark = writer.begin();
    writer.uint32(0x08);
    writer.sint32(offset);
    writer.uint32(0x10);
    writer.uint32(length);
    writer.end(mark);
  }
  let before = 0;
  for (const value of counts) {
    if (isFloat) double(writer, countTag, value);
    else {
      const delta = value - before;
      writer.uint32(deltaTag);
      // Zigzag, as sint64 has it.
      writer.uint64(delta < 0 ? -2 * delta - 1 : 2 * delta);
      before = value;
    }
  }
}

function writeExemplar(writer: WireWriter, tag: number, { labels, value, ms, ns }: ShownExemplar): void {
  writer.uint32(tag);
  const mark = writer.begin();
  writeLabels(writer, labels);
  double(writer, 0x11, value);
  writeTime(writer, 0x1a, ms, ns);
  writer.end(mark);
}

/** A google.protobuf.Timestamp; nothing when there is no time. */
function writeTime(writer: WireWriter, tag: number, ms: number, ns: number): void {
  if (ms === 0 && ns === 0) return;
  writer.uint32(tag);
  const mark = writer.begin();
  writer.uint32(0x08);
  writer.uint64(Math.floor(ms / 1000));
  writer.uint32(0x10);
  writer.uint32((ms % 1000) * 1e6 + ns);
  writer.end(mark);
}

function double(writer: WireWriter, tag: number, value: number): void {
  writer.uint32(tag);
  writer.double(value);
}
function whole(writer: WireWriter, tag: number, value: number): void {
  writer.uint32(tag);
  writer.uint64(value);
}
function count(writer: WireWriter, tag: number, floatTag: number, value: number, isFloat: boolean): void {
  if (isFloat) double(writer, floatTag, value);
  else whole(writer, tag, value);
}
