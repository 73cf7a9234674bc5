import type { Timer, Timers } from "@sluice/component";

/** How long a shutdown goes on without a success. */
const patienceMs = 10_000;

/** The work that a shutdown waits for: as long as some of it succeeds, and ten seconds after the last success. */
export interface Drain {
  /** Aborted when the shutdown begins: no new work, no long waits. */
  readonly stopping: AbortSignal;
  /** Aborted when the shutdown ends: no more tries. */
  readonly ended: AbortSignal;
  run(work: () => Promise<void>): Promise<void>;
  /** Says that something succeeded. */
  progress(): void;
  /** Begins the shutdown; resolves when no work is left. Safe to call twice. */
  finish(): Promise<void>;
}

export function createDrain(timers: Timers): Drain {
  const stopping = new AbortController();
  const ended = new AbortController();
  const waiting: (() => void)[] = [];
  let active = 0;
  let timer: Timer | undefined;
  const end = () => ended.abort(new Error("shutting down"));
  const waitFromNow = () => {
    timer?.cancel();
    timer = timers.after(patienceMs, end);
  };
  return {
    stopping: stopping.signal,
    ended: ended.signal,
    async run(work) {
      active++;
      try {
        await work();
      } finally {
        active--;
        if (active === 0) for (const wake of waiting.splice(0)) wake();
      }
    },
    progress() {
      if (timer !== undefined) waitFromNow();
    },
    async finish() {
      stopping.abort(new Error("shutting down"));
      if (active > 0) {
        if (timer === undefined) waitFromNow();
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      timer?.cancel();
      timer = undefined;
      end();
    },
  };
}
