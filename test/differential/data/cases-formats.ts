import { type PageFamily, protobufPage } from "@sluice/lib-prometheus";
import type { Case, Page } from "./case.ts";
import { everyOpenMetric, everything, growing, openMetrics } from "./pages.ts";

const proto = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

const openPages = (page: (n: number) => string): readonly Page[] =>
  growing(page).map((body) => ({ body, type: openMetrics }));

const classic = (n: number): PageFamily => ({
  name: "classic_seconds",
  type: "histogram",
  metrics: [{ histogram: { count: n, sum: n, buckets: [{ le: 1, count: n }] } }],
});
const native = (n: number): Page => ({
  type: proto,
  body: protobufPage([
    {
      name: "native_seconds",
      type: "histogram",
      help: "Native",
      metrics: [
        {
          labels: { path: "/" },
          histogram: {
            count: 7 + 3 * n,
            sum: 12.5 * n,
            schema: 3,
            zeroThreshold: 1e-3,
            zeroCount: 2,
            positive: {
              spans: [
                [0, 2],
                [3, 1],
              ],
              deltas: [n, 1, 1],
            },
            negative: { spans: [[-1, 1]], deltas: [2] },
            createdMs: 1_600_000_000_500,
            buckets: [
              { le: 0.5, count: n },
              { le: 2, count: n + 4 },
            ],
            exemplars: [
              { labels: { trace_id: "0af7651916cd43dd8448eb211c80319c" }, value: 0.25, ms: 1_600_000_000_123 },
            ],
          },
        },
      ],
    },
    { name: "asked_total", type: "counter", help: "Asked", metrics: [{ value: n, createdMs: 1_600_000_000_500 }] },
    { name: "warm", type: "gauge", unit: "celsius", metrics: [{ labels: { room: "attic" }, value: 1.5 * n }] },
    { name: "some", type: "untyped", metrics: [{ value: n, timestampMs: 1_600_000_000_000 + n }] },
    {
      name: "took",
      type: "summary",
      metrics: [
        {
          summary: {
            count: n,
            sum: 2 * n,
            quantiles: [
              [0.5, n],
              [0.99, 3],
            ],
          },
        },
      ],
    },
    classic(n),
  ]),
});
/** Its buckets hold more than it counts. */
const miscounted: Page = {
  type: proto,
  body: protobufPage([
    {
      name: "native_seconds",
      type: "histogram",
      metrics: [
        { histogram: { count: 1, sum: 1, schema: 3, zeroCount: 2, positive: { spans: [[0, 1]], deltas: [1] } } },
      ],
    },
    { name: "warm", type: "gauge", metrics: [{ value: 1 }] },
  ]),
};
const floats = (n: number): Page => ({
  type: proto,
  body: protobufPage([
    {
      name: "float_seconds",
      type: "histogram",
      metrics: [
        {
          histogram: {
            countFloat: 4 * n,
            sum: 7 * n,
            schema: 0,
            zeroThreshold: 0,
            zeroCountFloat: n,
            positive: { spans: [[1, 2]], counts: [n, 2 * n] },
          },
        },
      ],
    },
    {
      name: "coarse_seconds",
      type: "histogram",
      metrics: [
        {
          histogram: {
            count: 40,
            sum: 7,
            schema: 8,
            zeroThreshold: 0,
            zeroCount: 0,
            positive: { spans: [[0, 40]], deltas: [1, ...Array.from({ length: 39 }, () => 0)] },
          },
        },
      ],
    },
  ]),
});
const natives = [1, 2, 3, 4].map(native);

const strange = `# TYPE spaced gauge
  spaced{ a = "b" , c="d", } 1
spaced	{tab="1"}	2
# a comment
#TYPE not_a_type gauge
esc{quote="\\"",line="a\\nb",slash="a\\\\b"} 1
unicode{name="grüße 🌍"} 1
numbers{n="inf"} +Inf
numbers{n="neg"} -Inf
numbers{n="nan"} NaN
numbers{n="exp"} 1.5e-300
numbers{n="big"} 12345678901234567890
numbers{n="zero"} -0
empty_label{gone="",stays="x"} 1
colon:rule:name 1
last 1`;

const utf8 = `# TYPE "http.requests" counter
{"http.requests","http.method"="GET",status="200"} 5
# TYPE "größe" gauge
{"größe","label with spaces"="x"} 1
# HELP "dotted.gauge" With dots.
# TYPE "dotted.gauge" gauge
{"dotted.gauge"} 2
`;

/** What pages are written in. */
export const casesOfFormats: readonly Case[] = [
  { name: "text", targets: { "app:80": growing(everything) } },
  { name: "text-strange", targets: { "app:80": strange } },
  { name: "text-bad-number", targets: { "app:80": ["a 1\nb 2\n", "a 1\nb 1_000\n", "a 3\nb 0x1p-2\n", "a 4\n"] } },
  { name: "text-utf8", targets: { "app:80": { body: utf8, type: "text/plain; version=1.0.0; escaping=allow-utf-8" } } },
  {
    name: "text-utf8-kept",
    exporter: {
      translation_strategy: "NoUTF8EscapingWithSuffixes",
      protobuf_message: "io.prometheus.write.v2.Request",
    },
    targets: { "app:80": { body: utf8, type: "text/plain; version=1.0.0; escaping=allow-utf-8" } },
  },
  {
    name: "text-legacy-names",
    jobs: [{ metric_name_validation_scheme: "legacy" }],
    targets: { "app:80": [everything(1), { body: utf8, type: "text/plain; version=1.0.0" }, everything(3)] },
  },
  { name: "open-metrics", targets: { "app:80": openPages(everyOpenMetric) } },
  {
    name: "open-metrics-plain",
    exporter: { add_metric_suffixes: false, send_metadata: true },
    targets: { "app:80": openPages(everyOpenMetric) },
  },
  {
    name: "open-metrics-created",
    gates: "+receiver.prometheusreceiver.EnableCreatedTimestampZeroIngestion",
    exporter: { protobuf_message: "io.prometheus.write.v2.Request" },
    targets: { "app:80": openPages(everyOpenMetric) },
  },
  {
    name: "open-metrics-without-end",
    targets: {
      "app:80": [
        { body: "# TYPE a gauge\na 1\n# EOF\n", type: openMetrics },
        { body: "a 2\n", type: openMetrics },
      ],
    },
  },
  {
    name: "protobuf-native",
    jobs: [{ scrape_native_histograms: true }],
    targets: { "app:80": natives },
  },
  {
    name: "protobuf-counts-wrong",
    jobs: [{ scrape_native_histograms: true }],
    targets: { "app:80": [native(1), miscounted, native(3)] },
  },
  {
    name: "protobuf-native-and-classic",
    jobs: [{ scrape_native_histograms: true, always_scrape_classic_histograms: true }],
    targets: { "app:80": natives },
  },
  {
    name: "protobuf-without-native",
    jobs: [{ scrape_protocols: ["PrometheusProto"] }],
    targets: { "app:80": natives },
  },
  {
    name: "protobuf-float",
    jobs: [{ scrape_native_histograms: true }],
    targets: { "app:80": [1, 2, 3, 4].map(floats) },
  },
  {
    name: "protobuf-limited",
    jobs: [
      { scrape_native_histograms: true, native_histogram_bucket_limit: 10, native_histogram_min_bucket_factor: 1.1 },
    ],
    targets: { "app:80": [1, 2, 3, 4].map(floats) },
  },
  {
    name: "protobuf-written-2",
    jobs: [{ scrape_native_histograms: true }],
    exporter: { protobuf_message: "io.prometheus.write.v2.Request" },
    targets: { "app:80": natives },
  },
  {
    name: "custom-buckets",
    jobs: [{ convert_classic_histograms_to_nhcb: true }],
    targets: { "app:80": growing(everything) },
  },
  {
    name: "content-type-wrong",
    jobs: [{ fallback_scrape_protocol: "OpenMetricsText1.0.0" }],
    targets: {
      "app:80": { body: everyOpenMetric(1), type: "text/html" },
      "other:80": { body: "a 1\n# EOF\n", type: "" },
    },
  },
  {
    name: "protocols-chosen",
    jobs: [
      {
        scrape_protocols: ["PrometheusText0.0.4", "OpenMetricsText0.0.1"],
        enable_compression: false,
        scrape_timeout: "500ms",
      },
    ],
    targets: { "app:80": everything(1) },
  },
];
