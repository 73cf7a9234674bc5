/** Real backends for tests: servers that take remote write, keep what they were given over a restart, and tell all of it. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, type RunningProcess, startProcess, temporaryFolder } from "@sluice/testkit";
import { findPeer, peerVersion } from "../perf/peers.ts";
import { keyOf } from "./prometheus.ts";

/** Series (as sorted JSON of their labels) to what was stored: seconds, and a value as text or a native histogram. */
export type Stored = Map<string, readonly (readonly [seconds: number, value: string | Histogram])[]>;

/** A native histogram as Prometheus' API gives it. */
export interface Histogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [rule: number, from: string, to: string, count: string])[];
}

export interface Backend {
  /** Of requests; the keys of the exporter's section that this backend needs follow, a line each. */
  readonly endpoint: string;
  readonly exporter: readonly string[];
  /** Every sample of the last minutes; markers of ended series are left out. */
  stored(): Promise<Stored>;
  /** Asks it to stop, and waits for its end. */
  stop(): Promise<void>;
  /** Starts it again, over what it had stored. */
  start(): Promise<void>;
}

/** Where a program is; undefined, and why, when it is not there. */
export interface Program {
  readonly path: string | undefined;
  /** Its name and version, or its name and what gets it: a test's title. */
  readonly title: string;
}

/** A program of a Debian package that `scripts/debian-packages.mjs` installs. */
export function debianProgram(name: string): Program {
  const path = `/usr/bin/${name}`;
  return existsSync(path) ? { path, title: `${name} of Debian` } : { path: undefined, title: `${name}: not installed` };
}

/** A program that `test/perf/peers.ts` has got, when it was asked to. */
export function builtProgram(name: string): Program {
  const path = findPeer(name);
  return path === undefined
    ? { path, title: `${name}: not there, node test/perf/peers.ts ${name} gets it` }
    : { path, title: `${name} ${peerVersion(name)}` };
}

interface Server {
  readonly command: string;
  readonly args: readonly string[];
  /** Answers 2xx once it is ready. */
  readonly ready: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs; some write there whatever they are told. */
  readonly cwd: string;
}

/** Starts servers in this order, and stops them in the other. */
export async function serve(...servers: readonly Server[]): Promise<Pick<Backend, "start" | "stop">> {
  const running: RunningProcess[] = [];
  const start = async (): Promise<void> => {
    for (const { ready, ...server } of servers) {
      const isReady = async () => (await fetch(ready).catch(() => undefined))?.ok === true;
      running.push(await startProcess({ ...server, ready: isReady, timeoutMs: 60_000 }));
    }
  };
  const stop = async (): Promise<void> => {
    for (const process of running.splice(0).reverse()) {
      process.signal("SIGTERM");
      await process.exited;
    }
  };
  await start();
  return { start, stop };
}

/** All that Prometheus' API says of the last minutes. */
export async function askPrometheus(
  api: string,
  selector: string,
  headers: Record<string, string> = {},
): Promise<Stored> {
  const url = `${api}/api/v1/query?${new URLSearchParams({ query: `${selector}[10m]` }).toString()}`;
  const answer = (await json(url, headers)) as { data: { result: Sampled[] } };
  return new Map(
    answer.data.result.map(({ metric, values = [], histograms = [] }) => [keyOf(metric), [...values, ...histograms]]),
  );
}
interface Sampled {
  readonly metric: Record<string, string>;
  readonly values?: [number, string][];
  readonly histograms?: [number, Histogram][];
}

async function json(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Every series that a test's jobs wrote; a backend may have its own beside them. */
const all = '{job=~".+"}';
const login = { user: "writer", password: "a secret: it has a colon" };
const basic = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
const authorization = `headers: {Authorization: "${basic}"}`;

/** Prometheus with its receiver for remote write. */
export async function startPrometheusBackend(command: string, more: readonly string[] = []): Promise<Backend> {
  const [folder, port] = [await temporaryFolder(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, "prometheus.yml");
  await writeFile(file, "global: {}\n");
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--web.enable-remote-write-receiver",
    "--log.level=warn",
    ...more,
  ];
  const server = await serve({ command, args, ready: `${url}/-/ready`, cwd: folder });
  return { ...server, endpoint: `${url}/api/v1/write`, exporter: [], stored: () => askPrometheus(url, all) };
}

/** VictoriaMetrics behind a password. */
export async function startVictoriaMetrics(command: string, more: readonly string[] = []): Promise<Backend> {
  const [folder, port] = [await temporaryFolder(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const args = [
    `-storageDataPath=${folder}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    `-httpAuth.username=${login.user}`,
    `-httpAuth.password=${login.password}`,
    "-retentionPeriod=2d",
    "-loggerLevel=WARN",
    ...more,
  ];
  const server = await serve({ command, args, ready: `${url}/health`, cwd: folder });
  const stored = async (): Promise<Stored> => {
    const headers = { authorization: basic };
    // What was written is seen by queries once it was flushed.
    await fetch(`${url}/internal/force_flush`, { headers });
    const lines = await (
      await fetch(`${url}/api/v1/export?${new URLSearchParams({ "match[]": all }).toString()}`, { headers })
    ).text();
    return new Map(
      lines
        .split("\n")
        .filter((line) => line !== "")
        .map(exported),
    );
  };
  return { ...server, endpoint: `${url}/api/v1/write`, exporter: [authorization], stored };
}

/** A line of VictoriaMetrics' export. */
function exported(line: string): [string, [number, string][]] {
  // JSON has no words for infinity; a marker is NaN in old versions, null in new ones.
  const json = line.replace(/(?<="values":\[)[^\]]*/, (list) =>
    list.replaceAll(/[+-]?Inf\b/g, '"$&"').replaceAll("NaN", "null"),
  );
  const { metric, values, timestamps } = JSON.parse(json) as Exported;
  const samples = timestamps.map((ms, at): [number, string] => [ms / 1000, String(values[at])]);
  return [keyOf(metric), samples.filter((_, at) => values[at] !== null)];
}
interface Exported {
  readonly metric: Record<string, string>;
  readonly values: readonly (number | string | null)[];
  readonly timestamps: readonly number[];
}

/** InfluxDB 1.x behind a password; it keeps an hour. */
export async function startInfluxDb(command: string): Promise<Backend> {
  const [folder, port, rpc] = [await temporaryFolder(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, "influxdb.conf");
  const config = `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = true
  log-enabled = false
[logging]
  level = "warn"
`;
  await writeFile(file, config);
  const server = await serve({ command, args: ["-config", file], ready: `${url}/ping`, cwd: folder });
  const ask = async (q: string, parameters = {}): Promise<InfluxAnswer> => {
    const query = new URLSearchParams({ q, db: "metrics", ...parameters }).toString();
    const response = await fetch(`${url}/query?${query}`, { method: "POST", headers: { authorization: basic } });
    return (await response.json()) as InfluxAnswer;
  };
  await ask(`CREATE USER "${login.user}" WITH PASSWORD '${login.password}' WITH ALL PRIVILEGES`);
  await ask('CREATE DATABASE "metrics" WITH DURATION 1h');
  const stored = async (): Promise<Stored> => {
    const { results } = await ask("SELECT value FROM /.+/ WHERE job =~ /.+/ GROUP BY *", { epoch: "ms" });
    return new Map(
      results[0]?.series?.map(({ name, tags, values }) => {
        const labels = Object.entries(tags).filter(([, value]) => value !== "");
        const samples = values.map(([ms, value]): [number, string] => [ms / 1000, String(value)]);
        return [keyOf({ ...Object.fromEntries(labels), __name__: name }), samples];
      }),
    );
  };
  return { ...server, endpoint: `${url}/api/v1/prom/write?db=metrics`, exporter: [authorization], stored };
}
interface InfluxAnswer {
  readonly results: readonly {
    readonly series?: readonly {
      readonly name: string;
      readonly tags: Record<string, string>;
      readonly values: readonly [number, number][];
    }[];
  }[];
}
