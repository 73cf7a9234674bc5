import { type MetricsPart, pointsPart, type Resource, timesOf } from "@sluice/data";
import { arrange, type Shown } from "./arrange.ts";
import { startsOf } from "./created.ts";
import { readExemplars } from "./exemplars.ts";
import { fitsShape } from "./native-samples.ts";
import type { ScrapeFormat } from "./page-formats.ts";
import { PageReader, type ReaderSettings } from "./page-reader.ts";
import { renew, shouldRenew } from "./renew.ts";
import { fillTimes, planTimes, putWholes, type TimedPlan } from "./repeats.ts";
import { reserveSequence, scratch } from "./scratch.ts";
import { labelsText } from "./series.ts";
import { allStale, goneStale, type Unmarked } from "./stale.ts";
import { Tables, type TargetSettings } from "./tables.ts";

export interface PageSettings extends ReaderSettings, TargetSettings {
  /** track_timestamps_staleness. */
  readonly trackTimestampsStaleness: boolean;
  /** So many unseen rows are kept before the tables are renewed. */
  readonly slack: number;
}
/** What one page gave. */
export interface PageResult {
  /** Stale markers of what is gone, then the page's points. */
  readonly parts: readonly MetricsPart[];
  readonly added: number;
  readonly duplicates: number;
  readonly outOfBounds: number;
  readonly outOfOrder: number;
  /** Samples of histograms and summaries without a common timestamp. */
  readonly inconsistent: number;
}

/** What may be told anew before each page. */
type Changing = Pick<PageSettings, "sampleLimit" | "histograms">;
type Settings = Omit<PageSettings, keyof Changing> & { -readonly [K in keyof Changing]: Changing[K] };

/** What a page showed, and what of it had its own timestamp and therefore gets no stale marker. */
interface HandedOn {
  readonly shown: Shown;
  /** 1 by slot, and by exponential histogram in order. */
  readonly explicit: { readonly slots: Uint8Array; readonly points: Uint8Array } | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** What a target shows, from page to page. */
export class TargetPage {
  /** Samples of the last page read, as far as it was read: all, and after relabelling. */
  scraped = 0;
  kept = 0;
  readonly #settings: Settings;
  #reader: PageReader;
  /** What the last page showed, if it was good. */
  #shown: Shown | undefined;
  /** What was handed on last, and what the pipeline took last: what is gone since then gets stale markers. */
  #handedOn: HandedOn | undefined;
  #taken: HandedOn | undefined;
  #seen = 0;
  /** The last layout stands for a page with points left out or repeated. */
  #special = false;
  #infoRows: readonly number[] = [];
  /** Rows of the last pages, forgotten slowly: a page that is short once does not empty the tables. */
  #recent = 0;

  constructor(settings: PageSettings) {
    this.#settings = { ...settings };
    this.#reader = new PageReader(new Tables(this.#settings), this.#settings);
  }

  /** Of the pages read from now on. */
  follow({ sampleLimit, histograms }: Changing): void {
    this.#settings.sampleLimit = sampleLimit;
    this.#settings.histograms = histograms;
  }

  /** Of the target's own job and instance, as `target_info` left it. */
  get resource(): Resource {
    return this.#reader.tables.sources.resource(0);
  }
  /** Held for this target, for gauges. */
  get bytes(): number {
    return this.#reader.tables.lines.bytes + this.#reader.times.bytes;
  }
  get series(): number {
    const shown = this.#shown;
    return shown === undefined ? 0 : shown.rowOf.length + exponentialLines(shown).length;
  }

  /** Adds the labels, as text, of each series shown last. */
  addSeries(to: Set<string>): void {
    if (this.#shown === undefined) return;
    for (const row of this.#shown.rowOf) to.add(this.#seriesOf(row));
    for (const row of exponentialLines(this.#shown)) to.add(this.#seriesOf(row));
  }
  #seriesOf(row: number): string {
    return labelsText(this.#reader.tables.labelsOf(row));
  }

  /** Reads a page. Throws ParseError or ScrapeError; then `fail` is due. */
  read(bytes: Uint8Array, length: number, format: ScrapeFormat, scrapeMs: number): PageResult {
    const reader = this.#reader;
    try {
      reader.read(bytes, length, format, scrapeMs);
    } finally {
      this.scraped = reader.scraped;
      this.kept = reader.kept;
    }
    const moved = this.#takeInfo();
    const { plan, shown } = this.#arrange(moved);
    const before = this.#taken;
    const gone = before !== undefined && before.shown !== shown ? this.#gone(before, scrapeMs) : [];
    const parts = this.#parts(shown, plan, bytes, scrapeMs);
    const { added, outOfBounds } = reader;
    const { outOfOrder } = reader.times;
    const duplicates = reader.duplicates + reader.times.duplicates;
    const inconsistent = plan?.inconsistent ?? 0;
    this.#remember(shown, plan);
    return { parts: [...gone, ...parts], added, duplicates, outOfBounds, outOfOrder, inconsistent };
  }

  #parts(shown: Shown, plan: TimedPlan | undefined, bytes: Uint8Array, scrapeMs: number): MetricsPart[] {
    const reader = this.#reader;
    const values = gather(shown);
    const ragged = putWholes(shown, values, reader.histograms.natives);
    const isTimed = reader.timed || plan !== undefined;
    const times = isTimed ? fillTimes(shown, values, ragged, reader, plan, scrapeMs) : undefined;
    const exemplars = reader.exemplars.length > 0 ? readExemplars(bytes, reader, shown, scrapeMs) : undefined;
    const starts = startsOf(reader, shown);
    return shown.parts.map((part, index) =>
      pointsPart({
        layout: part.layout,
        slots: values.subarray(part.slotFrom, part.slotTo),
        time: times === undefined ? timesOf(scrapeMs) : { ms: scrapeMs, ns: 0, msOf: times[index], nsOf: undefined },
        start: starts?.[index],
        ragged: ragged[index]!.size > 0 ? ragged[index] : undefined,
        exemplars: exemplars?.(part),
      }),
    );
  }

  /**
   * The pipeline took what `read` or `fail` gave last. What it refuses is not asked for again, but what vanished since it took
   * something gets its stale markers later.
   */
  taken(): void {
    this.#taken = this.#handedOn;
    if (this.#isRenewalDue(1)) this.#renew();
  }

  /**
   * The scrape failed, or the target is gone: stale markers of everything that was shown. The series in `others` go on elsewhere
   * and get none.
   */
  fail(timeMs: number, others: ReadonlySet<string> = NONE): MetricsPart[] {
    const stale = this.#taken === undefined ? [] : this.#allStale(this.#taken, timeMs, others);
    this.#shown = this.#handedOn = undefined;
    this.#reader.forgetFormer();
    // Pages that fail leave rows behind too, and nothing that was shown needs them any more.
    this.#recent = Math.max(this.#reader.length, this.#recent >> 1);
    if (this.#isRenewalDue(stale.length === 0 ? 1 : 4)) this.#renew();
    return stale;
  }
  #allStale(handedOn: HandedOn, timeMs: number, others: ReadonlySet<string>): MetricsPart[] {
    const { shown } = handedOn;
    this.#reader.times.lastMs = timeMs;
    const late = this.#unmarked(handedOn, timeMs, () => true);
    if (others.size === 0) return allStale(shown, timesOf(timeMs), late);
    const isOther = (row: number): boolean => others.has(this.#seriesOf(row));
    const slots = Uint8Array.from(shown.rowOf, (row, slot) => (late?.slots[slot] === 1 || isOther(row) ? 1 : 0));
    const lines = exponentialLines(shown).filter((line) => late?.lines.has(line) === true || isOther(line));
    return allStale(shown, timesOf(timeMs), { slots, lines: new Set(lines) });
  }
  /** What gets no stale marker at that time; of the rest, what `isGone` gets one from here on. */
  #unmarked({ shown, explicit }: HandedOn, timeMs: number, isGone: (row: number) => boolean): Unmarked | undefined {
    const { times } = this.#reader;
    const slots = times.markStale(shown.rowOf, explicit?.slots, timeMs, isGone);
    if (slots === undefined) return undefined;
    const lines = exponentialLines(shown);
    const marks = times.markStale(lines, explicit?.points, timeMs, isGone);
    return { slots, lines: new Set(lines.filter((_, index) => marks?.[index] === 1)) };
  }

  #startAgain(): void {
    this.#taken = undefined;
    this.#reader = new PageReader(new Tables(this.#settings), this.#settings);
    this.#infoRows = [];
  }

  /** Reads `target_info`: which sources have another resource now. */
  #takeInfo(): ReadonlySet<number> | undefined {
    const { tables, infoRows } = this.#reader;
    if (sameRows(infoRows, this.#infoRows)) return undefined;
    const moved = tables.inform([...this.#infoRows, ...infoRows], infoRows);
    this.#infoRows = [...infoRows];
    return moved.size === 0 ? undefined : moved;
  }

  #arrange(moved: ReadonlySet<number> | undefined): { shown: Shown; plan: TimedPlan | undefined } {
    const reader = this.#reader;
    const { tables, page } = reader;
    const plan = reader.timed || reader.times.repeats.length > 0 ? this.#plan() : undefined;
    const same = reader.fresh === 0 && reader.seen === this.#seen && moved === undefined;
    const isPlain = plan === undefined && !this.#special;
    if (same && isPlain && this.#shown !== undefined && this.#holds(this.#shown)) return { shown: this.#shown, plan };
    const length = this.#sequence();
    return { shown: arrange(tables, length, page, reader.histograms.natives, plan?.repeats), plan };
  }
  /** Whether the points have room for the histograms of this page: their buckets have the same bounds. */
  #holds({ parts }: Shown): boolean {
    const { natives } = this.#reader.histograms;
    return parts.every(({ wholes, layout: { catalog, ids } }) =>
      wholes.every(({ at, line }) => fitsShape(natives.get(line)!, catalog.shape(ids[at]!))),
    );
  }
  #plan(): TimedPlan | undefined {
    const length = this.#sequence();
    return planTimes(this.#reader, length, scratch.sequence);
  }
  /** Makes `scratch.sequence` the page's order, which it is already when that is new. */
  #sequence(): number {
    const { order } = this.#reader;
    reserveSequence(order.length);
    scratch.sequence.set(order);
    return order.length;
  }

  #gone(before: HandedOn, scrapeMs: number): MetricsPart[] {
    const { tables, page } = this.#reader;
    const { parts } = before.shown;
    const moved = new Set(
      parts.filter(({ source, layout }) => layout.catalog !== tables.catalogOf(source)).map(({ source }) => source),
    );
    const { stamp } = tables.lines;
    const isGone = (row: number): boolean => stamp[row] !== page && stamp[row] !== -page;
    const unmarked = this.#unmarked(before, scrapeMs, isGone);
    return goneStale(before.shown, timesOf(scrapeMs), { stamp, page, moved }, unmarked);
  }

  #remember(shown: Shown, plan: TimedPlan | undefined): void {
    const reader = this.#reader;
    this.#handedOn = { shown, explicit: this.#explicitOf(shown) };
    this.#shown = shown;
    this.#seen = reader.seen;
    this.#special = plan !== undefined;
    reader.accept();
    this.#recent = Math.max(reader.order.length, this.#recent >> 1);
    // Renewed tables know only what is shown now: while the pipeline refuses all, they wait, but not for ever.
    if (this.#isRenewalDue(4)) this.#renew();
  }
  #isRenewalDue(times: number): boolean {
    return shouldRenew(this.#reader.tables, times * this.#recent, times * this.#settings.slack);
  }
  #renew(): void {
    const { handedOn, taken } = { handedOn: this.#handedOn, taken: this.#taken };
    if (handedOn === undefined) {
      this.#startAgain();
      return;
    }
    const { reader, infoRows, shown } = renew(this.#reader, this.#settings, handedOn.shown, this.#infoRows);
    this.#reader = reader;
    this.#infoRows = infoRows;
    this.#shown = shown;
    this.#handedOn = { ...handedOn, shown };
    this.#taken = taken === handedOn ? this.#handedOn : undefined;
  }
  #explicitOf(shown: Shown): HandedOn["explicit"] {
    if (!this.#reader.timed || this.#settings.trackTimestampsStaleness) return undefined;
    const explicit = (rows: Iterable<number>): Uint8Array =>
      Uint8Array.from(rows, (row) => Number(!Number.isNaN(scratch.time[row]!)));
    return { slots: explicit(shown.rowOf), points: explicit(exponentialLines(shown)) };
  }
}

/** Lines of the points without slots, in order. */
function exponentialLines({ parts }: Shown): number[] {
  const lines: number[] = [];
  for (const { wholes } of parts) for (const { line, isExponential } of wholes) if (isExponential) lines.push(line);
  return lines;
}
/** The numbers of a page in the order of its slots. */
function gather({ rowOf }: Shown): Float64Array {
  const { value } = scratch;
  const values = new Float64Array(rowOf.length);
  for (let slot = 0; slot < rowOf.length; slot++) values[slot] = value[rowOf[slot]!]!;
  return values;
}
function sameRows(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((row, index) => row === b[index]);
}
