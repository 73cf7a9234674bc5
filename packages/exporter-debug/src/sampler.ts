import type { Clock } from "@sluice/component";

const WINDOW_MS = 1000;

/**
 * Decides which batches are written: of each signal the first `initial` in a second, then every `thereafter`-th. A second
 * begins with the first batch after the last second ended.
 */
export class Sampler {
  readonly #clock: Clock;
  readonly #initial: number;
  readonly #thereafter: number;
  readonly #windows = new Map<string, { end: number; count: number }>();

  constructor(clock: Clock, initial: number, thereafter: number) {
    this.#clock = clock;
    this.#initial = initial;
    this.#thereafter = thereafter;
  }

  /** Counts one batch of this signal and says whether to write it. */
  take(signal: string): boolean {
    const now = this.#clock.monotonic();
    let window = this.#windows.get(signal);
    if (window === undefined || now >= window.end) {
      window = { end: now + WINDOW_MS, count: 0 };
      this.#windows.set(signal, window);
    }
    const beyond = ++window.count - this.#initial;
    return beyond <= 0 || (this.#thereafter > 0 && beyond % this.#thereafter === 0);
  }
}
