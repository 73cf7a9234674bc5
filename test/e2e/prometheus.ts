/** A real Prometheus server (Debian's, or the one that SLUICE_E2E_PROMETHEUS names) for a test. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, type RunningProcess, startProcess, temporaryFolder } from "@sluice/testkit";

const program = process.env.SLUICE_E2E_PROMETHEUS ?? "/usr/bin/prometheus";

/** Series (as sorted JSON of their labels) to the text of their value. */
export type Snapshot = Map<string, string>;

export interface Prometheus {
  readonly url: string;
  readonly process: RunningProcess;
  /** The value of each series at this moment (seconds), stale ones left out. */
  instant(query: string, time?: number): Promise<Snapshot>;
  /** Every raw sample of the last minutes: series to [seconds, value] pairs. */
  raw(selector: string, minutes: number): Promise<Map<string, [number, string][]>>;
  /** A number on its own metrics page, 0 when it is not there. */
  own(metric: string): Promise<number>;
}

/** What differs from the usual server. */
export interface PrometheusOptions {
  readonly program?: string;
  /** Further flags. */
  readonly args?: readonly string[];
}

/** Starts a server with this configuration; it takes remote write too. Killed when the test ends. */
export async function startPrometheus(
  config: string,
  port?: number,
  folder?: string,
  options: PrometheusOptions = {},
): Promise<Prometheus> {
  const home = folder ?? (await temporaryFolder());
  const file = join(home, "prometheus.yml");
  await writeFile(file, config);
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const url = `http://${address}`;
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(home, "data")}`,
    `--web.listen-address=${address}`,
    "--web.enable-remote-write-receiver",
    "--log.level=warn",
    ...(options.args ?? []),
  ];
  const ready = async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.status === 200;
  const process = await startProcess({ command: options.program ?? program, args, ready, timeoutMs: 30_000 });
  const api = async (path: string, parameters: Record<string, string>) => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { status: string; error?: string; data: { result: Result[] } };
    if (answer.status !== "success") throw new Error(`prometheus: ${answer.error}`);
    return answer.data.result;
  };
  return {
    url,
    process,
    async instant(query, time) {
      const result = await api("query", time === undefined ? { query } : { query, time: `${time}` });
      return new Map(result.map(({ metric, value }) => [keyOf(metric), value[1]]));
    },
    async raw(selector, minutes) {
      const result = await api("query", { query: `${selector}[${minutes}m]` });
      return new Map(result.map(({ metric, values }) => [keyOf(metric), values]));
    },
    async own(metric) {
      const page = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(page)?.[1] ?? 0);
    },
  };
}

interface Result {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
  readonly values: [number, string][];
}

export function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function labelsOf(key: string): Record<string, string> {
  return Object.fromEntries(JSON.parse(key) as [string, string][]);
}
