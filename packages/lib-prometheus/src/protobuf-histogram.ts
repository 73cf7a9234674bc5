import { type BucketSpan, type ExponentialPoint, fromSpans, type WireReader } from "@sluice/data";
import { addsUp } from "./histogram-count.ts";
import { readTime, skipUnknown } from "./protobuf-metric.ts";

/** A `Histogram` message of the exposition format as it stands on the wire (io.prometheus.client). */
export interface HistogramMessage {
  count: number;
  /** Of a float histogram; 0 = it counts whole numbers. */
  countFloat: number;
  sum: number;
  /** Classic buckets: upper bounds and cumulative counts, and where each one's exemplar begins and ends (-1, -1 = none). */
  readonly bounds: number[];
  readonly cumulative: number[];
  readonly exemplarRanges: number[];
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  zeroCountFloat: number;
  readonly positive: NativeSide;
  readonly negative: NativeSide;
  /** Of a native histogram as a whole: start and end of each. */
  readonly exemplars: number[];
  /** When counting began; NaN = not said. */
  createdMs: number;
}
interface NativeSide {
  readonly spans: BucketSpan[];
  /** Each against the one before it. */
  readonly deltas: number[];
  /** Of a float histogram: as they are. */
  readonly counts: number[];
}

/** More buckets than this are no histogram but an attack: Prometheus' finest schema has 524,288 for all doubles. */
const MAX_BUCKETS = 1 << 20;
/** No double lies in a bucket beyond this number, of any schema. */
const MAX_INDEX = 1 << 20;
const MIN_SCHEMA = -4;
const MAX_SCHEMA = 8;

/** What is wrong with a histogram on a page. */
export class HistogramError extends Error {
  override readonly name = "HistogramError";
}

/** The histogram of a metric that says none. */
export function emptyHistogram(): HistogramMessage {
  const side = (): NativeSide => ({ spans: [], deltas: [], counts: [] });
  return {
    count: 0,
    countFloat: 0,
    sum: 0,
    bounds: [],
    cumulative: [],
    exemplarRanges: [],
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    zeroCountFloat: 0,
    positive: side(),
    negative: side(),
    exemplars: [],
    createdMs: Number.NaN,
  };
}
/** Reads the message that the reader has entered. Throws WireError or HistogramError. */
export function readHistogram(reader: WireReader): HistogramMessage {
  const message = emptyHistogram();
  while (reader.more()) readField(reader, reader.tag(), message);
  return message;
}

function readField(reader: WireReader, tag: number, message: HistogramMessage): void {
  if (tag === 0x08) message.count = reader.uint64();
  else if (tag === 0x11) message.sum = reader.double();
  else if (tag === 0x1a) readBucket(reader, message);
  else if (tag === 0x21) message.countFloat = reader.double();
  else if (tag === 0x28) message.schema = reader.sint32();
  else if (tag === 0x31) message.zeroThreshold = reader.double();
  else if (tag === 0x38) message.zeroCount = reader.uint64();
  else if (tag === 0x41) message.zeroCountFloat = reader.double();
  else if (tag >= 0x48 && tag <= 0x5f) readSide(reader, tag, 0x48, message.negative);
  else if (tag >= 0x60 && tag <= 0x77) readSide(reader, tag, 0x60, message.positive);
  else if (tag === 0x7a) message.createdMs = readTime(reader);
  else if (tag === 0x82) pushRange(reader, message.exemplars);
  else skipUnknown(reader, tag, 16);
}

function readBucket(reader: WireReader, { bounds, cumulative, exemplarRanges }: HistogramMessage): void {
  if (bounds.length >= MAX_BUCKETS) throw new HistogramError("histogram has too many buckets");
  let bound = 0;
  let count = 0;
  let countFloat = 0;
  const exemplar: number[] = [];
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) count = reader.uint64();
    else if (tag === 0x11) bound = reader.double();
    else if (tag === 0x1a) pushRange(reader, exemplar);
    else if (tag === 0x21) countFloat = reader.double();
    else skipUnknown(reader, tag, 4);
  }
  reader.leave(outer);
  bounds.push(bound);
  cumulative.push(countFloat === 0 ? count : countFloat);
  exemplarRanges.push(exemplar.at(-2) ?? -1, exemplar.at(-1) ?? -1);
}

/** Fields of one side stand in a row: spans, deltas, counts; numbers packed or not. */
function readSide(reader: WireReader, tag: number, base: number, side: NativeSide): void {
  const field = ((tag - base) >> 3) as 0 | 1 | 2;
  if (field === 0 && (tag & 7) === 2) side.spans.push(readSpan(reader));
  else if (field === 1 && (tag & 7) === 2) packed(reader, () => side.deltas.push(sint64(reader)));
  else if (field === 1 && (tag & 7) === 0) side.deltas.push(sint64(reader));
  else if (field === 2 && (tag & 7) === 2) packed(reader, () => side.counts.push(reader.double()));
  else if (field === 2 && (tag & 7) === 1) side.counts.push(reader.double());
  else skipUnknown(reader, tag, 16);
  if (side.spans.length + side.deltas.length + side.counts.length > MAX_BUCKETS) {
    throw new HistogramError("histogram has too many buckets");
  }
}

function readSpan(reader: WireReader): BucketSpan {
  let offset = 0;
  let length = 0;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x08) offset = reader.sint32();
    else if (tag === 0x10) length = reader.uint32();
    else skipUnknown(reader, tag, 2);
  }
  reader.leave(outer);
  return { offset, length };
}

function packed(reader: WireReader, read: () => void): void {
  const outer = reader.enter();
  while (reader.more()) read();
  reader.leave(outer);
}

/** A zigzag varint of 64 bits as a number. */
function sint64(reader: WireReader): number {
  reader.varint64();
  const { lo, hi } = reader;
  const half = (hi >>> 1) * 0x1_0000_0000 + (((lo >>> 1) | ((hi & 1) << 31)) >>> 0);
  return lo & 1 ? -half - 1 : half;
}

function pushRange(reader: WireReader, ranges: number[]): void {
  const outer = reader.enter();
  ranges.push(reader.pos, reader.end);
  reader.leave(outer);
}

/** Any of what only native histograms have; clients write one empty span to say that an empty histogram is native. */
export function isNative({ positive, negative, zeroThreshold, zeroCount }: HistogramMessage): boolean {
  return positive.spans.length + negative.spans.length > 0 || zeroThreshold > 0 || zeroCount > 0;
}

/**
 * The native side of a histogram. `room` is how many buckets the page may still fill, empty ones between two others included: a
 * few bytes can claim millions. Throws HistogramError where Prometheus' own check of a histogram fails.
 */
export function nativePoint(message: HistogramMessage, room: number, gauge: boolean): ExponentialPoint {
  const { schema, zeroThreshold, sum } = message;
  if (schema < MIN_SCHEMA || schema > MAX_SCHEMA)
    throw new HistogramError(`histogram has an invalid schema, ${schema}`);
  const float = message.countFloat > 0 || message.zeroCountFloat > 0;
  const positive = sideOf(message.positive, float, room);
  const negative = sideOf(message.negative, float, room - positive.counts.length);
  const count = float ? message.countFloat : message.count;
  const zeroCount = float ? message.zeroCountFloat : message.zeroCount;
  if (float) checkFloats(count, zeroCount);
  else checkCount(count, sum, total(positive.counts) + total(negative.counts) + zeroCount);
  const native = { float, reset: gauge ? "gauge" : "unknown" } as const;
  return {
    scale: schema,
    count,
    sum,
    zeroCount,
    zeroThreshold,
    positive,
    negative,
    min: undefined,
    max: undefined,
    native,
  };
}

function sideOf({ spans, deltas, counts }: NativeSide, float: boolean, room: number): ExponentialPoint["positive"] {
  const absolute = float ? counts : accumulated(deltas);
  if (absolute.some((count) => count < 0))
    throw new HistogramError("histogram has a bucket whose observation count is negative");
  const buckets = fromSpans(spans, absolute, Math.min(room, MAX_BUCKETS));
  const fits = buckets !== undefined && Math.abs(buckets.offset) <= MAX_INDEX;
  if (!fits) throw new HistogramError("histogram's spans do not fit its buckets, or lie too far apart");
  return buckets;
}

function accumulated(deltas: readonly number[]): number[] {
  const counts: number[] = [];
  for (const delta of deltas) counts.push((counts.at(-1) ?? 0) + delta);
  return counts;
}

function checkFloats(count: number, zeroCount: number): void {
  if (count < 0 || zeroCount < 0) throw new HistogramError("histogram has a negative observation count");
}
function checkCount(count: number, sum: number, inBuckets: number): void {
  if (!addsUp(count, sum, inBuckets)) {
    throw new HistogramError(`histogram has ${inBuckets} observations in its buckets, but its count is ${count}`);
  }
}

function total(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
