import type { Env, Timer } from "@sluice/component";
import { deadlineExceeded, HttpError } from "./errors.ts";

/** A timer that is later than this was kept waiting by our own work. */
const busyMs = 5;

/**
 * The end of one request: its time is over, its caller gave up, or the client closed. Whoever works for the request at the
 * moment listens (one at a time), so that a request needs one timer and no chain of promises.
 */
export class Deadline {
  /** Why the request ended early. */
  error: Error | undefined;
  #listener: ((error: Error) => void) | undefined;
  readonly #env: Pick<Env, "clock" | "timers">;
  #timer: Timer | undefined;
  /** Milliseconds that may still be added for the time in which this process was busy. */
  #grace = 0;
  readonly #signal: AbortSignal | undefined;
  readonly #abort: (() => void) | undefined;

  /** `timeoutMs` 0 or undefined = no limit. Call `done` when the request is over. */
  constructor(env: Pick<Env, "clock" | "timers">, timeoutMs: number | undefined, signal: AbortSignal | undefined) {
    this.#env = env;
    if (timeoutMs) {
      this.#grace = timeoutMs;
      this.#after(timeoutMs);
    }
    if (signal === undefined) return;
    const abort = (): void => this.expire(new HttpError("aborted", "request aborted", { cause: signal.reason }));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    this.#signal = signal;
    this.#abort = abort;
  }

  /**
   * Ends the request after `ms`. A timer that fires late says that this process was busy in the meantime: what the peer sent lies
   * unread, and that is not the peer's fault, so the time is given back, once over at most.
   */
  #after(ms: number): void {
    const { clock, timers } = this.#env;
    const due = clock.monotonic() + ms;
    this.#timer = timers.after(ms, () => {
      const late = clock.monotonic() - due;
      if (late < busyMs || this.#grace <= 0) this.expire(deadlineExceeded());
      else {
        const more = Math.min(late, this.#grace);
        this.#grace -= more;
        this.#after(more);
      }
    });
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
