import { type ExponentialPoint, type MetricsPart, msAt, nsAt, rowCount, VALUE } from "@sluice/data";
import type { StrategyName } from "./config.ts";
import { countsFrom, countsTo, fellBelow, fellExponential, owned, sameCounts, withoutExponential } from "./numbers.ts";
import { type Series, type SeriesStore, UNTOUCHED } from "./series-store.ts";
import { StartColumn } from "./start-column.ts";

/** Why a point was not handed on. */
export type DropReason = "initial" | "out_of_order" | "incomplete" | "untracked";

/** What was done, in points. */
export interface Tally {
  resets: number;
  /** Of series for which there was no room. */
  untracked: number;
  readonly dropped: Record<DropReason, number>;
}

/** When a resource started, as far as is known: milliseconds since 1970 and nanoseconds beyond; 0 = unknown. */
interface Moment {
  readonly ms: number;
  readonly ns: number;
}
const UNKNOWN: Moment = { ms: 0, ns: 0 };

/** Gives the points of one part after another their start times. Keeps what it needs of the numbers, never the part. */
export class Adjuster {
  readonly #tally: Tally;
  readonly #strategy: StrategyName;
  readonly #store: SeriesStore;
  /** The collector's own start: what `start_time_metric` falls back on, in whole milliseconds since 1970. */
  readonly #fallback: Moment;
  readonly #starts = new StartColumn();
  // Of the part in hand.
  #part!: MetricsPart;
  #started: Moment = UNKNOWN;
  #kept: Int32Array | undefined;
  #keptCount = 0;
  #slots: Float64Array | undefined;
  #wide: Map<number, bigint> | undefined;
  #ragged: Map<number, ExponentialPoint> | undefined;

  constructor(strategy: StrategyName, store: SeriesStore, tally: Tally, collectorStartMs: number) {
    this.#tally = tally;
    this.#strategy = strategy;
    this.#store = store;
    this.#fallback = { ms: Math.floor(collectorStartMs), ns: 0 };
  }

  /**
   * The part with start times, the same object when there is nothing to change, undefined when no point of it is left.
   * `startSeconds` is what a metric said of its resource, in seconds since 1970.
   */
  adjust(part: MetricsPart, startSeconds: number | undefined): MetricsPart | undefined {
    this.#begin(part, startSeconds === undefined ? UNKNOWN : momentOf(startSeconds));
    const { rows } = part;
    const count = rowCount(part);
    for (let i = 0; i < count; i++) {
      const row = rows === undefined ? i : rows[i]!;
      if (this.#row(row)) {
        if (this.#kept !== undefined) this.#kept[this.#keptCount++] = row;
      } else if (this.#kept === undefined) this.#copyKept(i, count);
    }
    return this.#finish();
  }

  #begin(part: MetricsPart, started: Moment): void {
    this.#part = part;
    this.#started = started;
    this.#kept = undefined;
    this.#keptCount = 0;
    this.#slots = undefined;
    this.#wide = undefined;
    this.#ragged = undefined;
    this.#starts.begin(part.layout, part.start);
  }

  /** One point; false when it is not to be handed on. */
  #row(row: number): boolean {
    const { layout, time, start } = this.#part;
    const series = this.#store.find(layout.catalog, layout.ids[row]!);
    if (series === UNTOUCHED || this.#part.ragged?.get(row)?.native?.reset === "gauge") return true;
    const ms = msAt(time, row);
    const ns = nsAt(time, row);
    if (start !== undefined) {
      const startMs = msAt(start, row);
      const startNs = nsAt(start, row);
      // A point that begins when it ends has no start time: it is how others mark the first one.
      if ((startMs !== 0 || startNs !== 0) && (startMs !== ms || startNs !== ns)) return true;
    }
    const values = this.#valuesIn(row);
    if (values === "some" && this.#strategy === "subtract_initial_point") {
      this.#tally.dropped.incomplete++;
      return false;
    }
    if (values !== "all") {
      if (series !== undefined) this.#setStart(row, series.startMs, series.startNs, ms, ns);
      return true;
    }
    if (series === undefined) return this.#first(row, ms, ns);
    if (isAfter(ms, ns, series.lastMs, series.lastNs)) this.#next(row, series, ms, ns);
    return this.#handOn(row, series, ms, ns);
  }

  /** The first point of a series. */
  #first(row: number, ms: number, ns: number): boolean {
    const { layout } = this.#part;
    const series = this.#store.add(layout.catalog, layout.ids[row]!);
    if (series === undefined) return this.#untracked(row, ms, ns);
    const start = this.#strategy === "start_time_metric" ? this.#startOfResource(ms, ns) : { ms, ns };
    series.startMs = start.ms;
    series.startNs = start.ns;
    this.#remember(row, series, ms, ns);
    if (this.#strategy === "subtract_initial_point") this.#takeAsFirst(row, series);
    return this.#handOn(row, series, ms, ns);
  }

  #takeAsFirst(row: number, series: Series): void {
    const { layout, ragged, wide } = this.#part;
    // There was no room for it after all.
    if (series.seen < 0) return;
    const point = ragged?.get(row);
    series.first = series.last.slice();
    series.firstExponential = point && owned(point);
    series.firstWide = wide?.get(layout.at[row]!);
    // Nothing can be taken away by what is not a number: the next point is the first.
    if (!series.first.every(Number.isFinite)) this.#store.letGo(series);
  }

  /** A newer point of a known series: perhaps counting began anew. */
  #next(row: number, series: Series, ms: number, ns: number): void {
    const restarted =
      isAfter(this.#started.ms, this.#started.ns, series.lastMs, series.lastNs) &&
      !isAfter(this.#started.ms, this.#started.ns, ms, ns);
    if (restarted || this.#fell(row, series)) {
      this.#tally.resets++;
      // Nobody knows when it was: later than the point before, and it took a while to get to this one.
      series.startMs = restarted ? this.#started.ms : ms - 1;
      series.startNs = restarted ? this.#started.ns : ns;
      series.first = undefined;
      series.firstExponential = undefined;
      series.firstWide = undefined;
    }
    this.#remember(row, series, ms, ns);
  }

  #fell(row: number, { shape, last, lastExponential }: Series): boolean {
    const { layout, slots, ragged } = this.#part;
    if (lastExponential !== undefined) return fellExponential(ragged!.get(row)!, lastExponential);
    const now = layout.catalog.shape(layout.ids[row]!);
    return !sameCounts(shape, now) || fellBelow(slots, layout.at[row]! + countsFrom(now), last);
  }

  #remember(row: number, series: Series, ms: number, ns: number): void {
    const { layout, slots, ragged } = this.#part;
    series.lastMs = ms;
    series.lastNs = ns;
    const point = ragged?.get(row);
    if (point !== undefined) {
      this.#store.keep(series, owned(point));
      return;
    }
    const shape = layout.catalog.shape(layout.ids[row]!);
    const at = layout.at[row]!;
    const { last } = series;
    const from = countsFrom(shape);
    const to = countsTo(shape);
    if (last.length !== to - from) last.length = 0;
    for (let i = from; i < to; i++) {
      const value = slots[at + i]!;
      // What is not a number says nothing of what was counted: the one before it stays.
      if (i - from >= last.length) last.push(value);
      else if (!Number.isNaN(value)) last[i - from] = value;
    }
    series.shape = shape;
  }

  /** Sets the start time of a point, and takes away what the first one had; false when there is nothing to hand on. */
  #handOn(row: number, series: Series, ms: number, ns: number): boolean {
    const { startMs, startNs } = series;
    if (this.#strategy === "subtract_initial_point") {
      if (!isAfter(ms, ns, startMs, startNs)) {
        this.#tally.dropped[ms === startMs && ns === startNs ? "initial" : "out_of_order"]++;
        return false;
      }
      if (!this.#subtract(row, series)) {
        this.#tally.dropped.out_of_order++;
        return false;
      }
    }
    this.#setStart(row, startMs, startNs, ms, ns);
    return true;
  }

  #setStart(row: number, startMs: number, startNs: number, ms: number, ns: number): void {
    // An older point than the first has no start time that is known.
    if (isAfter(startMs, startNs, ms, ns)) this.#starts.set(row, 0, 0);
    else this.#starts.set(row, startMs, startNs);
  }

  #untracked(row: number, ms: number, ns: number): boolean {
    this.#tally.untracked++;
    if (this.#strategy === "subtract_initial_point") {
      this.#tally.dropped.untracked++;
      return false;
    }
    if (this.#strategy === "start_time_metric") {
      const { ms: startMs, ns: startNs } = this.#startOfResource(ms, ns);
      this.#setStart(row, startMs, startNs, ms, ns);
    } else this.#starts.set(row, 0, 0);
    return true;
  }

  #startOfResource(ms: number, ns: number): Moment {
    const started = this.#started;
    return started !== UNKNOWN && !isAfter(started.ms, started.ns, ms, ns) ? started : this.#fallback;
  }

  /** Takes away what the first point of the series had; false when that was more. */
  #subtract(row: number, { first, firstExponential, firstWide, shape }: Series): boolean {
    const { layout, slots, ragged } = this.#part;
    const point = ragged?.get(row);
    if (point !== undefined) {
      if (firstExponential === undefined) return true;
      if (fellExponential(point, firstExponential)) return false;
      this.#ragged ??= new Map(ragged);
      this.#ragged.set(row, withoutExponential(point, firstExponential));
      return true;
    }
    if (first === undefined) return true;
    const now = layout.catalog.shape(layout.ids[row]!);
    const at = layout.at[row]! + countsFrom(now);
    if (!sameCounts(shape, now) || fellBelow(slots, at, first)) return false;
    this.#slots ??= slots.slice();
    for (let i = 0; i < first.length; i++) {
      const slot = at + i;
      const exact = this.#part.wide?.get(slot);
      if (exact !== undefined || firstWide !== undefined)
        this.#subtractWide(slot, exact, firstWide ?? BigInt(first[i]!));
      else this.#slots[slot]! -= first[i]!;
    }
    return true;
  }

  #subtractWide(slot: number, exact: bigint | undefined, first: bigint): void {
    const rest = (exact ?? BigInt(this.#part.slots[slot]!)) - first;
    this.#wide ??= new Map(this.#part.wide);
    this.#wide.delete(slot);
    this.#slots![slot] = Number(rest);
    if (!Number.isSafeInteger(Number(rest))) this.#wide.set(slot, rest);
  }

  /** How many of the row's slots are numbers: none of a mark of staleness. */
  #valuesIn(row: number): "all" | "some" | "none" {
    const { layout, states, ragged } = this.#part;
    if (states === "stale") return "none";
    const from = layout.at[row]!;
    const to = layout.at[row + 1]!;
    if (from === to) return ragged?.has(row) === true ? "all" : "none";
    if (states === undefined) return "all";
    let values = 0;
    for (let slot = from; slot < to; slot++) if (states[slot] === VALUE) values++;
    return values === to - from ? "all" : values > 0 ? "some" : "none";
  }

  #copyKept(before: number, count: number): void {
    const { rows } = this.#part;
    this.#kept = new Int32Array(count);
    for (let i = 0; i < before; i++) this.#kept[i] = rows === undefined ? i : rows[i]!;
    this.#keptCount = before;
  }

  #finish(): MetricsPart | undefined {
    const part = this.#part;
    const start = this.#starts.finish();
    const kept = this.#kept?.slice(0, this.#keptCount);
    if (kept?.length === 0) return undefined;
    if (start === part.start && kept === undefined && this.#slots === undefined && this.#ragged === undefined)
      return part;
    return {
      ...part,
      rows: kept ?? part.rows,
      slots: this.#slots ?? part.slots,
      wide: this.#wide === undefined ? part.wide : this.#wide.size > 0 ? this.#wide : undefined,
      ragged: this.#ragged ?? part.ragged,
      start,
    };
  }
}

function isAfter(ms: number, ns: number, thanMs: number, thanNs: number): boolean {
  return ms > thanMs || (ms === thanMs && ns > thanNs);
}

/** Cut off below the nanosecond, as upstream does. */
function momentOf(seconds: number): Moment {
  const whole = Math.floor(seconds);
  const nanos = Math.trunc((seconds - whole) * 1e9);
  const ms = Math.floor(nanos / 1e6);
  return { ms: whole * 1000 + ms, ns: nanos - ms * 1e6 };
}
