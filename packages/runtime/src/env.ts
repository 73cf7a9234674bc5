import type { Env } from "@sluice/component";
import { createClock } from "./clock.ts";
import { createFiles } from "./files.ts";
import { createNet } from "./net.ts";
import { createProcess } from "./process.ts";
import { createRandom } from "./random.ts";
import { createTimers } from "./timers.ts";

/**
 * Everything impure, over Node: the real clock, timers, random numbers, network, files and process. A guest lives in somebody
 * else's program: none of its timers and sockets keeps the process alive (`holdProcess` does), and no stream is touched.
 */
export function createEnv({ isGuest = false }: { readonly isGuest?: boolean } = {}): Env {
  const timers = createTimers(isGuest);
  return {
    clock: createClock(),
    timers,
    random: createRandom(),
    net: createNet(timers, isGuest),
    files: createFiles(timers),
    process: createProcess(isGuest),
  };
}
