import { type ExponentialPoint, WireError, WireReader } from "@sluice/data";
import type { CustomHistogram } from "./custom-histogram.ts";
import { isLegacyLabelName } from "./labels.ts";
import { LineWriter } from "./line-writer.ts";
import { END, SERIES } from "./page-scanner.ts";
import { ParseError } from "./parse-error.ts";
import {
  type Entry,
  histogramEntries,
  type ProtobufOptions,
  summaryEntries,
  valueEntries,
} from "./protobuf-entries.ts";
import { COUNTER, type Family, GAUGE_HISTOGRAM, HISTOGRAM, readFamily, SUMMARY } from "./protobuf-family.ts";
import { emptyHistogram, HistogramError, readHistogram } from "./protobuf-histogram.ts";
import {
  emptySummary,
  emptyValue,
  type LabelRanges,
  readLabel,
  readSummary,
  readValue,
  skipUnknown,
} from "./protobuf-metric.ts";
import { quote } from "./quote.ts";
import { CUSTOM_MARK, NATIVE_MARK, type ParsedExemplar } from "./series.ts";

/** By type: the tag of a metric's value. */
const VALUE_TAGS = [0x1a, 0x12, 0x22, 0x2a, 0x3a, 0x3a] as const;
const noEntries = (): Iterator<Entry> => [][Symbol.iterator]();
/** Buckets of native histograms on one page, empty ones between others included. */
const MAX_PAGE_BUCKETS = 1 << 22;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a page in protobuf (varint-delimited `io.prometheus.client.MetricFamily`) entry by entry, with the fields and methods of
 * `PageScanner`: each series is written as a line of OpenMetrics would have it, into `bytes`, valid until the next call. Order
 * and names of samples as Prometheus has them. A native histogram is one entry under the family's own name, with `native` set; its
 * line begins with a mark that no other series has.
 */
export class ProtobufScanner {
  at = 0;
  seriesFrom = 0;
  seriesTo = 0;
  value = 0;
  hasTimestamp = false;
  timestampMs = 0;
  /** Index of the entry's first exemplar in `exemplars`, and of the one after its last; -1 when there is none. */
  exemplarFrom = -1;
  exemplarTo = -1;
  nameFrom = 0;
  nameTo = 0;
  textFrom = 0;
  textTo = 0;
  /** The entry is a native histogram; `value` is its sum. */
  native: ExponentialPoint | CustomHistogram | undefined;
  /** When counting began, milliseconds since 1970; NaN = not said. */
  createdMs = Number.NaN;
  /** All exemplars of the page up to here; a new list for each page. */
  exemplars: ParsedExemplar[] = [];

  readonly #line = new LineWriter();
  readonly #labels = new LineWriter();
  #options: ProtobufOptions = { native: true, classic: false, custom: false };
  #page: WireReader = new WireReader(new Uint8Array(0));
  #family: Family | undefined;
  /** Samples of the metric under way that are not handed out yet. */
  #entries: Iterator<Entry> = noEntries();
  #entry: Entry | undefined;
  /** What the line that is written, and not yet handed out, is. */
  #pending: number | undefined;
  readonly #buckets = { room: 0 };
  #metric = { hasTimestamp: false, timestampMs: 0, createdMs: Number.NaN };

  /** The bytes that `seriesFrom` and its kin point into. */
  get bytes(): Uint8Array {
    return this.#line.bytes;
  }

  /** Starts a page: the first `length` bytes. They must not change while the page is read. */
  reset(bytes: Uint8Array, length: number, options: ProtobufOptions = this.#options): void {
    this.#options = options;
    this.#page = new WireReader(bytes, 0, length);
    this.#family = undefined;
    this.#entries = noEntries();
    this.#pending = undefined;
    this.#buckets.room = MAX_PAGE_BUCKETS;
    this.exemplars = [];
  }

  /** Advances over one entry and says what it is. Throws ParseError. */
  next(): number {
    const kind = this.#peek();
    this.#consume(kind);
    return kind;
  }
  /** When the next entry is the series `known[from..to)`, consumes it and returns true; else changes nothing. Throws ParseError. */
  tryKnown(known: Uint8Array, from: number, to: number): boolean {
    return this.#tryKnown(known, from, to, true);
  }
  /** When the next entry is metadata whose whole line (newline included) is `known[from..to)`, consumes it and returns true. */
  tryKnownLine(known: Uint8Array, from: number, to: number): boolean {
    return this.#tryKnown(known, from, to, false);
  }

  #tryKnown(known: Uint8Array, from: number, to: number, series: boolean): boolean {
    const kind = this.#peek();
    if ((kind === SERIES) !== series || kind === END) return false;
    const { bytes, at } = this.#line;
    if (to - from !== at - 1) return false;
    for (let i = to - from - 1; i >= 0; i--) if (known[from + i] !== bytes[1 + i]) return false;
    this.#consume(kind);
    return true;
  }

  #peek(): number {
    if (this.#pending !== undefined) return this.#pending;
    try {
      this.#pending = this.#write();
      return this.#pending;
    } catch (cause) {
      if (cause instanceof ParseError) throw cause;
      if (cause instanceof WireError || cause instanceof HistogramError || cause instanceof TypeError) {
        const of = this.#family === undefined ? "" : ` in metric family ${quote(lossy(this.#family.name), 100)}`;
        throw Object.assign(new ParseError(`cannot read protobuf${of}: ${cause.message}`, 1), { cause });
      }
      throw cause;
    }
  }
  #consume(kind: number): void {
    if (kind === END) return;
    this.#pending = undefined;
    this.at = this.#line.at;
    if (kind !== SERIES) return;
    const { value, native, exemplars } = this.#entry!;
    this.seriesFrom = 1;
    this.seriesTo = this.at;
    this.value = value;
    this.native = native;
    this.hasTimestamp = this.#metric.hasTimestamp;
    this.timestampMs = this.#metric.timestampMs;
    this.createdMs = this.#metric.createdMs;
    this.exemplarFrom = exemplars.length === 0 ? -1 : this.exemplars.length;
    for (const exemplar of exemplars) this.exemplars.push(exemplar);
    this.exemplarTo = exemplars.length === 0 ? -1 : this.exemplars.length;
  }

  /** Writes the next line; gives its kind. */
  #write(): number {
    for (;;) {
      const { done, value } = this.#entries.next();
      if (done !== true) return this.#writeSeries(value);
      const family = this.#family;
      const line = family?.lines.shift();
      if (family !== undefined && line !== undefined) return this.#writeMetadata(family, line);
      if (family?.reader.find(0x22)) this.#entries = this.#readMetric(family);
      else if (!this.#page.more()) return END;
      else this.#family = readFamily(this.#page);
    }
  }

  #writeMetadata({ name, bare }: Family, { kind, keyword, text }: Family["lines"][number]): number {
    const line = this.#line;
    line.clear();
    line.ascii(`# ${keyword} ${bare ? "" : '"'}`);
    this.nameFrom = line.at;
    if (bare) line.raw(name);
    else line.escaped(name, 0, name.length);
    this.nameTo = line.at;
    line.ascii(bare ? " " : '" ');
    this.textFrom = line.at;
    line.escaped(text, 0, text.length);
    this.textTo = line.at;
    line.ascii("\n");
    return kind;
  }

  #writeSeries(entry: Entry): number {
    this.#entry = entry;
    const { name, bare } = this.#family!;
    const line = this.#line;
    const labels = this.#labels;
    line.clear();
    if (entry.native !== undefined) line.byte("bounds" in entry.native ? CUSTOM_MARK : NATIVE_MARK);
    if (bare) line.raw(name);
    else {
      line.ascii('{"');
      line.escaped(name, 0, name.length);
    }
    line.ascii(entry.suffix);
    const more = labels.at > 1 || entry.label !== "";
    line.ascii(bare ? (more ? "{" : "") : more ? '",' : '"');
    line.raw(labels.bytes, 1, labels.at);
    if (labels.at > 1 && entry.label !== "") line.ascii(",");
    line.ascii(entry.label);
    if (more || !bare) line.ascii("}");
    return SERIES;
  }

  #readMetric({ reader, type }: Family): Iterator<Entry> {
    const labels: LabelRanges = [];
    let timestampMs = 0;
    let value: WireReader | undefined;
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x0a) readLabel(reader, labels);
      else if (tag === 0x30) timestampMs = Number(reader.int64());
      else if (tag === VALUE_TAGS[type]) {
        const inner = reader.enter();
        value = new WireReader(reader.bytes, reader.pos, reader.end);
        reader.leave(inner);
      } else if ((tag & 7) === 2 && tag <= 0x3a) reader.skip(tag);
      else skipUnknown(reader, tag, 7);
    }
    reader.leave(outer);
    this.#writeLabels(reader.bytes, labels);
    const { entries, createdMs } = this.#readValue(type, value, reader.bytes);
    this.#metric = { hasTimestamp: timestampMs !== 0, timestampMs, createdMs };
    return entries;
  }

  /** A metric that has no value of its family's type has one of zeros. */
  #readValue(
    type: number,
    value: WireReader | undefined,
    bytes: Uint8Array,
  ): { readonly entries: Iterator<Entry>; readonly createdMs: number } {
    if (type === SUMMARY) {
      const message = value === undefined ? emptySummary() : readSummary(value);
      return { entries: summaryEntries(message), createdMs: message.createdMs };
    }
    if (type === HISTOGRAM || type === GAUGE_HISTOGRAM) {
      const message = value === undefined ? emptyHistogram() : readHistogram(value);
      const options = { ...this.#options, gauge: type === GAUGE_HISTOGRAM };
      return { entries: histogramEntries(message, bytes, options, this.#buckets), createdMs: message.createdMs };
    }
    const message = value === undefined ? emptyValue() : readValue(value, type === COUNTER);
    return { entries: valueEntries(message, bytes), createdMs: message.createdMs };
  }

  #writeLabels(bytes: Uint8Array, ranges: LabelRanges): void {
    const labels = this.#labels;
    labels.clear();
    for (let i = 0; i < ranges.length; i += 4) {
      const [nameFrom, nameTo, valueFrom, valueTo] = ranges.slice(i, i + 4) as [number, number, number, number];
      const name = decoder.decode(bytes.subarray(nameFrom, nameTo));
      if (name === "") throw new ParseError("invalid label name: ", 1);
      const bare = isLegacyLabelName(name);
      if (i > 0) labels.ascii(",");
      if (!bare) labels.ascii('"');
      labels.escaped(bytes, nameFrom, nameTo);
      labels.ascii(bare ? '="' : '"="');
      labels.escaped(bytes, valueFrom, valueTo);
      labels.ascii('"');
    }
  }
}

const lossy = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
