/**
 * Compares us with our peers: `pnpm bench [scrape|churn|start] [--targets 100 --series 1000 --interval 1s --seconds 20
 * --churn 0.0001 --churn-every 1 --gzip] [--peers vmagent,prometheus]`; without a case all three. Peers come from peers.ts.
 * Only ratios of one run mean anything: the machine is whatever it is.
 */
import { parseArgs } from "node:util";
import type { Collector } from "./collectors.ts";
import { ours, peersNamed } from "./collectors.ts";
import type { Load } from "./harness.ts";
import { describeLoad, findings, machine, scrapeTable, startTable } from "./report.ts";
import type { Measure } from "./scrape.ts";
import { measureScrape } from "./scrape.ts";
import type { StartTimes } from "./start.ts";
import { measureStart, measureVersion } from "./start.ts";

const cases = ["scrape", "churn", "start"];

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      targets: { type: "string" },
      series: { type: "string" },
      interval: { type: "string", default: "1s" },
      seconds: { type: "string", default: "20" },
      churn: { type: "string" },
      "churn-every": { type: "string", default: "1" },
      gzip: { type: "boolean", default: false },
      peers: { type: "string" },
    },
  });
}

type Arguments = ReturnType<typeof readArguments>["values"];

function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s)$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`cannot read interval "${text}": expected for example 1s or 500ms`);
  return Number(number) * (unit === "s" ? 1000 : 1);
}

function loadOf(values: Arguments, targets: number, series: number, churn: number): Load {
  return {
    targets: Number(values.targets ?? targets),
    series: Number(values.series ?? series),
    intervalMs: milliseconds(values.interval),
    churn: Number(values.churn ?? churn),
    churnEvery: Number(values["churn-every"]),
    gzip: values.gzip,
  };
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Ours first; without it the peers can still be compared with each other. */
function collectors(peers: string | undefined): Collector[] {
  const own = ours();
  return [...(own === undefined ? [] : [own]), ...peersNamed(peers)];
}

/** Runs the rest when one fails, and says which. */
async function each<T>(list: readonly Collector[], work: (collector: Collector) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const collector of list) {
    process.stderr.write(`running ${collector.name}\n`);
    try {
      results.push(await work(collector));
    } catch (error) {
      process.exitCode = 1;
      print(`${collector.name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return results;
}

/** Speed without correctness is nothing: the bench fails when we deliver wrong or not all. */
function judge(measures: readonly Measure[]): void {
  const own = measures.find((measure) => measure.collector.name === "sluice");
  if (own !== undefined && (own.delivered !== 1 || findings(own) !== "none")) process.exitCode = 1;
}

async function runScrape(values: Arguments, load: Load, peers: string | undefined): Promise<Measure[]> {
  const seconds = Number(values.seconds);
  print(describeLoad(load, seconds));
  const measures = await each(collectors(peers), (collector) => measureScrape(collector, load, seconds));
  if (measures.length > 0) print(scrapeTable(measures, load));
  judge(measures);
  return measures;
}

/** One new line in each page of 10,000 at every scrape, against the same pages without it. */
async function runChurn(values: Arguments): Promise<void> {
  const churning = loadOf(values, 10, 10_000, 0.0001);
  const peers = values.peers ?? "";
  const stable = await runScrape(values, { ...churning, churn: 0 }, peers);
  for (const { collector, cpuPerMillion } of await runScrape(values, churning, peers)) {
    const before = stable.find((measure) => measure.collector.name === collector.name);
    if (before === undefined) continue;
    print(
      `${collector.name}: churn costs ${(cpuPerMillion / before.cpuPerMillion).toFixed(2)} times the stable load\n`,
    );
  }
}

async function runStart(values: Arguments): Promise<void> {
  const list = collectors(values.peers);
  const times: StartTimes[] = await each(list, measureStart);
  if (times.length > 0) print(startTable(times));
  const own = list.find((collector) => collector.name === "sluice");
  if (own === undefined) return;
  const { version, node } = await measureVersion(own);
  const ratio = (version / node).toFixed(2);
  print(`sluice --version: ${version.toFixed(0)} ms, node -e 0: ${node.toFixed(0)} ms, ratio ${ratio}\n`);
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const unknown = positionals.find((name) => !cases.includes(name));
  if (unknown !== undefined) throw new Error(`cannot run case "${unknown}": expected one of ${cases.join(", ")}`);
  print(machine());
  for (const name of positionals.length > 0 ? positionals : cases) {
    print(`\n${name}\n`);
    if (name === "scrape") await runScrape(values, loadOf(values, 100, 1000, 0), values.peers);
    else if (name === "churn") await runChurn(values);
    else await runStart(values);
  }
}

await main();
