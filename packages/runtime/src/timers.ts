import type { Timer, Timers } from "@sluice/component";

/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Node's timers; a pending one keeps the process alive, unless they are those of a guest. */
export function createTimers(isGuest = false): Timers {
  return timersOver((ms, fn) => after(ms, fn, isGuest));
}

/** Completes `after` with a sleep that can be aborted. */
export function timersOver(after: Timers["after"]): Timers {
  return {
    after,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const timer = after(ms, () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        });
        function abort(): void {
          timer.cancel();
          reject(signal?.reason);
        }
        signal?.addEventListener("abort", abort, { once: true });
      });
    },
  };
}

/** Keeps the process alive until the way out that it gives is called. */
export function holdProcess(): () => void {
  const handle = setInterval(() => {}, LONGEST_MS);
  return () => clearInterval(handle);
}

function after(ms: number, fn: () => void, isGuest: boolean): Timer {
  const state = { handle: undefined as NodeJS.Timeout | undefined };
  const arm = (left: number): void => {
    const step = Math.min(Math.max(left, 0), LONGEST_MS);
    state.handle = setTimeout(() => (left > step ? arm(left - step) : fn()), step);
    if (isGuest) state.handle.unref();
  };
  arm(ms);
  return { cancel: () => clearTimeout(state.handle) };
}
