/** The collector of the reload test as a process: its file, its log, its own metrics. */
import { type ChildProcess, spawn } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SlotCounts } from "./reload-check.ts";

const launcher = join(import.meta.dirname, "../../distributions/core/bin/sluice.mjs");
const outcomes: Readonly<Record<string, Outcome>> = {
  "reloaded the configuration": "applied",
  "the configuration is unchanged": "unchanged",
  "cannot reload the configuration; the one before stays in force": "refused",
};

export type Outcome = "applied" | "unchanged" | "refused";
/** A line of the log. */
export interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}
/** What came of one reload. */
export interface Reloaded {
  readonly outcome: Outcome;
  readonly line: Line;
}
/** The accounts of all exporters together. */
export interface Account {
  accepted: number;
  delivered: number;
  rejected: number;
  dropped: number;
  queued: number;
}
export interface ReloadCollector {
  readonly child: ChildProcess;
  readonly lines: readonly Line[];
  readonly results: readonly Reloaded[];
  /** Puts a text in the place of the configuration at once, as editors do. */
  write(text: string): void;
  /** Asks for a reload, unless it watches. */
  hangUp(): void;
  metrics(): Promise<Metrics>;
  /** Asks it to stop; gives the exit code and the accounts that exporters told at their end, by id. */
  stop(): Promise<{ code: number | null; accounts: Map<string, Account> }>;
}

export interface ReloadCollectorOptions {
  readonly folder: string;
  readonly text: string;
  readonly watch: boolean;
  /** Port of the page of own metrics. */
  readonly metricsPort: number;
}

/** Starts it and waits until it is ready. */
export async function startReloadCollector(options: ReloadCollectorOptions): Promise<ReloadCollector> {
  const { folder, text, watch, metricsPort } = options;
  const file = join(folder, "config.yaml");
  writeFileSync(file, text);
  const args = [launcher, "--config", file, ...(watch ? ["--watch"] : [])];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<number | null>((done) => {
    child.once("close", (code) => {
      process.off("exit", kill);
      done(code);
    });
  });
  const { lines, results } = readLog(child);
  while (!lines.some(({ msg }) => msg.includes("everything is ready"))) {
    if (child.exitCode !== null) throw new Error(`cannot start the collector: ${JSON.stringify(lines.slice(-5))}`);
    await sleep(20);
  }
  return {
    child,
    lines,
    results,
    write(next) {
      writeFileSync(`${file}.new`, next);
      renameSync(`${file}.new`, file);
    },
    hangUp: () => void (watch || child.kill("SIGHUP")),
    metrics: async () => createMetrics(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()),
    async stop() {
      child.kill("SIGTERM");
      return { code: await ended, accounts: accountsIn(lines) };
    },
  };
}

function readLog(child: ChildProcess): { lines: Line[]; results: Reloaded[] } {
  const read = { lines: [] as Line[], results: [] as Reloaded[], rest: "" };
  child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
    const texts = (read.rest + chunk).split("\n");
    read.rest = texts.pop() ?? "";
    for (const text of texts) {
      const line = text.startsWith("{") ? (JSON.parse(text) as Line) : { level: "error", msg: text };
      read.lines.push(line);
      const outcome = outcomes[line.msg];
      if (outcome !== undefined) read.results.push({ outcome, line });
    }
  });
  return read;
}

function accountsIn(lines: readonly Line[]): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const line of lines) {
    if (line.msg !== "exporter stopped") continue;
    const id = String(line["otelcol.component.id"]);
    const sum = accounts.get(id) ?? { accepted: 0, delivered: 0, rejected: 0, dropped: 0, queued: 0 };
    const dropped = Object.values(line.dropped as Record<string, number>).reduce((all, items) => all + items, 0);
    for (const key of ["accepted", "delivered", "rejected", "queued"] as const) sum[key] += Number(line[key]);
    sum.dropped += dropped;
    accounts.set(id, sum);
  }
  return accounts;
}

/** The collector's own page, as far as it is looked at. */
export interface Metrics {
  /** Sum of a metric over all series with this text in their labels. */
  sum(name: string, labels?: string): number;
  /** `sluice_scrape_slots` by job. */
  slots(): Map<string, SlotCounts>;
}

function createMetrics(page: string): Metrics {
  const series = page.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = /^([a-z_]+)(?:_total)?(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    return name === undefined ? [] : [{ name: name.replace(/_total$/, ""), labels, value: Number(value) }];
  });
  const label = (labels: string, name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
  return {
    sum: (name, labels = "") =>
      series
        .filter((one) => one.name === name && one.labels.includes(labels))
        .reduce((sum, { value }) => sum + value, 0),
    slots() {
      const jobs = new Map<string, SlotCounts>();
      for (const { name, labels, value } of series) {
        if (name !== "sluice_scrape_slots") continue;
        const job = label(labels, "scrape_job");
        const counts = jobs.get(job) ?? { scraped: 0, failed: 0, skipped: 0, reasons: {} };
        const outcome = label(labels, "outcome") as "scraped" | "failed" | "skipped";
        counts[outcome] += value;
        if (outcome === "skipped") counts.reasons[label(labels, "reason")] = value;
        jobs.set(job, counts);
      }
      return jobs;
    },
  };
}
