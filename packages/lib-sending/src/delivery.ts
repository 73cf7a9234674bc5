import { type Env, PermanentError, RetryLaterError } from "@sluice/component";
import type { RetryConfig } from "./config.ts";
import type { Drain } from "./drain.ts";
import { SendAnewError } from "./errors.ts";
import type { Item, SenderOptions, SenderSettings } from "./sender.ts";

/** An answer that asks for a longer wait is asked again after this time. */
const longestWaitMs = 60 * 60_000;
/** The longest wait between two tries once the exporter is stopping. */
const stoppingWaitMs = 250;
const warnEveryMs = 10_000;

/** What a request has behind it. Times are monotonic milliseconds. */
export interface Tries {
  /** When it was sent first; NaN = not yet. */
  since: number;
  /** How often `post` failed. */
  failed: number;
  /** Not to be sent again by `post` before. */
  dueAt: number;
  /** Where it was sent; another one is tried at once, without what the one before asked for. */
  post: SenderSettings["post"] | undefined;
}
export const freshTries: Tries = { since: Number.NaN, failed: 0, dueAt: 0, post: undefined };

/** How a sending ended: with an error = given up; "again" = it was recalled, or is to be encoded anew: neither delivered nor given up. */
export type Outcome = "delivered" | "again" | Error;

/** Sends requests, each until it is delivered or hopeless. */
export interface Delivery {
  /** Requests under way at this moment. */
  readonly inFlight: number;
  deliver(items: readonly Item[], tries: Tries): Promise<Outcome>;
  /**
   * From the next try on these settings hold. `recall` ends each delivery with "again" unless its try under way succeeds: the
   * wait before the next one is remembered in its `tries`.
   */
  update(settings: SenderSettings, recall: boolean): void;
}

export function createDelivery(options: SenderOptions, drain: Drain): Delivery {
  const { env } = options;
  const pauses = createPauses(env, drain);
  const outage = createOutage(options);
  let settings: SenderSettings = options;
  let recalls = 0;
  let inFlight = 0;

  const attempt = async (items: readonly Item[]): Promise<Error | undefined> => {
    inFlight++;
    try {
      drain.ended.throwIfAborted();
      await settings.post(items, drain.ended);
      return undefined;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error("cannot send", { cause: thrown });
      if (!drain.ended.aborted) outage.note(error);
      return error;
    } finally {
      inFlight--;
    }
  };
  /** Works out when a failed request is sent again; false = never. */
  const schedule = (tries: Tries, error: Error): boolean => {
    const { retry } = settings;
    if (isFinal(error) || !retry.enabled || drain.ended.aborted) return false;
    // What failed by the settings before is tried once by the new ones, however old it is.
    if (tries.post !== settings.post) return true;
    const wait = fail(tries, error, retry, env);
    if (wait !== undefined) outage.tell(error, tries.failed, wait);
    return wait !== undefined;
  };
  return {
    get inFlight() {
      return inFlight;
    },
    async deliver(items, tries) {
      const recalled = recalls;
      if (Number.isNaN(tries.since)) tries.since = env.clock.monotonic();
      if (tries.post !== settings.post) Object.assign(tries, { failed: 0, dueAt: 0, post: settings.post });
      for (;;) {
        if (recalled === recalls) await pauses.until(tries.dueAt);
        if (recalled !== recalls) return "again";
        const error = await attempt(items);
        if (error === undefined) {
          outage.noteEnd();
          outage.tellEnd(tries);
          return "delivered";
        }
        if (!schedule(tries, error)) return error instanceof SendAnewError ? "again" : error;
      }
    },
    update(next, recall) {
      settings = next;
      if (!recall) return;
      recalls++;
      pauses.end();
    },
  };
}

/** Whether these items are not to be sent again as they are. */
function isFinal(error: Error): boolean {
  return error instanceof PermanentError || error instanceof SendAnewError;
}

/** The waits between two tries. */
interface Pauses {
  /** A shutdown cuts a wait short, since there is little time left. `dueAt` is monotonic milliseconds. */
  until(dueAt: number): Promise<void>;
  /** Ends all waits. */
  end(): void;
}
function createPauses({ clock, timers }: Env, drain: Drain): Pauses {
  const asleep = new Set<() => void>();
  const end = () => {
    for (const wake of asleep) wake();
  };
  drain.stopping.addEventListener("abort", end);
  drain.ended.addEventListener("abort", end);
  return {
    async until(dueAt) {
      const wait = dueAt - clock.monotonic();
      if (wait <= 0 || drain.ended.aborted) return;
      await new Promise<void>((resolve) => {
        const wake = () => {
          timer.cancel();
          asleep.delete(wake);
          resolve();
        };
        const timer = timers.after(drain.stopping.aborted ? Math.min(wait, stoppingWaitMs) : wait, wake);
        asleep.add(wake);
      });
    },
    end,
  };
}

/** Tells of a backend that fails now and then, and once of its end. */
function createOutage({ env, log, ledger, status }: SenderOptions) {
  const state = { lastWarning: Number.NEGATIVE_INFINITY, warned: false, failing: false };
  return {
    /** Every failure is a status event: health checks count them. */
    note(error: Error): void {
      if (error instanceof SendAnewError) return;
      state.failing = true;
      status("recoverable_error", error);
    },
    noteEnd(): void {
      if (!state.failing) return;
      state.failing = false;
      status("ok");
    },
    tell(error: Error, tries: number, wait: number): void {
      const now = env.clock.monotonic();
      if (now - state.lastWarning <= warnEveryMs) return;
      state.lastWarning = now;
      state.warned = true;
      log.warn("cannot send, will try again", { error, tries, wait_ms: Math.round(wait), queued: ledger.queued });
    },
    tellEnd({ failed, since }: Tries): void {
      if (!state.warned) return;
      state.warned = false;
      log.info("sending again", { tries: failed + 1, after_ms: Math.round(env.clock.monotonic() - since) });
    },
  };
}

/** Counts a failed try; gives the milliseconds until the next one, or undefined when the request would be too old then. */
function fail(tries: Tries, error: Error, retry: RetryConfig, { clock, random }: Env): number | undefined {
  tries.failed++;
  const now = clock.monotonic();
  const wait = waitAfter(tries.failed, error, retry, random.next());
  tries.dueAt = now + wait;
  const tooOld = retry.max_elapsed_time > 0 && tries.dueAt - tries.since > retry.max_elapsed_time;
  return tooOld ? undefined : wait;
}

/** Exponential back-off with jitter (exporterhelper's rule); a backend's own wish is honoured when longer. */
function waitAfter(tries: number, error: Error, retry: RetryConfig, random: number): number {
  const interval = Math.min(retry.initial_interval * retry.multiplier ** (tries - 1), retry.max_interval);
  const wait = interval * (1 + retry.randomization_factor * (2 * random - 1));
  return error instanceof RetryLaterError ? Math.min(Math.max(wait, error.afterMs), longestWaitMs) : wait;
}
