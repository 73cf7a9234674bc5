import { BRACE_OPEN, HASH, labelsEnd, NEWLINE, nameEnd, SPACE, skipBlanks, TAB } from "./lexer.ts";
import { nextLine, openMetricsMetadata, startsWith, textMetadata } from "./page-metadata.ts";
import { POWERS_OF_TEN, parseFloatText } from "./page-number.ts";
import { lineOf, type Page, ParseError, problem, unexpected } from "./parse-error.ts";
import { quoteBytes } from "./quote.ts";
import { sameBytes, viewOf } from "./same-bytes.ts";

/** The page is over. */
export const END = 0;
/** A sample: `seriesFrom..seriesTo`, `value` and what follows it. */
export const SERIES = 1;
/** `# TYPE name type`. */
export const TYPE = 2;
/** `# HELP name text`. */
export const HELP = 3;
/** `# UNIT name unit` (OpenMetrics). */
export const UNIT = 4;

/** The two textual exposition formats: Prometheus text 0.0.4 / 1.0.0 and OpenMetrics 0.0.1 / 1.0.0. */
export type PageFormat = "text" | "openmetrics";

const ZERO = 48;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const LETTER_E = 101;
/** No power has three digits on the fast path. */
const NO_POWER = 1000;
const KINDS = { HELP, TYPE, UNIT } as const;

/** Milliseconds are sent on as int64. */
const TIMESTAMP_LIMIT = 2 ** 63;

const NOTHING = new Uint8Array(0);

/**
 * Reads an exposition page entry by entry, as Prometheus 3 does, without making an object or a string: the results stand in the
 * fields and point into the page. One scanner serves every page of a target. What Prometheus' lexers accept by accident is
 * refused or read sensibly: blanks before a name are not part of it, names are UTF-8, times fit int64.
 */
export class PageScanner {
  /** Where the next line starts. */
  at = 0;
  /** SERIES: name and labels exactly as on the page, without the blanks around them. */
  seriesFrom = 0;
  seriesTo = 0;
  value = 0;
  hasTimestamp = false;
  timestampMs = 0;
  /** OpenMetrics: the text after ` # ` up to the end of the line, checked, for `parseExemplar`; -1 when there is none. */
  exemplarFrom = -1;
  exemplarTo = -1;
  /** TYPE, HELP, UNIT: the name without quotes, and the text, both with their escapes. */
  nameFrom = 0;
  nameTo = 0;
  textFrom = 0;
  textTo = 0;

  readonly #text: boolean;
  readonly #page: Page;
  #bytes: Uint8Array = NOTHING;
  #view = viewOf(NOTHING);
  #known: Uint8Array = NOTHING;
  #knownView = viewOf(NOTHING);
  #length = 0;
  #number = 0;
  #powerEnd = 0;

  constructor(format: PageFormat) {
    this.#text = format === "text";
    this.#page = { text: this.#text, bytes: NOTHING, length: 0, start: 0 };
  }

  /** What `seriesFrom` and its kin point into. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Starts a page: the first `length` bytes. They must not change while the page is read. */
  reset(bytes: Uint8Array, length: number): void {
    if (length > bytes.length) throw new RangeError(`cannot read ${length} bytes of a page of ${bytes.length}`);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#length = length;
    this.#page.bytes = bytes;
    this.#page.length = length;
    this.at = 0;
  }

  /** Advances over one entry and says what it is. Comments and blank lines are skipped. Throws ParseError. */
  next(): number {
    const text = this.#text;
    const length = this.#length;
    for (;;) {
      const at = text ? skipBlanks(this.#bytes, this.at, length) : this.at;
      const byte = at < length ? this.#bytes[at]! : -1;
      this.#page.start = at;
      if (byte === HASH) {
        const kind = this.#comment(at);
        if (kind >= 0) return kind;
      } else if (text && byte === NEWLINE) {
        this.at = at + 1;
      } else if (text && byte <= 0) {
        // A NUL at the start of a line ends the page.
        this.at = length;
        return END;
      } else {
        this.#series(at, byte);
        return SERIES;
      }
    }
  }

  /**
   * At a line start: when the page repeats the series `known[from..to)` here, followed by a blank, consumes the line and returns
   * true; else changes nothing. The range lies within `known`, whose bytes may be added to. Throws ParseError, as `next` would,
   * when what follows the series is malformed.
   */
  tryKnown(known: Uint8Array, from: number, to: number): boolean {
    const end = this.at + to - from;
    if (end === this.at || !this.#isBlank(end)) return false;
    return this.#repeats(known, from, to, this.at) && this.#takeKnown(end);
  }

  /**
   * The same for a series that begins with the first `keep` bytes of the series scanned before it on this page, ends with its last
   * `tail` bytes, and has `known[from..to)` between them.
   */
  tryFollowing(keep: number, tail: number, known: Uint8Array, from: number, to: number): boolean {
    const { at, seriesFrom, seriesTo } = this;
    const middle = at + keep;
    const end = middle + to - from + tail;
    if (!this.#isBlank(end) || !this.#repeats(known, from, to, middle)) return false;
    const view = this.#view;
    if (!sameBytes(view, at, view, seriesFrom, keep)) return false;
    return sameBytes(view, end - tail, view, seriesTo - tail, tail) && this.#takeKnown(end);
  }

  /** Looked at first: it differs nearly always when the lengths do. */
  #isBlank(at: number): boolean {
    if (at >= this.#length) return false;
    const blank = this.#bytes[at];
    return blank === SPACE || (blank === TAB && this.#text);
  }

  /** The series at the line's start ends at `end`: takes it unless more of it follows. */
  #takeKnown(end: number): boolean {
    if (this.#text) {
      // `name {label="value"} 1` begins with `name`, and is another series.
      const next = skipBlanks(this.#bytes, end, this.#length);
      if (next < this.#length && this.#bytes[next] === BRACE_OPEN) return false;
    }
    this.#page.start = this.at;
    this.seriesFrom = this.at;
    this.seriesTo = end;
    this.#sample(end);
    return true;
  }

  /** At a line start: when the page repeats the whole line `known[from..to)` (newline included), consumes it and returns true. */
  tryKnownLine(known: Uint8Array, from: number, to: number): boolean {
    const size = to - from;
    if (this.at + size > this.#length || size === 0) return false;
    if (!this.#repeats(known, from, to, this.at)) return false;
    this.at += size;
    return true;
  }

  #repeats(known: Uint8Array, from: number, to: number, at: number): boolean {
    if (known !== this.#known) {
      this.#known = known;
      this.#knownView = viewOf(known);
    }
    return sameBytes(this.#view, at, this.#knownView, from, to - from);
  }

  #series(from: number, first: number): void {
    const page = this.#page;
    const bytes = this.#bytes;
    const length = this.#length;
    if (first < 0) throw new ParseError("data does not end with # EOF", lineOf(page, length));
    let end = from;
    if (first === BRACE_OPEN) {
      end = labelsEnd(page, from + 1, false, false);
    } else {
      end = nameEnd(bytes, from, length);
      if (end === from) throw unexpected(page, from, "expected a valid start token", "start");
      const brace = this.#text ? skipBlanks(bytes, end, length) : end;
      if (brace < length && bytes[brace] === BRACE_OPEN) end = labelsEnd(page, brace + 1, true, false);
    }
    this.seriesFrom = from;
    this.seriesTo = end;
    this.#sample(end);
  }

  /** A line that begins with a hash: its kind, or -1 for a comment. */
  #comment(hash: number): number {
    const page = this.#page;
    if (!this.#text && startsWith(page, hash, "# EOF")) {
      const end = startsWith(page, hash, "# EOF\n") ? hash + 6 : hash + 5;
      if (end !== this.#length) throw new ParseError("unexpected data after # EOF", lineOf(page, end));
      return END;
    }
    const line = this.#text ? textMetadata(page, hash) : openMetricsMetadata(page, hash);
    if (line === undefined) {
      this.at = nextLine(page, hash);
      return -1;
    }
    this.nameFrom = line.nameFrom;
    this.nameTo = line.nameTo;
    this.textFrom = line.textFrom;
    this.textTo = line.textTo;
    this.at = line.end;
    return KINDS[line.keyword];
  }

  /** What follows a series: value, timestamp, exemplar, end of line. */
  #sample(from: number): void {
    this.hasTimestamp = false;
    this.exemplarFrom = -1;
    this.exemplarTo = -1;
    if (this.#text) this.#textSample(from);
    else this.#openMetricsSample(from);
  }

  #textSample(from: number): void {
    const bytes = this.#bytes;
    const length = this.#length;
    let at = skipBlanks(bytes, from, length);
    const first = at < length ? bytes[at] : 0;
    if (first === NEWLINE || first === BRACE_OPEN || first === 0) {
      throw unexpected(this.#page, at, "expected value after metric", "value");
    }
    at = this.#float(at);
    this.value = this.#number;
    if (at < length && bytes[at] !== NEWLINE) at = this.#textTimestamp(skipBlanks(bytes, at, length));
    this.at = Math.min(at + 1, length);
  }

  /** Digits only, whatever the documents say of a sign; or the blanks before the end of the line. */
  #textTimestamp(from: number): number {
    const bytes = this.#bytes;
    const length = this.#length;
    if (from >= length || bytes[from] === NEWLINE) return from;
    let at = from;
    let value = 0;
    while (at < length && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) value = value * 10 + bytes[at++]! - ZERO;
    if (at === from) throw unexpected(this.#page, at, "expected timestamp or new record", "timestamp");
    if (value >= TIMESTAMP_LIMIT) {
      const message = `strconv.ParseInt: parsing ${quoteBytes(bytes, from, at)}: value out of range`;
      throw problem(this.#page, message, from, at);
    }
    this.hasTimestamp = true;
    this.timestampMs = value;
    at = skipBlanks(bytes, at, length);
    if (at < length && bytes[at] !== NEWLINE) {
      throw unexpected(this.#page, at, "expected next entry after timestamp", "timestamp");
    }
    return at;
  }

  #openMetricsSample(from: number): void {
    const page = this.#page;
    const bytes = this.#bytes;
    const length = this.#length;
    let at = this.#spaceAndFloat(from, "expected value after metric", "value");
    this.value = this.#number;
    if (at < length && bytes[at] !== NEWLINE && !startsWith(page, at, " # {")) {
      at = this.#spaceAndFloat(at, "expected timestamp or # symbol", "timestamp");
      this.hasTimestamp = true;
      this.timestampMs = this.#milliseconds(at, "timestamp");
    }
    if (at < length && bytes[at] !== NEWLINE && startsWith(page, at, " # {")) {
      this.exemplarFrom = at + 3;
      at = this.#exemplar(at + 4);
      this.exemplarTo = at;
    }
    if (at >= length) throw new ParseError("data does not end with # EOF", lineOf(page, length));
    if (bytes[at] !== NEWLINE) throw unexpected(page, at, "expected next entry after timestamp", "timestamp");
    this.at = at + 1;
  }

  /** Checks an exemplar; `from` is behind its brace. */
  #exemplar(from: number): number {
    const length = this.#length;
    let at = labelsEnd(this.#page, from, true, true);
    at = this.#spaceAndFloat(at, "expected value after exemplar labels", "value");
    if (at >= length || this.#bytes[at] === NEWLINE) return at;
    at = this.#spaceAndFloat(at, "expected timestamp or comment", "timestamp");
    this.#milliseconds(at, "exemplar timestamp");
    if (at < length && this.#bytes[at] !== NEWLINE) {
      throw unexpected(this.#page, at, "expected next entry after exemplar timestamp", "timestamp");
    }
    return at;
  }

  /** The seconds just read as whole milliseconds. */
  #milliseconds(at: number, what: string): number {
    const seconds = this.#number;
    const milliseconds = Math.trunc(seconds * 1000);
    if (Math.abs(milliseconds) < TIMESTAMP_LIMIT) return milliseconds + 0;
    const shown = Math.abs(seconds) === Number.POSITIVE_INFINITY ? (seconds > 0 ? "+Inf" : "-Inf") : seconds;
    throw new ParseError(`invalid ${what} ${shown}`, lineOf(this.#page, at));
  }

  #spaceAndFloat(from: number, expected: string, state: "value" | "timestamp"): number {
    const bytes = this.#bytes;
    const at = from + 1;
    if (at >= this.#length || bytes[from] !== SPACE || bytes[at] === SPACE || bytes[at] === NEWLINE) {
      throw unexpected(this.#page, from, expected, state);
    }
    return this.#float(at);
  }

  /**
   * Reads the number at `from`. Fast path: mantissa and power of ten are exact doubles, so one multiplication or division rounds
   * once, and rightly.
   */
  #float(from: number): number {
    const bytes = this.#bytes;
    const length = this.#length;
    const negative = bytes[from] === MINUS;
    const digits = negative ? from + 1 : from;
    let at = digits;
    let mantissa = 0;
    let point = 0;
    let exponent = 0;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte >= ZERO && byte <= ZERO + 9) mantissa = mantissa * 10 + byte - ZERO;
      else if (byte === DOT && point === 0) point = at + 1;
      else break;
    }
    // `.5` and `.` are left to the slow path, like a mantissa of more than 53 bits.
    if (at === digits || point === digits + 1 || mantissa >= 2 ** 53) return this.#slowFloat(from);
    if (point > 0) exponent = point - at;
    if (at < length && (bytes[at]! | 32) === LETTER_E) {
      const power = this.#power(at + 1);
      if (power === NO_POWER) return this.#slowFloat(from);
      exponent += power;
      at = this.#powerEnd;
    }
    const follows = at < length ? bytes[at] : NEWLINE;
    if ((follows !== NEWLINE && follows !== SPACE) || exponent > 22 || exponent < -22) return this.#slowFloat(from);
    const value = exponent < 0 ? mantissa / POWERS_OF_TEN[-exponent]! : mantissa * POWERS_OF_TEN[exponent]!;
    this.#number = negative ? -value : value;
    return at;
  }

  /** An exponent of one or two digits, up to `#powerEnd`. */
  #power(from: number): number {
    const bytes = this.#bytes;
    const sign = from < this.#length ? bytes[from] : 0;
    const digits = sign === PLUS || sign === MINUS ? from + 1 : from;
    let at = digits;
    let power = 0;
    while (at < this.#length && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) power = power * 10 + bytes[at++]! - ZERO;
    if (at === digits || at > digits + 2) return NO_POWER;
    this.#powerEnd = at;
    return sign === MINUS ? -power : power;
  }

  /** Any form of number: its token is cut out and read as text. */
  #slowFloat(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (at < this.#length && !this.#endsNumber(bytes[at]!)) at++;
    let text = "";
    for (let i = from; i < at; i++) text += String.fromCharCode(bytes[i]!);
    const value = parseFloatText(text);
    if (typeof value === "string") throw problem(this.#page, value, from, at);
    this.#number = value;
    return at;
  }

  #endsNumber(byte: number): boolean {
    if (byte === NEWLINE || byte === SPACE) return true;
    return this.#text && (byte === TAB || byte === BRACE_OPEN || byte === 0);
  }
}
