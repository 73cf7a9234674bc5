/** Native histograms as remote write carries them: the message `Histogram`, the same in both versions but for the start time. */
import { type Buckets, downscale, type ExponentialPoint, toSpans, WireWriter } from "@sluice/data";

/** Beyond these there is no schema of Prometheus. */
const MAX_SCHEMA = 8;
const MIN_SCHEMA = -4;
const CUSTOM_SCHEMA = -53;
/** What OTLP leaves to us: the breadth of a zero bucket that holds only zeros. */
const DEFAULT_ZERO_THRESHOLD = 1e-128;
const RESETS = { unknown: 0, yes: 1, no: 2, gauge: 3 } as const;

/** When a histogram was taken and when its counting began, in milliseconds; 0 = that is not said. */
export interface Moment {
  readonly ms: number;
  readonly startMs: number;
}

const out = new WireWriter(4096);

/** An exponential histogram; undefined when its buckets are too wide for any schema. The bytes are lent until the next call. */
export function nativeHistogram(point: ExponentialPoint, moment: Moment): Uint8Array | undefined {
  if (point.scale < MIN_SCHEMA) return undefined;
  const { scale, count, sum, zeroCount, zeroThreshold, positive, negative, native } = downscale(
    point,
    point.scale - MAX_SCHEMA,
  );
  const float = native?.float ?? false;
  out.reset();
  writeCount(1, count, float);
  writeDouble(0x19, sum ?? 0);
  out.uint32(0x20);
  out.sint32(scale);
  // A native histogram may well have a zero bucket without breadth.
  writeDouble(0x29, native === undefined ? zeroThreshold || DEFAULT_ZERO_THRESHOLD : zeroThreshold);
  writeCount(6, zeroCount, float);
  writeBuckets(8, negative, float);
  writeBuckets(11, positive, float);
  writeVarint(14, RESETS[native?.reset ?? "unknown"]);
  writeMoment(moment);
  return out.bytes.subarray(0, out.pos);
}

/** The end of a native histogram's series, of whatever schema it was. The bytes are lent until the next call. */
export function staleHistogram(ms: number): Uint8Array {
  out.reset();
  writeCount(1, 0, false);
  out.uint32(0x19);
  out.fixed64(2, 0x7ff00000);
  writeMoment({ ms, startMs: 0 });
  return out.bytes.subarray(0, out.pos);
}

/** A histogram with explicit bounds: `cumulative` counts of the buckets up to each bound, of all observations, and their sum. */
export interface ExplicitHistogram {
  readonly bounds: Float64Array;
  readonly cumulative: ArrayLike<number>;
  readonly count: number;
  readonly sum: number;
}

/**
 * A histogram with explicit bounds as one with custom buckets; undefined when its counts are none: not numbers, or falling. Counts
 * with fractions make it a float histogram. The bytes are lent until the next call.
 */
export function customHistogram({ bounds, cumulative, count, sum }: ExplicitHistogram, moment: Moment) {
  const counts = new Float64Array(bounds.length + 1);
  let float = !Number.isInteger(count);
  let before = 0;
  for (let i = 0; i < counts.length; i++) {
    const upTo = i < bounds.length ? cumulative[i]! : count;
    if (!(upTo >= before) || upTo === Number.POSITIVE_INFINITY) return undefined;
    counts[i] = upTo - before;
    float ||= !Number.isInteger(upTo);
    before = upTo;
  }
  out.reset();
  writeCount(1, count, float);
  writeDouble(0x19, sum);
  out.uint32(0x20);
  out.sint32(CUSTOM_SCHEMA);
  // Spans count custom buckets from 0; those of exponential ones begin one later than OTLP's.
  writeBuckets(11, { offset: -1, counts }, float);
  writeMoment({ ms: moment.ms, startMs: 0 });
  if (bounds.length > 0) {
    out.uint32((16 << 3) | 2);
    out.uint32(bounds.length * 8);
    for (const bound of bounds) out.double(bound);
  }
  writeStart(moment);
  return out.bytes.subarray(0, out.pos);
}

/** A count: field `field` when whole, the one after when float. Written also when 0, since it says which kind it is. */
function writeCount(field: number, count: number, float: boolean): void {
  if (float) {
    out.uint32(((field + 1) << 3) | 1);
    out.double(count);
  } else {
    out.uint32(field << 3);
    out.uint64(count);
  }
}

function writeDouble(tag: number, value: number): void {
  if (Object.is(value, 0)) return;
  out.uint32(tag);
  out.double(value);
}

function writeVarint(field: number, value: number): void {
  if (value === 0) return;
  out.uint32(field << 3);
  out.uint32(value);
}

/** Spans are field `field`, differences of whole counts the next one, counts of float histograms the one after. */
function writeBuckets(field: number, buckets: Buckets, float: boolean): void {
  const { spans, counts } = toSpans(buckets);
  for (const { offset, length } of spans) {
    out.uint32((field << 3) | 2);
    const mark = out.begin();
    if (offset !== 0) {
      out.uint32(0x08);
      out.sint32(offset);
    }
    out.uint32(0x10);
    out.uint32(length);
    out.end(mark);
  }
  if (counts.length === 0) return;
  out.uint32(((field + (float ? 2 : 1)) << 3) | 2);
  const mark = out.begin();
  let before = 0;
  for (const count of counts) {
    if (float) out.double(count);
    else writeSint64(count - before);
    before = count;
  }
  out.end(mark);
}

function writeMoment({ ms, startMs }: Moment): void {
  out.uint32(0x78);
  writeInt64(ms);
  writeStart({ ms, startMs });
}

function writeStart({ startMs }: Moment): void {
  if (startMs === 0) return;
  out.uint32(17 << 3);
  writeInt64(startMs);
}

function writeInt64(value: number): void {
  const hi = Math.floor(value / 2 ** 32);
  out.varint64(value - hi * 2 ** 32, hi >>> 0);
}

/** Zigzag. */
function writeSint64(value: number): void {
  const half = value < 0 ? -value - 1 : value;
  const hi = Math.floor(half / 2 ** 31);
  out.varint64((half - hi * 2 ** 31) * 2 + (value < 0 ? 1 : 0), hi);
}
