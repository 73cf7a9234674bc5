import { WireError, WireReader } from "@sluice/data";
import type { LabelPairs } from "./series.ts";

/** The double with which a series ends, little-endian as on the wire: 0x7ff0000000000002. */
export const STALE_NAN_BYTES: Readonly<Uint8Array> = Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f);

/** Whether the two halves of a double are the stale marker's. Only bits can tell: a number does not keep a NaN's payload. */
export function isStaleBits(lo: number, hi: number): boolean {
  return lo === 2 && hi === 0x7ff00000;
}

/** One sample; `value` is NaN when `stale`. */
export interface WrittenSample {
  readonly value: number;
  readonly stale: boolean;
  readonly timestampMs: number;
}
/** One exemplar. */
export interface WrittenExemplar {
  readonly labels: LabelPairs;
  readonly value: number;
  readonly timestampMs: number;
}
/** One time series of a request, labels in the order of the wire. */
export interface WrittenSeries {
  readonly labels: LabelPairs;
  readonly samples: readonly WrittenSample[];
  readonly exemplars: readonly WrittenExemplar[];
  /** Native histograms, which are counted and not decoded. */
  readonly histograms: number;
}
/** What a request says of a metric family. */
export interface WrittenMetadata {
  readonly type: string;
  readonly family: string;
  readonly help: string;
  readonly unit: string;
}
/** A remote-write 1.0 request: each iteration reads the bytes anew, one entry at a time, and throws WireError where they are bad. */
export interface WriteRequest {
  readonly timeseries: Iterable<WrittenSeries>;
  readonly metadata: Iterable<WrittenMetadata>;
}

const METADATA_TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

/**
 * A `prometheus.WriteRequest` (already decompressed) as something to iterate over. Nothing is read before, and only one entry is
 * held at a time, so memory stays in proportion to the largest series. Unknown fields are skipped.
 */
export function decodeWriteRequest(bytes: Uint8Array): WriteRequest {
  return {
    timeseries: { [Symbol.iterator]: () => entries(bytes, 0x0a, readSeries) },
    metadata: { [Symbol.iterator]: () => entries(bytes, 0x1a, readMetadata) },
  };
}

function* entries<T>(bytes: Uint8Array, wanted: number, read: (reader: WireReader) => T): Generator<T> {
  const reader = new WireReader(bytes);
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === wanted) yield within(reader, read);
    else reader.skip(tag);
  }
}

function within<T>(reader: WireReader, read: (reader: WireReader) => T): T {
  const outer = reader.enter();
  const value = read(reader);
  reader.leave(outer);
  return value;
}

function readSeries(reader: WireReader): WrittenSeries {
  const labels: LabelPairs = [];
  const samples: WrittenSample[] = [];
  const exemplars: WrittenExemplar[] = [];
  let histograms = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) labels.push(within(reader, readLabel));
    else if (tag === 0x12) samples.push(within(reader, readSample));
    else if (tag === 0x1a) exemplars.push(within(reader, readExemplar));
    else {
      if (tag === 0x22) histograms++;
      reader.skip(tag);
    }
  }
  return { labels, samples, exemplars, histograms };
}

function readLabel(reader: WireReader): [name: string, value: string] {
  let name = "";
  let value = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = readText(reader);
    else if (tag === 0x12) value = readText(reader);
    else reader.skip(tag);
  }
  return [name, value];
}

function readSample(reader: WireReader): WrittenSample {
  let value = 0;
  let stale = false;
  let timestampMs = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x09) {
      reader.fixed64();
      stale = isStaleBits(reader.lo, reader.hi);
      value = toDouble(reader.lo, reader.hi);
    } else if (tag === 0x10) timestampMs = readInt64(reader);
    else reader.skip(tag);
  }
  return { value, stale, timestampMs };
}

function readExemplar(reader: WireReader): WrittenExemplar {
  const labels: LabelPairs = [];
  let value = 0;
  let timestampMs = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) labels.push(within(reader, readLabel));
    else if (tag === 0x11) value = reader.double();
    else if (tag === 0x18) timestampMs = readInt64(reader);
    else reader.skip(tag);
  }
  return { labels, value, timestampMs };
}

function readMetadata(reader: WireReader): WrittenMetadata {
  let type = 0;
  let family = "";
  let help = "";
  let unit = "";
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) type = reader.uint32();
    else if (tag === 0x12) family = readText(reader);
    else if (tag === 0x22) help = readText(reader);
    else if (tag === 0x2a) unit = readText(reader);
    else reader.skip(tag);
  }
  return { type: METADATA_TYPES[type] ?? `${type}`, family, help, unit };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readText(reader: WireReader): string {
  const bytes = reader.view();
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new WireError("text that is not UTF-8", { cause });
  }
}

/** Exact up to 2^53. */
function readInt64(reader: WireReader): number {
  reader.varint64();
  return (reader.hi | 0) * 0x1_0000_0000 + reader.lo;
}

const scratch = new DataView(new ArrayBuffer(8));

function toDouble(lo: number, hi: number): number {
  scratch.setUint32(0, hi);
  scratch.setUint32(4, lo);
  return scratch.getFloat64(0);
}
