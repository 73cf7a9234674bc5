import {
  type AnyDefinition,
  type BuildInfo,
  ConfigError,
  type Consume,
  type Context,
  type Env,
  type Logger,
} from "@sluice/component";
import { checkComponentConfig, decoderFor } from "./config/index.ts";

/** What one component is made with that no collector runs. */
export interface ComponentOptions {
  /** Its section of a configuration, with the keys of YAML: an object, or YAML text. Default: empty. */
  readonly config?: string | object;
  readonly env: Env;
  readonly log: Logger;
  /** The program that it is part of: backends are told. */
  readonly build: BuildInfo;
  /** Where a receiver or a processor hands batches on. Default: they are taken and forgotten. */
  readonly next?: Consume;
}
/** What can run without a collector; a connector joins pipelines, so it cannot. */
export type LoneDefinition = Exclude<AnyDefinition, { readonly kind: "connector" }>;

/**
 * Makes one component for a program that has its own use for it; start it, give it batches, shut it down. Its configuration is read
 * and checked as a collector would: rejects with `ConfigError`, whose message names every mistake. It finds no extensions, and its
 * own metrics are not kept.
 */
export async function createComponent<D extends LoneDefinition>(
  definition: D,
  { config = {}, env, log, build, next = async () => {} }: ComponentOptions,
): Promise<ReturnType<D["create"]>> {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  const checked = await checkComponentConfig(definition, text, env);
  if ("problems" in checked) throw new ConfigError(checked.problems);
  const create = definition.create as (config: unknown, context: Context, next: Consume) => ReturnType<D["create"]>;
  return create.call(definition, checked.config, contextAlone(definition, { env, log, build }), next);
}

type Around = Pick<ComponentOptions, "env" | "log" | "build">;

function contextAlone(definition: LoneDefinition, { env, log, build }: Around): Context {
  const { kind, type } = definition;
  const nothing = () => [];
  const base = { env, build, baseDirectory: env.process.cwd };
  return {
    ...base,
    kind,
    id: type,
    signals: new Set("signals" in definition ? definition.signals : []),
    log,
    meter: {
      counter: () => ({ add() {} }),
      gauge: () => ({ set() {} }),
      histogram: () => ({ record() {} }),
      observe() {},
    },
    decode: decoderFor(base),
    host: {
      startedAt: env.clock.now(),
      pipelines: nothing,
      extensions: nothing,
      featureGates: nothing,
      operations: nothing,
      gather: async () => {},
    },
    share: { index: 0, count: 1 },
    extension(id) {
      throw new ConfigError(`cannot use extension "${id}": this component runs alone`);
    },
    status(status, error) {
      if (error !== undefined) log.warn("component reported a problem", { id: type, status, error });
    },
  };
}
