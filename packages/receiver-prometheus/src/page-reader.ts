import {
  END,
  HELP,
  type ParsedExemplar,
  parseMetadataName,
  parseMetadataText,
  SERIES,
  TYPE,
} from "@sluice/lib-prometheus";
import type { ExemplarPlace } from "./exemplars.ts";
import { METADATA } from "./line-table.ts";
import { MetadataState } from "./metadata-state.ts";
import type { HistogramSettings } from "./native-samples.ts";
import { type OpenPage, openPage, type ScrapeFormat, tryRow } from "./page-formats.ts";
import { PageHistograms } from "./page-histograms.ts";
import { SampleTimes } from "./sample-times.ts";
import { countLines, reserveRows, reserveSequence, scratch } from "./scratch.ts";
import { ScrapeError } from "./series.ts";
import { CREATED, TARGET_INFO, type Tables } from "./tables.ts";
import { MetadataKind } from "./vocabulary.ts";

/** What the reader needs of the job. */
export interface ReaderSettings {
  readonly honorTimestamps: boolean;
  /** 0 = none. May change from page to page, as what is wanted of histograms. */
  readonly sampleLimit: number;
  readonly histograms: HistogramSettings;
  /** What a page says of when series began is taken as that. */
  readonly takesCreated: boolean;
}
/** No page is the former: no stamp has this number. */
const NONE = -0x8000_0000;
const NEWLINE = 10;
const EMPTY = new Uint8Array();
/** Samples further ahead of the scrape than this are not taken. */
const MAX_AHEAD_MS = 10 * 60_000;

/**
 * Reads the pages of one target: each line becomes its row, each number goes to `scratch.value` at the row of its series. A
 * line is predicted from the page before; a line that is not is looked up by its text; only a text never seen is parsed.
 */
export class PageReader {
  /** Samples on the page, after relabelling, and what was not taken. */
  scraped = 0;
  kept = 0;
  duplicates = 0;
  outOfBounds = 0;
  /** Series on this page, those of them that were not on the page before, and those that were not on the last good page. */
  seen = 0;
  fresh = 0;
  added = 0;
  /** Number of this page and of the last good one: what `stamp` holds. */
  page = 0;
  former = NONE;
  /** Lines of this page in `scratch.sequence`, when `diverged`: else they are the former order. */
  length = 0;
  diverged = false;
  /** Some series has an explicit timestamp: all have one, or NaN, in `scratch.time`. */
  timed = false;
  readonly exemplars: ExemplarPlace[] = [];
  /** Undefined = they stand on the page. */
  exemplarList: readonly ParsedExemplar[] | undefined;
  /** Rows of lines that say when others began. */
  createdLines: number[] = [];
  /** Rows of `target_info`. */
  infoRows: number[] = [];

  readonly tables: Tables;
  readonly times = new SampleTimes();
  readonly histograms: PageHistograms;
  readonly #settings: ReaderSettings;
  readonly #metadata: MetadataState;
  readonly #effective: (name: number) => number;
  #scanner: OpenPage["scanner"];
  #page: OpenPage;
  /** Row of the series scanned last on this page; -1 = none, or not known. */
  #previous = -1;
  #order: Int32Array = new Int32Array(0);
  #places: Int32Array | undefined;
  #scrapeMs = 0;
  #lastGood = NONE;
  /** Place in the former order of the line expected next. */
  #at = 0;

  constructor(tables: Tables, settings: ReaderSettings) {
    this.tables = tables;
    this.#settings = settings;
    this.histograms = new PageHistograms(settings);
    this.#metadata = new MetadataState(tables.lines, tables.words);
    this.#effective = (name) => this.#metadata.effective(name);
    this.#page = openPage(EMPTY, 0, "text", settings.histograms);
    this.#scanner = this.#page.scanner;
  }

  get order(): Int32Array {
    return this.#order;
  }

  /** Reads a page. Throws ParseError or ScrapeError, and then has forgotten the order of lines. */
  read(bytes: Uint8Array, length: number, format: ScrapeFormat, scrapeMs: number): void {
    this.#start(bytes, length, format, scrapeMs);
    try {
      this.#lines();
      this.#checkLimits();
    } catch (error) {
      this.#order = new Int32Array(0);
      this.#metadata.forget();
      throw error;
    } finally {
      this.exemplarList = this.histograms.exemplars;
      this.#places = undefined;
      this.#scanner.reset(EMPTY, 0);
      this.tables.endPage();
    }
    if (this.diverged) this.#order = scratch.sequence.slice(0, this.length);
    this.tables.lines.fit();
    this.#metadata.endPage(this.#order, this.diverged);
  }
  /** Makes the page just read the one that the next is compared with. */
  accept(): void {
    this.former = this.#lastGood = this.page;
    this.times.accept(this.tables.lines, this.#order, this.page, this.timed);
  }
  /** The next page begins all its series anew. */
  forgetFormer(): void {
    this.former = NONE;
  }
  /** Takes over where the reader of a table now renewed stood. */
  resume(other: PageReader, order: Int32Array): void {
    this.page = other.page;
    this.former = other.former;
    this.#lastGood = other.#lastGood;
    this.#order = order;
    this.#metadata.startPage();
    for (const row of order) if (this.tables.lines.target[row] === METADATA) this.#metadata.declare(row);
    this.#metadata.endPage(order, true);
  }

  #start(bytes: Uint8Array, length: number, format: ScrapeFormat, scrapeMs: number): void {
    const { histograms, takesCreated } = this.#settings;
    const opened = openPage(bytes, length, format, histograms);
    this.#scanner = opened.scanner;
    this.#page = opened;
    this.#previous = -1;
    this.histograms.startPage(opened.histograms);
    this.tables.takesCreated = takesCreated && format === "openmetrics";
    this.#scrapeMs = scrapeMs;
    this.#at = 0;
    this.times.startPage(scrapeMs);
    this.page++;
    this.scraped = this.kept = this.duplicates = this.outOfBounds = 0;
    this.seen = this.fresh = this.added = this.length = 0;
    this.diverged = this.timed = false;
    this.exemplars.length = this.infoRows.length = this.createdLines.length = 0;
    this.#metadata.startPage();
    if (this.tables.lines.size === 0 && format !== "protobuf")
      this.tables.lines.expect(countLines(bytes, length), length);
    reserveRows(this.tables.lines.size);
  }

  #lines(): void {
    const { lines } = this.tables;
    const [scanner, order, texts] = [this.#scanner, this.#order, lines.texts];
    for (;;) {
      if (this.#at < order.length) {
        const row = order[this.#at]!;
        if (lines.target[row] === METADATA) {
          if (scanner.tryKnownLine(texts.own, texts.from[row]!, texts.from[row + 1]!)) {
            this.#predictedMetadata(row);
            continue;
          }
        } else if (tryRow(this.#page, texts, row, this.#previous)) {
          this.#at++;
          this.#previous = row;
          this.scraped++;
          this.#take(this.#metadata.isTouched ? this.#inEffect(row) : row);
          continue;
        }
      }
      const kind = scanner.next();
      if (kind === END) break;
      // Counted before it is looked at: even a series that fails the scrape counts.
      if (kind === SERIES) {
        this.scraped++;
        this.#previous = this.#unpredicted();
        this.#take(this.#previous);
      } else this.#unpredictedMetadata(kind);
    }
    // What is left of the former order did not come.
    if (this.#at < order.length) this.#diverge();
    this.#metadata.reached(this.#at);
  }

  /** The sample just scanned, whose row is known (-1: it is only counted). */
  #take(row: number): void {
    const { lines } = this.tables;
    const { stamp } = lines;
    if (row < 0) return;
    if (this.diverged) this.#push(row);
    const target = lines.target[row]!;
    if (target < 0) {
      this.#takeSpecial(row, target);
      return;
    }
    this.kept++;
    const time = this.#explicitTime();
    if (time > this.#scrapeMs + MAX_AHEAD_MS) {
      this.outOfBounds++;
      return;
    }
    const was = stamp[target]!;
    if (was === this.page) {
      const sample = { time, value: this.#scanner.value, native: this.histograms.sample() };
      this.times.again(target, this.timed ? scratch.time[target]! : Number.NaN, sample);
    } else if (this.times.isLate(target, time, this.#scanner.value)) {
      return;
    } else if (was === -this.page || (was !== this.former && !this.#isFresh(target))) {
      this.duplicates++;
    } else {
      stamp[target] = this.page;
      scratch.value[target] = this.#scanner.value;
      this.seen++;
      if (this.timed) scratch.time[target] = time;
      if (this.#scanner.exemplarFrom >= 0) this.#noteExemplar(target);
      if (this.#page.plain === undefined) this.histograms.note(target);
    }
    if (target !== row) stamp[row] = this.page;
  }
  /** A line that is no series. */
  #takeSpecial(row: number, target: number): void {
    this.tables.lines.stamp[row] = this.page;
    if (target === TARGET_INFO) {
      this.kept++;
      this.infoRows.push(row);
    } else if (target === CREATED) {
      this.scraped--;
      scratch.value[row] = this.#scanner.value;
      this.createdLines.push(row);
    }
  }
  /** NaN = the scrape's. */
  #explicitTime(): number {
    if (!this.#scanner.hasTimestamp || !this.#settings.honorTimestamps) return Number.NaN;
    if (!this.timed) {
      this.timed = true;
      scratch.time.fill(Number.NaN);
      this.times.begin(this.tables.lines);
    }
    return this.#scanner.timestampMs;
  }

  /**
   * A series that the page before did not show. When it did under another HELP, that one is not gone: HELP tells no series
   * apart. False when this page itself showed it under another HELP.
   */
  #isFresh(series: number): boolean {
    const { stamp } = this.tables.lines;
    const twin = this.tables.twinOf(series, this.page, this.former);
    if (twin >= 0 && stamp[twin] === this.page) return false;
    if (twin >= 0) stamp[twin] = -this.page;
    this.fresh++;
    if (stamp[series] !== this.#lastGood) this.added++;
    return true;
  }

  #noteExemplar(row: number): void {
    this.exemplars.push({ row, from: this.#scanner.exemplarFrom, to: this.#scanner.exemplarTo });
  }

  /** A predicted line after some name's metadata was declared otherwise than on the page before. */
  #inEffect(row: number): number {
    this.#metadata.reached(this.#at - 1);
    if (this.tables.isInEffect(row, this.#effective)) return row;
    return this.#lookUp();
  }

  /** The row of a series that did not come as predicted. */
  #unpredicted(): number {
    const { seriesFrom, seriesTo } = this.#scanner;
    const row = this.#expected(seriesFrom, seriesTo, false);
    if (row < 0) {
      this.#diverge();
      return this.#lookUp();
    }
    this.#at++;
    return this.#metadata.isTouched ? this.#inEffect(row) : row;
  }
  /** The row of a text that was expected after all: only a comment or blanks stood before it, or the line before it is gone. */
  #expected(from: number, to: number, isMetadata: boolean): number {
    const { lines } = this.tables;
    const order = this.#order;
    this.#metadata.reached(this.#at);
    for (let ahead = 0; ahead < 2 && this.#at + ahead < order.length; ahead++) {
      const row = order[this.#at + ahead]!;
      if ((lines.target[row] === METADATA) !== isMetadata) continue;
      if (!lines.isText(row, this.#scanner.bytes, from, to)) continue;
      if (ahead > 0) {
        this.#diverge();
        this.#at += ahead;
        this.#metadata.skip(this.#at);
      }
      return row;
    }
    return -1;
  }

  /** The row of the series just scanned, by its text; adds one for a text never seen. */
  #lookUp(): number {
    const { tables } = this;
    const { lines } = tables;
    const { bytes, seriesFrom, seriesTo } = this.#scanner;
    const hash = lines.hashText(bytes, seriesFrom, seriesTo);
    for (let cursor = -1; ; ) {
      cursor = lines.findText(bytes, seriesFrom, seriesTo, hash, cursor);
      if (cursor < 0) break;
      const row = lines.rowAt(cursor);
      if (lines.target[row] === METADATA || !tables.isInEffect(row, this.#effective)) continue;
      if (lines.stamp[row] === this.former) this.#moveTo(row);
      return row;
    }
    const { sampleLimit } = this.#settings;
    if (sampleLimit > 0 && this.kept > sampleLimit) {
      // The scrape has failed already: count, and remember nothing.
      if (!tables.isDropped(bytes, seriesFrom, seriesTo, this.#effective)) this.kept++;
      return -1;
    }
    const row = tables.add(bytes, seriesFrom, seriesTo, hash, this.#effective);
    reserveRows(lines.size);
    return row;
  }

  #predictedMetadata(row: number): void {
    if (this.#metadata.isBehind(this.#at)) this.#metadata.declare(row);
    else this.#metadata.repeat(row);
    this.#at++;
    this.tables.lines.stamp[row] = this.page;
    if (this.diverged) this.#push(row);
  }

  #unpredictedMetadata(kind: number): void {
    const { lines } = this.tables;
    const scanner = this.#scanner;
    const from = scanner.bytes.lastIndexOf(NEWLINE, scanner.nameFrom) + 1;
    const to = scanner.at;
    // The last line of a page that does not end says nothing about any sample.
    if (scanner.bytes[to - 1] !== NEWLINE) return;
    const expected = this.#expected(from, to, true);
    if (expected >= 0) {
      this.#predictedMetadata(expected);
      return;
    }
    this.#diverge();
    const row = this.tables.metadataRow(scanner.bytes, from, to, () => ({
      kind: kind === HELP ? MetadataKind.help : kind === TYPE ? MetadataKind.type : MetadataKind.unit,
      name: parseMetadataName(scanner.bytes, scanner.nameFrom, scanner.nameTo),
      text: parseMetadataText(scanner.bytes, scanner.textFrom, scanner.textTo, this.#page.textFormat),
    }));
    reserveRows(lines.size);
    const isFormer = lines.stamp[row] === this.former && this.#moveTo(row);
    if (isFormer && !this.#metadata.isBehind(this.#at - 1)) this.#metadata.repeat(row);
    else this.#metadata.declare(row);
    lines.stamp[row] = this.page;
    this.#push(row);
  }

  /** A line came out of turn: predict from behind it, if it stands in the former order. */
  #moveTo(row: number): boolean {
    const order = this.#order;
    if (this.#places === undefined) {
      this.#places = scratch.next;
      for (let at = 0; at < order.length; at++) this.#places[order[at]!] = at;
    }
    const place = this.#places[row]!;
    // The series may have stood there under another text.
    if (order[place] !== row) return false;
    if (place >= this.#at) this.#metadata.skip(place);
    else this.#metadata.goBack();
    this.#at = place + 1;
    return true;
  }

  /** From here on the page's order is not the former one. */
  #diverge(): void {
    if (this.diverged) return;
    this.diverged = true;
    reserveSequence(this.#at);
    scratch.sequence.set(this.#order.subarray(0, this.#at));
    this.length = this.#at;
  }
  #push(row: number): void {
    if (this.length === scratch.sequence.length) reserveSequence(this.length + 1);
    scratch.sequence[this.length++] = row;
  }

  #checkLimits(): void {
    const { sampleLimit } = this.#settings;
    if (sampleLimit > 0 && this.kept > sampleLimit) throw new ScrapeError("sample limit exceeded");
    if (this.histograms.isOverLimit) throw new ScrapeError("histogram bucket limit exceeded");
  }
}
