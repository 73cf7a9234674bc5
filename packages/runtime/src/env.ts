import type { Env } from "@sluice/component";
import { createClock } from "./clock.ts";
import { createFiles } from "./files.ts";
import { createNet } from "./net.ts";
import { createProcess } from "./process.ts";
import { createRandom } from "./random.ts";
import { createTimers } from "./timers.ts";

/** Everything impure, over Node: the real clock, timers, random numbers, network, files and process. */
export function createEnv(): Env {
  const timers = createTimers();
  return {
    clock: createClock(),
    timers,
    random: createRandom(),
    net: createNet(timers),
    files: createFiles(timers),
    process: createProcess(),
  };
}
