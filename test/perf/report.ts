/** Tables of the bench. */
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Load } from "./harness.ts";
import type { Measure } from "./scrape.ts";
import type { StartTimes } from "./start.ts";

const megabyte = 1e6;
/** Memory that a Node process or a Go binary has before it does anything. */
const baseRss = 50 * megabyte;
const references = ["vmagent", "vmagent-debian"];

/** Aligns rows of cells; the first column to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ");
  return `${rows.map((row) => line(row).trimEnd()).join("\n")}\n`;
}

/** The machine the figures are from. */
export function machine(): string {
  const processors = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg().map((value) => value.toFixed(1));
  return (
    `${processors.length} x ${processors[0]?.model ?? "unknown processor"}, ${memory} GiB, Linux ${release()}, ` +
    `Node ${process.version}, load before ${load.join(" ")}\n`
  );
}

/** What a run did, in words. */
export function describeLoad(load: Load, seconds: number): string {
  const churn = load.churn > 0 ? `, ${load.churn} of the lines new every ${load.churnEvery} scrapes` : "";
  const rate = (load.targets * load.series) / (load.intervalMs / 1000);
  return (
    `${load.targets} targets x ${load.series} series every ${load.intervalMs / 1000} s = ${rate} samples/s` +
    `${churn}${load.gzip ? ", gzip" : ""}; window ${seconds} s\n`
  );
}

/** Everything the sink found wrong, or "none". */
export function findings(measure: Measure): string {
  const { sink } = measure;
  const counts = {
    missing: sink.missing,
    "out of order": sink.outOfOrder,
    "wrong values": sink.wrongValues,
    torn: sink.torn,
    duplicates: sink.duplicates,
    unknown: sink.unknown,
    "bad requests": sink.badRequests,
  };
  const found = Object.entries(counts).filter(([, count]) => count > 0);
  return found.length === 0 ? "none" : found.map(([name, count]) => `${count} ${name}`).join(", ");
}

function ratio(value: number, reference: number | undefined): string {
  return reference === undefined ? "-" : (value / reference).toFixed(2);
}

/** One row a collector, with ratios to each vmagent of the same run. */
export function scrapeTable(measures: readonly Measure[], load: Load): string {
  const found = references.flatMap((name) => measures.filter((measure) => measure.collector.name === name));
  const head = ["collector", "version", "CPU s/M", "RSS mean MB", "max MB", "B/series", "samples/s", "delivered %"];
  const ratios = found.flatMap(({ collector }) => [`CPU/${collector.name}`, `RSS/${collector.name}`]);
  const rows = measures.map((measure) => [
    measure.collector.name,
    measure.collector.version,
    measure.cpuPerMillion.toFixed(2),
    (measure.rssMean / megabyte).toFixed(0),
    (measure.rssMax / megabyte).toFixed(0),
    Math.max(0, (measure.rssMax - baseRss) / (load.targets * load.series)).toFixed(0),
    measure.samplesPerSecond.toFixed(0),
    (measure.delivered * 100).toFixed(3),
    measure.wireBytes.toFixed(1),
    measure.harnessCores.toFixed(2),
    ...found.flatMap((other) => [
      ratio(measure.cpuPerMillion, other.cpuPerMillion),
      ratio(measure.rssMean, other.rssMean),
    ]),
    findings(measure),
  ]);
  return table([[...head, "wire B", "harness cores", ...ratios, "errors"], ...rows]);
}

/** One row a collector. */
export function startTable(times: readonly StartTimes[]): string {
  const rows = times.map((time) => [
    time.collector.name,
    time.collector.version,
    time.ready.toFixed(0),
    time.firstScrape.toFixed(0),
  ]);
  return table([["collector", "version", "ready ms", "first scrape ms"], ...rows]);
}
