import { type BuildInfo, ConfigError, type Env, type Logger, type StatusEvent, type Threads } from "@sluice/component";
import { buildPipelines, type Node } from "./build-pipeline.ts";
import type { Converter } from "./config/convert.ts";
import { ConfigProblems, formatProblem, loadConfig } from "./config/index.ts";
import { namedFiles } from "./config/named-files.ts";
import type { Providers } from "./config/providers.ts";
import type { Definitions } from "./definitions.ts";
import { type Config, commit, createDraft, type Draft } from "./draft.ts";
import { createEngine, type Engine } from "./engine.ts";
import { allOf, asError } from "./errors.ts";
import { createFeatureGates, type FeatureGates, gateSettings } from "./feature-gates.ts";
import { startOne } from "./lifecycle.ts";
import { createListeners, type Listeners } from "./listeners.ts";
import { memoryFields } from "./memory-fields.ts";
import { checkSameWorkers, createReloader, type ReloadResult } from "./reload.ts";
import { createRetirement } from "./retire.ts";
import { checkTelemetry, telemetrySchema } from "./telemetry/config.ts";
import { createTelemetry, type Telemetry } from "./telemetry/telemetry.ts";
import type { Order } from "./workers/messages.ts";
import { partOf, whyWhole } from "./workers/spread.ts";
import { recordTexts } from "./workers/texts.ts";
import type { Workers } from "./workers/workers.ts";

/** What a collector is made of. */
export interface RunOptions {
  /** Where the configuration comes from, later ones over earlier ones: "file:...", "env:...", "yaml:...", or a path. */
  readonly uris: readonly string[];
  readonly definitions: Definitions;
  readonly env: Env;
  /** Takes own log records instead of being written. */
  readonly log?: Logger | undefined;
  readonly build: BuildInfo;
  /** Without them each gate is as its stage has it. */
  readonly featureGates?: FeatureGates | undefined;
  /** For `service::workers`; without them there is one. */
  readonly threads?: Threads | undefined;
  /** Where texts come from, by scheme; all of upstream's unless told otherwise. */
  readonly providers?: Providers | undefined;
  /** What changes the configuration after it was read, in this order. */
  readonly converters?: readonly Converter[] | undefined;
}
/** What can be asked of a collector while it runs. */
export interface RunningCollector {
  /** The own metrics pages' "host:port", as they are now. */
  metricsAddresses(): readonly string[];
  /** How each instance fares, as it told last. */
  statuses(): readonly StatusEvent[];
  /** Reads the configuration again and puts it in force; never rejects. */
  reload(): Promise<ReloadResult>;
  /** Absolute paths of the files that the configuration in force was read from or names, and the last one that was refused. */
  files(): readonly string[];
}
/** How a running collector and its owner talk. */
export interface RunControl {
  /** Called once, when everything runs. */
  running(collector: RunningCollector): void;
  /** Resolves when the collector shall drain and stop. */
  readonly stop: Promise<void>;
}

/**
 * One collector from its configuration to its end: read, check, build, start, wait, stop. Resolves after a stop that was asked
 * for. Rejects, everything shut down, when the configuration cannot be used (`ConfigError`; nothing was started), when a component
 * cannot start, when one reported a fatal error, or when one could not shut down.
 */
export async function run(options: RunOptions, control: RunControl): Promise<void> {
  const { env, build } = options;
  const loaded = await load(options);
  const listeners = createListeners(env);
  const telemetry = createTelemetry(
    loaded.config.telemetry,
    listeners.envFor({ name: "own telemetry" }),
    build,
    options.log,
  );
  try {
    tellWarnings(loaded.config, telemetry);
    await serve(loaded, telemetry, listeners, options, control);
  } finally {
    await telemetry.close();
  }
}

/** What the first thread builds of a configuration, and what makes the others read the same. */
interface Loaded {
  readonly config: Config;
  readonly order: Omit<Order, "index">;
}

async function load(options: RunOptions): Promise<Loaded> {
  const { uris, threads, featureGates = createFeatureGates() } = options;
  const { providers, texts } = recordTexts(options.providers);
  const cores = threads?.cores;
  const config = await loadConfig({ ...options, providers, cores, telemetry: telemetrySchema, checkTelemetry });
  const { workers } = config;
  if (workers > 1 && threads === undefined) {
    throw new ConfigError(`cannot run ${workers} service::workers: this program has one thread`);
  }
  const order = { uris, texts, featureGates: gateSettings(featureGates) };
  return { config: partOf(config, { index: 0, count: workers }), order };
}

async function serve(
  loaded: Loaded,
  telemetry: Telemetry,
  listeners: Listeners,
  options: RunOptions,
  control: RunControl,
): Promise<void> {
  const { env, build, featureGates = createFeatureGates() } = options;
  const { config } = loaded;
  const log = telemetry.logger();
  const ended = Promise.withResolvers<Error | undefined>();
  void control.stop.then(() => ended.resolve(undefined));
  const fail = (error: Error): void => ended.resolve(error);
  const others = await openWorkers(config.workers, options, telemetry, fail);
  const statuses = noteStatuses();
  const around = { env, build, telemetry, listeners, featureGates, listening: [statuses.take] };
  const engine = createEngine({ ...around, baseDirectory: config.baseDirectory, fail, others });
  const retirement = createRetirement(env.timers);
  const reader = createReader(options, telemetry, loaded);
  const reloader = createReloader({
    engine,
    load: () => reader.load(),
    retire: (nodes) => void retirement.retire(nodes),
    ...(others && { others: { ...others, prepare: () => others.prepare(reader.order) } }),
  });
  const draft = await createAll(engine, config, others);

  let failure: Error | undefined;
  try {
    const metrics = await telemetry.start();
    const workers = config.workers > 1 ? { workers: config.workers } : {};
    log.info("starting", { version: build.version, ...workers, ...memoryFields(env.process) });
    await allOf([startAll(draft.made, env), others?.prepare(loaded.order)]);
    await others?.commit();
    engine.watchers.ready(draft.made);
    log.info("everything is ready", metrics.length > 0 ? { metrics } : {});
    control.running({
      metricsAddresses: () => telemetry.addresses(),
      statuses: statuses.list,
      reload: () => reloader.reload(),
      files: () => [...new Set([...namedFiles(engine.running().config ?? config), ...reader.files])],
    });
    failure = await ended.promise;
    if (failure !== undefined) log.error("stopping after a fatal error", { error: failure });
  } catch (error) {
    failure = asError(error);
    log.error("cannot start", { error: failure });
  }

  log.info("shutting down");
  await reloader.stop();
  const nodes = [...engine.running().nodes.values()];
  engine.watchers.notReady(nodes);
  const problems = (await Promise.all([retirement.finish(nodes), others?.stop() ?? []])).flat();
  log.info("shutdown complete");
  if (failure !== undefined) throw failure;
  if (problems.length > 0) throw new AggregateError(problems, problems.map(({ message }) => message).join("; "));
}

/** Starts the other threads, if there shall be some. */
async function openWorkers(
  count: number,
  { threads, env }: RunOptions,
  telemetry: Telemetry,
  fail: (error: Error) => void,
): Promise<Workers | undefined> {
  const deaths = telemetry.meter({}, "@sluice/core").counter("sluice_worker_failures", {
    description: "Number of threads of service::workers that died.",
    unit: "{thread}",
  });
  if (count === 1 || threads === undefined) return undefined;
  const { startWorkers } = await import("./workers/workers.ts");
  const workers = startWorkers({ threads, count, env, telemetry, deaths, fail });
  telemetry.gatherFrom(() => workers.read());
  return workers;
}

/** Creates all instances of this thread; the other threads do not outlive a failure. */
async function createAll(engine: Engine, config: Config, others: Workers | undefined): Promise<Draft> {
  const draft = createDraft(engine.running(), config);
  try {
    buildPipelines(engine, draft);
  } catch (error) {
    await others?.stop();
    throw error;
  }
  commit(engine, draft);
  return draft;
}

async function startAll(nodes: readonly Node[], { timers }: Env): Promise<void> {
  for (const node of nodes) await startOne(timers, node);
}

/** Keeps the last event of each instance that has not stopped. */
function noteStatuses() {
  const last = new Map<string, StatusEvent>();
  return {
    take: (event: StatusEvent): void => {
      const key = `${event.kind} ${event.id}`;
      if (event.status === "stopped") last.delete(key);
      else last.set(key, event);
    },
    list: (): readonly StatusEvent[] => [...last.values()],
  };
}

/** Reads the configuration anew; `files` are those that the last reading asked for, whatever came of it. */
function createReader(options: RunOptions, telemetry: Telemetry, first: Loaded) {
  const reader = {
    files: [] as readonly string[],
    /** Of what was read last. */
    order: first.order,
    async load(): Promise<Config> {
      try {
        const { config: next, order } = await load(options);
        reader.files = namedFiles(next);
        checkSameWorkers(first.config.workers, next.workers);
        reader.order = order;
        tellWarnings(next, telemetry);
        return next;
      } catch (error) {
        reader.files = error instanceof ConfigProblems ? error.files : [];
        throw error;
      }
    },
  };
  return reader;
}

function tellWarnings(config: Config, telemetry: Telemetry): void {
  const { warnings, workers } = config;
  const log = telemetry.logger();
  for (const warning of warnings) {
    log[warning.severity === "info" ? "info" : "warn"]("configuration", { note: formatProblem(warning) });
  }
  if (workers === 1) return;
  for (const [pipeline, because] of whyWhole(config)) log.info("pipeline stays in one thread", { pipeline, because });
}
