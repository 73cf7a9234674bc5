import type { Timer, Timers } from "@sluice/component";
import { deadlineExceeded, HttpError } from "./errors.ts";

/**
 * The end of one request: its time is over, its caller gave up, or the client closed. Whoever works for the request at the
 * moment listens (one at a time), so that a request needs one timer and no chain of promises.
 */
export class Deadline {
  /** Why the request ended early. */
  error: Error | undefined;
  #listener: ((error: Error) => void) | undefined;
  #timer: Timer | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #abort: (() => void) | undefined;

  /** `timeoutMs` 0 or undefined = no limit. Call `done` when the request is over. */
  constructor(timers: Timers, timeoutMs: number | undefined, signal: AbortSignal | undefined) {
    if (timeoutMs) this.#timer = timers.after(timeoutMs, () => this.#lastTurn(timers));
    if (signal === undefined) return;
    const abort = (): void => this.expire(new HttpError("aborted", "request aborted", { cause: signal.reason }));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    this.#signal = signal;
    this.#abort = abort;
  }

  /** What has arrived by now is read first: when the process itself was busy, that is not the peer's fault. */
  #lastTurn(timers: Timers): void {
    this.#timer = timers.after(0, () => this.expire(deadlineExceeded()));
  }

  /** Replaces the listener; undefined = nobody. Called at once when the request is over already. */
  listen(listener: ((error: Error) => void) | undefined): void {
    this.#listener = listener;
    if (this.error !== undefined) listener?.(this.error);
  }

  expire(error: Error): void {
    if (this.error !== undefined) return;
    this.error = error;
    this.#listener?.(error);
  }

  /** Settles like `work`, or rejects at the end of the request if that comes first; then `work` is left alone. */
  async race<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.listen(reject);
    try {
      return await Promise.race([work, promise]);
    } finally {
      this.listen(undefined);
    }
  }

  done(): void {
    this.#timer?.cancel();
    if (this.#abort !== undefined) this.#signal?.removeEventListener("abort", this.#abort);
    this.#listener = undefined;
  }
}
