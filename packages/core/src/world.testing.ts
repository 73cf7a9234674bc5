/** A collector for tests: components that write down what happens to them, over a simulation. */
import {
  type Consume,
  type Context,
  defineExporter,
  defineExtension,
  defineProcessor,
  defineReceiver,
  type Env,
  type Lifecycle,
  t,
} from "@sluice/component";
import { createSimulation, type Simulation } from "@sluice/testkit";
import { type Collector, createCollector } from "./collector.ts";
import type { Definitions } from "./definitions.ts";

// Loaded here, since a module that loads takes real time, and a simulation waits for none.
await import("./config/ajv.ts");

export const build = { command: "sluice", description: "A collector", version: "1.2.3" };

/** What happens to the components of one collector. */
export interface World {
  readonly simulation: Simulation;
  /** "start receiver in", "consume exporter out metrics", in order. */
  readonly journal: string[];
  /** Each receiver's way into its pipelines, by id. */
  readonly next: Map<string, Consume>;
  /** What to throw when this is about to be written into the journal. */
  readonly faults: Map<string, Error>;
  /** What each component was created with, by "kind id". */
  readonly contexts: Map<string, Context>;
  readonly definitions: Definitions;
  collector(yaml: string): Collector;
}

export function createWorld(simulation = createSimulation()): World {
  const journal: string[] = [];
  const faults = new Map<string, Error>();
  const next: World["next"] = new Map();
  const contexts: World["contexts"] = new Map();
  const happen = (what: string): void => {
    journal.push(what);
    const fault = faults.get(what);
    if (fault !== undefined) throw fault;
  };
  const definitions = definitionsFor({ next, contexts }, happen);
  const collector: World["collector"] = (yaml) => createCollector({ definitions, yaml, env: simulation.env, build });
  return { simulation, journal, next, faults, contexts, definitions, collector };
}

type Happen = (what: string) => void;
type Known = Pick<World, "next" | "contexts">;
const signals = ["metrics", "traces", "logs"] as const;
const none = t.object("Nothing to say.", {});

function definitionsFor(known: Known, happen: Happen): Definitions {
  return [receiver(known, happen), processor(happen), exporter(known, happen), extension(happen)];
}

function receiver({ next, contexts }: Known, happen: Happen) {
  return defineReceiver({
    type: "in",
    signals,
    stability: "stable",
    config: none,
    create(_, context, consume) {
      happen(`create receiver ${context.id}`);
      next.set(context.id, consume);
      contexts.set(`receiver ${context.id}`, context);
      return lifecycle(`receiver ${context.id}`, happen);
    },
  });
}

function processor(happen: Happen) {
  return defineProcessor({
    type: "step",
    signals,
    stability: "stable",
    config: none,
    create(_, context, consume) {
      happen(`create processor ${context.id}`);
      return {
        ...lifecycle(`processor ${context.id}`, happen),
        async consume(batch) {
          happen(`consume processor ${context.id} ${batch.signal}`);
          await consume(batch);
        },
      };
    },
  });
}

function exporter({ contexts }: Known, happen: Happen) {
  return defineExporter({
    type: "out",
    signals,
    stability: "stable",
    config: none,
    create(_, context) {
      happen(`create exporter ${context.id}`);
      contexts.set(`exporter ${context.id}`, context);
      return {
        ...lifecycle(`exporter ${context.id}`, happen),
        consume: async (batch) => happen(`consume exporter ${context.id} ${batch.signal}`),
      };
    },
  });
}

function extension(happen: Happen) {
  return defineExtension({
    type: "aid",
    stability: "stable",
    config: t.object("What it needs.", {
      after: t.array(t.string({ description: "An id." }), { description: "Ids.", default: [] }),
      asks: t.optional(t.string({ description: "Whose capability is asked for." })),
    }),
    dependencies: ({ after }) => after,
    create: ({ asks }, context) => ({
      ...lifecycle(`extension ${context.id}`, happen),
      async start() {
        happen(`start extension ${context.id}`);
        if (asks !== undefined) context.extension(asks, "httpClientAuth");
      },
      ready: () => happen(`ready ${context.id}`),
      notReady: () => happen(`not ready ${context.id}`),
      statusChanged: ({ kind, id, status }) => happen(`${context.id} hears ${kind} ${id} ${status}`),
    }),
  });
}

function lifecycle(name: string, happen: Happen): Required<Lifecycle> {
  return { start: async () => happen(`start ${name}`), shutdown: async () => happen(`shutdown ${name}`) };
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
