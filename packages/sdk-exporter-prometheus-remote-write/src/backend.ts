import { ConfigError, type Context, type Env, type Logger, type Meter } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import exporter from "@sluice/exporter-prometheus-remote-write";
import { componentConfig, LOGIN } from "./component-config.ts";
import { createLine, type Line } from "./line.ts";
import { loginOf } from "./login.ts";
import type { Destination, Settings } from "./options.ts";

/** What a backend is given of the program around it. */
export interface Surroundings {
  readonly env: Env;
  readonly log: Logger;
  readonly meter: Meter;
}

/** One endpoint with its own queue, so that none waits for another. */
export interface Backend extends Line<BatchOf<"metrics">> {
  readonly endpoint: string;
  /** Gives up what still waits. */
  shutdown(): Promise<void>;
}

/** This package's version, as its package.json has it. */
export const VERSION = "0.1.0";

/** Starts the collector's exporter for one endpoint. Its files are read with the first export. */
export function createBackend(destination: Destination, settings: Settings, around: Surroundings): Backend {
  const login = loginOf(destination, around.env.files);
  const config = componentConfig(destination, settings, login !== undefined);
  const component = exporter.create(config, contextOf(around, login));
  let started: Promise<void> | undefined;
  const line = createLine<BatchOf<"metrics">>(settings.queueSize, async (batch) => {
    // A file that was not there may be there by now.
    started ??= component.start?.().catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    await started;
    await component.consume(batch);
  });
  return { ...line, endpoint: placeOf(destination.endpoint), shutdown: async () => await component.shutdown?.() };
}

function contextOf({ env, log, meter }: Surroundings, login: ReturnType<typeof loginOf>): Context {
  const nothing = () => [];
  return {
    kind: "exporter",
    id: exporter.type,
    signals: new Set(["metrics"]),
    env,
    log,
    meter,
    build: { command: "", description: "sluice-sdk-exporter", version: VERSION },
    baseDirectory: env.process.cwd,
    decode: () => Promise.reject(new ConfigError("there is no configuration to read")),
    host: {
      startedAt: env.clock.now(),
      pipelines: nothing,
      extensions: nothing,
      featureGates: nothing,
      operations: nothing,
      gather: () => Promise.resolve(),
    },
    share: { index: 0, count: 1 },
    extension(id, capability) {
      if (id === LOGIN && capability === "httpClientAuth" && login !== undefined) return login;
      throw new ConfigError(`cannot find extension "${id}"`);
    },
    status: () => {},
  };
}

/** Without query, user and password, which may be secret. */
function placeOf(endpoint: string): string {
  const { origin, pathname } = new URL(endpoint);
  return origin + pathname;
}
