/** Between two looks. */
const POLL_MS = 20;

/** What `waitFor` waits for, and how long. */
export interface WaitOptions {
  /** Said when it does not come. */
  readonly what: string;
  /** Milliseconds of real time; default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Asks `fn` until it gives something other than undefined or false, and gives that back. Rejects when the time is over,
 * saying what was waited for and what `fn` gave or threw last.
 */
export async function waitFor<T>(fn: () => T | Promise<T>, options: WaitOptions): Promise<NonNullable<T>> {
  const { what, timeoutMs = 10_000 } = options;
  const end = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const value = await fn();
      if (value !== undefined && value !== null && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`${what}: not within ${timeoutMs} ms; last seen: ${String(last)}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
