import type { Env } from "@sluice/component";
import { createFiles, type SimulatedFiles } from "./sim-files.ts";
import { createNetwork, type SimulatedNetwork } from "./sim-network.ts";
import { createProcess, type SimulatedProcess } from "./sim-process.ts";
import { createRandom } from "./sim-random.ts";
import { createTime, type SimulatedClock } from "./sim-time.ts";

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
  const cwd = "/work";
  const time = createTime(options.start);
  const network = createNetwork(time);
  const files = createFiles(time, cwd);
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
    network: network.network,
    files: files.files,
    process: process.process,
    settle: time.settle,
    advance: time.advance,
    run: time.run,
    open: () => [...network.open(), ...time.pending(), ...files.watching()],
  };
}
