/**
 * Native histograms, pages in protobuf, custom buckets and quoted names exactly as a Prometheus server has them: one server scrapes
 * the targets directly, Sluice scrapes the same ones and writes to another server of the same version, or shows them on a page that
 * the other one scrapes.
 */
import { createServer } from "node:http";
import { type PageFamily, type PageHistogram, protobufPage } from "@sluice/lib-prometheus";
import { freePort, listen, waitFor } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { findPeer } from "../perf/peers.ts";
import { indent, startCollector } from "./collector.ts";
import { keyOf, labelsOf, type Prometheus, startPrometheus } from "./prometheus.ts";

const protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

const whole = (n: number): PageHistogram => ({
  count: 8 + n,
  sum: 12.5 * n,
  schema: 3,
  zeroThreshold: 0.001,
  zeroCount: 2,
  positive: {
    spans: [
      [1, 2],
      [9, 1],
    ],
    deltas: [1 + n, 1 - n, 0],
  },
  negative: { spans: [[-3, 1]], deltas: [1] },
  buckets: [
    { le: 0.5, count: 3 },
    { le: 2, count: 5 + n },
  ],
});
const float = (n: number): PageHistogram => ({
  countFloat: 2.5 + n,
  sum: -n,
  schema: 0,
  zeroThreshold: 1e-128,
  positive: { spans: [[0, 2]], counts: [1.5, 1 + n] },
});
/** What the target shows in phase n; one series of each kind comes and goes. */
function families(n: number): PageFamily[] {
  const odd = n % 2 === 1;
  const histogram = (labels: Record<string, string>) => ({ labels, histogram: whole(n) });
  return [
    {
      name: "native",
      type: "histogram",
      help: "Native.",
      metrics: [histogram({ a: "b" }), ...(odd ? [histogram({ a: "gone" })] : []), { histogram: float(n) }],
    },
    {
      name: "gauges",
      type: "gaugehistogram",
      metrics: [{ histogram: { ...whole(n), buckets: [] } }],
    },
    {
      name: "classic",
      type: "histogram",
      metrics: [
        {
          histogram: {
            count: 4 + n,
            sum: n,
            buckets: [
              { le: 1, count: 1 },
              { le: odd ? 2 : 3, count: 3 + n },
            ],
          },
        },
      ],
    },
    { name: "requests_total", type: "counter", metrics: [{ value: n, createdMs: 1_000_000 }] },
    {
      name: "size_bytes",
      type: "summary",
      metrics: [
        {
          summary: {
            count: n,
            sum: 2 * n,
            quantiles: [
              [0.5, n],
              [1, 2 * n],
            ],
          },
        },
      ],
    },
    { name: "level", type: "untyped", metrics: [{ value: n, labels: { x: 'ü"\\' } }] },
  ];
}
const quoted = (n: number): string =>
  `# TYPE "http.requests" counter\n{"http.requests","größe.x"="a\\"b"} ${n}\n# TYPE "lat.ency" histogram\n{"lat.ency_bucket",le="1"} ${n}\n{"lat.ency_bucket",le="+Inf"} ${n + 1}\n{"lat.ency_sum"} 1\n{"lat.ency_count"} ${n + 1}\nplain ${n}\n`;

const state = { phase: 1 };
/** A target with a page in protobuf and one of text; remembers what each path was asked to accept. */
async function startTarget(): Promise<{ address: string; accepts: Map<string, Set<string>> }> {
  const accepts = new Map<string, Set<string>>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://target").pathname;
    accepts.set(
      path,
      (accepts.get(path) ?? new Set()).add(
        `${request.headers["user-agent"]?.split("/")[0]}: ${request.headers.accept}`,
      ),
    );
    const isText = path.startsWith("/text");
    response.writeHead(200, { "content-type": isText ? "text/plain; version=1.0.0; escaping=allow-utf-8" : protobuf });
    response.end(isText ? quoted(state.phase) : protobufPage(families(state.phase)));
  });
  return { address: `127.0.0.1:${await listen(server)}`, accepts };
}

/** Keys of a job, each under its name. */
const modernJobs: Readonly<Record<string, string>> = {
  native: "scrape_native_histograms: true",
  native_and_classic: "{scrape_native_histograms: true, always_scrape_classic_histograms: true}",
  classic_only: "scrape_protocols: [PrometheusProto, PrometheusText0.0.4]",
  custom: "{scrape_native_histograms: true, convert_classic_histograms_to_nhcb: true}",
  custom_and_classic:
    "{convert_classic_histograms_to_nhcb: true, always_scrape_classic_histograms: true, scrape_protocols: [PrometheusProto]}",
  factor: "{scrape_native_histograms: true, native_histogram_min_bucket_factor: 1.5}",
  few_buckets: "{scrape_native_histograms: true, native_histogram_bucket_limit: 3}",
  too_few_buckets: "{scrape_native_histograms: true, native_histogram_bucket_limit: 1}",
  sample_limit: "{scrape_native_histograms: true, sample_limit: 5}",
  relabelled:
    "{scrape_native_histograms: true, metric_relabel_configs: [{source_labels: [__name__], regex: 'native|requests_total', action: keep}, {source_labels: [a], target_label: c}]}",
  text: "",
  text_custom: "convert_classic_histograms_to_nhcb: true",
  text_legacy: "metric_name_validation_scheme: legacy",
  text_dots: "metric_name_escaping_scheme: dots",
  text_values: "{metric_name_escaping_scheme: values, scrape_protocols: [PrometheusText1.0.0, OpenMetricsText1.0.0]}",
};
/** Jobs that any server with native histograms has. */
const oldJobs: Readonly<Record<string, string>> = { native: "", sample_limit: "sample_limit: 5" };

/** The jobs as Prometheus' and our configuration have them; `more` goes into each of ours. */
function jobsOf(jobs: Readonly<Record<string, string>>, address: string, more: string): string {
  return Object.entries(jobs)
    .map(([name, keys]) => {
      const own = keys.startsWith("{") ? keys.slice(1, -1) : keys;
      const all = [
        `job_name: ${name}`,
        `metrics_path: /${name}`,
        `static_configs: [{targets: ["${address}"]}]`,
        own,
        more,
      ];
      return `- {${all.filter((text) => text !== "").join(", ")}}`;
    })
    .join("\n");
}

type Stored = Map<string, string>;
/** Every series at this moment: its value, or all of its histogram. */
async function stored({ url }: Prometheus): Promise<Stored> {
  const query = `{job!~"|page",__name__!~"scrape_duration_seconds|scrape_series_added|target_info"}`;
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value?: [number, string]; histogram?: [number, unknown] }[] };
  };
  const spelled = (text: string): string =>
    Number.isFinite(Number(text)) && text !== "" ? String(Number(text)) : text;
  return new Map(
    data.result.map(({ metric, value, histogram }) => {
      const labels = { ...metric };
      // Servers and OTLP spell numbers differently: "1" and "1.0".
      for (const name of ["le", "quantile"]) if (labels[name] !== undefined) labels[name] = spelled(labels[name]);
      return [keyOf(labels), histogram === undefined ? value![1] : JSON.stringify(histogram[1])];
    }),
  );
}
function difference(direct: Stored, ours: Stored): string[] {
  const keys = new Set([...direct.keys(), ...ours.keys()]);
  return [...keys]
    .filter((key) => direct.get(key) !== ours.get(key))
    .map((key) => `direct ${direct.get(key)}, ours ${ours.get(key)}: ${key}`);
}

interface Case {
  readonly program: string;
  readonly args: readonly string[];
  readonly jobs: Readonly<Record<string, string>>;
  /** Of our jobs: what the old server does without being told. */
  readonly more: string;
  /** Keys of the exporter that writes; undefined = a page is shown. */
  readonly message: string | undefined;
}
async function check({ program, args, jobs, more, message }: Case): Promise<Map<string, Set<string>>> {
  state.phase = 1;
  const { address, accepts } = await startTarget();
  const global = "global: {scrape_interval: 1s}\n";
  const page = `127.0.0.1:${await freePort()}`;
  const ofPage = `scrape_configs: [{job_name: page, scrape_native_histograms: true, honor_labels: true, static_configs: [{targets: ["${page}"]}]}]\n`;
  const [direct, ours] = await Promise.all([
    startPrometheus(`${global}scrape_configs:\n${indent(jobsOf(jobs, address, ""), 2)}\n`, undefined, undefined, {
      program,
      args,
    }),
    startPrometheus(message === undefined ? global + ofPage : global, undefined, undefined, { program, args }),
  ]);
  const collector = await startCollector({
    receivers: `  prometheus:\n    config:\n      global: {scrape_interval: 1s}\n      scrape_configs:\n${indent(jobsOf(jobs, address, more), 8)}`,
    exporters:
      message === undefined
        ? `  prometheus: {endpoint: "${page}", add_metric_suffixes: false, without_scope_info: true}`
        : `  prometheus_remote_write: {endpoint: "${ours.url}/api/v1/write", ${message}, target_info: {enabled: false}, disable_scope_info: true}`,
    pipelines: `    metrics: {receivers: [prometheus], exporters: [${message === undefined ? "prometheus" : "prometheus_remote_write"}]}`,
  });
  for (const phase of [1, 2, 3, 4]) {
    state.phase = phase;
    await waitFor(
      async () => {
        const [a, b] = await Promise.all([stored(direct), stored(ours)]);
        const seen = [...a].filter(([key]) => labelsOf(key).__name__ === "requests_total");
        if (seen.length === 0 || seen.some(([, value]) => value !== String(phase)))
          throw new Error(`phase ${phase} is not there`);
        const lines = difference(a, b);
        if (lines.length > 0) throw new Error(`${lines.length} differences:\n${lines.slice(0, 20).join("\n")}`);
        return true;
      },
      { what: `equal series in phase ${phase}`, timeoutMs: 25_000 },
    );
  }
  const all = await stored(direct);
  expect([...all.values()].filter((value) => value.startsWith("{")).length).toBeGreaterThan(2);
  expect(await collector.stop()).toBe(0);
  return accepts;
}

const modern = findPeer("prometheus");
const debian = findPeer("prometheus-debian");
describe("native histograms, beside a real server", () => {
  // Where there is none (test/perf/peers.ts gets one) there is no such test; Debian's is on every machine.
  const testModern = modern === undefined ? () => {} : test;
  testModern("a current one, remote write 2.0", { timeout: 180_000 }, async () => {
    const accepts = await check({
      program: modern!,
      args: [],
      jobs: modernJobs,
      more: "",
      message: "protobuf_message: io.prometheus.write.v2.Request, translation_strategy: NoTranslation",
    });
    // Both ask alike; a server that knows more protocols begins with a higher weight.
    for (const [path, asked] of accepts) {
      const headers = new Set([...asked].map((line) => line.slice(line.indexOf(": ")).replaceAll(/;q=0\.\d/g, "")));
      expect([path, asked.size, [...headers]]).toEqual([path, 2, [...headers].slice(0, 1)]);
    }
  });
  testModern("on a page of ours", { timeout: 120_000 }, async () => {
    const jobs = { native: "scrape_native_histograms: true" };
    await check({ program: modern!, args: [], jobs, more: "", message: undefined });
  });
  test("Debian's, remote write 1.0", { timeout: 120_000 }, async () => {
    await check({
      program: debian!,
      args: ["--enable-feature=native-histograms"],
      jobs: oldJobs,
      more: "scrape_native_histograms: true",
      message: "add_metric_suffixes: false",
    });
  });
});
