/**
 * Writes one request of remote write 1.0: the hottest code of the exporter. A sample is the series' fragment and eight bytes of value; the slow ways
 * are for what begins a request, stands after another neighbour than last time, or has a time of its own.
 */
import { WireWriter } from "@sluice/data";
import type { BodyPool } from "./body-pool.ts";
import type { ExemplarLine } from "./exemplars.ts";
import { Bytes } from "./label-bytes.ts";
import { lengthRoom } from "./request-body.ts";
import { longestEntry, type SeriesTable, tailBytes, writePlainSeries } from "./series-table.ts";
import type { Moment, SeriesWriter, WriteItem } from "./series-writer.ts";
import { compressAfter, copyBytes, writeLiteral } from "./snappy.ts";
import type { Block } from "./template.ts";

/** Times that take six bytes: from 1971 to 2109. */
const firstSixByteTime = 2 ** 35;
const firstSevenByteTime = 2 ** 42;
const sampleLiteralTag = (tailBytes + 8 - 1) << 2;
const scratch = new Bytes(4096);
const tail = new WireWriter(4096);

export class RequestWriter implements SeriesWriter {
  readonly version = "1.0";
  readonly room = 0;
  samples = 0;
  histograms = 0;
  exemplars = 0;
  points = 0;
  rawBytes = 0;
  private readonly out = new Bytes(65536);
  /** The series written last, of `lastTable`; -1 = what comes next has no neighbour. */
  private last = -1;
  private lastTable: SeriesTable | undefined;
  private lastTime = -1;
  private view = new DataView(this.out.bytes.buffer);
  private readonly timeBytes = new Uint8Array(10);
  private timeLength = 0;
  private encodedTime = Number.NaN;
  private readonly pool: BodyPool;

  /** Finished requests are copied into buffers of the pool. */
  constructor(pool: BodyPool) {
    this.pool = pool;
    this.out.at = lengthRoom;
  }

  learn(table: SeriesTable, id: number, before: number): void {
    if (before >= 0) table.compileAll(id, before);
  }

  /** Appends a sample: eight bytes of value (little endian) at `ms` milliseconds. */
  put(table: SeriesTable, s: number, value: Uint8Array, ms: number): void {
    if (this.last < 0 || this.lastTable !== table || ms !== this.lastTime || table.previous[s] !== this.last) {
      this.putSlow(table, s, value, ms);
      return;
    }
    // Fast path: the neighbour and the time are those of the fragment.
    const { out } = this;
    const length = table.length[s]!;
    if (out.at + length + 8 > out.bytes.length) out.reserve(length + 8);
    const { bytes } = out;
    const { fragments } = table;
    const from = table.from[s]!;
    const at = out.at;
    for (let i = 0; i < length; i++) bytes[at + i] = fragments[from + i]!;
    const end = at + length;
    for (let i = 0; i < 8; i++) bytes[end + i] = value[i]!;
    out.at = end + 8;
    this.last = s;
    this.samples++;
    this.rawBytes += table.entry[s]!;
  }

  private putSlow(table: SeriesTable, s: number, value: Uint8Array, ms: number): void {
    if (!(ms >= firstSixByteTime && ms < firstSevenByteTime)) {
      this.putLabels(table.labels(s), value, ms);
      return;
    }
    this.samples++;
    this.rawBytes += table.entry[s]!;
    if (this.last < 0 || this.lastTable !== table || table.entry[s]! > longestEntry) {
      this.putFirst(table, s, value, ms);
      return;
    }
    if (table.previous[s] !== this.last) table.compile(s, this.last);
    const { out } = this;
    const from = table.from[s]!;
    const sameTime = ms === this.lastTime;
    // Another time than the neighbour's: the labels from the fragment, the sample as a literal.
    const length = sameTime ? table.length[s]! : table.length[s]! - copyBytes(table.entry[s]!, tailBytes) - 1;
    out.reserve(length + 24);
    out.bytes.set(table.fragments.subarray(from, from + length), out.at);
    out.at += length;
    if (!sameTime) this.writeTail(ms);
    out.bytes.set(value, out.at);
    out.at += 8;
    this.last = s;
    this.lastTime = ms;
  }

  private putFirst(table: SeriesTable, s: number, value: Uint8Array, ms: number): void {
    const head = table.head(s);
    const { out } = this;
    out.reserve(head.length + 32);
    out.at = writeLiteral(out.bytes, out.at, head, 0, head.length);
    this.writeTail(ms);
    out.bytes.set(value, out.at);
    out.at += 8;
    this.last = table.entry[s]! > longestEntry ? -1 : s;
    this.lastTable = table;
    this.lastTime = ms;
  }

  /** Appends a prepared stretch of a layout: copies it, and stores its time and its values. False = its time is not of the usual length. */
  putBlock({ bytes, timeAt, steps, slots, rawBytes, points }: Block, values: Float64Array, ms: number): boolean {
    if (!(ms >= firstSixByteTime && ms < firstSevenByteTime)) return false;
    this.setTime(ms);
    const { out } = this;
    out.reserve(bytes.length);
    out.bytes.set(bytes, out.at);
    for (let i = 0; i < 6; i++) out.bytes[out.at + timeAt + i] = this.timeBytes[i]!;
    if (this.view.buffer !== out.bytes.buffer) this.view = new DataView(out.bytes.buffer);
    store(this.view, out.at, steps, slots, values);
    out.at += bytes.length;
    this.samples += steps.length;
    this.points += points;
    this.rawBytes += rawBytes;
    this.last = -1;
    return true;
  }

  /** Appends a sample of a series that nothing is remembered of. */
  putLabels(labels: readonly (readonly [string, string])[], value: Uint8Array, ms: number): void {
    this.setTime(ms);
    scratch.at = 0;
    writePlainSeries(scratch, labels, value, this.timeBytes.subarray(0, this.timeLength));
    this.out.reserve(scratch.at + 8);
    this.out.at = writeLiteral(this.out.bytes, this.out.at, scratch.bytes, 0, scratch.at);
    this.rawBytes += scratch.at;
    this.samples++;
    this.last = -1;
  }

  putSample(
    table: SeriesTable,
    s: number,
    value: Uint8Array,
    { ms }: Moment,
    exemplars: readonly ExemplarLine[],
  ): void {
    this.setTime(ms);
    tail.reset();
    tail.uint32(0x12);
    tail.uint32(10 + this.timeLength);
    tail.uint32(0x09);
    tail.raw(value);
    tail.uint32(0x10);
    tail.raw(this.timeBytes.subarray(0, this.timeLength));
    this.putTail(table, s, exemplars);
    this.samples++;
  }

  putHistogram(table: SeriesTable, s: number, histogram: Uint8Array, exemplars: readonly ExemplarLine[]): void {
    tail.reset();
    tail.uint32(0x22);
    tail.blob(histogram);
    this.putTail(table, s, exemplars);
    this.samples++;
    this.histograms++;
  }

  putExemplars(table: SeriesTable, s: number, exemplars: readonly ExemplarLine[]): boolean {
    tail.reset();
    this.putTail(table, s, exemplars);
    return true;
  }

  /** Appends a series that stands alone: its labels, `tail` and exemplars, compressed by themselves. */
  private putTail(table: SeriesTable, s: number, exemplars: readonly ExemplarLine[]): void {
    for (const exemplar of exemplars) this.writeExemplar(exemplar);
    this.exemplars += exemplars.length;
    const labels = table.labelBytes(s);
    const length = labels.length + tail.pos;
    scratch.at = 0;
    scratch.reserve(length + 12);
    scratch.bytes[scratch.at++] = 0x0a;
    scratch.varint(length);
    scratch.bytes.set(labels, scratch.at);
    scratch.bytes.set(tail.bytes.subarray(0, tail.pos), scratch.at + labels.length);
    scratch.at += length;
    this.out.reserve(Math.ceil((scratch.at * 7) / 6) + 16);
    this.out.at = compressAfter(scratch.bytes, 0, 0, scratch.at, 0, this.out.bytes, this.out.at);
    this.rawBytes += scratch.at;
    this.last = -1;
  }

  private writeExemplar({ labels, value, ms }: ExemplarLine): void {
    tail.uint32(0x1a);
    const exemplar = tail.begin();
    for (const [name, text] of labels) {
      tail.uint32(0x0a);
      const label = tail.begin();
      tail.uint32(0x0a);
      tail.text(name);
      tail.uint32(0x12);
      tail.text(text);
      tail.end(label);
    }
    tail.uint32(0x11);
    tail.double(value);
    this.setTime(ms);
    tail.uint32(0x18);
    tail.raw(this.timeBytes.subarray(0, this.timeLength));
    tail.end(exemplar);
  }

  /** The tag of a literal of one sample, and the sample up to its value. */
  private writeTail(ms: number): void {
    this.setTime(ms);
    const { out } = this;
    const { bytes } = out;
    bytes[out.at++] = sampleLiteralTag;
    bytes[out.at++] = 0x12;
    bytes[out.at++] = 0x10;
    bytes[out.at++] = 0x10;
    for (let i = 0; i < 6; i++) bytes[out.at++] = this.timeBytes[i]!;
    bytes[out.at++] = 0x09;
  }

  /** The int64 varint of a time; negative ones take ten bytes. */
  private setTime(ms: number): void {
    if (ms === this.encodedTime) return;
    this.encodedTime = ms;
    let low = ms % 2 ** 32;
    if (low < 0) low += 2 ** 32;
    let high = (ms - low) / 2 ** 32;
    if (high < 0) high += 2 ** 32;
    let at = 0;
    while (high > 0 || low > 127) {
      this.timeBytes[at++] = (low & 127) | 128;
      low = Math.floor(low / 128) + (high % 128) * 2 ** 25;
      high = Math.floor(high / 128);
    }
    this.timeBytes[at++] = low;
    this.timeLength = at;
  }

  /** Takes the request and begins the next one; undefined when nothing was written. */
  take(lane: number, key: string): WriteItem | undefined {
    const { samples: items, histograms, exemplars, points, rawBytes } = this;
    const body = rawBytes === 0 ? undefined : this.pool.copy(this.out.bytes, this.out.at);
    this.clear();
    return body && { body, rawBytes, items, histograms, exemplars, points, lane, key };
  }

  /** Forgets what was written, and begins a request. */
  clear(): void {
    this.out.at = lengthRoom;
    this.rawBytes = 0;
    this.samples = 0;
    this.histograms = 0;
    this.exemplars = 0;
    this.points = 0;
    this.last = -1;
  }
}

/** Stores each value at its place. */
function store(
  view: DataView,
  from: number,
  steps: Uint16Array,
  slots: Int32Array | number,
  values: Float64Array,
): void {
  let at = from;
  for (let n = 0; n < steps.length; n++) {
    at += steps[n]!;
    view.setFloat64(at, values[typeof slots === "number" ? slots + n : slots[n]!]!, true);
  }
}
