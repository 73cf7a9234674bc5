/** Native histograms of remote write: the same message in both versions, but for the start time, which 2.0 added. */
import type { BucketSpan, WireReader } from "@sluice/data";
import type { WrittenBuckets, WrittenHistogram } from "./remote-write.ts";
import { type Entries, isStaleBits, readInt64, toDouble, within } from "./remote-write-read.ts";

/** One side while it is read. */
interface Side {
  readonly spans: BucketSpan[];
  /** Differences of the counts of an integer histogram. */
  readonly deltas: number[];
  /** Counts of a float histogram. */
  readonly floats: number[];
}
type Numbers = {
  -readonly [K in Exclude<
    keyof WrittenHistogram,
    "positive" | "negative" | "customBounds" | "reset"
  >]: WrittenHistogram[K];
} & { reset: number };

const RESETS = ["unknown", "yes", "no", "gauge"] as const;

/** A `Histogram`; what its spans and counts hold is counted in `entries`. */
export function readHistogram(reader: WireReader, entries: Entries): WrittenHistogram {
  const numbers: Numbers = {
    schema: 0,
    count: 0,
    sum: 0,
    stale: false,
    zeroThreshold: 0,
    zeroCount: 0,
    float: false,
    reset: 0,
    timestampMs: 0,
    startMs: 0,
  };
  const negative: Side = { spans: [], deltas: [], floats: [] };
  const positive: Side = { spans: [], deltas: [], floats: [] };
  const customBounds: number[] = [];
  while (reader.more()) {
    const tag = reader.tag();
    if (readNumber(reader, tag, numbers) || readSide(reader, tag, 8, negative, entries)) continue;
    if (readSide(reader, tag, 11, positive, entries) || readDoubles(reader, tag, 16, customBounds, entries)) continue;
    reader.skip(tag);
  }
  const { float, reset } = numbers;
  return {
    ...numbers,
    reset: RESETS[reset] ?? "unknown",
    positive: bucketsOf(positive, float),
    negative: bucketsOf(negative, float),
    customBounds,
  };
}

/** A field that is one number; false = another field. */
function readNumber(reader: WireReader, tag: number, to: Numbers): boolean {
  if (tag === 0x08) {
    to.count = reader.uint64();
    to.float = false;
  } else if (tag === 0x11) {
    to.count = reader.double();
    to.float = true;
  } else if (tag === 0x19) {
    reader.fixed64();
    to.stale = isStaleBits(reader.lo, reader.hi);
    to.sum = toDouble(reader.lo, reader.hi);
  } else if (tag === 0x20) to.schema = reader.sint32();
  else if (tag === 0x29) to.zeroThreshold = reader.double();
  else if (tag === 0x30) to.zeroCount = reader.uint64();
  else if (tag === 0x39) to.zeroCount = reader.double();
  else if (tag === 0x70) to.reset = reader.uint32();
  else if (tag === 0x78) to.timestampMs = readInt64(reader);
  else if (tag === 0x88) to.startMs = readInt64(reader);
  else return false;
  return true;
}

/** Spans are field `first`, differences the next one, counts the one after; false = another field. */
function readSide(reader: WireReader, tag: number, first: number, to: Side, entries: Entries): boolean {
  const deltas = (first + 1) << 3;
  if (tag === ((first << 3) | 2)) {
    entries.add();
    to.spans.push(within(reader, readSpan));
  } else if (tag === deltas) {
    entries.add();
    to.deltas.push(readSint64(reader));
  } else if (tag === (deltas | 2)) {
    const outer = reader.enter();
    while (reader.more()) {
      entries.add();
      to.deltas.push(readSint64(reader));
    }
    reader.leave(outer);
  } else return readDoubles(reader, tag, first + 2, to.floats, entries);
  return true;
}

/** Doubles, packed or not; false = another field. */
function readDoubles(reader: WireReader, tag: number, field: number, to: number[], entries: Entries): boolean {
  if (tag === ((field << 3) | 1)) {
    entries.add();
    to.push(reader.double());
    return true;
  }
  if (tag !== ((field << 3) | 2)) return false;
  const outer = reader.enter();
  while (reader.more()) {
    entries.add();
    to.push(reader.double());
  }
  reader.leave(outer);
  return true;
}

function readSpan(reader: WireReader): BucketSpan {
  let offset = 0;
  let length = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) offset = reader.sint32();
    else if (tag === 0x10) length = reader.uint32();
    else reader.skip(tag);
  }
  return { offset, length };
}

function bucketsOf({ spans, deltas, floats }: Side, float: boolean): WrittenBuckets {
  if (float) return { spans, counts: floats };
  // Each becomes the count it is the difference to.
  for (let i = 1; i < deltas.length; i++) deltas[i]! += deltas[i - 1]!;
  return { spans, counts: deltas };
}

/** A zigzag varint of up to 64 bits, exact up to 2^53. */
function readSint64(reader: WireReader): number {
  reader.varint64();
  const half = reader.hi * 0x8000_0000 + (reader.lo >>> 1);
  return (reader.lo & 1) === 0 ? half : -half - 1;
}
