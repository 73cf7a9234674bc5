import { type Decoded, type Problem, t } from "@sluice/component";

const logLevels = ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"] as const;
const metricLevels = ["none", "basic", "normal", "detailed"] as const;
/** Upstream reads levels in either case. */
const anyCase = <const L extends string>(levels: readonly L[]) =>
  [...levels, ...levels.map((level) => level.toUpperCase() as Uppercase<L>)] as const;

const paths = (description: string) =>
  t.array(t.string({ description: "stdout, stderr or a file." }), { description, default: ["stderr"] });

const logs = t.object("The collector's own logs.", {
  level: t.oneOf(anyCase(logLevels), { description: "Least severe level that is written.", default: "info" }),
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
  initial_fields: t.record(t.any({ description: "A value." }), { description: "Fields of every line.", default: {} }),
});

const prometheus = t.object("A page for Prometheus at /metrics.", {
  host: t.string({ description: "Address to listen on.", default: "localhost" }),
  port: t.integer({ description: "Port to listen on; 0 = any free one.", default: 8888, minimum: 0, maximum: 65535 }),
  without_scope_info: t.boolean({ description: "Leave out otel_scope_name.", default: true }),
  without_units: t.boolean({ description: "Leave out units in names.", default: true }),
  without_type_suffix: t.boolean({ description: "Leave out _total on counters.", default: true }),
});
const pull = t.object("A reader that others ask.", {
  exporter: t.object("How it answers.", { prometheus: t.section("off", prometheus) }),
});
const metrics = t.object("The collector's own metrics.", {
  level: t.oneOf(anyCase(metricLevels), { description: "none turns them off.", default: "normal" }),
  readers: t.optional(
    t.array(
      t.object("One reader.", {
        pull: t.optional(pull),
        periodic: t.optional(t.any({ description: "A reader that sends; not yet supported." })),
      }),
      {
        description: "Where metrics can be had; left out = one page at localhost:8888. Replaces that page when given.",
      },
    ),
  ),
  address: t.optional(
    t.string({
      description: "host:port of a Prometheus page.",
      deprecated: "use readers with pull.exporter.prometheus",
    }),
  ),
});

const traces = t.object("The collector's own traces; not yet supported.", {
  level: t.oneOf(anyCase(metricLevels), { description: "none turns them off.", default: "normal" }),
  processors: t.array(t.any({ description: "A span processor." }), { description: "Must be empty.", default: [] }),
  propagators: t.array(t.oneOf(["tracecontext", "b3"], { description: "A propagator." }), {
    description: "Has no effect as long as there are no own traces.",
    default: [],
  }),
});

/** `service::telemetry`. */
export const telemetrySchema = t.object("The collector's own telemetry.", {
  resource: t.record(t.any({ description: "Text; null removes a default." }), {
    description: "Attributes that name this collector, as a map or as attributes: [{name, value}].",
    default: {},
  }),
  logs: t.defaulted(logs),
  metrics: t.defaulted(metrics),
  traces: t.defaulted(traces),
});
export type TelemetryConfig = Decoded<typeof telemetrySchema>;
export type LogsConfig = TelemetryConfig["logs"];
export type PrometheusReader = Decoded<typeof prometheus>;

/** What the schema cannot say; paths lead from `service::telemetry`. */
export function checkTelemetry(config: TelemetryConfig): readonly Problem[] {
  const problems: Problem[] = [];
  const { metrics, traces } = config;
  if (traces.processors.length > 0 && traces.level.toLowerCase() !== "none") {
    problems.push({
      path: ["traces", "processors"],
      message: "own traces are not yet supported; remove the processors",
    });
  }
  for (const [index, { pull, periodic }] of (metrics.readers ?? []).entries()) {
    const path = ["metrics", "readers", index];
    if (periodic !== undefined)
      problems.push({ path: [...path, "periodic"], message: "periodic readers are not yet supported; use pull" });
    else if (pull?.exporter.prometheus === undefined)
      problems.push({ path, message: "found no exporter, expected pull.exporter.prometheus" });
  }
  const off = metrics.level.toLowerCase() === "none";
  if (metrics.readers?.length === 0 && !off) {
    problems.push({ path: ["metrics", "readers"], message: "found an empty list, expected a reader, or level none" });
  }
  if (metrics.address !== undefined) {
    const path = ["metrics", "address"];
    if (metrics.readers !== undefined)
      problems.push({ path, message: "found address and readers, expected readers only" });
    else if (parseAddress(metrics.address) === undefined)
      problems.push({ path, message: `found "${metrics.address}", expected host:port` });
  }
  return [...problems, ...checkResource(config.resource)];
}

/** The pages to open: what `readers` lists, else what `address` says, else one at localhost:8888; none at level none. */
export function prometheusReaders({ metrics }: TelemetryConfig): readonly PrometheusReader[] {
  if (metrics.level.toLowerCase() === "none") return [];
  if (metrics.readers !== undefined) {
    return metrics.readers.map(({ pull }) => pull?.exporter.prometheus).filter((reader) => reader !== undefined);
  }
  const address = parseAddress(metrics.address ?? "localhost:8888") ?? { host: "localhost", port: 8888 };
  return [{ ...address, without_scope_info: true, without_units: true, without_type_suffix: true }];
}

function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, ipv6, name = "", digits = ""] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]*)):([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65535) return undefined;
  // As in Go, no host means every address.
  return { host: ipv6 ?? (name === "" ? "::" : name), port };
}

function checkResource(resource: TelemetryConfig["resource"]): readonly Problem[] {
  const { attributes, ...inline } = resource;
  const isList = Array.isArray(attributes);
  const problems: Problem[] = [];
  if (isList && Object.keys(inline).length > 0) {
    problems.push({ path: ["resource"], message: "found attributes and further keys, expected all in attributes" });
  }
  for (const [index, entry] of (isList ? attributes : []).entries()) {
    if (!isAttribute(entry))
      problems.push({ path: ["resource", "attributes", index], message: "expected {name, value} with text" });
  }
  for (const [key, value] of Object.entries(isList ? inline : resource)) {
    if (typeof value === "object" && value !== null)
      problems.push({ path: ["resource", key], message: "expected text or null" });
  }
  return problems;
}

function isAttribute(entry: unknown): entry is { readonly name: string; readonly value: unknown } {
  if (typeof entry !== "object" || entry === null || !("name" in entry) || !("value" in entry)) return false;
  return typeof entry.name === "string" && typeof entry.value !== "object";
}

/** The resource's attributes: the defaults, changed by the configuration; sorted by name. */
export function resourceAttributes(
  configured: TelemetryConfig["resource"],
  defaults: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { attributes } = configured;
  const entries = Array.isArray(attributes)
    ? attributes.filter(isAttribute).map(({ name, value }) => [name, value] as const)
    : Object.entries(configured);
  const all = new Map<string, unknown>([...Object.entries(defaults), ...entries]);
  const kept = [...all].filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    kept.map(([name, value]) => [name, String(value)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
