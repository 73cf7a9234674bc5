import type { Env, Timer } from "@sluice/component";
import { describeError } from "./log-text.ts";
import type { WriteLine } from "./logger.ts";

/** Characters gathered before they are written without waiting for the end of the turn. */
const FLUSH_AT = 64 * 1024;
/** Characters kept for a file that takes no more; further lines for it are lost and counted. */
const MOST_WAITING = 1024 * 1024;

/** Where lines go. */
export interface LogOutput {
  readonly write: WriteLine;
  /** Resolves when every line is handed over. */
  flush(): Promise<void>;
}

/** Gathers the lines of one turn into one write a path; a path is "stdout", "stderr" or a file, to which is appended. */
export function createLogOutput(env: Env, paths: readonly string[], errorPaths: readonly string[]): LogOutput {
  const report = (text: string): void => {
    for (const path of errorPaths) env.process.write(path === "stdout" ? "stdout" : "stderr", text);
  };
  const targets = paths.map((path) =>
    path === "stdout" || path === "stderr"
      ? { push: (text: string) => env.process.write(path, text), idle: async () => {} }
      : fileTarget(env, path, report),
  );
  const state = { text: "", timer: undefined as Timer | undefined };
  function hand(): void {
    const { text, timer } = state;
    state.text = "";
    state.timer = undefined;
    timer?.cancel();
    if (text !== "") for (const target of targets) target.push(text);
  }
  return {
    write(line, urgent) {
      state.text += line;
      if (urgent || state.text.length >= FLUSH_AT) return hand();
      state.timer ??= env.timers.after(0, hand);
    },
    async flush() {
      hand();
      await Promise.all(targets.map((target) => target.idle()));
    },
  };
}

/** Appends to a file, one write at a time. */
function fileTarget(env: Env, path: string, report: (text: string) => void) {
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
