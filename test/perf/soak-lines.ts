/** How a soak writes its readings: lines to look at, CSV to draw. */
import type { SoakRow } from "./soak-alarms.ts";

interface Column {
  readonly title: string;
  /** Name in the CSV, with the unit. */
  readonly key: string;
  readonly value: (row: SoakRow) => number;
  readonly digits: number;
  /** Of the number in the line; the CSV has it whole. */
  readonly divisor?: number;
}

const columns: readonly Column[] = [
  { title: "minutes", key: "seconds", value: (row) => row.seconds, digits: 1, divisor: 60 },
  { title: "CPU %", key: "cpu_percent", value: (row) => row.cpuPercent, digits: 2 },
  { title: "CPU s/M", key: "cpu_seconds_per_million", value: (row) => row.cpuPerMillion, digits: 3 },
  { title: "RSS MB", key: "rss_bytes", value: (row) => row.rss, digits: 1, divisor: 1e6 },
  { title: "heap MB", key: "heap_bytes", value: (row) => row.heap, digits: 1, divisor: 1e6 },
  { title: "sent MB", key: "sent_bytes", value: (row) => row.bytes, digits: 1, divisor: 1e6 },
  { title: "shown", key: "samples_shown", value: (row) => row.shown, digits: 0 },
  { title: "right", key: "samples_right", value: (row) => row.right, digits: 0 },
  { title: "wrong", key: "samples_wrong", value: (row) => row.wrong, digits: 0 },
  { title: "skipped", key: "ticks_skipped", value: (row) => row.skipped, digits: 0 },
  { title: "missed", key: "ticks_missed", value: (row) => row.missed, digits: 0 },
  { title: "loop ms", key: "loop_ms", value: (row) => row.loopMs, digits: 1 },
  { title: "accepted", key: "items_accepted", value: (row) => row.account.accepted, digits: 0 },
  { title: "delivered", key: "items_delivered", value: (row) => row.account.delivered, digits: 0 },
  { title: "rejected", key: "items_rejected", value: (row) => row.account.rejected, digits: 0 },
  { title: "dropped", key: "items_dropped", value: (row) => row.account.dropped, digits: 0 },
  { title: "queued", key: "items_queued", value: (row) => row.account.queued, digits: 0 },
];
const width = 11;

/** Titles of the lines. */
export const soakHead = columns.map(({ title }) => title.padStart(width)).join("");

/** One reading; `total` is the length of the soak in seconds, of which the line tells what is left. */
export function soakLine(row: SoakRow, total: number): string {
  const cells = columns.map(({ value, digits, divisor = 1 }) => (value(row) / divisor).toFixed(digits).padStart(width));
  return `${cells.join("")}   ${Math.max(0, (total - row.seconds) / 60).toFixed(0)} min left`;
}

/** A line of CSV with its end; without a row the first one. */
export function soakCsv(row?: SoakRow): string {
  return `${columns.map(({ key, value }) => (row === undefined ? key : String(value(row)))).join(",")}\n`;
}
