/** A collector for tests, of components that write down what happens to them, over a simulation. */
import type { Env } from "@sluice/component";
import { createSimulation, type Simulation } from "@sluice/testkit";
import { type Collector, createCollector } from "./collector.ts";
import type { Definitions } from "./definitions.ts";
import { createRecord, definitionsFor, type Record } from "./parts.testing.ts";
import type { ReloadResult } from "./reload.ts";

export const build = { command: "sluice", description: "A collector", version: "1.2.3" };

export interface World extends Record {
  readonly simulation: Simulation;
  readonly definitions: Definitions;
  collector(yaml: string): Collector;
}

export function createWorld(simulation = createSimulation()): World {
  const record = createRecord();
  const definitions = definitionsFor(record);
  const collector: World["collector"] = (yaml) => createCollector({ definitions, yaml, env: simulation.env, build });
  return { ...record, simulation, definitions, collector };
}

/** A collector that runs, its journal empty. */
export interface Reloadable extends World {
  readonly running: Collector;
  /** Reloads with another configuration and gives what came of it. */
  reload(yaml: string): Promise<ReloadResult>;
  /** The lines of the journal that begin with one of these, and takes them all out. */
  journaled(...beginnings: readonly string[]): readonly string[];
  stop(): Promise<void>;
}

/** Starts a collector over a file that `reload` replaces. */
export async function startReloadable(yaml: string, world = createWorld()): Promise<Reloadable> {
  const { simulation, definitions, journal } = world;
  const { env, files, run } = simulation;
  files.write("config.yaml", yaml);
  const running = createCollector({ definitions, uris: ["config.yaml"], env, build });
  await run(running.start());
  journal.length = 0;
  return {
    ...world,
    running,
    async reload(next) {
      files.write("config.yaml", next);
      const result = await run(running.reload());
      await simulation.settle();
      return result;
    },
    journaled(...beginnings) {
      const lines = journal.splice(0);
      return lines.filter((line) => beginnings.some((beginning) => line.startsWith(beginning)));
    },
    stop: () => run(running.stop()),
  };
}

/** The configuration of components with these ids, all in one `metrics` pipeline, without a metrics page. */
export function simpleYaml(extensions: readonly string[] = [], telemetry = "{ metrics: { level: none } }"): string {
  return `
receivers: { in: }
processors: { step/a: , step/b: }
exporters: { out: , out/second: , out/unused: }
extensions: { ${extensions.map((id) => `${id}: `).join(", ")} }
service:
  telemetry: ${telemetry}
  extensions: [${extensions.join(", ")}]
  pipelines:
    metrics: { receivers: [in], processors: [step/a, step/b], exporters: [out, out/second] }
`;
}

/** GETs a page over the simulated network: the whole answer. */
export async function get(env: Env, port: number, path: string, method = "GET"): Promise<string> {
  const connection = await env.net.connect({ address: { host: "127.0.0.1", port } });
  connection.write(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of connection) chunks.push(chunk);
  connection.destroy();
  return Buffer.concat(chunks).toString();
}
