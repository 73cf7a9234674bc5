/** Measures how fast a collector comes up. */
import { spawn } from "node:child_process";
import type { Collector } from "./collectors.ts";
import { startRun, until } from "./harness.ts";

/** Milliseconds from starting the process, medians. */
export interface StartTimes {
  readonly collector: Collector;
  /** Until its own port answers. */
  readonly ready: number;
  /** Until the first page was read, at one scrape a second. */
  readonly firstScrape: number;
}

const runs = 9;
const load = { targets: 1, series: 100, intervalMs: 1000, churn: 0, churnEvery: 1, gzip: false };

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function startOnce(collector: Collector): Promise<{ ready: number; firstScrape: number }> {
  const run = await startRun(collector, load);
  try {
    const url = `http://127.0.0.1:${run.ownPort}${collector.readyPath}`;
    await until(run, "readiness", 30, () => answers(url), 2);
    const ready = Date.now() - run.startedAt;
    await until(run, "the first scrape", 30, async () => (await run.generatorStats()).firstAt > 0);
    return { ready, firstScrape: (await run.generatorStats()).firstAt - run.startedAt };
  } finally {
    await run.stop();
  }
}

/** Starts a collector nine times. */
export async function measureStart(collector: Collector): Promise<StartTimes> {
  const times: { ready: number; firstScrape: number }[] = [];
  for (let count = 0; count < runs; count++) times.push(await startOnce(collector));
  return {
    collector,
    ready: median(times.map((time) => time.ready)),
    firstScrape: median(times.map((time) => time.firstScrape)),
  };
}

async function timeCommand(command: string, args: readonly string[]): Promise<number> {
  const before = performance.now();
  const child = spawn(command, args, { stdio: "ignore" });
  const code = await new Promise((done) => {
    child.once("exit", done);
  });
  if (code !== 0) throw new Error(`cannot run "${command} ${args.join(" ")}": exit code ${String(code)}`);
  return performance.now() - before;
}

/** Medians of `--version` and of an empty Node, run in turn so that both meet the same machine. */
export async function measureVersion(collector: Collector): Promise<{ version: number; node: number }> {
  const version: number[] = [];
  const node: number[] = [];
  for (let count = 0; count < runs; count++) {
    node.push(await timeCommand(process.execPath, ["-e", "0"]));
    version.push(await timeCommand(collector.command, [...collector.prefix, "--version"]));
  }
  return { version: median(version), node: median(node) };
}
