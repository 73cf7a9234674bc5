import { hostname } from "node:os";
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
