import type { Env } from "@sluice/component";
import { FileTree, type SimulatedFiles } from "./sim-files.ts";
import { Network, type SimulatedNetwork } from "./sim-network.ts";
import { createProcess, type SimulatedProcess } from "./sim-process.ts";
import { createRandom } from "./sim-random.ts";
import { type SimulatedClock, SimulatedTime } from "./sim-time.ts";

/** A world in memory where time passes when told to, and the same program does the same thing again. */
export interface Simulation {
  readonly env: Env;
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
  readonly files: SimulatedFiles;
  readonly process: SimulatedProcess;
  /** Lets everything happen that needs no time. */
  readonly settle: () => Promise<void>;
  /** Lets `ms` milliseconds pass, timer by timer, with all that follows from each. Rejects with what a timer throws. */
  readonly advance: (ms: number) => Promise<void>;
  /**
   * Lets time pass until the promise settles, and gives its outcome. Rejects when that takes more than `withinMs` (an hour
   * unless told otherwise), naming the pending timers, or can never come.
   */
  readonly run: <T>(promise: Promise<T>, withinMs?: number) => Promise<T>;
  /** What `env` opened and nobody closed: listeners, connections, timers, watches; one line each. */
  readonly open: () => string[];
}

/** Makes a world; `seed` decides its random numbers, `start` is its first moment in milliseconds since 1970. */
export function createSimulation(options: { readonly seed?: number; readonly start?: number } = {}): Simulation {
  const cwd = "/sim";
  const time = new SimulatedTime(options.start);
  const network = new Network(time);
  const files = new FileTree(time, cwd);
  const process = createProcess(cwd);
  return {
    env: {
      clock: time.clock,
      timers: time.timers,
      random: createRandom(options.seed ?? 1),
      net: network.env,
      files: files.env,
      process: process.env,
    },
    clock: time.clock,
    network,
    files,
    process: process.process,
    settle: () => time.settle(),
    advance: (ms) => time.advance(ms),
    run: (promise, withinMs) => time.run(promise, withinMs),
    open: () => [...network.open(), ...time.pending(), ...files.watching()],
  };
}
