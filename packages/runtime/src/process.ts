import { hostname } from "node:os";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import type { Process } from "@sluice/component";

/** This process. A guest leaves its streams as they are. */
export function createProcess(isGuest = false): Process {
  // A reader of our output that went away must not end the collector.
  for (const stream of isGuest ? [] : [process.stdout, process.stderr]) {
    if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  }
  return {
    env: process.env,
    pid: process.pid,
    hostname: hostname(),
    cwd: process.cwd(),
    runtime: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    heapLimit: getHeapStatistics().heap_size_limit,
    memory: () => process.memoryUsage(),
    cpuSeconds() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    eventLoopDelay: createDelayMeter(),
    ...(isGuest ? {} : { releaseMemory }),
    write: (stream, text) => void process[stream].write(text),
  };
}

type Collect = (how: { readonly type: "major"; readonly execution: "sync"; readonly flavor: "last-resort" }) => void;

/** What V8 does when it has no memory left: it drops compiled code that is not in use as well, and pages that are mostly empty. */
function releaseMemory(): void {
  // Seen only by contexts that are made while the flag is set. It must not stay: caches of compiled code are for a set of flags.
  setFlagsFromString("--expose-gc");
  const collect = process.getBuiltinModule("node:vm").runInNewContext("gc") as Collect;
  setFlagsFromString("--no-expose-gc");
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** Milliseconds between two looks at the clock: 50 wake-ups a second, which are part of what the histogram holds. */
const RESOLUTION_MS = 20;

function createDelayMeter(): NonNullable<Process["eventLoopDelay"]> {
  let histogram: IntervalHistogram | undefined;
  return () => {
    if (histogram === undefined) {
      histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      histogram.enable();
      return undefined;
    }
    if (histogram.count === 0) return undefined;
    const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const [p50, p99, max] = [histogram.percentile(50), histogram.percentile(99), histogram.max].map(late);
    histogram.reset();
    return { p50: p50!, p99: p99!, max: max! };
  };
}

/** Calls `fn` at every SIGINT and SIGTERM instead of ending the process; gives the way to stop listening. */
export function onStopSignal(fn: (signal: "SIGINT" | "SIGTERM") => void): () => void {
  const interrupt = (): void => fn("SIGINT");
  const terminate = (): void => fn("SIGTERM");
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", terminate);
  return () => {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", terminate);
  };
}

/** Calls `fn` at every SIGHUP instead of ending the process; gives the way to stop listening. */
export function onReloadSignal(fn: () => void): () => void {
  process.on("SIGHUP", fn);
  return () => void process.off("SIGHUP", fn);
}

/** What is still open a second after all is done is a leak. */
const GRACE_MS = 1000;

/**
 * Ends this process with `code` once nothing is open any more, a second from now at the latest. `process.exit` alone may hang: it
 * waits for compiler threads, which may wait for this one (nodejs/node#54918).
 */
export function endProcess(code: number): void {
  process.exitCode = code;
  setTimeout(() => process.exit(code), GRACE_MS).unref();
}
