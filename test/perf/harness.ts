/** Starts and stops the processes of a bench run. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Collector, Plan } from "./collectors.ts";
import type { GeneratorStats } from "./generator.ts";
import type { Load } from "./load.ts";
import { loadArgs } from "./load.ts";
import type { Received, SinkStats } from "./sink.ts";
import { lastWords } from "./words.ts";

/** Generator, sink and one collector, running. */
export interface Run {
  readonly collector: ChildProcess;
  readonly generator: ChildProcess;
  readonly sink: ChildProcess;
  readonly ownPort: number;
  /** Milliseconds since the epoch when the collector was started. */
  readonly startedAt: number;
  generatorStats(): Promise<GeneratorStats>;
  /** Makes the sink read what it holds. */
  sinkStats(): Promise<SinkStats>;
  received(): Promise<Received>;
  /** The collector's own page of metrics. */
  ownPage(): Promise<string>;
  /** Every target fails from now on, so what was shown before can be counted to the last sample. */
  pause(): Promise<void>;
  /** What the collector printed. */
  log(): string;
  /** Ends the collector and waits for it, so that its log is whole and nothing is sent any more. */
  endCollector(): Promise<void>;
  /** Ends the processes, waits for them and removes the folder. */
  stop(): Promise<void>;
}

const portsAtMost = 100;
const stopTimeoutMs = 15_000;
/** The sink may have to read what it holds first. */
const requestTimeoutMs = 120_000;
const triesAtMost = 4;

/** What was killed may still write for a moment. */
const removal = { recursive: true, force: true, maxRetries: 5 };
/** What is running, and where; nothing may outlive the bench, however it ends. */
const living = new Set<ChildProcess>();
const folders = new Set<string>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, removal);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

function keep(child: ChildProcess): ChildProcess {
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

/** How generator, sink and collector are run. */
export interface RunOptions {
  /** Megabytes of requests that the sink keeps until it is asked. */
  readonly holdMb: number;
  /** The collector has a core of its own, generator and sink share another one. */
  readonly pinned: boolean;
}

const unpinned: RunOptions = { holdMb: 0, pinned: false };
const [collectorCore, harnessCore] = ["0", "1"];

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

/** A command line on one core. */
function onCore(core: string | undefined, command: string, args: readonly string[]): [string, string[]] {
  return core === undefined ? [command, [...args]] : ["taskset", ["-c", core, command, ...args]];
}

/** Starts one of our own processes; its first line says where it listens. */
export async function startTool<T>(
  file: string,
  args: readonly string[],
  core?: string,
): Promise<{ child: ChildProcess; at: T }> {
  const command = onCore(core, process.execPath, [join(import.meta.dirname, file), ...args]);
  const child = keep(spawn(...command, { stdio: ["ignore", "pipe", "inherit"] }));
  for await (const line of createInterface({ input: child.stdout! })) return { child, at: JSON.parse(line) as T };
  throw new Error(`cannot start "${file}": it ended before it listened`);
}

/** A connection of its own each time: a kept one may be closed by the other side just when it is used. */
async function request(url: string, method = "GET"): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await requestOnce(url, method);
    } catch (error) {
      // Thousands of targets may be connecting at the same moment.
      if (tries === triesAtMost) throw error;
      await sleep(tries * 100);
    }
  }
}

function requestOnce(url: string, method: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => reject(new Error(`cannot ask "${new URL(url).pathname}"`, { cause }));
    const asked = httpRequest(url, { method, agent: false, timeout: requestTimeoutMs }, (response) => {
      text(response).then(resolve, fail);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", fail).end();
  });
}

async function getJson<T>(url: string): Promise<T> {
  return JSON.parse(await request(url)) as T;
}

/** Ends a process the polite way, then the other. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => {
    child.once("exit", done);
  });
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

function startCollector(collector: Collector, plan: Plan, pinned: boolean): ChildProcess {
  writeFileSync(join(plan.folder, "config.yaml"), collector.config(plan));
  const log = openSync(join(plan.folder, "log"), "w");
  const args = [...collector.prefix, ...collector.args(plan)];
  const command = onCore(pinned ? collectorCore : undefined, collector.command, args);
  const child = keep(spawn(...command, { cwd: plan.folder, stdio: ["ignore", log, log] }));
  // One that cannot be started has no exit code; whoever waits for it sees that it is not there.
  child.once("error", () => living.delete(child));
  closeSync(log);
  return child;
}

/** Starts generator, sink and collector; the collector is started when the other two listen. */
export async function startRun(collector: Collector, load: Load, options: RunOptions = unpinned): Promise<Run> {
  const ports = String(Math.min(load.targets, portsAtMost));
  const core = options.pinned ? harnessCore : undefined;
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  folders.add(folder);
  const started: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of started.toReversed()) await endProcess(child);
    rmSync(folder, removal);
    folders.delete(folder);
  };
  try {
    const generator = await startTool<{ ports: number[] }>("generator.ts", [...loadArgs(load), "--ports", ports], core);
    started.push(generator.child);
    const sink = await startTool<{ port: number }>(
      "sink.ts",
      [...loadArgs(load), "--hold", String(options.holdMb)],
      core,
    );
    started.push(sink.child);
    const ownPort = await freePort();
    const plan: Plan = { folder, ports: generator.at.ports, load, sinkPort: sink.at.port, ownPort };
    const startedAt = Date.now();
    const child = startCollector(collector, plan, options.pinned);
    started.push(child);
    const children = { collector: child, generator: generator.child, sink: sink.child };
    return { ...children, ownPort, startedAt, ...questions(plan), endCollector: () => endProcess(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function questions({ ports, sinkPort, ownPort, folder }: Plan) {
  const generator = `http://127.0.0.1:${ports[0]}`;
  const sink = `http://127.0.0.1:${sinkPort}`;
  return {
    generatorStats: () => getJson<GeneratorStats>(`${generator}/stats`),
    sinkStats: () => getJson<SinkStats>(`${sink}/stats`),
    received: () => getJson<Received>(`${sink}/received`),
    ownPage: () => request(`http://127.0.0.1:${ownPort}/metrics`),
    async pause() {
      await request(`${generator}/pause`, "POST");
    },
    log: () => readFileSync(join(folder, "log"), "utf8"),
  };
}

function whyGone(what: string, child: ChildProcess): string | undefined {
  if (child.pid === undefined) return `the ${what} could not be started`;
  if (child.signalCode !== null) return `the ${what} was ended by ${child.signalCode}`;
  return child.exitCode === null ? undefined : `the ${what} ended with code ${child.exitCode}`;
}

/** Which of the three is not running, and why; undefined when all are. */
export function whyEnded({ collector, generator, sink }: Run): string | undefined {
  return whyGone("collector", collector) ?? whyGone("generator", generator) ?? whyGone("sink", sink);
}

/** Asks until the answer is yes; fails when the collector ends or the time is up. */
export async function until(run: Run, what: string, seconds: number, ask: () => Promise<boolean>, everyMs = 100) {
  const deadline = performance.now() + seconds * 1000;
  const askRunning = async (): Promise<boolean> => {
    const ended = whyEnded(run);
    if (ended !== undefined) throw new Error(`cannot wait for ${what}: ${ended}: ${lastWords(run.log())}`);
    return await ask();
  };
  while (!(await askRunning())) {
    if (performance.now() > deadline) throw new Error(`cannot wait longer for ${what}: ${lastWords(run.log())}`);
    await sleep(everyMs);
  }
}
