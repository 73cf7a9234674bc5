import { type MetricsPart, pointsPart, type Resource, timesOf } from "@sluice/data";
import type { PageFormat } from "@sluice/lib-prometheus";
import { arrange, type Shown } from "./arrange.ts";
import { readExemplars } from "./exemplars.ts";
import { PageReader, type ReaderSettings } from "./page-reader.ts";
import { renew, shouldRenew } from "./renew.ts";
import { fillTimes, planTimes, type TimedPlan } from "./repeats.ts";
import { reserveSequence, scratch } from "./scratch.ts";
import { labelsText } from "./series.ts";
import { allStale, goneStale } from "./stale.ts";
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

const NONE: ReadonlySet<string> = new Set();

/** What a target shows, from page to page. */
export class TargetPage {
  /** Samples of the last page read, as far as it was read: all, and after relabelling. */
  scraped = 0;
  kept = 0;
  readonly #settings: PageSettings & { sampleLimit: number };
  #reader: PageReader;
  /** What the last good page showed, and which of its slots had their own timestamp and therefore get no stale marker. */
  #shown: Shown | undefined;
  #explicit: Uint8Array | undefined;
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
  set sampleLimit(limit: number) {
    this.#settings.sampleLimit = limit;
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
    return this.#shown?.rowOf.length ?? 0;
  }

  /** Adds the labels, as text, of each series shown last. */
  addSeries(to: Set<string>): void {
    if (this.#shown !== undefined) for (const row of this.#shown.rowOf) to.add(this.#seriesOf(row));
  }
  #seriesOf(row: number): string {
    return labelsText(this.#reader.tables.labelsOf(row));
  }

  /** Reads a page. Throws ParseError or ScrapeError; then `fail` is due. */
  read(bytes: Uint8Array, length: number, format: PageFormat, scrapeMs: number): PageResult {
    const reader = this.#reader;
    try {
      reader.read(bytes, length, format, scrapeMs);
    } finally {
      this.scraped = reader.scraped;
      this.kept = reader.kept;
    }
    const moved = this.#takeInfo();
    const { plan, shown } = this.#arrange(moved);
    const before = this.#shown;
    const gone = before !== undefined && before !== shown ? this.#gone(before, moved, scrapeMs) : [];
    const values = gather(shown);
    const times = reader.timed || plan !== undefined ? fillTimes(shown, values, reader, plan, scrapeMs) : undefined;
    const exemplars = reader.exemplars.length > 0 ? readExemplars(bytes, reader.exemplars, shown, scrapeMs) : undefined;
    const parts = shown.parts.map((part, index) =>
      pointsPart({
        layout: part.layout,
        slots: values.subarray(part.slotFrom, part.slotTo),
        time: times === undefined ? timesOf(scrapeMs) : { ms: scrapeMs, ns: 0, msOf: times[index], nsOf: undefined },
        exemplars: exemplars?.(part),
      }),
    );
    const { added, outOfBounds } = reader;
    const { outOfOrder } = reader.times;
    const duplicates = reader.duplicates + reader.times.duplicates;
    const inconsistent = plan?.inconsistent ?? 0;
    this.#remember(shown, plan);
    return { parts: [...gone, ...parts], added, duplicates, outOfBounds, outOfOrder, inconsistent };
  }

  /**
   * The scrape failed, or the target is gone: stale markers of everything that was shown. The series in `others` go on elsewhere
   * and get none.
   */
  fail(timeMs: number, others: ReadonlySet<string> = NONE): MetricsPart[] {
    const shown = this.#shown;
    const stale = shown === undefined ? [] : this.#allStale(shown, timeMs, others);
    this.#shown = undefined;
    this.#reader.forgetFormer();
    // Pages that fail leave rows behind too, and nothing that was shown needs them any more.
    this.#recent = Math.max(this.#reader.length, this.#recent >> 1);
    if (shouldRenew(this.#reader.tables, this.#recent, this.#settings.slack)) this.#startAgain();
    return stale;
  }
  #allStale(shown: Shown, timeMs: number, others: ReadonlySet<string>): MetricsPart[] {
    const { times } = this.#reader;
    times.lastMs = timeMs;
    const late = times.markStale(shown.rowOf, this.#explicit, timeMs, () => true);
    if (others.size === 0) return allStale(shown, timesOf(timeMs), late);
    const without = Uint8Array.from(shown.rowOf, (row, slot) =>
      late?.[slot] === 1 || others.has(this.#seriesOf(row)) ? 1 : 0,
    );
    return allStale(shown, timesOf(timeMs), without);
  }

  #startAgain(): void {
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
    if (same && plan === undefined && !this.#special && this.#shown !== undefined) return { shown: this.#shown, plan };
    const length = this.#sequence();
    return { shown: arrange(tables, length, page, plan?.repeats), plan };
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

  #gone(before: Shown, moved: ReadonlySet<number> | undefined, scrapeMs: number): MetricsPart[] {
    const { tables, page } = this.#reader;
    const { stamp } = tables.lines;
    const isGone = (row: number): boolean => stamp[row] !== page && stamp[row] !== -page;
    const without = this.#reader.times.markStale(before.rowOf, this.#explicit, scrapeMs, isGone);
    return goneStale(before, timesOf(scrapeMs), { stamp, page, moved }, without);
  }

  #remember(shown: Shown, plan: TimedPlan | undefined): void {
    const reader = this.#reader;
    this.#explicit = this.#explicitSlots(shown);
    this.#shown = shown;
    this.#seen = reader.seen;
    this.#special = plan !== undefined;
    reader.accept();
    this.#recent = Math.max(reader.order.length, this.#recent >> 1);
    if (!shouldRenew(reader.tables, this.#recent, this.#settings.slack)) return;
    const renewed = renew(reader, this.#settings, shown, this.#infoRows);
    this.#reader = renewed.reader;
    this.#infoRows = renewed.infoRows;
    this.#shown = renewed.shown;
  }
  #explicitSlots({ rowOf }: Shown): Uint8Array | undefined {
    if (!this.#reader.timed || this.#settings.trackTimestampsStaleness) return undefined;
    const explicit = new Uint8Array(rowOf.length);
    for (let slot = 0; slot < rowOf.length; slot++) {
      if (!Number.isNaN(scratch.time[rowOf[slot]!]!)) explicit[slot] = 1;
    }
    return explicit;
  }
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
