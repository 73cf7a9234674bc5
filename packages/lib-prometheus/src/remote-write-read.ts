/** What both versions of remote write have in common on the wire. */
import { WireError, type WireReader } from "@sluice/data";
import type { WrittenSample } from "./remote-write.ts";

/** The double with which a series ends, little-endian as on the wire: 0x7ff0000000000002. */
export const STALE_NAN_BYTES: Readonly<Uint8Array> = Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f);

/** Whether the two halves of a double are the stale marker's. Only bits can tell: a number does not keep a NaN's payload. */
export function isStaleBits(lo: number, hi: number): boolean {
  return lo === 2 && hi === 0x7ff00000;
}

/** The types of metadata, by their number. */
const METADATA_TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

/** The name of a metadata type; its number when it has none. */
export function metadataType(type: number): string {
  return METADATA_TYPES[type] ?? `${type}`;
}

/** Entries of one series: of a few bytes each, they take many times as much in memory. */
const MAX_ENTRIES = 1_000_000;

/** Counts what is read of one series; throws WireError when it is too much. */
export class Entries {
  private left = MAX_ENTRIES;
  add(count = 1): void {
    this.left -= count;
    if (this.left < 0) throw new WireError(`series of more than ${MAX_ENTRIES} entries`);
  }
}

/** Reads a message that stands in a field. */
export function within<T>(reader: WireReader, read: (reader: WireReader) => T): T {
  const outer = reader.enter();
  const value = read(reader);
  reader.leave(outer);
  return value;
}

/** A `Sample`; start times stand in 2.0 only. */
export function readSample(reader: WireReader): WrittenSample {
  let value = 0;
  let stale = false;
  let timestampMs = 0;
  let startMs = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x09) {
      reader.fixed64();
      stale = isStaleBits(reader.lo, reader.hi);
      value = toDouble(reader.lo, reader.hi);
    } else if (tag === 0x10) timestampMs = readInt64(reader);
    else if (tag === 0x18) startMs = readInt64(reader);
    else reader.skip(tag);
  }
  return { value, stale, timestampMs, startMs };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text; WireError when they are none. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new WireError("text that is not UTF-8", { cause });
  }
}

/** Exact up to 2^53. */
export function readInt64(reader: WireReader): number {
  reader.varint64();
  return (reader.hi | 0) * 0x1_0000_0000 + reader.lo;
}

const scratch = new DataView(new ArrayBuffer(8));

/** A double of its two halves. */
export function toDouble(lo: number, hi: number): number {
  scratch.setUint32(0, hi);
  scratch.setUint32(4, lo);
  return scratch.getFloat64(0);
}
