import type { Env, Timer } from "@sluice/component";
import { describeError } from "./log-text.ts";
import type { WriteLine } from "./logger.ts";

/** Characters gathered before they are written without waiting for the end of the turn. */
const FLUSH_AT = 64 * 1024;
/** Characters kept for a file that takes no more; further lines for it are lost and counted. */
const MOST_WAITING = 1024 * 1024;

/** Where lines go. A path is "stdout", "stderr" or a file, to which is appended. */
export interface LogOutput {
  readonly write: WriteLine;
  /** Rejects when one of the files cannot be written. */
  check(paths: readonly string[]): Promise<void>;
  /** Writes what is gathered, and later lines to other places. */
  turn(paths: readonly string[], errorPaths: readonly string[]): void;
  /** Resolves when every line is handed over. */
  flush(): Promise<void>;
}

interface Target {
  push(text: string): void;
  idle(): Promise<void>;
}

/**
 * Gathers the lines of one turn into one write a path. A file is opened anew for each write, so one that was rotated away is made
 * again by the next line.
 */
export function createLogOutput(env: Env, paths: readonly string[], errorPaths: readonly string[]): LogOutput {
  const known = new Map<string, Target>();
  const state = { text: "", timer: undefined as Timer | undefined, targets: [] as Target[], errors: [] as Target[] };

  function report(text: string): void {
    for (const target of state.errors) target.push(text);
  }
  function targetOf(path: string, onLoss: (text: string) => void): Target {
    if (path === "stdout" || path === "stderr") {
      return { push: (text) => env.process.write(path, text), idle: async () => {} };
    }
    const key = onLoss === report ? path : `error ${path}`;
    const target = known.get(key) ?? fileTarget(env, path, onLoss);
    known.set(key, target);
    return target;
  }
  function hand(): void {
    const { text, timer } = state;
    state.text = "";
    state.timer = undefined;
    timer?.cancel();
    if (text !== "") for (const target of state.targets) target.push(text);
  }
  const output: LogOutput = {
    write(line, urgent) {
      state.text += line;
      if (urgent || state.text.length >= FLUSH_AT) return hand();
      state.timer ??= env.timers.after(0, hand);
    },
    async check(wanted) {
      for (const path of wanted.filter((one) => one !== "stdout" && one !== "stderr")) {
        try {
          await env.files.append(path, "");
        } catch (error) {
          throw new Error(`cannot write log file "${path}"`, { cause: error });
        }
      }
    },
    turn(wanted, forErrors) {
      hand();
      state.targets = wanted.map((path) => targetOf(path, report));
      // What cannot be reported has nowhere else to go.
      state.errors = forErrors.map((path) => targetOf(path, () => {}));
    },
    async flush() {
      hand();
      await Promise.all([...known.values()].map((target) => target.idle()));
    },
  };
  output.turn(paths, errorPaths);
  return output;
}

/** Appends to a file, one write at a time. */
function fileTarget(env: Env, path: string, report: (text: string) => void): Target {
  const state = { waiting: "", lost: 0, writing: undefined as Promise<void> | undefined };
  async function drain(): Promise<void> {
    while (state.waiting !== "") {
      const text = state.waiting;
      state.waiting = "";
      try {
        await env.files.append(path, text);
        if (state.lost > 0) report(`lost ${state.lost} writes to log file "${path}", which takes no more\n`);
        state.lost = 0;
      } catch (error) {
        report(`cannot write log file "${path}": ${describeError(error)}\n`);
      }
    }
    state.writing = undefined;
  }
  return {
    push(text: string): void {
      if (state.waiting.length > MOST_WAITING) state.lost++;
      else state.waiting += text;
      state.writing ??= drain();
    },
    idle: async (): Promise<void> => state.writing,
  };
}
