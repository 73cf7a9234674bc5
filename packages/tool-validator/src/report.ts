import type { Comparison, Difference } from "./compare.ts";

/** Rows of the table, and times of a row. */
const MAX_ROWS = 40;
const MAX_TIMES = 3;

/** The outcome for people: one line when all is well, else a short table below it. */
export function reportText({ scrapes, series, right, differences, stored, addedLabels }: Comparison): string {
  const compared = `${count(scrapes, "scrape")}, ${series} series, ${count(right, "sample")} as exposed`;
  if (differences.length === 0) return `${compared}: the backend holds exactly what was exposed\n`;
  const rows = differences.slice(0, MAX_ROWS).map(rowOf);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    ([kind, series, what]) => `  ${kind.padEnd(widths[0]!)}  ${series.padEnd(widths[1]!)}  ${what}`,
  );
  const more = differences.length - rows.length;
  if (more > 0) lines.push(`  and ${more} more`);
  if (stored === 0)
    lines.push("the backend has no series of this job at all: are --job and --label those it was written with?");
  if (addedLabels.length > 0) {
    lines.push(`labels that were not exposed: ${addedLabels.join(", ")}; --label or --ignore-label leaves one out`);
  }
  return `${compared}, ${count(differences.length, "difference")}:\n${lines.join("\n")}\n`;
}

/** The outcome for programs: everything, as JSON. */
export function reportJson(comparison: Comparison): string {
  return `${JSON.stringify(comparison, null, 2)}\n`;
}

function rowOf({ kind, series, samples }: Difference): readonly [string, string, string] {
  const shown = samples.slice(0, MAX_TIMES).map((sample) => `${timeOf(sample.seconds)}${valuesOf(kind, sample)}`);
  const more = samples.length - shown.length;
  return [kind, series === "" ? "all series" : series, `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}

function valuesOf(kind: Difference["kind"], { expected, found }: Difference["samples"][number]): string {
  if (kind === "different") return ` expected ${expected}, found ${found}`;
  const value = expected ?? found;
  return value === undefined ? "" : ` ${value}`;
}

/** The time of day in UTC: "17:10:38.123". */
function timeOf(seconds: number): string {
  const ms = Math.round(seconds * 1000) % 86_400_000;
  const part = (size: number, length: number, modulo: number): string =>
    `${Math.floor(ms / size) % modulo}`.padStart(length, "0");
  return `${part(3_600_000, 2, 24)}:${part(60_000, 2, 60)}:${part(1000, 2, 60)}.${part(1, 3, 1000)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
