import type { BuildInfo, Env, Host, StatusEvent } from "@sluice/component";
import { buildExtensions } from "./build-extensions.ts";
import { buildPipelines } from "./build-pipeline.ts";
import { formatProblem, type LoadedConfig, loadConfig } from "./config/index.ts";
import type { Engine } from "./context.ts";
import type { Definitions } from "./definitions.ts";
import { asError } from "./errors.ts";
import { createFeatureGates, type FeatureGates } from "./feature-gates.ts";
import { type Instance, startAll, stopInOrder, stopTogether } from "./lifecycle.ts";
import { createStatusBoard } from "./status.ts";
import { checkTelemetry, type TelemetryConfig, telemetrySchema } from "./telemetry/config.ts";
import { createTelemetry, type Telemetry } from "./telemetry/telemetry.ts";

/** What a collector is made of. */
export interface RunOptions {
  /** Where the configuration comes from, later ones over earlier ones: "file:...", "env:...", "yaml:...", or a path. */
  readonly uris: readonly string[];
  readonly definitions: Definitions;
  readonly env: Env;
  readonly build: BuildInfo;
  /** Without them each gate is as its stage has it. */
  readonly featureGates?: FeatureGates | undefined;
}
/** How a running collector and its owner talk. */
export interface RunControl {
  /** Called once, when everything runs; `metricsAddresses` are the own metrics pages' "host:port". */
  running(metricsAddresses: readonly string[]): void;
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
  const config = await loadConfig({ ...options, telemetry: telemetrySchema, checkTelemetry });
  const telemetry = createTelemetry(config.telemetry, env, build);
  try {
    await serve(config, telemetry, options, control);
  } finally {
    await telemetry.close();
  }
}

async function serve(
  config: LoadedConfig<TelemetryConfig>,
  telemetry: Telemetry,
  { env, build, featureGates = createFeatureGates() }: RunOptions,
  control: RunControl,
): Promise<void> {
  const log = telemetry.logger();
  for (const warning of config.warnings) {
    log[warning.severity === "info" ? "info" : "warn"]("configuration", { note: formatProblem(warning) });
  }

  const ended = Promise.withResolvers<Error | undefined>();
  void control.stop.then(() => ended.resolve(undefined));
  const extensionsById: Engine["extensions"] = new Map();
  const host: Host = {
    startedAt: env.clock.now(),
    pipelines: () => config.pipelines,
    extensions: () => [...extensionsById.keys()],
    featureGates: () => featureGates.list(),
  };
  const engine: Engine = {
    env,
    build,
    baseDirectory: config.baseDirectory,
    telemetry,
    statuses: createStatusBoard(env.clock),
    host,
    extensions: extensionsById,
    fail: ended.resolve,
  };
  const { receivers, processors, exporters } = buildPipelines(config, engine);
  const extensions = buildExtensions(config.extensions, config.extensionOrder, engine);
  listenToStatuses(engine, extensions);

  let failure: Error | undefined;
  try {
    const metricsAddresses = await telemetry.start();
    log.info("starting", { version: build.version });
    await startAll([...extensions, ...exporters, ...processors, ...receivers]);
    for (const extension of engine.extensions.values()) extension.ready?.();
    log.info("everything is ready", metricsAddresses.length > 0 ? { metrics: metricsAddresses } : {});
    control.running(metricsAddresses);
    failure = await ended.promise;
    if (failure !== undefined) log.error("stopping after a fatal error", { error: failure });
  } catch (error) {
    failure = asError(error);
  }

  log.info("shutting down");
  tellNotReady(engine, extensions);
  const problems = [
    ...(await stopTogether(receivers)),
    ...(await stopInOrder(processors.toReversed())),
    ...(await stopTogether(exporters)),
    ...(await stopInOrder(extensions.toReversed())),
  ];
  log.info("shutdown complete");
  if (failure !== undefined) throw failure;
  if (problems.length > 0) throw new AggregateError(problems, problems.map(({ message }) => message).join("; "));
}

/** Lets every extension that wants to hear of every status; a fault of its own is logged and stays its own. */
function listenToStatuses({ extensions, statuses }: Engine, instances: readonly Instance[]): void {
  const listeners = instances.map(({ id, log }) => (event: StatusEvent): void => {
    try {
      extensions.get(id)?.statusChanged?.(event);
    } catch (error) {
      log.error("cannot take a status event", { error });
    }
  });
  statuses.listen(listeners);
}

function tellNotReady({ extensions }: Engine, instances: readonly Instance[]): void {
  for (const { id, log } of instances.toReversed()) {
    try {
      extensions.get(id)?.notReady?.();
    } catch (error) {
      log.error("cannot take that the collector stops", { error });
    }
  }
}
