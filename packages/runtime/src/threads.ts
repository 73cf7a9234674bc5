import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import {
  isMainThread,
  type MessagePort,
  parentPort,
  type ResourceLimits,
  Worker,
  workerData,
} from "node:worker_threads";
import type { Port, Thread, Threads } from "@sluice/component";

/** What threads of ours are told, so that a program in somebody else's thread does not take itself for one. */
const MARK = "sluice thread";
const MIB = 2 ** 20;

/** Threads that run `file`, the main of this program, from its beginning. */
export function createThreads(file: string): Threads {
  const isOurs = !isMainThread && workerData === MARK && parentPort !== null;
  return { cores: availableParallelism(), parent: isOurs ? portOf(parentPort!) : undefined, start };

  function start({ name, heapBytes }: Parameters<Threads["start"]>[0]): Thread {
    const worker = new Worker(file, { name, workerData: MARK, resourceLimits: limitHeap(heapBytes) });
    const state = { cause: undefined as Error | undefined, isEnded: false };
    worker.once("error", (error) => {
      state.cause = error instanceof Error ? error : new Error(String(error));
    });
    const ended = new Promise<Error | undefined>((resolve) => {
      worker.once("exit", (code) => {
        const isFine = code === 0 || state.isEnded;
        resolve(state.cause ?? (isFine ? undefined : new Error(`the thread ended with exit code ${code}`)));
      });
    });
    return {
      ...portOf(worker),
      close: () => worker.unref(),
      ended,
      async end() {
        state.isEnded = true;
        await worker.terminate();
      },
    };
  }
}

/** A size of the heap on the command line of the process holds for all its threads, over what is said of each. */
function limitHeap(bytes: number): ResourceLimits {
  const mib = Math.max(1, Math.floor(bytes / MIB));
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
  // This thread has its heap already.
  if (/--max[-_]old[-_]space[-_]size/.test(options)) setFlagsFromString(`--max-old-space-size=${mib}`);
  return { maxOldGenerationSizeMb: mib };
}

function portOf(port: MessagePort | Worker): Port {
  return {
    post: (message) => port.postMessage(message),
    listen: (fn) => void port.on("message", fn),
    close: () => ("close" in port ? port.close() : port.unref()),
  };
}
