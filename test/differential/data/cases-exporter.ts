import type { Case } from "./case.ts";
import { everyOpenMetric, everything, growing, openMetrics } from "./pages.ts";

const type = "text/plain; version=1.0.0; escaping=allow-utf-8";
const dotted = `# TYPE "http.server.requests" counter
{"http.server.requests","http.method"="GET","0digit"="x","__own__"="y","_one"="z"} 1
# TYPE "0th" gauge
{"0th"} 1
# TYPE "ünit" gauge
{"ünit","ü"="1"} 1
# TYPE "a..b" gauge
{"a..b"} 1
{"x.y","a.b"="1","a_b"="2"} 1
`;
/** What upstream demands for names in UTF-8. */
const written2 = { protobuf_message: "io.prometheus.write.v2.Request" };
const strategies = [
  "UnderscoreEscapingWithSuffixes",
  "UnderscoreEscapingWithoutSuffixes",
  "NoUTF8EscapingWithSuffixes",
  "NoTranslation",
] as const;

/** How the exporter writes. */
export const casesOfExporter: readonly Case[] = [
  ...strategies.map((translation_strategy) => ({
    name: `strategy-${translation_strategy}`,
    exporter: { translation_strategy, namespace: "my.ns", ...(translation_strategy.startsWith("No") ? written2 : {}) },
    targets: { "app:80": { body: dotted, type } },
  })),
  { name: "namespace", exporter: { namespace: "ns" }, targets: { "app:80": growing(everything) } },
  {
    name: "namespace-plain",
    exporter: { namespace: "ns", add_metric_suffixes: false, send_metadata: true },
    targets: { "app:80": growing(everything) },
  },
  {
    name: "resource-as-labels",
    exporter: { resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: true } },
    targets: { "app:80": growing(everything) },
  },
  {
    name: "resource-as-labels-all",
    exporter: { resource_to_telemetry_conversion: { enabled: true } },
    targets: { "app:80": growing(everything) },
  },
  {
    name: "written-2",
    exporter: { protobuf_message: "io.prometheus.write.v2.Request" },
    targets: { "app:80": growing(everything) },
  },
  {
    name: "written-2-open-metrics",
    exporter: { protobuf_message: "io.prometheus.write.v2.Request", external_labels: { cluster: "c" } },
    targets: { "app:80": growing(everyOpenMetric).map((body) => ({ body, type: openMetrics })) },
  },
  { name: "batches-small", exporter: { max_batch_size_bytes: 300 }, targets: { "app:80": growing(everything) } },
];
