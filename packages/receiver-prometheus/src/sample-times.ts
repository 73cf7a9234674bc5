import type { LineTable } from "./line-table.ts";
import type { NativeSample } from "./native-samples.ts";
import { scratch } from "./scratch.ts";

/** A series shown once more on a page, at a later time. */
export interface Repeat {
  readonly row: number;
  readonly value: number;
  readonly time: number;
  /** The series is a native histogram. */
  readonly native: NativeSample | undefined;
}

const EMPTY = new Float64Array(0);

/**
 * Which samples of a page are not taken because of their time, NaN being the scrape's. What is older than the last sample of its
 * series, or another value at its time, is taken by no backend, and some refuse the whole request for it. From the first page with
 * explicit timestamps on, the last sample of each series is remembered: 16 bytes a row. Before, times only grow.
 */
export class SampleTimes {
  /** Of the page read last: series shown several times, in order, and samples not taken. */
  readonly repeats: Repeat[] = [];
  outOfOrder = 0;
  duplicates = 0;
  /** When a page was last taken, or failed. */
  lastMs = 0;
  #scrapeMs = 0;
  /** By row: the last time shown on this page, of those shown several times. */
  readonly #repeated = new Map<number, number>();
  /** By row: the last sample handed on. */
  #time = EMPTY;
  #value = EMPTY;

  get #isUsed(): boolean {
    return this.#time.length > 0;
  }
  get bytes(): number {
    return 16 * this.#time.length;
  }

  startPage(scrapeMs: number): void {
    this.#scrapeMs = scrapeMs;
    this.repeats.length = this.outOfOrder = this.duplicates = 0;
    this.#repeated.clear();
  }
  /** The page has a timestamp: what was shown before was shown at `lastMs` at the latest. */
  begin({ size, stamp }: LineTable): void {
    if (this.#isUsed) return;
    this.#reserve(Math.max(size, 1));
    for (let row = 0; row < size; row++) if (stamp[row] !== 0) this.#time[row] = this.lastMs;
  }

  /** A series that this page showed already, first at the time `first`. */
  again(row: number, first: number, sample: Omit<Repeat, "row">): void {
    const last = this.#repeated.get(row) ?? this.#realTime(first);
    const at = this.#realTime(sample.time);
    if (at > last) {
      this.#repeated.set(row, at);
      this.repeats.push({ ...sample, row, time: at });
    } else if (at === last) this.duplicates++;
    else this.outOfOrder++;
  }
  /** Whether a sample is not taken. The very same sample at another scrape is. */
  isLate(row: number, time: number, value: number): boolean {
    if (row >= this.#time.length) return false;
    const at = this.#realTime(time);
    const last = this.#time[row]!;
    if (at > last || (at === last && Object.is(value, this.#value[row]))) return false;
    if (at < last) this.outOfOrder++;
    else this.duplicates++;
    return true;
  }
  #realTime(time: number): number {
    return Number.isNaN(time) ? this.#scrapeMs : time;
  }

  /** Takes in the page just read: `order` are its lines, `page` the stamp of those that were taken. */
  accept(lines: LineTable, order: Int32Array, page: number, timed: boolean): void {
    this.lastMs = this.#scrapeMs;
    if (!this.#isUsed) return;
    this.#reserve(lines.size);
    const { target, stamp } = lines;
    for (const line of order) {
      const row = target[line]!;
      if (row < 0 || stamp[row] !== page) continue;
      this.#set(row, timed ? this.#realTime(scratch.time[row]!) : this.#scrapeMs, scratch.value[row]!);
    }
    for (const { row, time, value } of this.repeats) this.#set(row, time, value);
  }

  /**
   * The slots (or points without any), given by their rows, that get no stale marker at `timeMs`: those of `explicit`, and those
   * whose last sample is newer. The others, if `isGone`, have one from here on.
   */
  markStale(
    rowOf: ArrayLike<number>,
    explicit: Uint8Array | undefined,
    timeMs: number,
    isGone: (row: number) => boolean,
  ): Uint8Array | undefined {
    if (!this.#isUsed) return explicit;
    const without = new Uint8Array(rowOf.length);
    for (let slot = 0; slot < rowOf.length; slot++) {
      const row = rowOf[slot]!;
      if (explicit?.[slot] === 1 || this.#time[row]! > timeMs) without[slot] = 1;
      else if (isGone(row)) this.#set(row, timeMs, Number.NaN);
    }
    return without;
  }

  /** Takes over what is known of the rows of a table that is renewed, now with `size` rows. */
  copy(from: SampleTimes, rowOf: Int32Array, size: number): void {
    this.lastMs = from.lastMs;
    if (!from.#isUsed) return;
    this.#reserve(Math.max(size, 1));
    for (let row = 0; row < from.#time.length && row < rowOf.length; row++) {
      if (rowOf[row]! >= 0) this.#set(rowOf[row]!, from.#time[row]!, from.#value[row]!);
    }
  }

  #set(row: number, time: number, value: number): void {
    this.#time[row] = time;
    this.#value[row] = value;
  }
  #reserve(rows: number): void {
    const had = this.#time.length;
    if (rows <= had) return;
    const length = had === 0 ? rows : rows + (rows >> 3);
    const time = new Float64Array(length).fill(Number.NEGATIVE_INFINITY, had);
    const value = new Float64Array(length);
    time.set(this.#time);
    value.set(this.#value);
    this.#time = time;
    this.#value = value;
  }
}
