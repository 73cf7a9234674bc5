import {
  type BuildInfo,
  type Capabilities,
  ConfigError,
  type Context,
  type Env,
  type Extension,
  type Host,
  type Kind,
} from "@sluice/component";
import type { Signal } from "@sluice/data";
import { decoderFor } from "./config/index.ts";
import type { InstanceStatus, StatusBoard } from "./status.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** What every instance of one collector shares. */
export interface Engine {
  readonly env: Env;
  readonly build: BuildInfo;
  readonly baseDirectory: string;
  readonly telemetry: Telemetry;
  readonly statuses: StatusBoard;
  readonly host: Host;
  /** Filled while extensions are built; complete before anything starts. */
  readonly extensions: Map<string, Extension>;
  /** Ends the collector gracefully. */
  fail(error: Error): void;
}

/** Which instance a context is for. */
export interface InstanceName {
  readonly kind: Kind;
  readonly id: string;
  readonly signals: ReadonlySet<Signal>;
  /** Of a processor: its pipeline. */
  readonly pipeline?: string;
}

/** Makes what one instance is given at `create`, and the status that it and the engine report to. */
export function createContext(engine: Engine, name: InstanceName): { context: Context; status: InstanceStatus } {
  const { env, build, baseDirectory, telemetry, statuses, host } = engine;
  const { kind, id, signals } = name;
  const status = statuses.instance(kind, id);
  const context: Context = {
    kind,
    id,
    signals,
    env,
    build,
    baseDirectory,
    decode: decoderFor({ env, build, baseDirectory }),
    log: telemetry.logger(name),
    meter: telemetry.meter({ [kind]: id }, `@sluice/${kind}-${typeOf(id).replaceAll("_", "-")}`),
    host,
    extension: (wanted, capability) => findCapability(engine.extensions, wanted, capability),
    status(reported, error) {
      status.report(reported, error);
      if (reported === "fatal_error") {
        engine.fail(new Error(`${kind} "${id}" reported a fatal error`, { cause: error }));
      }
    },
  };
  return { context, status };
}

function findCapability<C extends keyof Capabilities>(
  extensions: ReadonlyMap<string, Extension>,
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
