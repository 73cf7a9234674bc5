/**
 * Remote write in, remote write out: a real Prometheus scrapes targets and writes to Sluice, which writes to a second one. Both must
 * hold the same series with the same samples.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { freePort, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { startCollector } from "./collector.ts";
import { generatedPage } from "./generator.ts";
import { keyOf, type Prometheus, startPrometheus } from "./prometheus.ts";
import { openMetrics, startTargets } from "./targets.ts";

const V2 = "io.prometheus.write.v2.Request";
const everything = '{job=~".+"}';
/** Prometheus 3, where it was fetched (`test/perf/peers.ts`). */
const peers = process.env.SLUICE_PEERS ?? join(import.meta.dirname, "../../.cache/peers");
const list = join(peers, "peers.json");
const modern: string | undefined = existsSync(list)
  ? (JSON.parse(readFileSync(list, "utf8")) as Record<string, { path: string }>).prometheus?.path
  : undefined;

interface Sampled {
  readonly metric: Record<string, string>;
  readonly values?: [number, string][];
  readonly histograms?: [number, object][];
}

async function ask(server: Prometheus, query: string, time: number): Promise<Sampled[]> {
  const parameters = new URLSearchParams({ query, time: `${time}` });
  const response = await fetch(`${server.url}/api/v1/query?${parameters.toString()}`);
  return ((await response.json()) as { data: { result: Sampled[] } }).data.result;
}
const seriesKey = ({ metric }: Sampled) => keyOf(metric);

/** Every sample up to a moment, by series. */
async function samplesUpTo(server: Prometheus, time: number): Promise<Record<string, unknown>> {
  // Argued: a server's own encoder leaves out a value that equals 0, and so the sign of -0.
  const plain = ({ values, histograms }: Sampled) => ({
    values: values?.map(([at, value]) => [at, value === "-0" ? "0" : value]),
    histograms,
  });
  const all = await ask(server, `${everything}[10m]`, time);
  return Object.fromEntries(all.map((one) => [seriesKey(one), plain(one)]));
}

/** Waits until the second server holds what the first does, up to a second ago; gives how many series that is. */
async function expectSame(first: Prometheus, second: Prometheus): Promise<number> {
  // What was scraped just now may not be stored yet.
  const time = Date.now() / 1000 - 1;
  const expected = await samplesUpTo(first, time);
  const same = async () => isDeepStrictEqual(await samplesUpTo(second, time), expected);
  // What differs is told below.
  await waitFor(same, { what: "the same samples", timeoutMs: 20_000 }).catch(() => {});
  expect(await samplesUpTo(second, time)).toEqual(expected);
  // What has ended is stale in both.
  const alive = async (server: Prometheus) => (await ask(server, everything, time)).map(seriesKey).sort();
  expect(await alive(second)).toEqual(await alive(first));
  return Object.keys(expected).length;
}

const through = (port: number, backend: string, message: string) => ({
  receivers: `  prometheus_remote_write: {endpoint: "127.0.0.1:${port}"}`,
  exporters: `  prometheus_remote_write: {endpoint: "${backend}/api/v1/write", add_metric_suffixes: false, protobuf_message: ${message}}`,
  pipelines: "    metrics: {receivers: [prometheus_remote_write], exporters: [prometheus_remote_write]}",
});
const writing = (port: number, more = "") =>
  `remote_write: [{url: "http://127.0.0.1:${port}/api/v1/write", queue_config: {batch_send_deadline: 200ms, max_shards: 4}${more}}]`;

test("two servers hold the same, whatever comes and goes", { timeout: 90_000 }, async () => {
  const port = await freePort();
  const backend = await startPrometheus("global: {}\n");
  const collector = await startCollector(through(port, backend.url, "prometheus.WriteRequest"));
  const targets = await startTargets();
  const phase = (n: number) => {
    const { text, openMetrics: om } = generatedPage(n);
    targets.set("text", { body: text });
    targets.set("om", { body: om, type: openMetrics });
    targets.set("odd", {
      body: `a__b 1\n_x{le="1.0"} NaN\ntarget_info{version="${n}"} 1\nh_bucket{le="1.0",otel_scope_name="lib"} ${n}\n`,
    });
  };
  phase(1);
  const jobs = ["text", "om", "odd"].map(
    (name) => `- {job_name: ns/${name}, metrics_path: /${name}, static_configs: [{targets: ["${targets.address}"]}]}`,
  );
  const source = await startPrometheus(
    `global: {scrape_interval: 1s}\nscrape_configs:\n${jobs.join("\n")}\n${writing(port)}\n`,
  );
  await waitFor(async () => (await source.own("prometheus_remote_storage_samples_total")) > 500, {
    what: "samples",
    timeoutMs: 30_000,
  });
  for (const n of [2, 3]) {
    phase(n);
    const before = targets.count("odd");
    await waitFor(() => targets.count("odd") > before + 1, { what: "two scrapes", timeoutMs: 10_000 });
    expect(await expectSame(source, backend)).toBeGreaterThan(50);
  }
  const metrics = await collector.metrics();
  expect(metrics).toMatch(
    /^otelcol_receiver_accepted_metric_points(?:_total)?\{[^}]*receiver="prometheus_remote_write"[^}]*\} [1-9]/m,
  );
  expect(metrics).not.toMatch(/^sluice_receiver_invalid_series/m);
  const [account] = await collector.accounts();
  expect(account).toMatchObject({ rejected: 0 });
});

// Where there is no current Prometheus there is no such test.
const testModern = modern === undefined ? () => {} : test;
testModern("2.0 with native histograms, start times and metadata", { timeout: 90_000 }, async () => {
  const program = modern!;
  const port = await freePort();
  const own = await freePort();
  const backend = await startPrometheus("global: {}\n", undefined, undefined, { program });
  const collector = await startCollector(through(port, backend.url, V2));
  const self = `- {job_name: self, scrape_native_histograms: true, static_configs: [{targets: ["127.0.0.1:${own}"]}]}`;
  const source = await startPrometheus(
    `global: {scrape_interval: 1s}\nscrape_configs:\n${self}\n${writing(port, `, protobuf_message: ${V2}, send_native_histograms: true, send_exemplars: true`)}\n`,
    own,
    undefined,
    { program, args: ["--enable-feature=metadata-wal-records,exemplar-storage"] },
  );
  const histograms = async () =>
    Object.values(await samplesUpTo(source, Date.now() / 1000 - 2)).filter((it) => (it as Sampled).histograms).length;
  await waitFor(async () => (await histograms()) > 3, { what: "histograms", timeoutMs: 30_000 });
  expect(await expectSame(source, backend)).toBeGreaterThan(100);
  expect(await collector.metrics()).not.toMatch(/^sluice_receiver_invalid_series/m);
  expect(await source.own("prometheus_remote_storage_samples_failed_total")).toBe(0);
  expect(await source.own("prometheus_remote_storage_histograms_failed_total")).toBe(0);
});
