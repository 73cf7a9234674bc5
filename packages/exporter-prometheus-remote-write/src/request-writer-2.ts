/**
 * Writes one request of remote write 2.0: a table of symbols, and series as numbers of them. What a series' labels are was worked
 * out once; here each symbol is looked up, and put into the request's own table when it is there for the first time.
 */
import type { BodyPool } from "./body-pool.ts";
import type { ExemplarLine } from "./exemplars.ts";
import { Bytes, varintLength } from "./label-bytes.ts";
import { lengthRoom } from "./request-body.ts";
import { recordHead, SeriesSymbols, startBit } from "./series-symbols.ts";
import type { SeriesTable } from "./series-table.ts";
import type { Moment, SeriesWriter, WriteItem } from "./series-writer.ts";
import { compress } from "./snappy-block.ts";
import { SymbolPool } from "./symbol-pool.ts";

/** What a series takes beside its texts and what 1.0 has too: start time, metadata. */
const room = 64;
const noExemplars: readonly ExemplarLine[] = [];
const work = new Bytes(65536);
const gauge = 2;
const targetInfoHelp = "Target metadata";

export class RequestWriter2 implements SeriesWriter {
  readonly version = "2.0";
  readonly room = room;
  samples = 0;
  histograms = 0;
  exemplars = 0;
  points = 0;
  private readonly symbols: SymbolPool;
  private readonly series = new Bytes(65536);
  /** Numbers requests, so that what tables know of another one is told. */
  private request = 1;
  /** Most samples have the times of the one before. */
  private readonly time = new EncodedTime();
  private readonly start = new EncodedTime();
  /** Of the series that is being written: the records it is in, where, and what its help and unit are in the request. */
  private records = new Int32Array(0);
  private record = 0;
  private help = 0;
  private unit = 0;
  private readonly seed: number;
  private readonly pool: BodyPool;

  /** Finished requests are copied into buffers of the pool; `seed` is a number that no target knows. */
  constructor(pool: BodyPool, seed: number) {
    this.pool = pool;
    this.seed = seed;
    this.symbols = new SymbolPool(seed);
  }

  get rawBytes(): number {
    return this.symbols.used + this.series.at;
  }

  learn(table: SeriesTable, id: number): void {
    const symbols = this.symbolsOf(table);
    const last = table.lastOf(id);
    for (let s = table.base[id]! - 1; s <= last; s++) symbols.learn(table, s);
  }

  private symbolsOf(table: SeriesTable): SeriesSymbols {
    table.symbols ??= new SeriesSymbols(this.seed);
    return table.symbols;
  }

  put(table: SeriesTable, s: number, value: Uint8Array, ms: number, startMs: number): void {
    this.putSample(table, s, value, { ms, startMs }, noExemplars);
  }

  putSample(
    table: SeriesTable,
    s: number,
    value: Uint8Array,
    { ms, startMs }: Moment,
    exemplars: readonly ExemplarLine[],
  ): void {
    const { series } = this;
    const mark = this.begin(table, s);
    const record = this.record;
    const hasStart = startMs > 0 && startMs <= ms && (this.records[record]! & startBit) !== 0;
    series.reserve(48);
    const { bytes, at: sample } = series;
    bytes[sample] = 0x12;
    bytes[sample + 2] = 0x09;
    for (let i = 0; i < 8; i++) bytes[sample + 3 + i] = value[i]!;
    bytes[sample + 11] = 0x10;
    series.at = this.time.write(bytes, sample + 12, ms);
    if (hasStart) {
      bytes[series.at++] = 0x18;
      series.at = this.start.write(bytes, series.at, startMs);
    }
    bytes[sample + 1] = series.at - sample - 2;
    this.end(mark, record, exemplars);
    this.samples++;
  }

  putHistogram(table: SeriesTable, s: number, histogram: Uint8Array, exemplars: readonly ExemplarLine[]): void {
    const { series } = this;
    const mark = this.begin(table, s);
    series.reserve(histogram.length + 8);
    series.bytes[series.at++] = 0x1a;
    series.varint(histogram.length);
    series.bytes.set(histogram, series.at);
    series.at += histogram.length;
    this.end(mark, this.record, exemplars);
    this.samples++;
    this.histograms++;
  }

  /** Each series of 2.0 has a sample or a histogram; receivers refuse others. */
  putExemplars(): boolean {
    return false;
  }

  /** Begins a series with its labels; gives where it began. */
  private begin(table: SeriesTable, s: number): number {
    const symbols = this.symbolsOf(table);
    let record = symbols.recordAt[s] ?? 0;
    if (record === 0) record = symbols.learn(table, s);
    if (symbols.request !== this.request) symbols.begin(this.request);
    const { series } = this;
    const { records, refs } = symbols;
    const count = records[record + recordHead - 1]!;
    series.reserve(count * 5 + 24);
    const mark = series.at;
    series.bytes[mark] = 0x2a;
    series.bytes[mark + 2] = 0x0a;
    let at = mark + 4;
    const { bytes } = series;
    const from = record + recordHead;
    for (let i = from; i < from + count; i++) {
      const symbol = records[i]!;
      let ref = refs[symbol]!;
      if (ref === 0 && symbol !== 0) {
        ref = this.symbols.internFrom(symbols.pool, symbol);
        refs[symbol] = ref;
      }
      while (ref >= 128) {
        bytes[at++] = (ref & 127) | 128;
        ref >>>= 7;
      }
      bytes[at++] = ref;
    }
    series.at = at;
    setLength(series, mark + 3);
    this.records = records;
    this.record = record;
    this.help = this.refOf(symbols, records[record + 1]!);
    this.unit = this.refOf(symbols, records[record + 2]!);
    return mark;
  }

  private refOf({ refs, pool }: SeriesSymbols, symbol: number): number {
    if (symbol === 0) return 0;
    const known = refs[symbol]!;
    if (known !== 0) return known;
    const ref = this.symbols.internFrom(pool, symbol);
    refs[symbol] = ref;
    return ref;
  }

  /** Ends a series that began at `mark` with exemplars and metadata. */
  private end(mark: number, record: number, exemplars: readonly ExemplarLine[]): void {
    for (const exemplar of exemplars) this.writeExemplar(exemplar);
    this.exemplars += exemplars.length;
    this.writeMetadata(this.records[record]! & (startBit - 1), this.help, this.unit);
    setLength(this.series, mark + 1);
  }

  private writeMetadata(type: number, help: number, unit: number): void {
    if (type === 0 && help === 0 && unit === 0) return;
    const { series } = this;
    series.reserve(24);
    series.bytes[series.at++] = 0x2a;
    const from = series.at++;
    series.bytes[series.at++] = 0x08;
    series.bytes[series.at++] = type;
    if (help !== 0) {
      series.bytes[series.at++] = 0x18;
      series.varint(help);
    }
    if (unit !== 0) {
      series.bytes[series.at++] = 0x20;
      series.varint(unit);
    }
    series.bytes[from] = series.at - from - 1;
  }

  private writeExemplar({ labels, value, ms }: ExemplarLine): void {
    const { series } = this;
    series.reserve(labels.length * 10 + 48);
    series.bytes[series.at++] = 0x22;
    const mark = series.at++;
    series.bytes[series.at++] = 0x0a;
    const refs = series.at++;
    for (const label of labels) for (const text of label) series.varint(this.symbols.internText(text));
    setLength(series, refs);
    series.bytes[series.at++] = 0x11;
    scratch.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) series.bytes[series.at++] = scratch.getUint8(i);
    series.bytes[series.at++] = 0x18;
    writeInt64(series, ms);
    setLength(series, mark);
  }

  putLabels(labels: readonly (readonly [string, string])[], value: Uint8Array, ms: number): void {
    const { series, symbols } = this;
    series.reserve(labels.length * 10 + 64);
    const mark = series.at;
    series.bytes[mark] = 0x2a;
    series.bytes[mark + 2] = 0x0a;
    series.at = mark + 4;
    for (const label of labels) for (const text of label) series.varint(symbols.internText(text));
    setLength(series, mark + 3);
    series.reserve(48);
    series.bytes[series.at++] = 0x12;
    series.bytes[series.at++] = 9 + 1 + int64Length(ms);
    series.bytes[series.at++] = 0x09;
    for (let i = 0; i < 8; i++) series.bytes[series.at++] = value[i]!;
    series.bytes[series.at++] = 0x10;
    writeInt64(series, ms);
    this.writeMetadata(gauge, symbols.internText(targetInfoHelp), 0);
    setLength(series, mark + 1);
    this.samples++;
  }

  take(lane: number, key: string): WriteItem | undefined {
    const { samples: items, histograms, exemplars, points, rawBytes } = this;
    const body = items === 0 ? undefined : packed(this.symbols, this.series, this.pool);
    this.clear();
    return body && { body, rawBytes, items, histograms, exemplars, points, lane, key };
  }

  clear(): void {
    this.symbols.clear();
    this.series.at = 0;
    this.request++;
    this.samples = 0;
    this.histograms = 0;
    this.exemplars = 0;
    this.points = 0;
  }
}

const whole = new Bytes(65536);

/** A request as an item's body: symbols, then series, compressed. */
export function packed(symbols: SymbolPool, series: Pick<Bytes, "bytes" | "at">, pool: BodyPool): Uint8Array {
  const length = symbols.used + series.at;
  whole.at = 0;
  whole.reserve(length);
  whole.bytes.set(symbols.bytes.subarray(0, symbols.used));
  whole.bytes.set(series.bytes.subarray(0, series.at), symbols.used);
  work.at = 0;
  work.reserve(Math.ceil((length * 7) / 6) + 64);
  return pool.copy(work.bytes, compress(whole.bytes, 0, length, work.bytes, lengthRoom));
}

const scratch = new DataView(new ArrayBuffer(8));

/** Puts the length of all that was written since `at + 1` to `at`, where one byte was left for it. */
function setLength(out: Bytes, at: number): void {
  const length = out.at - at - 1;
  if (length < 128) {
    out.bytes[at] = length;
    return;
  }
  const extra = varintLength(length) - 1;
  out.reserve(extra);
  out.bytes.copyWithin(at + 1 + extra, at + 1, out.at);
  const end = out.at + extra;
  out.at = at;
  out.varint(length);
  out.at = end;
}

/** A time and its varint, which is worked out when the time changes. */
class EncodedTime {
  private value = Number.NaN;
  private readonly encoded = new Bytes(10);

  /** Writes the time; gives the end of what was written. */
  write(bytes: Uint8Array, at: number, value: number): number {
    const { encoded } = this;
    if (value !== this.value) {
      this.value = value;
      encoded.at = 0;
      writeInt64(encoded, value);
    }
    for (let i = 0; i < encoded.at; i++) bytes[at + i] = encoded.bytes[i]!;
    return at + encoded.at;
  }
}

function int64Length(value: number): number {
  return value < 0 ? 10 : varintLength(value);
}

/** The varint of an int64; negative ones take ten bytes. */
function writeInt64(out: Bytes, value: number): void {
  if (value >= 0) {
    out.varint(value);
    return;
  }
  let low = ((value % 2 ** 32) + 2 ** 32) % 2 ** 32;
  let high = (value - low) / 2 ** 32 + 2 ** 32;
  for (let i = 0; i < 9; i++) {
    out.bytes[out.at++] = (low & 127) | 128;
    low = Math.floor(low / 128) + (high % 128) * 2 ** 25;
    high = Math.floor(high / 128);
  }
  out.bytes[out.at++] = 1;
}
