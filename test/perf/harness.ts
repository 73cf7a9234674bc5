/** Starts and stops the processes of a bench run. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Collector, Plan } from "./collectors.ts";
import type { GeneratorStats } from "./generator.ts";
import type { SinkStats } from "./sink.ts";

/** What is served and how often it is asked for. */
export interface Load {
  readonly targets: number;
  readonly series: number;
  readonly intervalMs: number;
  readonly churn: number;
  readonly churnEvery: number;
  readonly gzip: boolean;
}

/** Generator, sink and one collector, running. */
export interface Run {
  readonly collector: ChildProcess;
  readonly generator: ChildProcess;
  readonly sink: ChildProcess;
  readonly ownPort: number;
  /** Milliseconds since the epoch when the collector was started. */
  readonly startedAt: number;
  generatorStats(): Promise<GeneratorStats>;
  sinkStats(): Promise<SinkStats>;
  /** Every target fails from now on, so what was shown before can be counted to the last sample. */
  pause(): Promise<void>;
  /** Last lines of what the collector printed. */
  log(): string;
  /** Ends the processes, waits for them and removes the folder. */
  stop(): Promise<void>;
}

const portsAtMost = 100;
const stopTimeoutMs = 15_000;

/** What is running; nothing may outlive the bench, however it ends. */
const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

function keep(child: ChildProcess): ChildProcess {
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => {
    server.close(done);
  });
  return port;
}

function loadArgs(load: Load): string[] {
  const numbers = { targets: load.targets, series: load.series, churn: load.churn, "churn-every": load.churnEvery };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return load.gzip ? [...args, "--gzip"] : args;
}

/** Starts one of our own processes; its first line says where it listens. */
export async function startTool<T>(file: string, args: readonly string[]): Promise<{ child: ChildProcess; at: T }> {
  const child = keep(
    spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
  for await (const line of createInterface({ input: child.stdout! })) return { child, at: JSON.parse(line) as T };
  throw new Error(`cannot start "${file}": it ended before it listened`);
}

async function getJson<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/** Ends a process the polite way, then the other. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => {
    child.once("exit", done);
  });
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

function startCollector(collector: Collector, plan: Plan): ChildProcess {
  writeFileSync(join(plan.folder, "config.yaml"), collector.config(plan));
  const log = openSync(join(plan.folder, "log"), "w");
  const child = keep(
    spawn(collector.command, [...collector.prefix, ...collector.args(plan)], {
      cwd: plan.folder,
      stdio: ["ignore", log, log],
    }),
  );
  closeSync(log);
  return child;
}

/** Starts generator, sink and collector; the collector is started when the other two listen. */
export async function startRun(collector: Collector, load: Load): Promise<Run> {
  const ports = String(Math.min(load.targets, portsAtMost));
  const generator = await startTool<{ ports: number[] }>("generator.ts", [...loadArgs(load), "--ports", ports]);
  const sink = await startTool<{ port: number }>("sink.ts", loadArgs(load));
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const ownPort = await freePort();
  const { targets, intervalMs } = load;
  const plan: Plan = { folder, ports: generator.at.ports, targets, intervalMs, sinkPort: sink.at.port, ownPort };
  const startedAt = Date.now();
  const child = startCollector(collector, plan);
  const generatorUrl = `http://127.0.0.1:${generator.at.ports[0]}`;
  return {
    collector: child,
    generator: generator.child,
    sink: sink.child,
    ownPort,
    startedAt,
    generatorStats: () => getJson(`${generatorUrl}/stats`),
    sinkStats: () => getJson(`http://127.0.0.1:${sink.at.port}/stats`),
    async pause() {
      await fetch(`${generatorUrl}/pause`, { method: "POST" });
    },
    log: () => readFileSync(join(folder, "log"), "utf8").trim().split("\n").slice(-5).join("\n"),
    async stop() {
      for (const process of [child, sink.child, generator.child]) await endProcess(process);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until the answer is yes; fails when the collector ends or the time is up. */
export async function until(run: Run, what: string, seconds: number, ask: () => Promise<boolean>, everyMs = 100) {
  const deadline = performance.now() + seconds * 1000;
  while (!(await ask())) {
    if (run.collector.exitCode !== null) throw new Error(`cannot wait for ${what}: the collector ended\n${run.log()}`);
    if (performance.now() > deadline) throw new Error(`cannot wait longer for ${what}\n${run.log()}`);
    await sleep(everyMs);
  }
}
