/** The core distribution as a user starts it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Account,
  expectAccounting,
  freePort,
  type RunningProcess,
  startProcess,
  temporaryFolder,
} from "@sluice/testkit";
import { expect } from "vitest";

export const launcher = join(import.meta.dirname, "../../distributions/core/bin/sluice.mjs");

export interface RunningCollector {
  readonly process: RunningProcess;
  /** The collector's own metrics page. */
  metrics(): Promise<string>;
  /** The account of the remote-write exporters' samples, checked. */
  accounts(): Promise<Account[]>;
  /** What it logged so far. */
  logs(): LogLine[];
  /** Asks it to stop and waits for its end; gives the exit code. */
  stop(): Promise<number | NodeJS.Signals>;
}
export interface Parts {
  /** Body of `receivers:`, `exporters:` and so on, already indented by two. */
  readonly receivers: string;
  readonly processors?: string;
  readonly exporters: string;
  readonly pipelines: string;
  /** Default "info". */
  readonly logLevel?: "debug" | "info";
}

/** A configuration on disk. */
export interface Prepared {
  readonly file: string;
  /** That its own metrics are on; left out: `METRICS_PORT`, a free one at each start. */
  readonly port?: number;
}

/** Writes a configuration with the own metrics on `METRICS_PORT` and every log line as JSON on stderr. */
export async function prepareCollector({
  receivers,
  processors = "",
  exporters,
  pipelines,
  logLevel = "info",
}: Parts): Promise<Prepared> {
  const file = join(await temporaryFolder(), "config.yaml");
  const telemetry = `  telemetry:
    logs: {encoding: json, level: ${logLevel}, sampling: {enabled: false}}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: "\${env:METRICS_PORT}"}}}}]}`;
  await writeFile(
    file,
    `receivers:\n${receivers}\nprocessors:\n${processors}\nexporters:\n${exporters}\nservice:\n${telemetry}\n  pipelines:\n${pipelines}\n`,
  );
  return { file };
}

/** Starts what was prepared; may be done again once the one before has ended. */
export async function runCollector({ file, port: fixed }: Prepared): Promise<RunningCollector> {
  // A port that was free may be somebody's by the time a killed one is replaced.
  const port = fixed ?? (await freePort());
  const process = await startProcess({
    command: globalThis.process.execPath,
    args: [launcher, "--config", file],
    env: { METRICS_PORT: `${port}` },
    ready: /everything is ready/,
    timeoutMs: 30_000,
  });
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return {
    process,
    metrics,
    accounts: async () => expectAccounting(await metrics()),
    logs: () => logLines(process.stderr),
    async stop() {
      process.signal("SIGTERM");
      return process.exited;
    },
  };
}

export async function startCollector(parts: Parts): Promise<RunningCollector> {
  return runCollector(await prepareCollector(parts));
}

/** The account an exporter logged when it stopped; fails when it did not, or when it does not balance. */
export function lastAccount(collector: RunningCollector): LastAccount {
  const { accepted, delivered, rejected, dropped, queued } = collector
    .logs()
    .find(({ msg }) => msg === "exporter stopped") as unknown as LastAccount;
  const allDropped = Object.values(dropped).reduce((sum, items) => sum + items, 0);
  expect(accepted).toBe(delivered + rejected + allDropped + queued);
  return { accepted, delivered, rejected, dropped, queued };
}
export interface LastAccount {
  readonly accepted: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly queued: number;
}

/** One line of the log, as far as tests look at it. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}
function logLines(text: string): LogLine[] {
  // The last piece may be half a line.
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}

/** A text with every line moved to the right. */
export function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(by));
}
