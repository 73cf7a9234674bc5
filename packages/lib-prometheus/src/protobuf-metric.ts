/** Reading the small messages of io.prometheus.client: labels, values, summaries, exemplars. All throw WireError. */
import { WireError, type WireReader } from "@sluice/data";
import type { LabelPairs, ParsedExemplar } from "./series.ts";

/** Where the names and values of labels stand: four numbers a label (start and end of the name, of the value). */
export type LabelRanges = number[];

/** Passes over a field that is not known; the message's own are those up to `known`, and have another wire type than they should. */
export function skipUnknown(reader: WireReader, tag: number, known: number): void {
  if (tag >>> 3 <= known) throw new WireError(`wrong wire type ${tag & 7} of field ${tag >>> 3}`);
  reader.skip(tag);
}

/** Reads a `LabelPair` that stands next. */
export function readLabel(reader: WireReader, into: LabelRanges): void {
  const range = [0, 0, 0, 0];
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    const at = tag === 0x0a ? 0 : tag === 0x12 ? 2 : -1;
    if (at < 0) skipUnknown(reader, tag, 2);
    else {
      const inner = reader.enter();
      range[at] = reader.pos;
      range[at + 1] = reader.end;
      reader.leave(inner);
    }
  }
  reader.leave(outer);
  into.push(...range);
}

/** A counter, gauge or untyped value: its number, when counting began, and where its exemplar stands (-1, -1 = none). */
export interface ValueMessage {
  value: number;
  createdMs: number;
  exemplarFrom: number;
  exemplarTo: number;
}

/** The number of a metric that says none. */
export function emptyValue(): ValueMessage {
  return { value: 0, createdMs: Number.NaN, exemplarFrom: -1, exemplarTo: -1 };
}
/** Reads a `Counter`, or a `Gauge` or `Untyped`, which are nothing but a number; the reader has entered it. */
export function readValue(reader: WireReader, isCounter: boolean): ValueMessage {
  const message = emptyValue();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x09) message.value = reader.double();
    else if (tag === 0x12 && isCounter) {
      const outer = reader.enter();
      message.exemplarFrom = reader.pos;
      message.exemplarTo = reader.end;
      reader.leave(outer);
    } else if (tag === 0x1a && isCounter) message.createdMs = readTime(reader);
    else skipUnknown(reader, tag, isCounter ? 3 : 1);
  }
  return message;
}

/** A `Summary`: quantiles and values in their order on the wire. */
export interface SummaryMessage {
  count: number;
  sum: number;
  createdMs: number;
  readonly quantiles: number[];
  readonly values: number[];
}

/** The summary of a metric that says none. */
export function emptySummary(): SummaryMessage {
  return { count: 0, sum: 0, createdMs: Number.NaN, quantiles: [], values: [] };
}
/** Reads a `Summary` that the reader has entered. */
export function readSummary(reader: WireReader): SummaryMessage {
  const message = emptySummary();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) message.count = reader.uint64();
    else if (tag === 0x11) message.sum = reader.double();
    else if (tag === 0x1a) readQuantile(reader, message);
    else if (tag === 0x22) message.createdMs = readTime(reader);
    else skipUnknown(reader, tag, 4);
  }
  return message;
}

function readQuantile(reader: WireReader, { quantiles, values }: SummaryMessage): void {
  let quantile = 0;
  let value = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x09) quantile = reader.double();
    else if (tag === 0x11) value = reader.double();
    else skipUnknown(reader, tag, 2);
  }
  reader.leave(outer);
  quantiles.push(quantile);
  values.push(value);
}

/** Reads a google.protobuf.Timestamp that stands next, as whole milliseconds. */
export function readTime(reader: WireReader): number {
  let seconds = 0;
  let nanos = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) seconds = Number(reader.int64());
    else if (tag === 0x10) nanos = reader.uint32() | 0;
    else skipUnknown(reader, tag, 2);
  }
  reader.leave(outer);
  return seconds * 1000 + Math.trunc(nanos / 1e6);
}

/** Reads an `Exemplar` that the reader has entered; `text` decodes a range. */
export function readExemplar(reader: WireReader, text: (from: number, to: number) => string): ParsedExemplar {
  const ranges: LabelRanges = [];
  let value = 0;
  let timestampMs: number | undefined;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) readLabel(reader, ranges);
    else if (tag === 0x11) value = reader.double();
    else if (tag === 0x1a) timestampMs = readTime(reader);
    else skipUnknown(reader, tag, 3);
  }
  const labels: LabelPairs = [];
  for (let i = 0; i < ranges.length; i += 4) {
    labels.push([text(ranges[i]!, ranges[i + 1]!), text(ranges[i + 2]!, ranges[i + 3]!)]);
  }
  return { labels, value, timestampMs };
}
