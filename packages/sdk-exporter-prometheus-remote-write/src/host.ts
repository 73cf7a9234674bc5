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
 * would have without. A program that listens for a signal itself is left alone with it. `work` must not reject.
 */
export function beforeEnd(work: () => Promise<void>): void {
  let begun: Promise<void> | undefined;
  let isAsked = false;
  const once = (): Promise<void> => {
    begun ??= work();
    return begun;
  };
  process.once("beforeExit", () => void once());
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const onSignal = (): void => {
      // Somebody else decides what the signal means.
      if (process.listenerCount(signal) > 1) return;
      const end = () => {
        process.off(signal, onSignal);
        process.kill(process.pid, signal);
      };
      // A second one does not wait.
      if (isAsked) end();
      else void once().finally(end);
      isAsked = true;
    };
    process.on(signal, onSignal);
  }
}
