/** The sample application, the collector and a real Prometheus, compared by `sluice verify`: as a user would. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startProcess } from "@sluice/testkit";
import { expect, onTestFinished, test } from "vitest";
import { indent, launcher, startCollector } from "./collector.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";

interface App {
  /** "host:port". */
  readonly address: string;
  readonly expected: string;
}

async function startApp(...flags: readonly string[]): Promise<App> {
  const process = await startProcess({
    command: globalThis.process.execPath,
    args: [launcher, "sample-app", "--listen", "127.0.0.1:0", ...flags],
    ready: /expected {2}http:\S+/,
    timeoutMs: 30_000,
  });
  const expected = /expected {2}(http:\S+)/.exec(process.stdout)?.[1] ?? "";
  return { address: new URL(expected).host, expected };
}

/** A collector that scrapes the application each second and writes to the backend. */
async function startPipeline(app: App, backend: string, more: { job?: string; exporter?: string } = {}): Promise<void> {
  const job = `global: {scrape_interval: 1s, external_labels: {cluster: west}}
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ["${app.address}"]}]
${indent(more.job ?? "", 4)}`;
  await startCollector({
    receivers: `  prometheus:\n    config:\n${indent(job, 6)}`,
    exporters: `  prometheus_remote_write: {endpoint: "${backend}/api/v1/write"${more.exporter ?? ""}}`,
    pipelines: "    metrics: {receivers: [prometheus], exporters: [prometheus_remote_write]}",
  });
}

interface Outcome {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

async function verify(backend: string, app: App, ...flags: readonly string[]): Promise<Outcome> {
  const args = [
    "verify",
    "--backend",
    backend,
    "--expected",
    app.expected,
    "--job",
    "shop",
    "--poll",
    "200ms",
    ...flags,
  ];
  const process = await startProcess({ command: globalThis.process.execPath, args: [launcher, ...args] });
  const code = await process.exited;
  return { code, stdout: process.stdout, stderr: process.stderr };
}

const west = ["--label", "cluster=west"];
const quiet = "global: {scrape_interval: 1m}\n";
const startBackend = (): Promise<Prometheus> => startPrometheus(quiet);

test("a pipeline that is right", { timeout: 120_000 }, async () => {
  const [app, backend] = await Promise.all([startApp("--load", "3"), startBackend()]);
  await startPipeline(app, backend.url);
  const { code, stdout, stderr } = await verify(backend.url, app, ...west);
  expect({ code, stderr, stdout }).toEqual({
    code: 0,
    stderr: "",
    stdout: expect.stringMatching(
      /^3 scrapes, \d+ series, \d+ samples as exposed: the backend holds exactly what was exposed\n$/,
    ),
  });
  const [, samples] = /(\d+) samples/.exec(stdout) ?? [];
  expect(Number(samples)).toBeGreaterThan(300);
  // The label that was not named is a difference.
  const strict = await verify(backend.url, app, "--timeout", "1s");
  expect(strict.code).toBe(1);
  expect(strict.stdout).toContain("labels that were not exposed: cluster; --label or --ignore-label leaves one out");
});

test("pages of text, and names that the exporter leaves alone", { timeout: 120_000 }, async () => {
  const [app, backend] = await Promise.all([startApp("--format", "text"), startBackend()]);
  await startPipeline(app, backend.url, { exporter: ", add_metric_suffixes: false" });
  expect(await verify(backend.url, app, ...west)).toMatchObject({ code: 0, stderr: "" });
});

test("native histograms, asked for in protobuf, and series that come and go", { timeout: 120_000 }, async () => {
  const args = ["--enable-feature=native-histograms"];
  const [app, backend] = await Promise.all([startApp(), startPrometheus(quiet, undefined, undefined, { args })]);
  await startPipeline(app, backend.url, { job: "scrape_native_histograms: true" });
  expect(await verify(backend.url, app, ...west, "--scrapes", "6")).toMatchObject({ code: 0, stderr: "" });
  const shown = (await (await fetch(app.expected)).json()) as { result: { histograms?: unknown[] }[] };
  expect(shown.result.filter(({ histograms = [] }) => histograms.length > 0)).toHaveLength(3);
  // Of what had ended the backend would say its last value for five minutes more, were there no marker.
  const lasting = await serveChanged(backend, "moment", (result) => {
    result.push({ metric: { __name__: "shop_bargain" }, value: [0, "1"], values: [] });
  });
  const { code, stdout } = await verify(lasting, app, ...west, "--timeout", "1s");
  expect(code).toBe(1);
  expect(stdout).toMatch(/1 difference:\n {2}not ended {2}shop_bargain\{\}/);
});

test("names exactly the series that a rule drops", { timeout: 120_000 }, async () => {
  const [app, backend] = await Promise.all([startApp(), startBackend()]);
  const job = `metric_relabel_configs:
  - {source_labels: [__name__, region], regex: "shop_orders_total;south", action: drop}`;
  await startPipeline(app, backend.url, { job });
  const { code, stdout } = await verify(backend.url, app, ...west, "--timeout", "6s", "--format", "json");
  expect(code).toBe(1);
  const { differences } = JSON.parse(stdout) as { differences: { kind: string; series: string; samples: object[] }[] };
  expect(differences).toEqual([
    { kind: "missing", series: 'shop_orders_total{region="south"}', samples: expect.any(Array) },
  ]);
  expect(differences[0]?.samples).toHaveLength(3);
});

test("names the scrape that a backend does not have, and values it changed", { timeout: 120_000 }, async () => {
  const [app, backend] = await Promise.all([startApp(), startBackend()]);
  await startPipeline(app, backend.url);
  expect(await verify(backend.url, app, ...west)).toMatchObject({ code: 0 });
  const newest = await latestScrape(app);
  const withoutOne = await serveChanged(backend, "range", (result) => {
    const counted = result.find(({ metric }) => metric.__name__ === "shop_scrapes_total");
    const gone = counted?.values.find(([, value]) => value === newest)?.[0];
    for (const series of result) series.values = series.values.filter(([seconds]) => seconds !== gone);
  });
  const missing = await verify(withoutOne, app, ...west, "--scrapes", "8", "--timeout", "10s");
  expect(missing.code).toBe(1);
  expect(missing.stdout).toMatch(/1 difference:\n {2}missing scrape {2}all series {2}\d\d:\d\d:\d\d\.\d{3}\n$/);
  const changed = await serveChanged(backend, "range", (result) => {
    const queue = result.find(({ metric }) => metric.__name__ === "shop_queue_length");
    for (const value of queue?.values ?? []) value[1] = "7";
  });
  const different = await verify(changed, app, ...west);
  expect(different.code).toBe(1);
  expect(different.stdout).toMatch(/1 difference:\n {2}different {2}shop_queue_length\{\} .*expected \S+, found 7/);
});

/** The number of the newest scrape, as text. */
async function latestScrape(app: App): Promise<string | undefined> {
  const { result } = (await (await fetch(app.expected)).json()) as { result: HeldSeries[] };
  return result.find(({ metric }) => metric.__name__ === "shop_scrapes_total")?.values.at(-1)?.[1];
}
interface HeldSeries {
  readonly metric: Record<string, string>;
  values: [number, string][];
  readonly value?: [number, string];
}
/** A backend that answers as this one does, but for what is changed in answers of one kind; gives its URL. */
async function serveChanged(
  backend: Prometheus,
  kind: "range" | "moment",
  change: (result: HeldSeries[]) => void,
): Promise<string> {
  const server: Server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = (await (await fetch(`${backend.url}${request.url}`)).json()) as { data: { result: HeldSeries[] } };
      const query = new URL(request.url ?? "", backend.url).searchParams.get("query") ?? "";
      if (query.endsWith("]") === (kind === "range")) change(body.data.result);
      response.end(JSON.stringify(body));
    };
    void answer();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("says what keeps it from telling, with code 2", { timeout: 60_000 }, async () => {
  const app = { address: "", expected: "http://127.0.0.1:1/expected_metrics" };
  const unreachable = await verify("http://127.0.0.1:1", app, "--timeout", "1s");
  expect(unreachable.code).toBe(2);
  expect(unreachable.stderr).toContain('cannot get "http://127.0.0.1:1/expected_metrics"');
  expect(await verify("localhost:9090", app)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--backend: found "localhost:9090", expected a URL'),
  });
});
