import {
  type BuildInfo,
  configChanges,
  type Env,
  type Labels,
  type Logger,
  type OperationSample,
  type Update,
} from "@sluice/component";
import type { LogRecord, Span } from "@sluice/data";
import { prometheusReaders, type TelemetryConfig } from "./config.ts";
import { createLogOutput } from "./log-output.ts";
import { createLoggers, type LogSource, type OwnRecord } from "./logger.ts";
import { type Sent, sentRecord } from "./otlp-encode.ts";
import { spanOf } from "./own-spans.ts";
import { styleOf } from "./page-style.ts";
import { createPages } from "./pages.ts";
import { observeProcess, observeThread } from "./process-metrics.ts";
import { logSenderSpecs, type Makers, readerSpecs, spanSenderSpecs } from "./push-specs.ts";
import { createPusherSet } from "./pushers.ts";
import type { QueueSender } from "./queue-sender.ts";
import { addReadings } from "./readings.ts";
import { createRegistry, type InstanceMeter, type Reading, type Registry } from "./registry.ts";
import { detectResource, type ResourceAttributes, resourceAttributes } from "./resource.ts";
import { applyViews, measuringOf, type View } from "./views.ts";

/** Records kept for the senders until they are there. */
const MOST_EARLY = 1000;

/** Takes calls that handed batches on, to make spans of them. */
export interface Tracer {
  /** Whether anything becomes of what is taken; may change at any time. */
  readonly enabled: boolean;
  /** `name` is "exporter/<id>/<signal>" and kin. */
  take(name: string, sample: OperationSample): void;
}

type Others = () => Promise<readonly (readonly Reading[])[]>;

/** One collector's own logs, metrics and traces. */
export interface Telemetry {
  /** A component's logger, or the collector's own. */
  logger(source?: LogSource): Logger;
  /**
   * A meter whose points carry these labels; `scope` is the package that measures. Meters of one `instance` (any text that names it,
   * for example kind, id and pipeline) follow each other: a successor may observe what its predecessor still observes; the newest is
   * shown, and counters go on.
   */
  meter(labels: Labels, scope: string, instance?: string): InstanceMeter;
  readonly tracer: Tracer;
  /** Sets where what other threads measure is asked for; it is added to this thread's own. */
  gatherFrom(others: Others): void;
  /** Opens what the configuration names; rejects when something cannot be. Gives the metrics pages' addresses. */
  start(): Promise<readonly string[]>;
  /** The metrics pages that are open now, "host:port". */
  addresses(): readonly string[];
  /** Takes another configuration while it runs: loggers and meters that were handed out stay valid, counters keep their values. */
  update(config: TelemetryConfig): Promise<Update>;
  /** Sends and writes what is left, and closes everything. Safe without `start` and twice. */
  close(): Promise<void>;
}

/** Makes the own telemetry that `service::telemetry` asks for; opens nothing. `log` takes the records that would be written. */
export function createTelemetry(config: TelemetryConfig, env: Env, build: BuildInfo, log?: Logger): Telemetry {
  const defaults = defaultResource(env, build);
  const state = { config, early: [] as OwnRecord[] | undefined };
  const registry = createRegistry(measuringOf(config.metrics));
  const { read, gatherFrom } = createGathering(registry, () => state.config.metrics.views);
  const { sampledOut, dropped } = observeSelf(registry.meter({}, "@sluice/core"), env);

  const output = createLogOutput(env, config.logs.output_paths, config.logs.error_output_paths);
  const logSenders = createPusherSet<QueueSender<Sent<LogRecord>>>();
  const spanSenders = createPusherSet<QueueSender<Sent<Span>>>();
  const settings = { config: config.logs, resource: resourceAttributes(config.resource, defaults) };
  const loggers = createLoggers(settings, env.clock, { write: output.write, log, sampledOut, emit });
  const pages = createPages(env, read);
  const readers = createPusherSet();
  const make: Makers = { startedAt: env.clock.now(), env, build, read, log: loggers.local(), dropped };

  function emit(record: OwnRecord): void {
    if (state.early !== undefined && state.early.length < MOST_EARLY) state.early.push(record);
    for (const sender of logSenders.current()) sender.take(sentRecord(record));
  }
  async function update(next: TelemetryConfig): Promise<Update> {
    const resource = resourceAttributes(next.resource, defaults, await detectResource(next.resource, env));
    await output.check([...next.logs.output_paths, ...next.logs.error_output_paths]);
    const parts = await prepareAll([
      () => pages.prepare(prometheusReaders(next).map((reader) => ({ reader, style: styleOf(reader, resource) }))),
      () => readers.prepare(readerSpecs(next, resource, make)),
      () => logSenders.prepare(logSenderSpecs(next, resource, make)),
      () => spanSenders.prepare(spanSenderSpecs(next, resource, make)),
    ]);
    function apply(): void {
      state.config = next;
      registry.measure(measuringOf(next.metrics));
      output.turn(next.logs.output_paths, next.logs.error_output_paths);
      loggers.change({ config: next.logs, resource });
      for (const part of parts) part.apply();
      const early = state.early ?? [];
      state.early = undefined;
      early.forEach(emit);
    }
    return { changes: configChanges(state.config, next), apply, discard: () => discardAll(parts) };
  }

  return {
    logger: (source) => loggers.logger(source),
    meter: (labels, scope, instance) => registry.meter(labels, scope, instance),
    tracer: createTracer(() => spanSenders.current(), env),
    gatherFrom,
    async start() {
      (await update(config)).apply();
      return pages.addresses();
    },
    addresses: () => pages.addresses(),
    update,
    async close() {
      await Promise.all([pages.close(), readers.close(), spanSenders.close(), logSenders.close()]);
      await output.flush();
    },
  };
}

/** What this thread measures, with what others do once they are added. */
function createGathering(own: Registry, views: () => readonly View[]) {
  const state = { others: undefined as Others | undefined };
  return {
    gatherFrom: (others: Others): void => {
      state.others = others;
    },
    read: async (): Promise<readonly Reading[]> =>
      applyViews(addReadings([own.read(), ...((await state.others?.()) ?? [])]), views()),
  };
}

/** The same for as long as this collector runs, whatever it is told. */
function defaultResource(env: Env, build: BuildInfo): ResourceAttributes {
  return {
    "service.instance.id": randomUuid(env.random.bytes(16)),
    "service.name": build.command,
    "service.version": build.version,
  };
}

type Part = Omit<Update, "changes">;

/** Prepares one after another; when one cannot, those before are given back. */
async function prepareAll(steps: readonly (() => Promise<Part>)[]): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const step of steps) {
    try {
      parts.push(await step());
    } catch (error) {
      await discardAll(parts);
      throw error;
    }
  }
  return parts;
}
async function discardAll(parts: readonly Part[]): Promise<void> {
  await Promise.all(parts.map(async (part) => part.discard?.()));
}

function createTracer(senders: () => readonly QueueSender<Sent<Span>>[], { random }: Env): Tracer {
  return {
    get enabled() {
      return senders().length > 0;
    },
    take(name, sample) {
      const span = spanOf(name, sample, random);
      if (span !== undefined) for (const sender of senders()) sender.take(span);
    },
  };
}

/** Measures the process, and gives what counts lines and items that are lost. */
function observeSelf(core: InstanceMeter, env: Env) {
  observeProcess(core, env);
  observeThread(core, env);
  const sampled = core.counter("sluice_log_records_sampled_out", {
    description: "Number of own log records that were not written because of sampling.",
    unit: "{record}",
  });
  const lost = core.counter("sluice_telemetry_dropped_items", {
    description: "Number of own log records and spans that could not be sent.",
    unit: "{item}",
  });
  return {
    sampledOut: (level: string) => sampled.add(1, { level }),
    dropped: (signal: string, items: number) => lost.add(items, { otel_signal: signal }),
  };
}

/** A version 4 UUID of 16 random bytes. */
function randomUuid(random: Uint8Array): string {
  const hex = Array.from(random, (byte, index) => {
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, "0");
  });
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
