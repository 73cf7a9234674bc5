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

const launcher = join(import.meta.dirname, "../../distributions/core/bin/sluice.mjs");

export interface RunningCollector {
  readonly process: RunningProcess;
  /** The collector's own metrics page. */
  metrics(): Promise<string>;
  /** The account of the remote-write exporters' samples, checked. */
  accounts(): Promise<Account[]>;
  /** Asks it to stop and waits for its end; gives the exit code. */
  stop(): Promise<number | NodeJS.Signals>;
}
export interface Parts {
  /** Body of `receivers:`, `exporters:` and so on, already indented by two. */
  readonly receivers: string;
  readonly exporters: string;
  readonly pipelines: string;
}

/** Starts a collector with its own metrics on a free port and JSON logs on stderr. */
export async function startCollector({ receivers, exporters, pipelines }: Parts): Promise<RunningCollector> {
  const port = await freePort();
  const file = join(await temporaryFolder(), "config.yaml");
  const telemetry = `  telemetry:
    logs: {encoding: json}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${port}}}}}]}`;
  await writeFile(
    file,
    `receivers:\n${receivers}\nexporters:\n${exporters}\nservice:\n${telemetry}\n  pipelines:\n${pipelines}\n`,
  );
  const process = await startProcess({
    command: globalThis.process.execPath,
    args: [launcher, "--config", file],
    ready: /everything is ready/,
    timeoutMs: 30_000,
  });
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return {
    process,
    metrics,
    accounts: async () => expectAccounting(await metrics()),
    async stop() {
      process.signal("SIGTERM");
      return process.exited;
    },
  };
}

/** A text with every line moved to the right. */
export function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(by));
}
