/**
 * Books samples when every series is new at every scrape: all are counted, one of 64 is held against the page. A row for each series
 * would take gigabytes, and none of them ever comes again.
 */
import type { Ledger } from "./ledger.ts";
import { emptyStats, identify, lineRows, wasShown } from "./ledger.ts";
import type { PageOptions } from "./page.ts";
import { churnSlots, pageLines, scrapeOf } from "./page.ts";
import { readLabels } from "./write-request.ts";

const checkedEvery = 64;
const countedSeries = 0;
const reportSeries = -1;
const unknownSeries = -2;
const checkedSeries = 1;

/** Where the value of the first label stands in the bytes of the labels, when that is `__name__`. */
const nameAt = 14;
const nameLabel = Buffer.from("__name__");
/** The first letters of the names that pages show. */
const shown = new Set(["ch", "pa", "in", "sh", "ca", "id"]);

/** True when the name, which comes first, begins as names on pages do. */
function isShown(bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < nameLabel.length; index++)
    if (bytes[start + 4 + index] !== nameLabel[index]) return false;
  return shown.has(String.fromCharCode(bytes[start + nameAt]!, bytes[start + nameAt + 1]!));
}

/** A ledger for `targets` targets that show pages made from `options`, with `churn` 1. */
export function createFreshLedger(options: PageOptions, targets: number): Ledger {
  const lines = pageLines(options.series, options);
  const rows = lineRows(lines, (line) => line.labels);
  const slots = churnSlots(lines);
  const stats = emptyStats();
  const checked = { target: 0, revision: 0, line: 0 };
  const seen = { series: 0 };

  function look(bytes: Uint8Array, start: number, end: number): number {
    const found = identify(readLabels(bytes, start, end), rows, targets);
    if (found === "report") return reportSeries;
    if (found === undefined) return unknownSeries;
    Object.assign(checked, { target: found.target, revision: found.revision, line: found.line });
    return checkedSeries;
  }

  function check(value: number): void {
    const line = lines[checked.line]!;
    const { target, revision } = checked;
    if (wasShown(options, slots, line, { target, revision, scrape: scrapeOf(line, value), value })) stats.samples++;
    else stats.wrongValues++;
  }

  return {
    stats,
    series(bytes, start, end) {
      if (seen.series++ % checkedEvery === 0 || !isShown(bytes, start)) return look(bytes, start, end);
      return countedSeries;
    },
    sample(series, value, _timestamp, stale) {
      if (series === reportSeries) stats.reports++;
      else if (series === unknownSeries) stats.unknown++;
      else if (stale) stats.stale++;
      else if (series === checkedSeries) check(value);
      else stats.samples++;
    },
  };
}
