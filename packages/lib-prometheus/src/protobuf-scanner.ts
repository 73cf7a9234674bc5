import { type ExponentialPoint, WireError, WireReader } from "@sluice/data";
import { formatOpenMetricsFloat } from "./format-float.ts";
import { isLegacyLabelName, isLegacyMetricName } from "./labels.ts";
import { LineWriter } from "./line-writer.ts";
import { END, HELP, SERIES, TYPE, UNIT } from "./page-scanner.ts";
import { ParseError } from "./parse-error.ts";
import { HistogramError, type HistogramMessage, isNative, nativePoint, readHistogram } from "./protobuf-histogram.ts";
import {
  type LabelRanges,
  readExemplar,
  readLabel,
  readSummary,
  readValue,
  type SummaryMessage,
  type ValueMessage,
} from "./protobuf-metric.ts";
import { quote } from "./quote.ts";
import type { ParsedExemplar } from "./series.ts";

/** What is taken of histograms that a target shows as native ones. */
export interface ProtobufOptions {
  /** Native histograms are taken; otherwise their count and sum are, as those of a classic histogram. */
  readonly native: boolean;
  /** Beside a native histogram its classic buckets are taken too. */
  readonly classic: boolean;
}

/** By the number of `MetricType`. */
const TYPES = ["counter", "gauge", "summary", "unknown", "histogram", "gaugehistogram"] as const;
/** By type: the tag of a metric's value. */
const VALUE_TAGS = [0x1a, 0x12, 0x22, 0x2a, 0x3a, 0x3a] as const;
const GAUGE_HISTOGRAM = 5;
const EMPTY = new Uint8Array(0);
const NONE: readonly ParsedExemplar[] = [];
const noEntries = (): Iterator<Entry> => [][Symbol.iterator]();
/** Buckets of native histograms on one page, empty ones between others included. */
const MAX_PAGE_BUCKETS = 1 << 22;

/** One sample of a metric: the suffix of its name, the label that tells it from the metric's others, and its number. */
interface Entry {
  readonly suffix: string;
  readonly label: string;
  readonly value: number;
  readonly native: ExponentialPoint | undefined;
  readonly exemplars: readonly ParsedExemplar[];
}
interface Family {
  readonly reader: WireReader;
  readonly name: Uint8Array;
  readonly bare: boolean;
  readonly type: number;
  /** What is not handed out yet of HELP, TYPE and UNIT: keyword, kind and text. */
  readonly lines: { readonly kind: number; readonly keyword: string; readonly text: Uint8Array }[];
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Reads a page in protobuf (varint-delimited `io.prometheus.client.MetricFamily`) entry by entry, with the fields and methods of
 * `PageScanner`: each series is written as a line of OpenMetrics would have it, into `bytes`, valid until the next call. Order
 * and names of samples as Prometheus has them. A native histogram is one entry under the family's own name, with `native` set.
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
  native: ExponentialPoint | undefined;
  /** When counting began, milliseconds since 1970; NaN = not said. */
  createdMs = Number.NaN;
  /** All exemplars of the page up to here; a new list for each page. */
  exemplars: ParsedExemplar[] = [];

  readonly #line = new LineWriter();
  readonly #labels = new LineWriter();
  #options: ProtobufOptions = { native: true, classic: false };
  #page: WireReader = new WireReader(new Uint8Array(0));
  #family: Family | undefined;
  /** Samples of the metric under way that are not handed out yet. */
  #entries: Iterator<Entry> = noEntries();
  #entry: Entry | undefined;
  /** What the line that is written, and not yet handed out, is. */
  #pending: number | undefined;
  #room = 0;
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
    this.#room = MAX_PAGE_BUCKETS;
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
      else this.#family = this.#readFamily();
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

  /** Reads all of a family but its metrics, which may stand before its unit. Families without metrics say nothing. */
  #readFamily(): Family | undefined {
    const page = this.#page;
    const outer = page.enter();
    const reader = new WireReader(page.bytes, page.pos, page.end);
    let name: Uint8Array = EMPTY;
    let help: Uint8Array = EMPTY;
    let unit: Uint8Array = EMPTY;
    let type = 0;
    let metrics = false;
    while (page.more()) {
      const tag = page.tag();
      if (tag === 0x0a) name = page.view();
      else if (tag === 0x12) help = page.view();
      else if (tag === 0x18) type = page.uint32();
      else if (tag === 0x2a) unit = page.view();
      else {
        metrics ||= tag === 0x22;
        page.skip(tag);
      }
    }
    page.leave(outer);
    if (!metrics) return undefined;
    return this.#checked({ reader, name, type }, help, unit);
  }
  #checked(family: Pick<Family, "reader" | "name" | "type">, help: Uint8Array, unit: Uint8Array): Family {
    const name = textOf(family.name, "metric name");
    if (name === "") throw new ParseError('invalid metric name ""', 1);
    const type = TYPES[family.type];
    if (type === undefined) throw new ParseError(`unknown type ${family.type} of metric family ${quote(name, 100)}`, 1);
    textOf(help, `help of metric family ${quote(name, 100)}`);
    const unitText = textOf(unit, `unit of metric family ${quote(name, 100)}`);
    const stem = type === "counter" && name.endsWith("_total") ? name.slice(0, -"_total".length) : name;
    if (!stem.endsWith(unitText)) {
      const what = type === "counter" ? "counter" : "metric";
      throw new ParseError(`unit ${quote(unitText, 100)} not a suffix of ${what} ${quote(name, 100)}`, 1);
    }
    const lines = [
      { kind: HELP, keyword: "HELP", text: help },
      { kind: TYPE, keyword: "TYPE", text: encoder.encode(type) },
      { kind: UNIT, keyword: "UNIT", text: unit },
    ].filter(({ text }) => text.length > 0);
    return { ...family, bare: isLegacyMetricName(name), lines };
  }

  #readMetric({ reader, type }: Family): Iterator<Entry> {
    const labels: LabelRanges = [];
    let found: ValueMessage | SummaryMessage | HistogramMessage | undefined;
    let timestampMs = 0;
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 0x0a) readLabel(reader, labels);
      else if (tag === 0x30) timestampMs = Number(reader.int64());
      else if (tag === VALUE_TAGS[type]) {
        const inner = reader.enter();
        found = type === 2 ? readSummary(reader) : type >= 4 ? readHistogram(reader) : readValue(reader);
        reader.leave(inner);
      } else reader.skip(tag);
    }
    reader.leave(outer);
    this.#writeLabels(reader.bytes, labels);
    this.#metric = { hasTimestamp: timestampMs !== 0, timestampMs, createdMs: found?.createdMs ?? Number.NaN };
    if (found === undefined) throw new ParseError(`metric of family has no ${TYPES[type]} value`, 1);
    if ("quantiles" in found) return summaryEntries(found);
    if ("bounds" in found) return this.#histogramEntries(found, reader.bytes, type === GAUGE_HISTOGRAM);
    return this.#valueEntries(found, reader.bytes);
  }

  #writeLabels(bytes: Uint8Array, ranges: LabelRanges): void {
    const labels = this.#labels;
    labels.clear();
    for (let i = 0; i < ranges.length; i += 4) {
      const [nameFrom, nameTo, valueFrom, valueTo] = ranges.slice(i, i + 4) as [number, number, number, number];
      const bare = isLegacyLabelName(decoder.decode(bytes.subarray(nameFrom, nameTo)));
      if (i > 0) labels.ascii(",");
      if (!bare) labels.ascii('"');
      labels.escaped(bytes, nameFrom, nameTo);
      labels.ascii(bare ? '="' : '"="');
      labels.escaped(bytes, valueFrom, valueTo);
      labels.ascii('"');
    }
  }

  *#valueEntries({ value, exemplarFrom, exemplarTo }: ValueMessage, bytes: Uint8Array): Generator<Entry> {
    yield sample("", "", value, exemplarTo > exemplarFrom ? [exemplarAt(bytes, exemplarFrom, exemplarTo)] : NONE);
  }

  /** The native histogram, then the classic one: count, sum, buckets, and the one for +Inf if the page has none. */
  *#histogramEntries(message: HistogramMessage, bytes: Uint8Array, gauge: boolean): Generator<Entry> {
    const { sum, bounds, cumulative, exemplarRanges: ranges } = message;
    const count = message.countFloat > 0 ? message.countFloat : message.count;
    const native = isNative(message);
    if (native && this.#options.native) {
      const point = nativePoint(message, this.#room, gauge);
      this.#room -= point.positive.counts.length + point.negative.counts.length;
      yield { suffix: "", label: "", value: sum, native: point, exemplars: nativeExemplars(message, bytes) };
      if (!this.#options.classic || bounds.length === 0) return;
    }
    yield sample("_count", "", count);
    yield sample("_sum", "", sum);
    for (let i = 0; i < bounds.length; i++) {
      const from = ranges[2 * i]!;
      const to = ranges[2 * i + 1]!;
      const exemplars = to > from ? [exemplarAt(bytes, from, to)] : NONE;
      yield sample("_bucket", `le="${formatOpenMetricsFloat(bounds[i]!)}"`, cumulative[i]!, exemplars);
    }
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) yield sample("_bucket", 'le="+Inf"', count);
  }
}

function* summaryEntries({ count, sum, quantiles, values }: SummaryMessage): Generator<Entry> {
  yield sample("_count", "", count);
  yield sample("_sum", "", sum);
  for (let i = 0; i < quantiles.length; i++) {
    yield sample("", `quantile="${formatOpenMetricsFloat(quantiles[i]!)}"`, values[i]!);
  }
}

function sample(suffix: string, label: string, value: number, exemplars: readonly ParsedExemplar[] = NONE): Entry {
  return { suffix, label, value, native: undefined, exemplars };
}

/** Its own, or else those of its classic buckets; only with a timestamp, oldest first. */
function nativeExemplars({ exemplars, exemplarRanges }: HistogramMessage, bytes: Uint8Array): ParsedExemplar[] {
  const ranges = exemplars.length > 0 ? exemplars : exemplarRanges;
  const all: ParsedExemplar[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i + 1]! > ranges[i]!) all.push(exemplarAt(bytes, ranges[i]!, ranges[i + 1]!));
  }
  return all.filter(({ timestampMs }) => timestampMs !== undefined).sort((a, b) => a.timestampMs! - b.timestampMs!);
}

function exemplarAt(bytes: Uint8Array, from: number, to: number): ParsedExemplar {
  return readExemplar(new WireReader(bytes, from, to), (start, end) => decoder.decode(bytes.subarray(start, end)));
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw Object.assign(new ParseError(`invalid ${what}: not UTF-8`, 1), { cause });
  }
}
const lossy = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
