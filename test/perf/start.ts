/** Measures how fast a collector comes up, and what it holds when it has nothing to do. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Collector } from "./collectors.ts";
import type { Figures } from "./figures.ts";
import { startRun, until } from "./harness.ts";
import { plainLoad } from "./load.ts";
import { usageOf } from "./process-meter.ts";

const load = { ...plainLoad, targets: 1, series: 100 };
/** One scrape an hour is none. */
const idle = { ...load, series: 26, intervalMs: 3_600_000 };

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Milliseconds of a command that ends by itself. */
async function timeCommand(command: string, args: readonly string[]): Promise<number> {
  const before = performance.now();
  const child = spawn(command, args, { stdio: "ignore" });
  const code = await new Promise((done) => {
    child.once("exit", done);
    child.once("error", done);
  });
  if (code !== 0) throw new Error(`cannot run "${command} ${args.join(" ")}": exit code ${String(code)}`);
  return performance.now() - before;
}

/** Until its own port answers, and until the first page was read at one scrape a second. */
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

/** One start. Ours is held against an empty Node that is started beside it, so that both meet the same machine. */
export async function measureStart(collector: Collector): Promise<Figures> {
  if (collector.name !== "sluice") return await startOnce(collector);
  const node = await timeCommand(process.execPath, ["-e", "0"]);
  const version = await timeCommand(collector.command, [...collector.prefix, "--version"]);
  const times = await startOnce(collector);
  return { ...times, node, version, beyondNode: times.ready - node };
}

/** RSS of a collector that was started and left alone for some seconds. */
export async function measureIdle(collector: Collector, seconds: number): Promise<Figures> {
  const run = await startRun(collector, idle);
  try {
    const url = `http://127.0.0.1:${run.ownPort}${collector.readyPath}`;
    await until(run, "readiness", 30, () => answers(url));
    await sleep(seconds * 1000);
    return { idleRss: usageOf(run.collector.pid!).rssBytes };
  } finally {
    await run.stop();
  }
}
