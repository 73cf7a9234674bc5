/** Own telemetry alone, over a simulation. */
import { createSimulation, type Simulation } from "@sluice/testkit";
import { decoderFor } from "../config/index.ts";
import { checkTelemetry, type TelemetryConfig, telemetrySchema } from "./config.ts";
import { createTelemetry, type Telemetry } from "./telemetry.ts";

// Loaded here, since a module that loads takes real time, and a simulation waits for none.
await import("@sluice/lib-http");

export const build = { command: "sluice", description: "A collector", version: "1.2.3" };

/** Reads the body of `service::telemetry`; throws when it has mistakes. */
export async function telemetryConfig(yaml: string, simulation = createSimulation()): Promise<TelemetryConfig> {
  const decode = decoderFor({ env: simulation.env, build, baseDirectory: "/" });
  const config = await decode(telemetrySchema, yaml, "telemetry.yaml");
  const problems = checkTelemetry(config).filter(({ severity }) => severity !== "warning");
  if (problems.length > 0)
    throw new Error(problems.map(({ path, message }) => `${path.join("::")}: ${message}`).join("\n"));
  return config;
}

/** Warnings of the body of `service::telemetry`, as "path: message". */
export async function telemetryWarnings(yaml: string): Promise<readonly string[]> {
  const problems = checkTelemetry(await telemetryConfig(yaml));
  return problems.map(({ path, message }) => `${path.join("::")}: ${message}`);
}

/** Own telemetry that runs. */
export interface Started {
  readonly simulation: Simulation;
  readonly telemetry: Telemetry;
  /** Puts another configuration in force; gives what changed. */
  readonly update: (yaml: string) => Promise<readonly string[]>;
}

export async function startTelemetry(yaml: string, simulation = createSimulation()): Promise<Started> {
  const telemetry = createTelemetry(await telemetryConfig(yaml, simulation), simulation.env, build);
  await simulation.run(telemetry.start());
  return {
    simulation,
    telemetry,
    update: async (next) => {
      const update = await simulation.run(telemetry.update(await telemetryConfig(next, simulation)));
      update.apply();
      return update.changes;
    },
  };
}

/** The body of the page at a port of the simulation. */
export async function get({ env, run }: Simulation, port: number, target = "/metrics"): Promise<string> {
  const connection = await run(env.net.connect({ address: { host: "127.0.0.1", port } }));
  connection.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  const chunks: Uint8Array[] = [];
  await run(
    (async () => {
      for await (const chunk of connection) chunks.push(chunk);
    })(),
  );
  connection.destroy();
  return Buffer.concat(chunks).toString().split("\r\n\r\n")[1] ?? "";
}
