import { hostname } from "node:os";
import { getHeapStatistics } from "node:v8";
import type { Process } from "@sluice/component";

/** This process. */
export function createProcess(): Process {
  // A reader of our output that went away must not end the collector.
  for (const stream of [process.stdout, process.stderr]) {
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
    write: (stream, text) => void process[stream].write(text),
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
