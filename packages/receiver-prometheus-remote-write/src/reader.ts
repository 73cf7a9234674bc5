/**
 * Reads requests of remote write: a series is found by the bytes of its labels, and only one that was never seen is looked into. The
 * plain reader that makes an object of everything is `decodeWriteRequest`; tests compare the two.
 */
import { ABSENT, EXPONENTIAL, type Exemplar, NUMBER, type Shape, STALE, WireReader } from "@sluice/data";
import { isStaleBits, readWrittenHistogram, type WriteVersion, WrittenEntries } from "@sluice/lib-prometheus";
import { Budget } from "./budget.ts";
import { readExemplar } from "./exemplar.ts";
import { toPoint } from "./histogram.ts";
import { KeyOf1, readMetadata } from "./key-1.ts";
import { KeyOf2 } from "./key-2.ts";
import type { Memory } from "./memory.ts";
import { Form } from "./metric.ts";
import { Rows } from "./rows.ts";
import type { Reason } from "./series-labels.ts";
import { readInt64, readSample, type SampleFields } from "./wire-sample.ts";

/** What was written of a request, and what was not taken. */
export interface Tally {
  samples: number;
  histograms: number;
  exemplars: number;
  /** Series by the reason why they were not taken, and the labels of one of them. */
  readonly invalid: Map<Reason, { count: number; readonly example: string }>;
}

/** Fields of a series. */
const FIELDS = {
  "1.0": { sample: 0x12, exemplar: 0x1a, histogram: 0x22 },
  "2.0": { sample: 0x12, exemplar: 0x22, histogram: 0x1a },
} as const;
const START = 0x30;
/** What a row takes, in our columns and in those of its part. */
const ROW_BYTES = 64;
/** What a new series takes beside its labels. */
const SERIES_BYTES = 128;

/** One for all requests of a receiver: a request is read in one go. */
export class RequestReader {
  readonly rows = new Rows();
  readonly #memory: Memory;
  readonly #budget = new Budget();
  readonly #key1 = new KeyOf1();
  readonly #key2 = new KeyOf2();
  readonly #sample: SampleFields = { lo: 0, hi: 0, ms: 0, startMs: 0 };
  #version: WriteVersion = "1.0";
  #tally: Tally = emptyTally();
  /** The series that is being read; -1 = its labels are not known. */
  #series = -1;
  #exemplars: Exemplar[] = [];
  /** What is wrong with some of it. */
  readonly #bad = new Set<Reason>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Reads a decompressed request into `rows`. Throws WireError when it is none; then nothing of it counts. */
  read(bytes: Uint8Array, version: WriteVersion): Tally {
    this.rows.clear();
    this.#budget.start(bytes.length);
    this.#tally = emptyTally();
    this.#version = version;
    this.#memory.startRequest();
    this.#exemplars = [];
    this.#bad.clear();
    try {
      if (version === "2.0") this.#key2.start(bytes);
      this.#readSeries(new WireReader(bytes), version);
    } catch (error) {
      this.rows.clear();
      throw error;
    } finally {
      this.#key1.end();
      this.#key2.end();
    }
    return this.#tally;
  }

  #readSeries(reader: WireReader, version: WriteVersion): void {
    const wanted = version === "1.0" ? 0x0a : 0x2a;
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === wanted) {
        const outer = reader.enter();
        this.#oneSeries(reader, version);
        reader.leave(outer);
      } else if (version === "1.0" && tag === 0x1a) readMetadata(reader, this.#memory.announced);
      else reader.skip(tag);
    }
  }

  #oneSeries(reader: WireReader, version: WriteVersion): void {
    const from = reader.pos;
    const { known } = this.#memory;
    const reason = version === "1.0" ? this.#key1.find(reader, known.keys) : this.#key2.find(reader, known);
    if (reason !== undefined) {
      this.#series = -1;
      this.#refuse(reason);
      return;
    }
    const key = version === "1.0" ? this.#key1 : this.#key2;
    this.#series = key.series;
    if (key.series < 0) {
      this.#budget.spend(SERIES_BYTES + key.to - key.from);
      this.#series = known.keys.add(key.bytes, key.from, key.to);
      known.add(this.#series);
    }
    const refusal = known.refusal(this.#series);
    if (refusal !== undefined) this.#refuse(refusal);
    else {
      this.#memory.see(this.#series);
      reader.pos = from;
      this.#content(reader);
    }
    if (key.series < 0) this.#memory.check();
  }

  /** Everything of a series but its labels. */
  #content(reader: WireReader): void {
    const fields = FIELDS[this.#version];
    const first = this.rows.size;
    let entries: WrittenEntries | undefined;
    let empty = this.#version === "2.0";
    let startMs = 0;
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === fields.sample) this.#addSample(reader);
      else if (tag === fields.histogram) {
        entries ??= new WrittenEntries();
        this.#addHistogram(reader, entries);
      } else if (tag === fields.exemplar) this.#addExemplar(reader);
      else if (tag === START && this.#version === "2.0") {
        startMs = readInt64(reader);
        continue;
      } else {
        reader.skip(tag);
        continue;
      }
      empty = false;
    }
    if (startMs !== 0) this.#setStart(first, startMs);
    if (this.#exemplars.length > 0) this.#attachExemplars();
    if (empty) this.#bad.add("no_samples");
    if (this.#bad.size === 0) return;
    for (const reason of this.#bad) this.#refuse(reason);
    this.#bad.clear();
  }

  #addRow(form: Form, shape: Shape, ms: number, startMs: number): number {
    const id = this.#memory.known.point(this.#series, form, shape);
    return this.#addPoint(id, ms, startMs);
  }
  #addPoint(id: number, ms: number, startMs: number): number {
    const { known } = this.#memory;
    this.#budget.spend(ROW_BYTES);
    const row = this.rows.add(known.source(this.#series), id, ms, startMs);
    known.setRow(this.#series, row, this.rows.request);
    return row;
  }

  #addSample(reader: WireReader): void {
    const sample = this.#sample;
    readSample(reader, sample);
    const { lo, hi, ms, startMs } = sample;
    const row = this.#addRow(Form.number, NUMBER, ms, startMs);
    this.rows.words[2 * row] = lo;
    this.rows.words[2 * row + 1] = hi;
    if (isStaleBits(lo, hi)) this.rows.state[row] = STALE;
    this.#tally.samples++;
  }

  #addHistogram(reader: WireReader, entries: WrittenEntries): void {
    const outer = reader.enter();
    const histogram = readWrittenHistogram(reader, entries);
    reader.leave(outer);
    const { timestampMs, startMs, stale } = histogram;
    if (stale) {
      // It says nothing of buckets: it ends whatever histogram the series was.
      const id = this.#memory.known.histogramPoint(this.#series);
      const row =
        id < 0
          ? this.#addRow(Form.native, EXPONENTIAL, timestampMs, startMs)
          : this.#addPoint(id, timestampMs, startMs);
      this.rows.state[row] = STALE;
    } else {
      const point = toPoint(histogram);
      if (point === undefined) {
        this.#bad.add("invalid_histogram");
        return;
      }
      this.#budget.spend(point.bytes);
      const row = this.#addRow(point.form, point.shape, timestampMs, startMs);
      if (point.slots !== undefined) this.rows.numbers.set(row, point.slots);
      if (point.exponential !== undefined) this.rows.exponential.set(row, point.exponential);
    }
    this.#tally.histograms++;
  }

  #addExemplar(reader: WireReader): void {
    const exemplar = readExemplar(reader, this.#version, { key: this.#key2, budget: this.#budget });
    if (typeof exemplar === "string") this.#bad.add(exemplar);
    else this.#exemplars.push(exemplar);
  }

  /** Exemplars belong to the newest row of their series in this request; without one, to a row that has no sample. */
  #attachExemplars(): void {
    const { rows } = this;
    let row = this.#memory.known.row(this.#series, rows.request);
    if (row < 0) {
      row = this.#addRow(Form.number, NUMBER, this.#exemplars[0]!.ms, 0);
      rows.state[row] = ABSENT;
    }
    const own = rows.exemplars.get(row);
    rows.exemplars.set(row, own === undefined ? this.#exemplars : own.concat(this.#exemplars));
    this.#tally.exemplars += this.#exemplars.length;
    this.#exemplars = [];
  }

  /** The first drafts of 2.0 had one start time for a series: it holds for what says none. */
  #setStart(first: number, startMs: number): void {
    for (let row = first; row < this.rows.size; row++) this.rows.start[row] ||= startMs;
  }

  #refuse(reason: Reason): void {
    const known = this.#tally.invalid.get(reason);
    if (known !== undefined) known.count++;
    else this.#tally.invalid.set(reason, { count: 1, example: this.#memory.known.describe(this.#series) });
  }
}

function emptyTally(): Tally {
  return { samples: 0, histograms: 0, exemplars: 0, invalid: new Map() };
}
