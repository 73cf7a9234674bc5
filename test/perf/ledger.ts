/** Books every sample a collector delivered and says what is wrong with it. State is kept by series in typed arrays. */
import { labelTable } from "./label-table.ts";
import type { Line, PageOptions } from "./page.ts";
import { churnSlots, lineKey, lineValue, pageLines, replacedLines, revision, scrapeOf } from "./page.ts";
import type { WriteRequestVisitor } from "./write-request.ts";
import { readLabels } from "./write-request.ts";

/** What the ledger found so far; all are counts of samples, but `series` and `refusedSeries`. */
export interface LedgerStats {
  /** Samples of generated lines that are new, in order and right. */
  samples: number;
  /** Generated series seen. */
  series: number;
  /** Samples `up`, `scrape_*` and the like, which no page shows. */
  reports: number;
  stale: number;
  duplicates: number;
  outOfOrder: number;
  wrongValues: number;
  /** Samples whose target showed another scrape number at the same time, or the same one at another time. */
  torn: number;
  /** Scrapes that are missing between two samples of one series. */
  missing: number;
  /** Samples of series no page shows. */
  unknown: number;
  /** Series beyond the memory limit, whose samples count as unknown. */
  refusedSeries: number;
}

/** Receives samples from `walkWriteRequest`. */
export interface Ledger extends WriteRequestVisitor {
  readonly stats: LedgerStats;
}

const reportSeries = -1;
const unknownSeries = -2;
const reportNames = /^(up|scrape_\w+|target_info|otel_scope_info)$/;
/** Put there by a scrape or by the Go collector's translation, not by the page. */
const addedLabels = /^(job|instance|otel_scope_\w+)$/;
const recentScrapes = 16;
/** More different series are not checked. */
export const seriesLimit = 4_000_000;

/** Growing arrays with one row per series. */
function seriesTable() {
  const table = {
    rows: 0,
    target: new Int32Array(1024),
    line: new Int32Array(1024),
    revision: new Int32Array(1024),
    scrape: new Int32Array(1024),
    timestamp: new Float64Array(1024),
    add(target: number, line: number, rev: number): number {
      if (table.rows === table.target.length) {
        for (const name of ["target", "line", "revision", "scrape"] as const) table[name] = doubled(table[name]);
        const timestamp = new Float64Array(table.rows * 2);
        timestamp.set(table.timestamp);
        table.timestamp = timestamp;
      }
      const row = table.rows++;
      table.target[row] = target;
      table.line[row] = line;
      table.revision[row] = rev;
      table.scrape[row] = -1;
      return row;
    },
  };
  return table;
}

type SeriesTable = ReturnType<typeof seriesTable>;

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(column.length * 2);
  wider.set(column);
  return wider;
}

/**
 * Remembers the last scrapes of each target: all samples of one scrape carry one time and one scrape number.
 * Scrape numbers come again after a period, but never within this many milliseconds.
 */
const repeatAfter = 500;

function scrapeBook(targets: number) {
  const times = new Float64Array(targets * recentScrapes).fill(-1);
  const numbers = new Int32Array(targets * recentScrapes).fill(-1);
  const next = new Uint8Array(targets);
  return {
    /** True when time and number fit what the target's other samples said. */
    fits(target: number, time: number, number: number): boolean {
      const first = target * recentScrapes;
      for (let index = first; index < first + recentScrapes; index++) {
        if (times[index] === time) return numbers[index] === number;
        if (numbers[index] === number && times[index]! > time - repeatAfter) return false;
      }
      const slot = first + next[target]!;
      times[slot] = time;
      numbers[slot] = number;
      next[target] = (next[target]! + 1) % recentScrapes;
      return true;
    },
  };
}

/** Nothing was sent so far. */
export function emptyStats(): LedgerStats {
  return {
    samples: 0,
    series: 0,
    reports: 0,
    stale: 0,
    duplicates: 0,
    outOfOrder: 0,
    wrongValues: 0,
    torn: 0,
    missing: 0,
    unknown: 0,
    refusedSeries: 0,
  };
}

/** Every sample a sink was sent, right or not. */
export function samplesSent(stats: LedgerStats): number {
  const { samples, reports, stale, duplicates, outOfOrder, wrongValues, torn, unknown } = stats;
  return samples + reports + stale + duplicates + outOfOrder + wrongValues + torn + unknown;
}

/** The labels of a line when they arrive, sorted, without `pod` and `rev`; undefined for one that must not. */
export type ArrivingLabels = (line: Line) => readonly (readonly [name: string, value: string])[] | undefined;

/** Where each line is in the page, by `lineKey` of what arrives. */
export function lineRows(lines: readonly Line[], arriving: ArrivingLabels): Map<string, number> {
  return new Map(
    lines.flatMap((line, row): [string, number][] => {
      const labels = arriving(line);
      return labels === undefined ? [] : [[lineKey(line.name, labels), row]];
    }),
  );
}

/** Finds target, line and revision in the labels a collector sent; undefined for what no page shows. */
export function identify(
  labels: readonly (readonly [string, string])[],
  lines: ReadonlyMap<string, number>,
  targets: number,
) {
  const found = { name: "", target: -1, revision: 0, line: -1 };
  const own: (readonly [string, string])[] = [];
  for (const [name, value] of labels) {
    if (name === "__name__") found.name = value;
    else if (name === "pod") found.target = Number(value.slice(-5));
    else if (name === "rev") found.revision = Number(value);
    else if (!addedLabels.test(name)) own.push([name, value]);
  }
  if (reportNames.test(found.name)) return "report";
  own.sort(([left], [right]) => (left < right ? -1 : 1));
  found.line = lines.get(lineKey(found.name, own)) ?? -1;
  return found.line >= 0 && found.target >= 0 && found.target < targets ? found : undefined;
}

/** Gives each generated series a row of the table, found again by its identity whatever the order of its labels. */
function seriesResolver(
  lineNumbers: ReadonlyMap<string, number>,
  targets: number,
  table: SeriesTable,
  stats: LedgerStats,
) {
  const lineCount = Math.max(0, ...lineNumbers.values()) + 1;
  const rows = new Map<number, number>();
  return (bytes: Uint8Array, start: number, end: number): number => {
    const found = identify(readLabels(bytes, start, end), lineNumbers, targets);
    if (found === "report") return reportSeries;
    if (found === undefined) return unknownSeries;
    const identity = (found.revision * targets + found.target) * lineCount + found.line;
    const old = rows.get(identity);
    if (old !== undefined) return old;
    if (table.rows === seriesLimit) {
      stats.refusedSeries++;
      return unknownSeries;
    }
    const row = table.add(found.target, found.line, found.revision);
    rows.set(identity, row);
    stats.series++;
    return row;
  };
}

/** True when the page that showed this scrape number held this value in this revision of the line. */
export function wasShown(options: PageOptions, slots: number, line: Line, seen: Seen): boolean {
  const { target, scrape, value } = seen;
  if (scrape < 0 || scrape >= options.period || lineValue(line, scrape) !== value) return false;
  return revision(replacedLines(options, target, scrape), line.churnSlot, slots) === seen.revision;
}

interface Seen {
  readonly target: number;
  readonly revision: number;
  readonly scrape: number;
  readonly value: number;
}

/** A ledger for `targets` targets that show pages made from `options`. */
export function createLedger(
  options: PageOptions,
  targets: number,
  arriving: ArrivingLabels = (line) => line.labels,
): Ledger {
  const lines = pageLines(options.series, options);
  const slots = churnSlots(lines);
  const known = labelTable();
  const table = seriesTable();
  const scrapes = scrapeBook(targets);
  const stats = emptyStats();
  const resolve = seriesResolver(lineRows(lines, arriving), targets, table, stats);

  function right(row: number, line: Line, scrape: number, value: number): boolean {
    const seen = { target: table.target[row]!, revision: table.revision[row]!, scrape, value };
    return wasShown(options, slots, line, seen);
  }

  function book(row: number, value: number, timestamp: number): void {
    const line = lines[table.line[row]!]!;
    const scrape = scrapeOf(line, value);
    const [last, lastTime] = [table.scrape[row]!, table.timestamp[row]!];
    const seen = last >= 0;
    if (seen && timestamp < lastTime) stats.outOfOrder++;
    else if (seen && timestamp === lastTime && scrape === last) stats.duplicates++;
    else if ((seen && timestamp === lastTime) || !right(row, line, scrape, value)) stats.wrongValues++;
    else if (!scrapes.fits(table.target[row]!, timestamp, scrape)) stats.torn++;
    else {
      if (seen) stats.missing += (scrape - last - 1 + options.period) % options.period;
      stats.samples++;
      table.scrape[row] = scrape;
      table.timestamp[row] = timestamp;
    }
  }

  return {
    stats,
    series: (bytes, start, end) => known.get(bytes, start, end, resolve),
    sample(row, value, timestamp, stale) {
      if (row === reportSeries) stats.reports++;
      else if (row < 0) stats.unknown++;
      else if (stale) stats.stale++;
      else book(row, value, timestamp);
    },
  };
}
