import type { BuildInfo, Env, Logger, StatusEvent } from "@sluice/component";
import { buildPipelines } from "./build-pipeline.ts";
import { ConfigProblems, formatProblem, loadConfig } from "./config/index.ts";
import { namedFiles } from "./config/named-files.ts";
import type { Definitions } from "./definitions.ts";
import { type Config, commit, createDraft } from "./draft.ts";
import { createEngine } from "./engine.ts";
import { asError } from "./errors.ts";
import { createFeatureGates, type FeatureGates } from "./feature-gates.ts";
import { startOne } from "./lifecycle.ts";
import { createListeners, type Listeners } from "./listeners.ts";
import { memoryFields } from "./memory-fields.ts";
import { createReloader, type ReloadResult } from "./reload.ts";
import { createRetirement } from "./retire.ts";
import { checkTelemetry, telemetrySchema } from "./telemetry/config.ts";
import { createTelemetry, type Telemetry } from "./telemetry/telemetry.ts";

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
  const config = await load(options);
  const listeners = createListeners(env);
  const telemetry = createTelemetry(config.telemetry, listeners.envFor({ name: "own telemetry" }), build, options.log);
  try {
    tellWarnings(config, telemetry);
    await serve(config, telemetry, listeners, options, control);
  } finally {
    await telemetry.close();
  }
}

function load(options: RunOptions): Promise<Config> {
  return loadConfig({ ...options, telemetry: telemetrySchema, checkTelemetry });
}

async function serve(
  config: Config,
  telemetry: Telemetry,
  listeners: Listeners,
  options: RunOptions,
  control: RunControl,
): Promise<void> {
  const { env, build, featureGates = createFeatureGates() } = options;
  const log = telemetry.logger();
  const ended = Promise.withResolvers<Error | undefined>();
  void control.stop.then(() => ended.resolve(undefined));
  const fail = (error: Error): void => ended.resolve(error);
  const statuses = noteStatuses();
  const around = { env, build, telemetry, listeners, featureGates, listening: [statuses.take] };
  const engine = createEngine({ ...around, baseDirectory: config.baseDirectory, fail });
  const retirement = createRetirement(env.timers);
  const reader = createReader(options, telemetry);
  const reloader = createReloader({
    engine,
    load: () => reader.load(),
    retire: (nodes) => void retirement.retire(nodes),
  });
  const draft = createDraft(engine.running(), config);
  buildPipelines(engine, draft);
  commit(engine, draft);

  let failure: Error | undefined;
  try {
    const metrics = await telemetry.start();
    log.info("starting", { version: build.version, ...memoryFields(env.process) });
    for (const node of draft.made) await startOne(env.timers, node);
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
  const problems = await retirement.finish(nodes);
  log.info("shutdown complete");
  if (failure !== undefined) throw failure;
  if (problems.length > 0) throw new AggregateError(problems, problems.map(({ message }) => message).join("; "));
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
function createReader(options: RunOptions, telemetry: Telemetry) {
  const reader = {
    files: [] as readonly string[],
    async load(): Promise<Config> {
      try {
        const next = await load(options);
        reader.files = namedFiles(next);
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

function tellWarnings({ warnings }: Config, telemetry: Telemetry): void {
  const log = telemetry.logger();
  for (const warning of warnings) {
    log[warning.severity === "info" ? "info" : "warn"]("configuration", { note: formatProblem(warning) });
  }
}
