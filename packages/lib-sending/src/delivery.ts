import { PermanentError, RetryLaterError } from "@sluice/component";
import type { RetryConfig } from "./config.ts";
import type { Drain } from "./drain.ts";
import type { Item, SenderOptions } from "./sender.ts";

/** An answer that asks for a longer wait is asked again after this time. */
const longestWaitMs = 60 * 60_000;
/** The longest wait between two tries once the exporter is stopping. */
const stoppingWaitMs = 250;
const warnEveryMs = 10_000;

/** Sends requests, each until it is delivered or hopeless. */
export interface Delivery {
  /** Requests under way at this moment. */
  readonly inFlight: number;
  /** Gives the error that ended it; undefined = delivered. */
  deliver(items: readonly Item[]): Promise<Error | undefined>;
}

export function createDelivery(options: SenderOptions, drain: Drain): Delivery {
  const { env, log, ledger, retry } = options;
  const limit = retry.max_elapsed_time === 0 ? Number.POSITIVE_INFINITY : retry.max_elapsed_time;
  let inFlight = 0;
  let lastWarning = Number.NEGATIVE_INFINITY;
  let warned = false;

  const attempt = async (items: readonly Item[]): Promise<Error | undefined> => {
    inFlight++;
    try {
      drain.ended.throwIfAborted();
      await options.post(items, drain.ended);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error("cannot send", { cause: error });
    } finally {
      inFlight--;
    }
  };
  /** A shutdown cuts a wait short, since there is little time left. */
  const pause = async (ms: number): Promise<void> => {
    const stopping = drain.stopping.aborted;
    const signal = stopping ? drain.ended : drain.stopping;
    await env.timers.sleep(stopping ? Math.min(ms, stoppingWaitMs) : ms, signal).catch(() => {});
  };
  const warn = (error: Error, tries: number, wait: number): void => {
    const now = env.clock.monotonic();
    if (now - lastWarning <= warnEveryMs) return;
    lastWarning = now;
    warned = true;
    log.warn("cannot send, will try again", { error, tries, wait_ms: Math.round(wait), queued: ledger.queued });
  };
  /** The end of what was warned of. */
  const tellRecovery = (tries: number, startedAt: number): void => {
    if (!warned) return;
    warned = false;
    log.info("sending again", { tries, after_ms: Math.round(env.clock.monotonic() - startedAt) });
  };
  return {
    get inFlight() {
      return inFlight;
    },
    async deliver(items) {
      const startedAt = env.clock.monotonic();
      for (let tries = 1; ; tries++) {
        const error = await attempt(items);
        if (error === undefined) tellRecovery(tries, startedAt);
        if (error === undefined || error instanceof PermanentError || !retry.enabled) return error;
        const wait = waitAfter(tries, error, retry, env.random.next());
        if (drain.ended.aborted || env.clock.monotonic() - startedAt + wait > limit) return error;
        warn(error, tries, wait);
        await pause(wait);
      }
    },
  };
}

/** Exponential back-off with jitter (exporterhelper's rule); a backend's own wish is honoured when longer. */
function waitAfter(tries: number, error: Error, retry: RetryConfig, random: number): number {
  const interval = Math.min(retry.initial_interval * retry.multiplier ** (tries - 1), retry.max_interval);
  const wait = interval * (1 + retry.randomization_factor * (2 * random - 1));
  return error instanceof RetryLaterError ? Math.min(Math.max(wait, error.afterMs), longestWaitMs) : wait;
}
