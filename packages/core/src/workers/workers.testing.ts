/** A collector for tests that spreads its pipelines over simulated threads. */
import { type AnyDefinition, defineProcessor, defineReceiver, t } from "@sluice/component";
import type { Collector } from "../collector.ts";
import { createCollector } from "../collector.ts";
import { build, createWorld, type World } from "../world.testing.ts";
import { type SimulatedThreads, simulateThreads } from "./threads.testing.ts";
import { runWorker } from "./worker.ts";

// Loaded here, since a module that loads takes real time, and a simulation waits for none.
await import("./workers.ts");

/** One collector over several threads, which all write into one journal. */
export interface Threaded extends World {
  readonly running: Collector;
  readonly threads: SimulatedThreads;
  /** Of each share that was created, "index of count", by component. */
  readonly shares: ReadonlyMap<string, readonly string[]>;
  reload(yaml: string): ReturnType<Collector["reload"]>;
}

/** Makes one over a file, which is not started yet. `in` shares its work; `one` there can be once only; `moody` fails in the second thread. */
export function prepareThreaded(yaml: string, world = createWorld()): Threaded {
  const { simulation } = world;
  const { env, files, run } = simulation;
  const shares = new Map<string, string[]>();
  const definitions = [
    ...world.definitions.map((definition) => sharing(definition as AnyDefinition, shares)),
    moody,
    single,
    stubborn,
  ];
  const threads = simulateThreads((parent) => runWorker({ definitions, env, build, parent }));
  files.write("config.yaml", yaml);
  const running = createCollector({ definitions, uris: ["config.yaml"], env, build, threads });
  return {
    ...world,
    running,
    threads,
    shares,
    async reload(next) {
      files.write("config.yaml", next);
      const result = await run(running.reload());
      await simulation.settle();
      return result;
    },
  };
}

/** The same, running, its journal empty. */
export async function startThreaded(yaml: string): Promise<Threaded> {
  const threaded = prepareThreaded(yaml);
  await threaded.simulation.run(threaded.running.start());
  threaded.journal.length = 0;
  return threaded;
}

/** The definition, as one that can share; notes each share that it is created with. */
function sharing(definition: AnyDefinition, shares: Map<string, string[]>): AnyDefinition {
  const note = (kind: string, id: string, { index, count }: { readonly index: number; readonly count: number }): void =>
    void shares.set(`${kind} ${id}`, [...(shares.get(`${kind} ${id}`) ?? []), `${index} of ${count}`]);
  if (definition.kind === "receiver") {
    const create: typeof definition.create = (config, context, next) => {
      note("receiver", context.id, context.share);
      return definition.create(config, context, next);
    };
    return { ...definition, shares: true, create };
  }
  if (definition.kind !== "exporter") return definition;
  const create: typeof definition.create = (config, context) => {
    note("exporter", context.id, context.share);
    return definition.create(config, context);
  };
  return { ...definition, create };
}

const mood = t.object("A mood.", { bad: t.boolean({ description: "Fails at its start.", default: false }) });
const common = { stability: "stable", signals: ["metrics"] } as const;

/** Fails at its start in the second thread. */
const moody = defineProcessor({
  ...common,
  type: "moody",
  config: mood,
  create: ({ bad }, { share }, next) => ({
    async start() {
      if (bad && share.index === 1) throw new Error("in a bad mood");
    },
    consume: next,
  }),
});
const single = defineProcessor({
  ...common,
  type: "one",
  isSingle: true,
  config: t.object("Nothing.", {}),
  create: (_config, _context, next) => ({ consume: next }),
});
/** Does all of its work or none. */
const stubborn = defineReceiver({
  ...common,
  type: "stubborn",
  config: t.object("Nothing.", {}),
  create: () => ({}),
});
