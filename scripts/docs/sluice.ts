import type { AnyDefinition } from "@sluice/component";
import { type Definitions, runCli } from "@sluice/core";
import { createSimulation, type Simulation } from "@sluice/testkit";
import { build, commands, definitions as listed } from "../../distributions/core/main.ts";

/** How the program ended, and what it wrote. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
/** What is around the program: files and environment variables by name. */
export interface World {
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The components of the core distribution, loaded. */
export async function loadDefinitions(): Promise<readonly AnyDefinition[]> {
  return Promise.all(listed.map(async (one) => ("load" in one ? one.load() : one)));
}

/** A simulation with these files and variables in it. */
export function createWorld({ files = {}, variables = {} }: World): Simulation {
  const simulation = createSimulation();
  for (const [path, text] of Object.entries(files)) simulation.files.write(path, text);
  for (const [name, value] of Object.entries(variables)) simulation.process.env[name] = value;
  return simulation;
}

/** Runs a command to its end, in a world in memory, with the components of the core distribution or others. Nothing may wait. */
export async function sluice(
  args: readonly string[],
  world: World = {},
  definitions: Definitions = listed,
): Promise<Ended> {
  const { env, process } = createWorld(world);
  const noSignals = { onStopSignal: () => () => {}, exit: () => {} };
  const code = await runCli({ build, definitions, commands, env, args, ...noSignals });
  return { code, stdout: process.stdout, stderr: process.stderr };
}
