import type { Case } from "./case.ts";
import { everything, growing } from "./pages.ts";

const federated = `fed{job="inner",instance="a:1",x="1"} 1
fed{job="inner",instance="b:2"} 2
fed{job=""} 3
fed{instance=""} 4
fed{job="",instance=""} 5
fed{exported_job="x",job="y"} 6
up{job="inner",instance="a:1"} 1
other{env="page"} 1
`;
const infos = `# TYPE target_info gauge
target_info{service_version="1.2",region="eu",job="ignored"} 1
# TYPE otel_scope_info gauge
otel_scope_info{otel_scope_name="lib"} 1
work{otel_scope_name="lib",otel_scope_version="2.0",otel_scope_kind="a"} 1
work{otel_scope_name="lib",otel_scope_schema_url="https://schema"} 2
play 3
`;
const relabels = [
  { source_labels: ["__address__"], regex: "(.*):(.*)", target_label: "host_and_port", replacement: "$${1}|$2" },
  { target_label: "datacenter", replacement: "eu-1" },
  { source_labels: ["__address__"], modulus: 8, target_label: "__tmp_hash", action: "hashmod" },
  { source_labels: ["__tmp_hash"], target_label: "shard" },
  { source_labels: ["__address__"], regex: "gone.*", action: "drop" },
  { source_labels: ["__address__"], target_label: "instance", regex: "([^:]+).*" },
];
const metricRelabels = [
  { source_labels: ["__name__"], regex: "latency_(.*)", target_label: "__name__", replacement: "renamed_$1" },
  { source_labels: ["__name__", "le"], regex: "renamed_seconds_bucket;0.1", action: "drop" },
  { source_labels: ["method"], target_label: "METHOD", action: "uppercase" },
  { regex: "(meth)od", replacement: "$${1}_label", action: "labelmap" },
  { regex: "code", action: "labeldrop" },
  { source_labels: ["room"], regex: "cellar", action: "drop" },
  { source_labels: ["path"], target_label: "job", replacement: "by-path" },
  { source_labels: ["a"], target_label: "instance", replacement: "" },
  { source_labels: ["__name__"], regex: "untold", action: "drop" },
  { source_labels: ["quantile"], action: "replace", target_label: "q" },
];
const kept = [
  { source_labels: ["__name__"], regex: "(requests_total|plain)", action: "keep" },
  { source_labels: ["a"], target_label: "b", action: "keepequal" },
];
const colliding = `first{a="1",b="2"} 1
first{a="1",b="3"} 2
second{b="1"} 3
second 4
`;

/** What series are called. */
export const casesOfLabels: readonly Case[] = [
  { name: "honor-labels", jobs: [{ honor_labels: true }], targets: { "app:80": federated } },
  { name: "honor-labels-not", targets: { "app:80": federated } },
  {
    name: "labels-of-target",
    jobs: [
      {
        static_configs: [{ targets: ["app:80"], labels: { env: "target", x: "t", __scheme__: "http", __tmp: "no" } }],
        params: { module: ["a", "b"], "q q": ["ü"] },
        metrics_path: "/probe",
      },
    ],
    targets: { "app:80": federated },
  },
  { name: "target-info", targets: { "app:80": infos } },
  {
    name: "target-info-as-labels",
    exporter: { resource_to_telemetry_conversion: { enabled: true } },
    targets: { "app:80": infos },
  },
  {
    name: "target-info-off",
    exporter: { target_info: { enabled: false }, disable_scope_info: true },
    targets: { "app:80": infos },
  },
  {
    name: "target-info-vanishing",
    targets: { "app:80": [infos, "play 1\n", infos.replace("1.2", "1.3"), infos] },
  },
  { name: "relabel", jobs: [{ relabel_configs: relabels }], targets: { "app:80": everything(1), "gone:80": "a 1\n" } },
  {
    name: "metric-relabel",
    jobs: [{ metric_relabel_configs: metricRelabels }],
    targets: { "app:80": growing(everything) },
  },
  {
    name: "metric-relabel-keep",
    jobs: [{ metric_relabel_configs: kept }],
    targets: { "app:80": growing(everything) },
  },
  {
    name: "metric-relabel-colliding",
    jobs: [{ metric_relabel_configs: [{ regex: "b", action: "labeldrop" }] }],
    targets: { "app:80": colliding },
  },
  {
    name: "external-labels-of-receiver",
    global: { external_labels: { cluster: "c1", env: "external" } },
    targets: { "app:80": federated },
  },
  {
    name: "external-labels",
    exporter: { external_labels: { cluster: "c1", env: "external", "in-valid": "x", __replica__: "a" } },
    targets: { "app:80": federated },
  },
  {
    name: "labels-in-order",
    targets: {
      "app:80":
        'x{b="1",a="2",B="3",_c="4"} 1\nx{a="2",b="1",B="3",_c="5"} 2\nsame{a="1"} 1\nsame{a="1"} 2\nlong{v="' +
        `${"v".repeat(5000)}"} 1\n`,
    },
  },
  {
    name: "targets-several",
    jobs: [
      { static_configs: [{ targets: ["app:80", "other:81"] }] },
      { static_configs: [{ targets: ["third:80"], labels: { instance: "named" } }], job_name: "second/job" },
    ],
    targets: { "app:80": growing(everything), "other:81": "a 1\n", "third:80": ["b 1\n", "b 2\n"] },
  },
];
