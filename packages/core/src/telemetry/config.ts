import { type Decoded, type Problem, t } from "@sluice/component";
import { type Address, overlaps, parseListenAddress } from "../config/listen-address.ts";
import { checkExporter, checkProcessors, periodic, processors } from "./otlp-config.ts";
import { checkResource, resource } from "./resource.ts";
import { checkViews, views } from "./views.ts";

const logLevels = ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"] as const;
const metricLevels = ["none", "basic", "normal", "detailed"] as const;

const paths = (description: string) =>
  t.array(t.string({ description: "stdout, stderr or a file.", minLength: 1 }), { description, default: ["stderr"] });

const logs = t.object("The collector's own logs.", {
  level: t.oneOf(logLevels, { anyCase: true, description: "Least severe level that is written.", default: "info" }),
  encoding: t.oneOf(["console", "json"], { description: "Form of a line.", default: "console" }),
  development: t.boolean({ description: "Add the stack of an error to warnings and errors.", default: false }),
  sampling: t.section(
    "on",
    t.object("Limits repeated lines, by level and message.", {
      tick: t.duration({ description: "Length of one count.", default: "10s" }),
      initial: t.integer({ description: "Lines written in full a tick.", default: 10, minimum: 0 }),
      thereafter: t.integer({ description: "Then every how many-eth is written; 0 = none.", default: 100, minimum: 0 }),
    }),
  ),
  output_paths: paths("Where lines go."),
  error_output_paths: paths("Where the logger reports that it cannot write."),
  disable_caller: t.boolean({ description: "Leave out which component wrote the line.", default: false }),
  disable_stacktrace: t.boolean({ description: "Leave out stacks also in development.", default: false }),
  disable_zap_resource: t.boolean({ description: "Leave out `resource` in each line.", default: false }),
  initial_fields: t.record(t.any({ description: "A value." }), { description: "Fields of every line.", default: {} }),
  processors: processors("log records", 1000),
});

const names = (description: string) =>
  t.array(t.string({ description: "A name; * and ? stand for any characters and one." }), { description, default: [] });
const prometheus = t.object("A page for Prometheus at /metrics.", {
  host: t.string({ description: "Address to listen on.", default: "localhost" }),
  port: t.integer({ description: "Port to listen on; 0 = any free one.", default: 8888, minimum: 0, maximum: 65535 }),
  without_scope_info: t.boolean({ description: "Leave out otel_scope_name.", default: true }),
  without_units: t.boolean({ description: "Leave out units in names.", default: true }),
  without_type_suffix: t.boolean({ description: "Leave out _total on counters.", default: true }),
  with_resource_constant_labels: t.optional(
    t.object("Resource attributes that stand on every point, besides target_info; left out = none.", {
      included: names("Only these; empty = all."),
      excluded: names("Not these."),
    }),
  ),
});
const pull = t.object("A reader that others ask.", {
  exporter: t.object("How it answers.", { prometheus: t.section("off", prometheus) }),
});
const metrics = t.object("The collector's own metrics.", {
  level: t.oneOf(metricLevels, {
    anyCase: true,
    description: "How much is measured; none shows nothing.",
    default: "normal",
  }),
  readers: t.optional(
    t.array(t.object("One reader.", { pull: t.optional(pull), periodic: t.optional(periodic) }), {
      description: "Where metrics can be had; left out = one page at localhost:8888. Replaces that page when given.",
    }),
  ),
  views,
  address: t.optional(
    t.string({
      description: "host:port of a Prometheus page.",
      deprecated: "write readers: [{pull: {exporter: {prometheus: {host: ..., port: ...}}}}]",
    }),
  ),
});

const traces = t.object("The collector's own traces.", {
  level: t.oneOf(metricLevels, { anyCase: true, description: "none turns them off.", default: "normal" }),
  processors: processors("spans", 5000),
  propagators: t.array(t.oneOf(["tracecontext", "b3"], { description: "A propagator." }), {
    description: "No effect: own spans are not linked with those of others.",
    default: [],
  }),
});

/** `service::telemetry`. */
export const telemetrySchema = t.object("The collector's own telemetry.", {
  resource,
  logs: t.defaulted(logs),
  metrics: t.defaulted(metrics),
  traces: t.defaulted(traces),
});
export type TelemetryConfig = Decoded<typeof telemetrySchema>;
export type LogsConfig = TelemetryConfig["logs"];
export type PrometheusReader = Decoded<typeof prometheus>;

/** What the schema cannot say; paths lead from `service::telemetry`. */
export function checkTelemetry({ resource, logs, metrics, traces }: TelemetryConfig): readonly Problem[] {
  return [
    ...checkProcessors(logs.processors, ["logs", "processors"]),
    ...checkMetrics(metrics),
    ...checkProcessors(traces.processors, ["traces", "processors"]),
    ...checkResource(resource),
  ];
}

function checkMetrics({ level, readers, views, address }: TelemetryConfig["metrics"]): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, { pull, periodic }] of (readers ?? []).entries()) {
    const path = ["metrics", "readers", index];
    if ((pull === undefined) === (periodic === undefined)) {
      problems.push({ path, message: "expected either pull or periodic" });
    } else if (periodic !== undefined) {
      problems.push(...checkExporter(periodic.exporter, [...path, "periodic", "exporter"]));
    } else if (pull?.exporter.prometheus === undefined) {
      problems.push({ path, message: "found no exporter, expected pull.exporter.prometheus" });
    }
  }
  if (readers?.length === 0 && !isOff(level)) {
    const message = "found an empty list, expected a reader, or level none";
    problems.push({ path: ["metrics", "readers"], message });
  }
  if (views.length > 0 && level !== "detailed") {
    problems.push({ path: ["metrics", "views"], message: `found views at level ${level}, expected level detailed` });
  }
  if (address !== undefined) {
    const path = ["metrics", "address"];
    if (readers !== undefined) problems.push({ path, message: "found address and readers, expected readers only" });
    else if (parseAddress(address) === undefined)
      problems.push({ path, message: `found "${address}", expected host:port` });
  }
  return [...problems, ...checkPages(readers ?? []), ...checkViews(views)];
}

/** No two pages want one address. */
function checkPages(readers: NonNullable<TelemetryConfig["metrics"]["readers"]>): readonly Problem[] {
  const pages = readers.map(({ pull }) => pull?.exporter.prometheus && pageAddress(pull.exporter.prometheus));
  return pages.flatMap((page, index) => {
    const first = pages.slice(0, index).findIndex((other) => other && page && overlaps(other, page));
    if (first < 0) return [];
    const path = ["metrics", "readers", index, "pull", "exporter", "prometheus"];
    return [{ path, message: `found the port of reader ${first} again, expected another one` }];
  });
}

/** Where a page listens; undefined for port 0, which is any free one. */
export function pageAddress({ host, port }: Pick<PrometheusReader, "host" | "port">): Address | undefined {
  return parseListenAddress(host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`, "tcp");
}

/** Level none. */
export function isOff(level: string): boolean {
  return level === "none";
}

/** The pages to open: what `readers` lists, else what `address` says, else one at localhost:8888; none at level none. */
export function prometheusReaders({ metrics }: TelemetryConfig): readonly PrometheusReader[] {
  if (isOff(metrics.level)) return [];
  if (metrics.readers !== undefined) {
    return metrics.readers.map(({ pull }) => pull?.exporter.prometheus).filter((reader) => reader !== undefined);
  }
  const address = parseAddress(metrics.address ?? "localhost:8888") ?? { host: "localhost", port: 8888 };
  const plain = { without_scope_info: true, without_units: true, without_type_suffix: true };
  return [{ ...address, ...plain, with_resource_constant_labels: undefined }];
}

function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, ipv6, name = "", digits = ""] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]*)):([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65535) return undefined;
  // As in Go, no host means every address.
  return { host: ipv6 ?? (name === "" ? "::" : name), port };
}
