/**
 * The queue between `consume` and the socket. Items are encoded requests; they wait in lanes, one request under way a lane,
 * first in first out, so that samples of one series keep their order while several requests travel at once.
 */
import { type Context, type Env, type Logger, type Meter, PermanentError, type Share } from "@sluice/component";
import { type QueueConfig, type RetryConfig, shareQueue } from "./config.ts";
import { createDelivery, type Delivery, freshTries } from "./delivery.ts";
import { createDrain, type Drain } from "./drain.ts";
import type { Ledger } from "./ledger.ts";
import { createQueue } from "./queue.ts";
import { settle, sum } from "./settle.ts";

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
/** What may change while a sender runs. */
export interface SenderSettings {
  /** undefined = no queue: `send` waits for the backend's answer. */
  readonly queue: QueueConfig | undefined;
  readonly retry: RetryConfig;
  /** Neighbours of a lane are sent as one request up to this many raw bytes. */
  readonly maxMergedBytes: number;
  /**
   * A request that is not full goes out at the earliest so long after the one before it in its lane, in milliseconds: what comes
   * in quick succession travels together. The first one goes at once, and so does everything when the queue is half full or the
   * exporter stops. 0 = never waits.
   */
  readonly lingerMs: number;
  /**
   * Sends one request; rejects with PermanentError (rejected for good), RetryLaterError, or anything else (try again). A request
   * that failed is sent again with the same items, or with some of them, never with more.
   */
  readonly post: (items: readonly Item[], signal: AbortSignal) => Promise<void>;
}
export interface SenderOptions extends SenderSettings {
  readonly env: Env;
  readonly log: Logger;
  readonly meter: Meter;
  /** Told of every failed try, and of the first success after one. */
  readonly status: Context["status"];
  readonly ledger: Ledger;
  /** What the queue may hold in memory whatever `queue_size` says. */
  readonly maxQueuedBytes: number;
  /** The part of these limits, and of the settings' queue, that this sender has. */
  readonly share: Share;
  /** The backend confirmed these items: nobody reads their bytes any more. */
  delivered?(items: readonly Item[]): void;
  /**
   * Asked before an item is sent: others to send instead of it, in this order and as many items in all; undefined = as it is. For
   * a backend that turned out to want another encoding.
   */
  renew?(item: Item): readonly Item[] | undefined;
}
export interface Sender {
  /** Takes all items or none. Resolved = queued (with a queue) or delivered (without). */
  send(items: readonly Item[]): Promise<void>;
  /**
   * Puts other settings in force at once. What is queued stays queued, in order, whatever the new bounds. Another `post` (told by
   * `===`) sends what waits for its next try at once; what is under way by the old one ends first. A queue that is turned off is
   * emptied before anything of the same lanes is sent without it.
   */
  update(settings: SenderSettings): void;
  /**
   * Takes nothing more, sends what is queued and stops. It gives up ten seconds after the last answer that was a yes or a no;
   * what then remains is counted as dropped{reason="shutdown"}.
   */
  shutdown(): Promise<void>;
}

/** Creates the sender of one exporter instance and signal. */
export function createSender(whole: SenderOptions): Sender {
  const { env, meter, ledger, share } = whole;
  const own = (settings: SenderSettings): SenderSettings => ({
    ...settings,
    queue: settings.queue && shareQueue(settings.queue, share),
  });
  const options = { ...whole, ...own(whole), maxQueuedBytes: Math.floor(whole.maxQueuedBytes / share.count) };
  const drain = createDrain(env.timers);
  const delivery = createDelivery(options, drain);
  meter.observe(
    "otelcol_exporter_in_flight_requests",
    { description: "Requests under way.", unit: "{request}" },
    () => [{ value: delivery.inFlight, labels: { data_type: ledger.signal } }],
  );
  const sendNow = sendsNow(options, drain, delivery);
  const queue = createQueue(options, drain, delivery);
  return {
    async send(items) {
      while (queue.isBehind(items)) await queue.moved();
      if (drain.stopping.aborted) {
        ledger.refuse(sum(items, (item) => item.points));
        throw new Error("exporter is stopped");
      }
      await (queue.isOn ? queue.send(items) : sendNow(items));
    },
    update: (settings) => queue.update(own(settings)),
    shutdown() {
      const { queued } = options.ledger;
      if (queued > 0 && !drain.stopping.aborted) options.log.info("sending what is queued", { queued });
      return drain.finish();
    },
  };
}

/** Without a queue: the caller waits for the backend's answer. */
function sendsNow(options: SenderOptions, drain: Drain, delivery: Delivery): Sender["send"] {
  const { ledger } = options;
  const sendAll = async (items: readonly Item[]): Promise<void> => {
    let rejection: PermanentError | undefined;
    let tries = { ...freshTries };
    const left = [...items];
    for (let item = left[0]; item !== undefined; item = left[0]) {
      const renewed = options.renew?.(item);
      if (renewed !== undefined) {
        left.splice(0, 1, ...renewed);
        continue;
      }
      const outcome = await delivery.deliver([item], tries);
      if (outcome === "again") continue;
      tries = { ...freshTries };
      const error = outcome instanceof Error ? outcome : undefined;
      if (error !== undefined && !(error instanceof PermanentError)) {
        // What went out stays delivered; the rest goes back to whoever asked, who may send it again.
        ledger.fail(sum(left, (each) => each.points));
        throw error;
      }
      left.shift();
      ledger.accept(item.items);
      settle(options, drain, [item], error);
      rejection ??= error;
    }
    if (rejection !== undefined) throw rejection;
  };
  return (items) => drain.run(() => sendAll(items));
}
