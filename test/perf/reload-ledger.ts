/** Books what a collector sends while its configuration changes: samples keep their line and scrape whatever labels come and go. */
import { labelTable } from "./label-table.ts";
import { type Line, lineKey, lineValue, maxPeriod, pageLines, scrapeOf } from "./page.ts";
import { readLabels, type WriteRequestVisitor } from "./write-request.ts";

/** What one target showed at one time. */
export interface Slot {
  /** Scrape number of the page, -1 before a sample of it came. */
  scrape: number;
  /** Samples of the page that came. */
  samples: number;
  up: number | undefined;
  /** Samples that the collector says it kept of the page. */
  kept: number | undefined;
}
/** What is wrong, and how much came; all are counts of samples, but `series`. */
export interface ReloadStats {
  samples: number;
  stale: number;
  series: number;
  /** Of one series and one time. */
  duplicates: number;
  /** Older than one of the series that came before. */
  outOfOrder: number;
  wrongValues: number;
  /** Whose target showed another scrape number at the same time. */
  torn: number;
  unknown: number;
  /** Markers of series that were stale already. */
  staleTwice: number;
}
export interface ReloadLedger extends WriteRequestVisitor {
  readonly stats: ReloadStats;
  /** By target, then by time. */
  readonly slots: readonly ReadonlyMap<number, Slot>[];
  /** Series whose latest sample is no stale marker. */
  live(): { readonly text: string; readonly target: number }[];
}

interface Series {
  readonly text: string;
  readonly target: number;
  /** Undefined for `up` and the like. */
  readonly line: Line | undefined;
  readonly name: string;
  time: number;
  isLive: boolean;
}

const reportNames = /^(up|scrape_\w+)$/;
/** Set by relabelling, external labels or the scrape itself. */
const addedLabels = /^(job|rev|otel_scope_\w+|extra_\w+)$/;

/** A ledger for `targets` targets whose pages have `series` lines. */
export function createReloadLedger(series: number, targets: number): ReloadLedger {
  const lines = new Map(pageLines(series).map((line) => [lineKey(line.name, line.labels), line]));
  const known = labelTable();
  const rows: Series[] = [];
  const slots = Array.from({ length: targets }, () => new Map<number, Slot>());
  const stats = emptyStats();

  function resolve(bytes: Uint8Array, start: number, end: number): number {
    const found = identify(readLabels(bytes, start, end), lines);
    if (found === undefined || slots[found.target] === undefined) return -1;
    stats.series++;
    return rows.push({ ...found, time: -1, isLive: false }) - 1;
  }
  function slotOf(target: number, time: number): Slot {
    const book = slots[target]!;
    const slot = book.get(time) ?? { scrape: -1, samples: 0, up: undefined, kept: undefined };
    book.set(time, slot);
    return slot;
  }
  function report({ target, name }: Series, value: number, time: number): void {
    if (name === "up") slotOf(target, time).up = value;
    if (name === "scrape_samples_post_metric_relabeling") slotOf(target, time).kept = value;
  }
  function page(target: number, line: Line, value: number, time: number): void {
    const scrape = scrapeOf(line, value);
    const isRight = scrape >= 0 && scrape < maxPeriod && lineValue(line, scrape) === value;
    const slot = slotOf(target, time);
    if (slot.scrape === -1 && isRight) slot.scrape = scrape;
    if (!isRight) stats.wrongValues++;
    else if (slot.scrape !== scrape) stats.torn++;
    slot.samples++;
  }

  return {
    stats,
    slots,
    series: (bytes, start, end) => known.get(bytes, start, end, resolve),
    sample(index, value, time, stale) {
      stats.samples++;
      const row = rows[index];
      if (row === undefined) {
        stats.unknown++;
        return;
      }
      if (time === row.time) stats.duplicates++;
      if (time < row.time) stats.outOfOrder++;
      if (stale && !row.isLive) stats.staleTwice++;
      row.time = time;
      row.isLive = !stale;
      if (stale) stats.stale++;
      else if (row.line === undefined) report(row, value, time);
      else page(row.target, row.line, value, time);
    },
    live: () => rows.filter(({ isLive }) => isLive).map(({ text, target }) => ({ text, target })),
  };
}

function emptyStats(): ReloadStats {
  return {
    samples: 0,
    stale: 0,
    series: 0,
    duplicates: 0,
    outOfOrder: 0,
    wrongValues: 0,
    torn: 0,
    unknown: 0,
    staleTwice: 0,
  };
}

/** Undefined for what no page shows. The labels come sorted, as remote write has them. */
function identify(labels: readonly (readonly [string, string])[], lines: ReadonlyMap<string, Line>) {
  const found = { name: "", target: -1, pod: -1, own: "" };
  for (const [name, value] of labels) {
    if (name === "__name__") found.name = value;
    else if (name === "instance") found.target = Number(value.replace(/^target-/, ""));
    else if (name === "pod") found.pod = Number(value.slice(-5));
    else if (!addedLabels.test(name)) found.own += `\n${name}=${value}`;
  }
  const { name, target } = found;
  if (reportNames.test(name)) return { text: "", target, name, line: undefined };
  const line = lines.get(name + found.own);
  if (line === undefined || found.pod !== target) return undefined;
  // Texts are kept of one line only: those of all would be the largest part of the memory.
  const text = line.churnSlot === 0 ? labels.map((label) => label.join("=")).join(" ") : "";
  return { text, target, name, line };
}
