import type { Kind } from "@sluice/component";

/** What the Go collector's core distribution has, and what stands for it here. */
export interface UpstreamComponent {
  readonly kind: Kind;
  /** As configurations name it. */
  readonly type: string;
  /** The Go module. */
  readonly module: string;
  /** The npm package, when there is one. */
  readonly name?: string;
  /** When there is none: what comes nearest, in a few words. */
  readonly nearest?: string;
}

const core = "go.opentelemetry.io/collector";
const contrib = "github.com/open-telemetry/opentelemetry-collector-contrib";

/** Makes a row; the folder of a Go module is its type without underscores, then its kind. */
function row(
  kind: Kind,
  type: string,
  base: string,
  what: { readonly name: string } | { readonly nearest: string },
  folder = `${type.replaceAll("_", "")}${kind}`,
): UpstreamComponent {
  return { kind, type, module: `${base}/${kind}/${folder}`, ...what };
}
const have = (name: string) => ({ name: `@sluice/${name}` });
const near = (nearest: string) => ({ nearest });
const nothing = near("nothing comes near");
const pushed = near("the nearest is @sluice/receiver-prometheus-remote-write, for metrics that are pushed");
const remoteWrite = near("the nearest is @sluice/exporter-prometheus-remote-write, for metrics");

/** Upstream's core distribution, by kind as its manifest lists it. */
export const upstreamCore: readonly UpstreamComponent[] = [
  row("receiver", "nop", core, have("receiver-nop")),
  row("receiver", "otlp", core, pushed),
  row("receiver", "hostmetrics", contrib, near("the nearest is @sluice/receiver-prometheus with a node exporter")),
  row("receiver", "jaeger", contrib, nothing),
  row("receiver", "kafka", contrib, nothing),
  row("receiver", "prometheus", contrib, have("receiver-prometheus")),
  row("receiver", "zipkin", contrib, nothing),
  row("processor", "batch", core, near("the nearest is the queue of @sluice/exporter-prometheus-remote-write")),
  row("processor", "memory_limiter", core, near("the nearest is the heap limit that every distribution sets itself")),
  row("processor", "attributes", contrib, have("processor-attributes")),
  row("processor", "resource", contrib, have("processor-resource")),
  row("processor", "span", contrib, nothing),
  row("processor", "probabilistic_sampler", contrib, nothing),
  row("processor", "filter", contrib, have("processor-filter")),
  row("exporter", "debug", core, have("exporter-debug")),
  row("exporter", "nop", core, have("exporter-nop")),
  row("exporter", "otlp_grpc", core, remoteWrite, "otlpexporter"),
  row("exporter", "otlp_http", core, remoteWrite),
  row("exporter", "file", contrib, near("the nearest is @sluice/exporter-debug, which writes to the log")),
  row("exporter", "kafka", contrib, nothing),
  row("exporter", "prometheus", contrib, have("exporter-prometheus")),
  row("exporter", "prometheus_remote_write", contrib, have("exporter-prometheus-remote-write")),
  row("exporter", "zipkin", contrib, nothing),
  row("connector", "forward", core, have("connector-forward")),
  row("extension", "zpages", core, have("extension-zpages")),
  row("extension", "health_check", contrib, have("extension-health-check")),
  row("extension", "pprof", contrib, near("the nearest is @sluice/extension-zpages")),
];

/** What we have beyond upstream's core distribution, or that stands for a module under another name. */
const others: readonly UpstreamComponent[] = [
  row("receiver", "prometheus_remote_write", contrib, have("receiver-prometheus-remote-write")),
  row("processor", "metric_start_time", contrib, have("processor-metric-start-time")),
  row("exporter", "logging", core, have("exporter-debug")),
  row("extension", "healthcheckv2", contrib, near("the nearest is @sluice/extension-health-check")),
];
const byModule = new Map([...upstreamCore, ...others].map((one) => [one.module, one]));

/** The npm package that stands for a Go module, or what comes nearest to it, as the end of a sentence. */
export function packageOfModule(
  module: string,
): { readonly name: string } | { readonly name?: never; readonly nearest: string } {
  const known = byModule.get(module);
  if (known?.name !== undefined) return { name: known.name };
  return { nearest: known?.nearest ?? nearestTo(module) };
}

/** A package whose module has the same kind, and begins with the same word. */
function nearestTo(module: string): string {
  const [, kind = "", folder = ""] = /\/(\w+)\/(\w+)$/.exec(module) ?? [];
  const alike = [...byModule.values()].find(
    ({ kind: other, type, name }) =>
      other === kind && name !== undefined && folder.startsWith(type.split("_")[0] ?? type),
  );
  return alike?.name === undefined ? "nothing comes near" : `the nearest is ${alike.name}`;
}
