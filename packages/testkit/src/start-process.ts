import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { waitFor } from "./wait-for.ts";

/** A program that a test runs. */
export interface ProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to this process's own variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The program is ready when its output matches, or the function says so; left out: at once. */
  readonly ready?: RegExp | ((output: string) => boolean | Promise<boolean>);
  /** How long that may take; default 10,000 ms. */
  readonly timeoutMs?: number;
}
/** A program that was started, and what it has said so far. */
export interface RunningProcess {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly output: string;
  /** Sends a signal; does nothing once the process ended. */
  signal(name: NodeJS.Signals): void;
  /** The exit code, or the signal that ended the process. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

/** Starts a program and waits until it is ready; rejects with its output when it is not. It is killed when the test ends. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { command, args = [], env, cwd, ready, timeoutMs = 10_000 } = options;
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: what it started dies with it.
    detached: true,
  });
  const captured = { stdout: "", stderr: "", output: "", ended: undefined as number | string | undefined };
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`cannot start "${command}"`, { cause: error })));
    child.once("close", (code, signal) => {
      captured.ended = signal ?? code ?? 0;
      resolve(signal ?? code ?? 0);
    });
  });
  exited.catch(() => {});
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      captured[name] += text;
      captured.output += text;
    });
  }
  onTestFinished(async () => {
    killGroup(child, "SIGKILL");
    await exited.catch(() => {});
  });
  if (ready !== undefined) {
    const look = async (): Promise<boolean> => {
      if (captured.ended !== undefined) return true;
      return ready instanceof RegExp ? ready.test(captured.output) : ready(captured.output);
    };
    const looking = waitFor(look, { what: `"${command}" to be ready`, timeoutMs }).catch((error: Error) => {
      throw new Error(`${error.message}; its output:\n${captured.output}`, { cause: error });
    });
    await Promise.race([looking, exited.then(() => looking)]);
    if (captured.ended !== undefined) {
      throw new Error(`"${command}" ended with ${captured.ended} before it was ready; its output:\n${captured.output}`);
    }
  }
  if (child.pid === undefined) await exited;
  return {
    pid: child.pid!,
    get stdout() {
      return captured.stdout;
    },
    get stderr() {
      return captured.stderr;
    },
    get output() {
      return captured.output;
    },
    signal: (name) => killGroup(child, name),
    exited,
  };
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended a moment ago.
  }
}
