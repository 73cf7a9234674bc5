import type { BuildInfo, Env, Logger, StatusEvent, Threads } from "@sluice/component";
import type { Converter } from "./config/convert.ts";
import type { Providers } from "./config/providers.ts";
import type { Definitions } from "./definitions.ts";
import { asError } from "./errors.ts";
import type { FeatureGates } from "./feature-gates.ts";
import type { ReloadResult } from "./reload.ts";
import { type RunningCollector, run } from "./run.ts";

/** What a collector inside another program is made of; its configuration is `uris`, `yaml` and `config`, laid over each other. */
export interface CollectorOptions {
  readonly definitions: Definitions;
  readonly uris?: readonly string[];
  readonly yaml?: string;
  /** The configuration as an object, with the keys of YAML. */
  readonly config?: object;
  readonly env: Env;
  /** Takes the collector's own log records; without it they are written where `service::telemetry::logs` says. */
  readonly log?: Logger | undefined;
  readonly build: BuildInfo;
  /** Without them each gate is as its stage has it. */
  readonly featureGates?: FeatureGates | undefined;
  /** For `service::workers`; without them there is one. What they start has to call `runCli`, with the same definitions. */
  readonly threads?: Threads | undefined;
  /** Where texts come from, by scheme; all of upstream's unless told otherwise. */
  readonly providers?: Providers | undefined;
  /** What changes the configuration after it was read, in this order. */
  readonly converters?: readonly Converter[] | undefined;
}

/** A collector that runs inside another program: it handles no signals and never ends the process. */
export interface Collector {
  /** Resolves when everything runs; rejects, everything shut down again, when it cannot. Starts once. */
  start(): Promise<void>;
  /** Drains and stops; rejects when that was not clean. Safe twice, and without `start`. */
  stop(): Promise<void>;
  /**
   * Reads the configuration again and puts it in force, so that only what changed starts anew; never rejects. At any problem the one
   * before stays in force. During a start it waits for its end; asked again during a reload, another one follows.
   */
  reload(): Promise<ReloadResult>;
  /** Resolves when the collector has stopped: by `stop`, or with the error that ended it. */
  readonly ended: Promise<Error | undefined>;
  /** How each component fares, as it told last; empty before `start` and when it ended. */
  statuses(): readonly StatusEvent[];
  /** The own metrics pages as "host:port"; empty before `start` resolved. */
  readonly metricsAddresses: readonly string[];
  /**
   * Absolute paths of the files that the configuration in force was read from or names, and the last one that was refused, since a
   * change of those may mend it; empty before `start` resolved.
   */
  readonly files: readonly string[];
}

/** Makes a collector; nothing is read or opened before `start`. Several may run side by side. */
export function createCollector(options: CollectorOptions): Collector {
  const { uris = [], yaml, config, ...rest } = options;
  // JSON is YAML.
  const texts = [yaml, config && JSON.stringify(config)].filter((text) => text !== undefined);
  const all = [...uris, ...texts.map((text) => `yaml:${text}`)];
  const stop = Promise.withResolvers<void>();
  const running = Promise.withResolvers<RunningCollector>();
  const ended = Promise.withResolvers<Error | undefined>();
  const state = { started: false, running: undefined as RunningCollector | undefined };
  return {
    async start() {
      if (state.started) throw new Error("cannot start a collector that was started or stopped before");
      state.started = true;
      const control = {
        stop: stop.promise,
        running(collector: RunningCollector): void {
          state.running = collector;
          running.resolve(collector);
        },
      };
      run({ ...rest, uris: all }, control).then(
        () => ended.resolve(undefined),
        (error) => ended.resolve(asError(error)),
      );
      const first = await Promise.race([running.promise, ended.promise]);
      if (first instanceof Error) throw first;
    },
    async stop() {
      stop.resolve();
      if (!state.started) ended.resolve(undefined);
      state.started = true;
      const failure = await ended.promise;
      // What kept it from starting was said by `start`.
      if (failure !== undefined && state.running !== undefined) throw failure;
    },
    async reload() {
      const collector = state.started ? await Promise.race([running.promise, ended.promise]) : undefined;
      if (collector !== undefined && "reload" in collector) return collector.reload();
      return { kind: "refused", error: new Error("cannot reload a collector that does not run") };
    },
    ended: ended.promise,
    statuses: () => state.running?.statuses() ?? [],
    get metricsAddresses() {
      return state.running?.metricsAddresses() ?? [];
    },
    get files() {
      return state.running?.files() ?? [];
    },
  };
}
