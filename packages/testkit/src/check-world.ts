import { readFileSync } from "node:fs";
import type { AnyDefinition, Consume, Lifecycle, Updatable } from "@sluice/component";
import { checkComponentConfig } from "@sluice/core";
import type { Batch } from "@sluice/data";
import { configFiles } from "./config-files.ts";
import { type ContextOptions, createContext, type TestContext } from "./context.ts";
import { createInstance, signalsOf } from "./create-instance.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

/** What the suite cannot know by itself. */
export interface CheckOptions {
  /** A valid configuration as YAML, with which the component can start; default: the first `*.good.yaml`. */
  readonly config?: string;
  /** Puts into the world what the component needs: files, servers, variables. */
  readonly setup?: (simulation: Simulation) => void | Promise<void>;
  /** What other extensions offer to it, by their id. */
  readonly extensions?: ContextOptions["extensions"];
}

/** How long a started component is watched, in virtual milliseconds. */
export const WATCHED_MS = 1000;

/** Any component, by what it may have. */
export type Component = Lifecycle & Updatable<unknown> & { readonly consume?: Consume };

/** Where the suite creates one component, again and again. */
export interface World {
  /** A new simulation, set up. */
  context(): Promise<TestContext>;
  /** The configuration to start with, decoded anew. */
  config(context: TestContext): Promise<unknown>;
  /** `next` takes what goes out; of a connector, all that it feeds. */
  create(context: TestContext, next?: Consume): Promise<Component>;
}

/** Makes the world of a component whose package is in `directory`. */
export function worldFor(definition: AnyDefinition, directory: string, options: CheckOptions): World {
  const [goodFile] = configFiles(directory, ".good.yaml");
  const yaml = options.config ?? (goodFile === undefined ? "" : readFileSync(goodFile, "utf8"));
  const world: World = {
    async context() {
      const simulation = createSimulation();
      await options.setup?.(simulation);
      return createContext({
        kind: definition.kind,
        id: definition.type,
        signals: signalsOf(definition),
        simulation,
        ...(options.extensions && { extensions: options.extensions }),
      });
    },
    async config({ simulation }) {
      const checked = await checkComponentConfig(definition, yaml, simulation.env);
      if ("problems" in checked) throw new Error(`the configuration to start with is refused:\n${checked.problems}`);
      return checked.config;
    },
    async create(context, next = async () => {}) {
      return createInstance(definition, await world.config(context), context, next);
    },
  };
  return world;
}

/** Starts the component, hands it a batch, and gives the outcome: undefined, or what `consume` rejected with. */
export async function consumed(world: World, batch: Batch, next?: Consume): Promise<unknown> {
  const context = await world.context();
  const { run } = context.simulation;
  const component = await world.create(context, next);
  await run(Promise.resolve(component.start?.()));
  const outcome = component.consume?.(batch).then(
    () => undefined,
    (error: unknown) => error,
  );
  // A component that waits for ever, for a backend that is not there, is no matter here: shutdown ends it.
  const waited = await run(Promise.race([outcome, context.env.timers.sleep(60_000)]));
  await run(Promise.resolve(component.shutdown?.()));
  return waited;
}
