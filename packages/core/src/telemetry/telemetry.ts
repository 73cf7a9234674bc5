import type { BuildInfo, Env, Labels, Logger, Update } from "@sluice/component";
import { type PrometheusReader, prometheusReaders, resourceAttributes, type TelemetryConfig } from "./config.ts";
import { differences } from "./differences.ts";
import { createLogOutput } from "./log-output.ts";
import { createLoggers, type LogSource } from "./logger.ts";
import { identifier, type PageStyle } from "./page.ts";
import { createPages } from "./pages.ts";
import { observeProcess } from "./process-metrics.ts";
import { createRegistry, type InstanceMeter, type Measuring, type MetricsLevel } from "./registry.ts";

/** The resource attributes that stand on every point; the others are only in target_info, as upstream has it. */
const onPoints = ["service.instance.id", "service.name", "service.version"];

type ResourceAttributes = Readonly<Record<string, string>>;

/** One collector's own logs and metrics. */
export interface Telemetry {
  /** A component's logger, or the collector's own. */
  logger(source?: LogSource): Logger;
  /**
   * A meter whose points carry these labels; `scope` is the package that measures. Meters of one `instance` (any text that names it,
   * for example kind, id and pipeline) follow each other: a successor may observe what its predecessor still observes; the newest is
   * shown, and counters go on.
   */
  meter(labels: Labels, scope: string, instance?: string): InstanceMeter;
  /** Opens what the configuration names; rejects when something cannot be. Gives the metrics pages' addresses. */
  start(): Promise<readonly string[]>;
  /** The metrics pages that are open now, "host:port". */
  addresses(): readonly string[];
  /** Takes another configuration while it runs: loggers and meters that were handed out stay valid, counters keep their values. */
  update(config: TelemetryConfig): Promise<Update>;
  /** Closes everything and hands over every log line. Safe without `start` and twice. */
  close(): Promise<void>;
}

/** Makes the own telemetry that `service::telemetry` asks for; opens nothing. */
export function createTelemetry(config: TelemetryConfig, env: Env, build: BuildInfo): Telemetry {
  const defaults = {
    "service.instance.id": randomUuid(env.random.bytes(16)),
    "service.name": build.command,
    "service.version": build.version,
  };
  const state = { config, resource: resourceAttributes(config.resource, defaults) };
  const registry = createRegistry(measuringOf(config));
  const output = createLogOutput(env, config.logs.output_paths, config.logs.error_output_paths);
  const core = registry.meter({}, "@sluice/core");
  observeProcess(core, env);
  const swallowed = core.counter("sluice_log_records_sampled_out", {
    description: "Number of own log records that were not written because of sampling.",
    unit: "{record}",
  });
  const logSettings = { config: config.logs, resource: state.resource };
  const loggers = createLoggers(logSettings, env.clock, output.write, (level) => swallowed.add(1, { level }));
  const pages = createPages(env, registry.read);

  async function update(next: TelemetryConfig): Promise<Update> {
    const resource = resourceAttributes(next.resource, defaults);
    const { logs } = next;
    await output.check([...logs.output_paths, ...logs.error_output_paths]);
    const readers = prometheusReaders(next);
    const newPages = await pages.prepare(readers.map((reader) => ({ reader, style: styleOf(reader, resource) })));
    return {
      changes: differences(state.config, next),
      apply() {
        state.config = next;
        registry.measure(measuringOf(next));
        output.turn(logs.output_paths, logs.error_output_paths);
        loggers.change({ config: logs, resource });
        newPages.apply();
      },
      discard: async () => newPages.discard?.(),
    };
  }

  return {
    logger: loggers.logger,
    meter: registry.meter,
    async start() {
      (await update(config)).apply();
      return pages.addresses();
    },
    addresses: pages.addresses,
    update,
    async close() {
      await pages.close();
      await output.flush();
    },
  };
}

function measuringOf({ metrics }: TelemetryConfig): Measuring {
  return { level: metrics.level.toLowerCase() as MetricsLevel, bounds: (_, own) => own };
}

function styleOf(reader: PrometheusReader, resource: ResourceAttributes): PageStyle {
  return {
    info: labelsOf(resource, Object.keys(resource)),
    constant: labelsOf(resource, onPoints),
    units: !reader.without_units,
    typeSuffix: !reader.without_type_suffix,
    scope: !reader.without_scope_info,
  };
}

/** The named attributes as labels. */
function labelsOf(attributes: ResourceAttributes, names: readonly string[]): Labels {
  const there = names.filter((name) => attributes[name] !== undefined);
  return Object.fromEntries(there.map((name) => [identifier(name), attributes[name] ?? ""]));
}

/** A version 4 UUID of 16 random bytes. */
function randomUuid(random: Uint8Array): string {
  const hex = Array.from(random, (byte, index) => {
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, "0");
  });
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
