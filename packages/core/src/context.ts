import { type Capabilities, ConfigError, type Context, type Extension } from "@sluice/component";
import { decoderFor } from "./config/index.ts";
import type { Engine } from "./engine.ts";
import type { Vertex } from "./graph.ts";
import type { Owner } from "./listeners.ts";
import type { InstanceStatus } from "./status.ts";
import type { InstanceMeter } from "./telemetry/registry.ts";

export type ExtensionMap = ReadonlyMap<string, Extension>;

/** How one instance stands among the others; the engine turns it, the instance's context reads it. */
export interface Presence extends Owner {
  /** A `prepared` one serves a configuration that is not in force yet, a `retired` one a configuration that no longer is. */
  standing: "prepared" | "live" | "retired";
  /** Why a prepared one cannot go on. */
  failure: Error | undefined;
  /** The extensions it finds. */
  extensions: ExtensionMap;
  /** Ids of the extensions that gave it something. */
  readonly asked: Set<string>;
}

/** What one instance is created with, and what the engine holds of it. */
export interface Surroundings {
  readonly context: Context;
  readonly status: InstanceStatus;
  readonly meter: InstanceMeter;
  readonly presence: Presence;
}

/** Makes what one instance is given at `create`; `extensions` may still be filled before anything starts. */
export function createSurroundings(engine: Engine, vertex: Vertex, extensions: ExtensionMap): Surroundings {
  const { build, baseDirectory, telemetry, statuses, listeners, host } = engine;
  const { kind, id, key, signals, pipeline, share } = vertex;
  const name = `${kind} "${id}"`;
  const presence: Presence = { name, standing: "prepared", failure: undefined, extensions, asked: new Set() };
  const env = listeners.envFor(presence);
  const status = statuses.instance(kind, id);
  const meter = telemetry.meter({ [kind]: id }, `@sluice/${kind}-${typeOf(id).replaceAll("_", "-")}`, key);
  const context: Context = {
    kind,
    id,
    signals,
    env,
    build,
    baseDirectory,
    decode: decoderFor({ env, build, baseDirectory }),
    log: telemetry.logger({ kind, id, signals, ...(pipeline !== undefined && { pipeline }) }),
    meter,
    host,
    share,
    extension(wanted, capability) {
      const found = findCapability(presence.extensions, wanted, capability);
      presence.asked.add(wanted);
      return found;
    },
    status(reported, error) {
      status.report(reported, error);
      if (reported !== "fatal_error") return;
      const failure = new Error(`${name} reported a fatal error`, { cause: error });
      if (presence.standing === "prepared") presence.failure ??= failure;
      // One that is on its way out can end nothing but itself.
      else if (presence.standing === "live") engine.fail(failure);
    },
  };
  return { context, status, meter, presence };
}

function findCapability<C extends keyof Capabilities>(
  extensions: ExtensionMap,
  id: string,
  capability: C,
): Capabilities[C] {
  const extension = extensions.get(id);
  if (extension === undefined) {
    const listed = extensions.size > 0 ? [...extensions.keys()].join(", ") : "none";
    throw new ConfigError(`cannot use extension "${id}": it is not in service::extensions (there: ${listed})`);
  }
  const provided = extension.provides?.[capability];
  if (provided === undefined) throw new ConfigError(`cannot use extension "${id}": it does not provide ${capability}`);
  return provided;
}

function typeOf(id: string): string {
  const slash = id.indexOf("/");
  return slash < 0 ? id : id.slice(0, slash);
}
