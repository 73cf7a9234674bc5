import type { Process } from "@sluice/component";

/** The process of a simulation, as a test sets it up and looks at it. */
export interface SimulatedProcess {
  /** Environment variables. */
  readonly env: Record<string, string | undefined>;
  /** What the process claims to use, in bytes. */
  memory: ReturnType<Process["memory"]>;
  cpuSeconds: number;
  /** All that was written so far. */
  stdout: string;
  stderr: string;
}

/** A process that only writes down what it is told. */
export function createProcess(cwd: string): { readonly process: SimulatedProcess; readonly env: Process } {
  const process: SimulatedProcess = {
    env: {},
    memory: { rss: 50e6, heapUsed: 10e6, heapTotal: 20e6, external: 1e6 },
    cpuSeconds: 0,
    stdout: "",
    stderr: "",
  };
  return {
    process,
    env: {
      env: process.env,
      pid: 1,
      hostname: "simulation",
      cwd,
      runtime: "simulation",
      heapLimit: 1e9,
      memory: () => process.memory,
      cpuSeconds: () => process.cpuSeconds,
      write(stream, text) {
        process[stream] += text;
      },
    },
  };
}
