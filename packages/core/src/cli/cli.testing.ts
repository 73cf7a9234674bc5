/** The command line over a simulation. */
import { createSimulation, type Simulation } from "@sluice/testkit";
import { build, createWorld } from "../world.testing.ts";
import type { CliOptions } from "./command.ts";
import { runCli } from "./index.ts";
import { commands } from "./table.ts";

// Loaded here, since a module that loads takes real time, and a simulation waits for none.
await Promise.all([...commands.map((listed) => listed.load()), import("./dry-run.ts"), import("./watch.ts")]);

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
interface World {
  /** By path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: Partial<CliOptions>;
}

/** Runs a command to its end, in a world with these files and variables. */
export async function runCommand(args: readonly string[], world: World = {}): Promise<Ended> {
  const simulation = createSimulation();
  const { definitions } = createWorld(simulation);
  const code = await simulation.run(runCli(optionsFor(simulation, args, { options: { definitions }, ...world })));
  const { stdout, stderr } = simulation.process;
  return { code, stdout, stderr };
}

export function optionsFor(simulation: Simulation, args: readonly string[], world: World): CliOptions {
  for (const [path, text] of Object.entries(world.files ?? {})) simulation.files.write(path, text);
  for (const [name, value] of Object.entries(world.env ?? {})) simulation.process.env[name] = value;
  const { env } = simulation;
  const unused = { onStopSignal: () => () => {}, exit: () => {} };
  return { build, definitions: [], env, args, ...unused, ...world.options };
}
