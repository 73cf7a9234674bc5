/**
 * The queue between `consume` and the socket. Items are encoded requests; they wait in lanes, one request under way a lane,
 * first in first out, so that samples of one series keep their order while several requests travel at once.
 */
import { type Env, type Logger, type Meter, PermanentError } from "@sluice/component";
import type { QueueConfig, RetryConfig } from "./config.ts";
import { createDelivery, type Delivery } from "./delivery.ts";
import { createDrain, type Drain } from "./drain.ts";
import { Lane, type Queued } from "./lane.ts";
import type { Ledger } from "./ledger.ts";
import { createRoom, type Room } from "./room.ts";

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
   * Takes nothing more, sends what is queued and stops. It gives up ten seconds after the last answer that was a yes or a no;
   * what then remains is counted as dropped{reason="shutdown"}.
   */
  shutdown(): Promise<void>;
}

/** What an item needs in memory beside its bytes. */
const itemOverhead = 256;

/** Creates the sender of one exporter instance and signal. */
export function createSender(options: SenderOptions): Sender {
  const { env, meter, ledger, queue } = options;
  const drain = createDrain(env.timers);
  const delivery = createDelivery(options, drain);
  meter.observe(
    "otelcol_exporter_in_flight_requests",
    { description: "Requests under way.", unit: "{request}" },
    () => [{ value: delivery.inFlight, labels: { data_type: ledger.signal } }],
  );
  const send = queue === undefined ? sendsNow(options, drain, delivery) : sendsLater(options, queue, drain, delivery);
  return {
    async send(items) {
      if (drain.stopping.aborted) {
        ledger.refuse(sum(items, (item) => item.points));
        throw new Error("exporter is stopped");
      }
      await send(items);
    },
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
    for (const [at, item] of items.entries()) {
      const error = await delivery.deliver([item]);
      if (error !== undefined && !(error instanceof PermanentError)) {
        // What went out stays delivered; the rest goes back to whoever asked, who may send it again.
        ledger.fail(sum(items.slice(at), (each) => each.points));
        throw error;
      }
      ledger.accept(item.items);
      settle(options, drain, [item], error);
      rejection ??= error;
    }
    if (rejection !== undefined) throw rejection;
  };
  return (items) => drain.run(() => sendAll(items));
}

/** With a queue: items wait in lanes, one request under way a lane. */
function sendsLater(options: SenderOptions, queue: QueueConfig, drain: Drain, delivery: Delivery): Sender["send"] {
  const { ledger } = options;
  const lanes = Array.from({ length: queue.num_consumers }, () => new Lane());
  const room = createRoom(queue.queue_size, options.maxQueuedBytes);
  drain.stopping.addEventListener("abort", () => room.close());
  observeRoom(options, room, queue.queue_size);

  const release = ({ item, batch }: Queued): void => {
    batch.left--;
    // A batch counts as one request until its last item is gone.
    const size = queue.sizer === "requests" ? Number(batch.left === 0) : sizeOf(item, queue.sizer);
    room.giveBack(size, heldBytes(item));
  };
  const runLane = async (lane: Lane): Promise<void> => {
    lane.busy = true;
    while (lane.length > 0) {
      const taken = lane.take(options.maxMergedBytes);
      const items = taken.map(({ item }) => item);
      settle(options, drain, items, await delivery.deliver(items));
      for (const queued of taken) release(queued);
    }
    lane.busy = false;
  };
  const refusal = (items: readonly Item[], error: Error): Error => {
    ledger.refuse(sum(items, (item) => item.points));
    return error;
  };
  return async (items) => {
    const { sizer } = queue;
    const size = sizer === "requests" ? Math.min(1, items.length) : sum(items, (item) => sizeOf(item, sizer));
    const wanted = { size, bytes: sum(items, heldBytes) };
    if (!room.couldHold(wanted)) {
      const words = `cannot queue a batch of ${size} ${sizer} and ${wanted.bytes} bytes`;
      throw refusal(items, new PermanentError(`${words}: the queue holds ${queue.queue_size} ${sizer} at most`));
    }
    if (!(queue.block_on_overflow ? await room.take(wanted) : room.tryTake(wanted))) {
      throw refusal(items, new Error("sending queue is full"));
    }
    ledger.accept(sum(items, (item) => item.items));
    const batch = { left: items.length };
    for (const item of items) lanes[item.lane % lanes.length]!.push({ item, batch });
    for (const lane of lanes) if (!lane.busy && lane.length > 0) void drain.run(() => runLane(lane));
  };
}

/** Enters the end of a request into the account and the log. */
function settle(options: SenderOptions, drain: Drain, items: readonly Item[], error: Error | undefined): void {
  const { ledger, log } = options;
  const count = sum(items, (item) => item.items);
  const points = sum(items, (item) => item.points);
  if (error === undefined) {
    ledger.deliver(count, points);
    drain.progress();
    options.delivered?.(items);
    return;
  }
  const fields = { error, dropped_items: count };
  if (error instanceof PermanentError) {
    log.error("request rejected by the backend, dropping data", fields);
    ledger.reject(count, points);
    drain.progress();
    return;
  }
  log.error("cannot send, dropping data", fields);
  ledger.drop(drain.ended.aborted ? "shutdown" : "retry_exhausted", count, points);
}

function observeRoom({ meter, ledger }: SenderOptions, room: Room, capacity: number): void {
  const labels = { data_type: ledger.signal };
  const observe = (name: string, description: string, unit: string, read: () => number) =>
    meter.observe(name, { description, unit }, () => [{ value: read(), labels }]);
  const units = "in units of its sizer";
  observe("otelcol_exporter_queue_size", `What the queue holds, ${units}.`, "{batch}", () => room.size);
  observe("otelcol_exporter_queue_capacity", `What the queue can hold, ${units}.`, "{batch}", () => capacity);
  observe("sluice_exporter_queue_bytes", "Bytes the queue holds in memory.", "By", () => room.bytes);
}

const sizeOf = (item: Item, sizer: "items" | "bytes"): number => (sizer === "items" ? item.items : item.body.length);
const heldBytes = (item: Item): number => item.body.buffer.byteLength + itemOverhead;

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  let total = 0;
  for (const each of list) total += of(each);
  return total;
}
