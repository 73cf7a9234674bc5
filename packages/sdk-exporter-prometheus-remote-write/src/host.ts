/** The program around the exporter: its variables, its end. The one file here that is not pure, and needs nothing of `runtime`. */

/** Environment variables. */
export function variables(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** A random name that nobody else has. */
export function randomName(): string {
  return crypto.randomUUID();
}

/**
 * Calls `work` once when the program has nothing left to do, or when SIGINT or SIGTERM would end it; then the process ends as it
 * would have without. A program that listens for a signal itself is left alone with it.
 */
export function beforeEnd(work: () => Promise<void>): void {
  let begun: Promise<void> | undefined;
  const once = (): Promise<void> => {
    begun ??= work();
    return begun;
  };
  process.once("beforeExit", () => void once());
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const onSignal = (): void => {
      // Somebody else decides what the signal means.
      if (process.listenerCount(signal) > 1) return;
      void once().finally(() => {
        process.off(signal, onSignal);
        process.kill(process.pid, signal);
      });
    };
    process.on(signal, onSignal);
  }
}
