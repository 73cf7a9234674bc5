/** Tells the user how far a build is. */
export interface Progress {
  /** Begins what the user waits for, "bundling"; ends what was under way. */
  readonly step: (what: string) => void;
  /** Ends the step that is under way; `result` says what came of it. */
  readonly end: (result?: string) => void;
  /** A line that stays. */
  readonly tell: (line: string) => void;
}

export interface ProgressOptions {
  readonly isTerminal: boolean;
  readonly write: (text: string) => void;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
}

const CLEAR = "\r\x1b[2K";

/** On a terminal a step is one line that changes when it is done; elsewhere it is told once, when it is done. */
export function createProgress({ isTerminal, write, now }: ProgressOptions): Progress {
  const state = { step: undefined as string | undefined, since: 0 };
  const end = (result = state.step): void => {
    if (state.step === undefined) return;
    const seconds = ((now() - state.since) / 1000).toFixed(1);
    write(`${isTerminal ? `${CLEAR}\x1b[32m✓\x1b[0m ` : ""}${result} (${seconds} s)\n`);
    state.step = undefined;
  };
  return {
    step(what) {
      end();
      state.step = what;
      state.since = now();
      if (isTerminal) write(`  ${what} ...`);
    },
    end,
    tell(line) {
      write(isTerminal && state.step !== undefined ? `${CLEAR}${line}\n  ${state.step} ...` : `${line}\n`);
    },
  };
}
