/**
 * The queue between `consume` and the socket. Items are encoded requests; they wait in lanes, one request under way a lane,
 * first in first out, so that samples of one series keep their order while several requests travel at once.
 */
import { type Env, type Logger, type Meter, PermanentError, RetryLaterError } from "@sluice/component";
import type { QueueConfig, RetryConfig } from "./config.ts";
import type { Ledger } from "./ledger.ts";

/** One encoded request, or the part of one that `merge` can join with its neighbours. */
export interface Item {
  readonly body: Uint8Array;
  /** Bytes before compression: what `maxMergedBytes` bounds. */
  readonly rawBytes: number;
  readonly items: number;
  readonly points: number;
  /** Items of one lane never overtake each other; any integer >= 0. */
  readonly lane: number;
  /** Only items with the same `key` travel in one request (headers taken from the client's metadata). */
  readonly key: string;
}
export interface SenderOptions {
  readonly env: Env;
  readonly log: Logger;
  readonly meter: Meter;
  readonly ledger: Ledger;
  /** undefined = no queue: `send` waits for the backend's answer. */
  readonly queue: QueueConfig | undefined;
  readonly retry: RetryConfig;
  /** Neighbours of a lane are sent as one request up to this many raw bytes. */
  readonly maxMergedBytes: number;
  /** What the queue may hold in memory whatever `queue_size` says. */
  readonly maxQueuedBytes: number;
  /** Sends one request; rejects with PermanentError (rejected for good), RetryLaterError, or anything else (try again). */
  post(items: readonly Item[], signal: AbortSignal): Promise<void>;
  /** The backend confirmed these items: nobody reads their bytes any more. */
  delivered?(items: readonly Item[]): void;
}
export interface Sender {
  /** Takes all items or none. Resolved = queued (with a queue) or delivered (without). */
  send(items: readonly Item[]): Promise<void>;
  /**
   * Sends what is queued and stops. Failed requests are tried again for at most `drainMs`; what then remains is counted as
   * dropped{reason="shutdown"}.
   */
  shutdown(): Promise<void>;
}

const drainMs = 10_000;
/** An answer that asks for a longer wait is asked again after this time. */
const longestWaitMs = 60 * 60_000;

class Lane {
  readonly waiting: Item[] = [];
  head = 0;
  busy = false;

  get length(): number {
    return this.waiting.length - this.head;
  }
  /** Takes the next item and those after it that may travel in the same request. */
  take(maxBytes: number): Item[] {
    const first = this.waiting[this.head]!;
    const taken = [first];
    let bytes = first.rawBytes;
    for (let at = this.head + 1; at < this.waiting.length; at++) {
      const item = this.waiting[at]!;
      bytes += item.rawBytes;
      if (bytes > maxBytes || item.key !== first.key) break;
      taken.push(item);
    }
    this.head += taken.length;
    if (this.head === this.waiting.length || this.head >= 1024) {
      this.waiting.splice(0, this.head);
      this.head = 0;
    }
    return taken;
  }
}

/** Creates the sender of one exporter instance and signal. */
export function createSender(options: SenderOptions): Sender {
  const { env, log, meter, ledger, queue, retry } = options;
  const lanes = Array.from({ length: queue?.num_consumers ?? 1 }, () => new Lane());
  const sizeOf = sizers[queue?.sizer ?? "requests"];
  const capacity = queue?.queue_size ?? 0;
  const stopping = new AbortController();
  const ended = new AbortController();
  let size = 0;
  let bytes = 0;
  let inFlight = 0;
  let roomWaiters: (() => void)[] = [];
  const idleWaiters: (() => void)[] = [];
  let lastWarning = Number.NEGATIVE_INFINITY;

  if (queue !== undefined) {
    meter.observe(
      "otelcol_exporter_queue_size",
      { description: "What the queue holds, in units of its sizer.", unit: "{batch}" },
      () => size,
    );
    meter.observe(
      "otelcol_exporter_queue_capacity",
      { description: "What the queue can hold, in units of its sizer.", unit: "{batch}" },
      () => capacity,
    );
    meter.observe(
      "sluice_exporter_queue_bytes",
      { description: "Bytes the queue holds in memory.", unit: "By" },
      () => bytes,
    );
  }
  meter.observe(
    "otelcol_exporter_in_flight_requests",
    { description: "Requests under way.", unit: "{request}" },
    () => inFlight,
  );

  const release = (items: readonly Item[]): void => {
    for (const item of items) {
      size -= sizeOf(item);
      bytes -= item.body.length;
    }
    const waiters = roomWaiters;
    roomWaiters = [];
    for (const wake of waiters) wake();
  };

  const attempt = async (items: readonly Item[]): Promise<void> => {
    ended.signal.throwIfAborted();
    inFlight++;
    try {
      await options.post(items, ended.signal);
    } finally {
      inFlight--;
    }
  };

  /** Tries until delivered or hopeless; throws the last error. */
  const deliver = async (items: readonly Item[]): Promise<void> => {
    const startedAt = env.clock.monotonic();
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(items);
      } catch (error) {
        if (error instanceof PermanentError || !retry.enabled) throw error;
        const wait = waitBefore(tries, error, retry, env.random.next());
        const limit = retry.max_elapsed_time === 0 ? Number.POSITIVE_INFINITY : retry.max_elapsed_time;
        if (ended.signal.aborted || env.clock.monotonic() - startedAt + wait > limit) throw error;
        if (env.clock.monotonic() - lastWarning > 10_000) {
          lastWarning = env.clock.monotonic();
          log.warn("cannot send, will try again", {
            error,
            tries,
            wait_ms: Math.round(wait),
            queued: ledger.queued,
          });
        }
        await pause(wait);
      }
    }
  };
  /** Waits between two tries; a shutdown cuts the wait short, since there is little time left. */
  const pause = async (ms: number): Promise<void> => {
    const longest = stopping.signal.aborted ? 250 : ms;
    const signal = stopping.signal.aborted ? ended.signal : stopping.signal;
    await env.timers.sleep(Math.min(ms, longest), signal).catch(() => {});
  };

  const settle = (items: readonly Item[], error: unknown): void => {
    const count = sum(items, (item) => item.items);
    const points = sum(items, (item) => item.points);
    if (error === undefined) {
      ledger.deliver(count, points);
      return;
    }
    const fields = { error, dropped_items: count };
    if (error instanceof PermanentError) {
      log.error("request rejected by the backend, dropping data", fields);
      ledger.reject(count, points);
      return;
    }
    log.error("cannot send, dropping data", fields);
    ledger.drop(ended.signal.aborted ? "shutdown" : "retry_exhausted", count, points);
  };

  const runLane = async (lane: Lane): Promise<void> => {
    lane.busy = true;
    while (lane.length > 0) {
      const items = lane.take(options.maxMergedBytes);
      let failure: unknown;
      try {
        await deliver(items);
      } catch (error) {
        failure = error ?? new Error("unknown error");
      }
      settle(items, failure);
      release(items);
      if (failure === undefined) options.delivered?.(items);
    }
    lane.busy = false;
    if (lanes.every((each) => !each.busy)) for (const wake of idleWaiters.splice(0)) wake();
  };

  const enqueue = async (items: readonly Item[], config: QueueConfig): Promise<void> => {
    const wanted = sum(items, sizeOf);
    const wantedBytes = sum(items, (item) => item.body.length);
    const fits = () => size + wanted <= capacity && bytes + wantedBytes <= options.maxQueuedBytes;
    if (wanted > capacity || wantedBytes > options.maxQueuedBytes) {
      ledger.refuse(sum(items, (item) => item.points));
      throw new PermanentError(`cannot queue a batch of size ${wanted}: the queue's capacity is ${capacity}`);
    }
    while (!fits()) {
      if (!config.block_on_overflow || stopping.signal.aborted) {
        ledger.refuse(sum(items, (item) => item.points));
        throw new Error("sending queue is full");
      }
      await new Promise<void>((resolve) => roomWaiters.push(resolve));
    }
    size += wanted;
    bytes += wantedBytes;
    ledger.accept(sum(items, (item) => item.items));
    for (const item of items) lanes[item.lane % lanes.length]!.waiting.push(item);
    for (const lane of lanes) if (!lane.busy && lane.length > 0) void runLane(lane);
  };

  const sendNow = async (items: readonly Item[]): Promise<void> => {
    let rejection: PermanentError | undefined;
    for (const [at, item] of items.entries()) {
      try {
        await deliver([item]);
        ledger.accept(item.items);
        ledger.deliver(item.items, item.points);
      } catch (error) {
        if (!(error instanceof PermanentError)) {
          // What went out stays delivered; the rest goes back to whoever asked, who may send it again.
          ledger.refuse(sum(items.slice(at), (each) => each.points));
          throw error;
        }
        ledger.accept(item.items);
        settle([item], error);
        rejection = error;
      }
    }
    if (rejection !== undefined) throw rejection;
  };

  return {
    send: (items) => (queue === undefined ? sendNow(items) : enqueue(items, queue)),
    async shutdown() {
      stopping.abort(new Error("shutting down"));
      for (const wake of roomWaiters.splice(0)) wake();
      const timer = env.timers.after(drainMs, () => ended.abort(new Error("shutting down")));
      if (lanes.some((lane) => lane.busy)) await new Promise<void>((resolve) => idleWaiters.push(resolve));
      timer.cancel();
      ended.abort(new Error("shutting down"));
    },
  };
}

const sizers = {
  requests: () => 1,
  items: (item: Item) => item.items,
  bytes: (item: Item) => item.body.length,
};

/** Exponential back-off with jitter (exporterhelper's rule); a backend's own wish is honoured when longer. */
function waitBefore(nextTry: number, error: unknown, retry: RetryConfig, random: number): number {
  const interval = Math.min(retry.initial_interval * retry.multiplier ** (nextTry - 1), retry.max_interval);
  const wait = interval * (1 + retry.randomization_factor * (2 * random - 1));
  return error instanceof RetryLaterError ? Math.min(Math.max(wait, error.afterMs), longestWaitMs) : wait;
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  let total = 0;
  for (const each of list) total += of(each);
  return total;
}
