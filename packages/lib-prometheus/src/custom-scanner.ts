import { ClassicHistogram, type CustomHistogram } from "./custom-histogram.ts";
import { isLegacyLabelName, isLegacyMetricName } from "./labels.ts";
import { parseFloatText } from "./page-number.ts";
import { END, type PageFormat, PageScanner, SERIES, TYPE } from "./page-scanner.ts";
import {
  CUSTOM_MARK,
  type LabelPairs,
  type ParsedExemplar,
  parseExemplar,
  parseMetadataName,
  parseMetadataText,
  parseSeries,
} from "./series.ts";

const NEWLINE = 10;
const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);

/** A histogram whose lines are being gathered. */
interface Gathered {
  readonly name: string;
  /** Its labels but for `le`, as text: the same for each of its lines. */
  readonly key: string;
  readonly line: Uint8Array;
  readonly exemplars: ParsedExemplar[];
  hasTimestamp: boolean;
  timestampMs: number;
}

/**
 * Reads a page of text as `PageScanner` does, but makes of the lines of each classic histogram that follow each other one native
 * histogram with custom buckets, in a line that begins with a mark. As in Prometheus, lines of a histogram that makes no sense are
 * lost. Slower than the scanner it asks: each line is read anew on each page.
 */
export class CustomScanner {
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
  /** The entry is such a histogram; `value` is its sum. */
  native: CustomHistogram | undefined;
  readonly createdMs = Number.NaN;
  /** All exemplars of the page up to here; a new list for each page. */
  exemplars: ParsedExemplar[] = [];
  /** What `seriesFrom` and its kin point into. */
  bytes: Uint8Array = EMPTY;

  readonly #inner: PageScanner;
  readonly #format: PageFormat;
  readonly #classic = new ClassicHistogram();
  #page: Uint8Array = EMPTY;
  #keep = false;
  /** The family declared last, "" unless it is of histograms. */
  #family = "";
  #gathered: Gathered | undefined;
  /** The next entry: its kind, and the histogram if it is one. */
  #pending: { readonly kind: number; readonly native: CustomHistogram | undefined } | undefined;
  /** The histogram of the next entry: what it was made of. */
  #made: Gathered | undefined;
  /** What the inner scanner stands behind, when a histogram goes before it. */
  #held: number | undefined;

  constructor(format: PageFormat) {
    this.#format = format;
    this.#inner = new PageScanner(format);
  }

  /** Starts a page; `keep` = the lines themselves are entries too. The bytes must not change while the page is read. */
  reset(bytes: Uint8Array, length: number, keep = false): void {
    this.#inner.reset(bytes, length);
    this.#page = this.bytes = bytes;
    this.#keep = keep;
    this.#family = "";
    this.#gathered = this.#made = undefined;
    this.#pending = this.#held = undefined;
    this.#classic.clear();
    this.exemplars = [];
  }

  /** Advances over one entry and says what it is. Throws ParseError. */
  next(): number {
    const { kind } = this.#peek();
    this.#consume();
    return kind;
  }
  /** When the next entry is the series `known[from..to)`, consumes it and returns true; else changes nothing. Throws ParseError. */
  tryKnown(known: Uint8Array, from: number, to: number): boolean {
    const { kind, native } = this.#peek();
    if (kind !== SERIES) return false;
    const { seriesFrom, seriesTo } = this.#inner;
    const line = this.#made?.line;
    const isNext =
      native !== undefined && line !== undefined
        ? sameBytes(known, from, to, line, 0, line.length)
        : sameBytes(known, from, to, this.#page, seriesFrom, seriesTo);
    if (isNext) this.#consume();
    return isNext;
  }
  /** When the next entry is metadata whose whole line (newline included) is `known[from..to)`, consumes it and returns true. */
  tryKnownLine(known: Uint8Array, from: number, to: number): boolean {
    const { kind } = this.#peek();
    if (kind === SERIES || kind === END) return false;
    const { nameFrom, at } = this.#inner;
    const isNext = sameBytes(known, from, to, this.#page, this.#page.lastIndexOf(NEWLINE, nameFrom) + 1, at);
    if (isNext) this.#consume();
    return isNext;
  }

  #peek(): { readonly kind: number; readonly native: CustomHistogram | undefined } {
    this.#pending ??= this.#advance();
    return this.#pending;
  }
  #consume(): void {
    const { kind, native } = this.#pending!;
    if (kind === END) return;
    this.#pending = undefined;
    this.native = native;
    if (native === undefined) this.#showInner(kind);
    else this.#showMade(native);
  }
  #showInner(kind: number): void {
    const inner = this.#inner;
    this.bytes = this.#page;
    this.at = inner.at;
    if (kind === SERIES) {
      this.seriesFrom = inner.seriesFrom;
      this.seriesTo = inner.seriesTo;
      this.value = inner.value;
      this.hasTimestamp = inner.hasTimestamp;
      this.timestampMs = inner.timestampMs;
      const { exemplarFrom, exemplarTo } = inner;
      this.#show(exemplarFrom < 0 ? [] : [parseExemplar(this.#page, exemplarFrom, exemplarTo)]);
    } else {
      this.nameFrom = inner.nameFrom;
      this.nameTo = inner.nameTo;
      this.textFrom = inner.textFrom;
      this.textTo = inner.textTo;
    }
  }
  #showMade({ numbers }: CustomHistogram): void {
    const { line, exemplars, hasTimestamp, timestampMs } = this.#made!;
    this.#made = undefined;
    this.bytes = line;
    this.at = this.seriesTo = line.length;
    this.seriesFrom = 0;
    this.value = numbers.at(-2)!;
    this.hasTimestamp = hasTimestamp;
    this.timestampMs = timestampMs;
    this.#show(exemplars);
  }
  #show(exemplars: readonly ParsedExemplar[]): void {
    this.exemplarFrom = exemplars.length === 0 ? -1 : this.exemplars.length;
    this.exemplars.push(...exemplars);
    this.exemplarTo = exemplars.length === 0 ? -1 : this.exemplars.length;
  }

  /** The next entry: what the inner scanner finds, or the histogram that ended there. */
  #advance(): { readonly kind: number; readonly native: CustomHistogram | undefined } {
    for (;;) {
      const held = this.#held;
      const kind = held ?? this.#inner.next();
      this.#held = undefined;
      const series = kind === SERIES ? this.#readLine() : undefined;
      if (held === undefined && (series === undefined || !this.#continues(series))) {
        const native = this.#make();
        if (native !== undefined) {
          this.#held = kind;
          if (kind === TYPE) this.#noteFamily();
          return { kind: SERIES, native };
        }
      }
      if (kind === TYPE) this.#noteFamily();
      if (series?.suffix !== undefined && this.#gather(series) && !this.#keep) continue;
      return { kind, native: undefined };
    }
  }
  #noteFamily(): void {
    const { nameFrom, nameTo, textFrom, textTo } = this.#inner;
    const type = parseMetadataText(this.#page, textFrom, textTo, this.#format);
    this.#family = type === "histogram" ? parseMetadataName(this.#page, nameFrom, nameTo) : "";
  }

  /** The line the inner scanner stands behind; without a suffix it is none of a histogram. */
  #readLine(): Line | undefined {
    if (this.#family === "") return undefined;
    const { seriesFrom, seriesTo } = this.#inner;
    const { name, labels } = parseSeries(this.#page, seriesFrom, seriesTo);
    const suffix = ["_bucket", "_sum", "_count"].find((one) => name === this.#family + one);
    const le = labels.find(([label]) => label === "le")?.[1];
    const rest = labels.filter(([label]) => label !== "le");
    return { suffix, le, labels: rest, key: JSON.stringify(rest.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  }
  #continues({ suffix, key }: Line): boolean {
    return (
      this.#gathered === undefined ||
      (suffix !== undefined && this.#gathered.name === this.#family && this.#gathered.key === key)
    );
  }

  /** Takes a line into the histogram under way, or begins one; false when it is no line of one after all. */
  #gather({ suffix, le, labels, key }: Line): boolean {
    const inner = this.#inner;
    const bound = suffix === "_bucket" ? parseFloatText(le ?? "") : 0;
    if (typeof bound === "string" || Number.isNaN(bound)) return false;
    this.#gathered ??= {
      name: this.#family,
      key,
      line: encoder.encode(lineOf(this.#family, labels)),
      exemplars: [],
      hasTimestamp: false,
      timestampMs: 0,
    };
    const { exemplars } = this.#gathered;
    this.#gathered.hasTimestamp = inner.hasTimestamp;
    this.#gathered.timestampMs = inner.timestampMs;
    if (suffix === "_bucket") this.#classic.addBucket(bound, inner.value);
    else if (suffix === "_sum") this.#classic.setSum(inner.value);
    else this.#classic.setCount(inner.value);
    if (inner.exemplarFrom >= 0) exemplars.push(parseExemplar(this.#page, inner.exemplarFrom, inner.exemplarTo));
    return true;
  }

  /** The histogram that was under way; undefined when there was none, or it makes no sense. */
  #make(): CustomHistogram | undefined {
    const gathered = this.#gathered;
    if (gathered === undefined) return undefined;
    const made = this.#classic.convert();
    this.#classic.clear();
    this.#gathered = undefined;
    if (typeof made === "string" || made.bounds[made.bounds.length - 1] === Number.POSITIVE_INFINITY) return undefined;
    const exemplars = gathered.exemplars
      .filter(({ timestampMs }) => timestampMs !== undefined)
      .sort((a, b) => a.timestampMs! - b.timestampMs!);
    this.#made = { ...gathered, exemplars };
    return made;
  }
}

interface Line {
  readonly suffix: string | undefined;
  readonly le: string | undefined;
  readonly labels: LabelPairs;
  readonly key: string;
}

function lineOf(name: string, labels: LabelPairs): string {
  const quoted = (text: string): string =>
    `"${text.replace(/[\\"\n]/g, (found) => (found === "\n" ? "\\n" : `\\${found}`))}"`;
  const pairs = labels.map(([label, value]) => `${isLegacyLabelName(label) ? label : quoted(label)}=${quoted(value)}`);
  const bare = isLegacyMetricName(name);
  const inside = (bare ? pairs : [quoted(name), ...pairs]).join(",");
  return `${String.fromCharCode(CUSTOM_MARK)}${bare ? name : ""}${inside === "" ? "" : `{${inside}}`}`;
}

function sameBytes(a: Uint8Array, from: number, to: number, b: Uint8Array, start: number, end: number): boolean {
  if (to - from !== end - start) return false;
  for (let i = to - from - 1; i >= 0; i--) if (a[from + i] !== b[start + i]) return false;
  return true;
}
