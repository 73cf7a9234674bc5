import { PermanentError, type Timer } from "@sluice/component";
import type { QueueConfig } from "./config.ts";
import type { Delivery } from "./delivery.ts";
import type { Drain } from "./drain.ts";
import type { Queued } from "./lane.ts";
import { Lanes, type Request } from "./lanes.ts";
import type { Ledger } from "./ledger.ts";
import { type Amount, createRoom, type Room } from "./room.ts";
import type { Item, SenderOptions, SenderSettings } from "./sender.ts";
import { settle, sum } from "./settle.ts";

/** What waits to be sent: bounded, and in lanes of which each has one request under way. */
export interface Queue {
  /** Whether batches are queued; what was queued before is sent in any case. */
  readonly isOn: boolean;
  /** Whether a batch that is not to be queued has something of its lanes before it. */
  isBehind(items: readonly Item[]): boolean;
  /** Resolves when `isBehind` may give another answer. */
  moved(): Promise<void>;
  send(items: readonly Item[]): Promise<void>;
  update(settings: SenderSettings): void;
}

/** What an item needs in memory beside its bytes. */
const itemOverhead = 256;

export function createQueue(options: SenderOptions, drain: Drain, delivery: Delivery): Queue {
  const { ledger } = options;
  let settings: SenderSettings = options;
  const lanes = new Lanes(settings.queue?.num_consumers ?? 1);
  const room = createRoom(settings.queue ?? { sizer: "requests", queue_size: 0 }, options.maxQueuedBytes);
  const watching: (() => void)[] = [];
  drain.stopping.addEventListener("abort", () => {
    room.close();
    sendReady();
  });
  observe(options, room, () => settings.queue);

  const tell = () => {
    for (const wake of watching.splice(0)) wake();
  };
  const renew = renews(options, room);
  const sendReady = () => {
    const { maxMergedBytes: maxBytes, lingerMs } = settings;
    const taking = { maxBytes, lingerMs: room.isCrowded ? 0 : lingerMs, now: options.env.clock.monotonic() };
    for (const request of lanes.take(taking, renew)) void drain.run(() => carry(request));
    alarm(lanes.nextAt);
  };
  const alarm = createAlarm(options.env, sendReady);
  const carry = async (request: Request): Promise<void> => {
    const outcome = await delivery.deliver(request.items, request.tries);
    if (outcome === "again") lanes.putBack(request);
    else {
      settle(options, drain, request.items, outcome === "delivered" ? undefined : outcome);
      for (const queued of request.queued) room.giveBack(amountOfQueued(queued));
      lanes.end(request);
    }
    sendReady();
    tell();
  };
  return {
    get isOn() {
      return settings.queue !== undefined;
    },
    isBehind: (items) => settings.queue === undefined && !lanes.areFree(items),
    moved: () => new Promise((resolve) => watching.push(resolve)),
    async send(items) {
      const entered = enter(room, items, settings.queue!, ledger);
      if (room.isCrowded) sendReady();
      await entered;
      ledger.accept(sum(items, (item) => item.items));
      lanes.add(items);
      sendReady();
    },
    update(next) {
      const count = next.queue?.num_consumers ?? lanes.count;
      const recall = next.post !== settings.post || count !== lanes.count;
      settings = next;
      if (count !== lanes.count) lanes.divide(count);
      if (next.queue !== undefined) room.resize(next.queue);
      delivery.update(next, recall);
      sendReady();
      tell();
    },
  };
}

/** Calls `ring` at the time that it was told last, in monotonic milliseconds; never for infinity. */
function createAlarm({ clock, timers }: SenderOptions["env"], ring: () => void): (at: number) => void {
  const set: { at: number; timer: Timer | undefined } = { at: Number.POSITIVE_INFINITY, timer: undefined };
  const onTime = () => {
    set.at = Number.POSITIVE_INFINITY;
    ring();
  };
  return (at) => {
    if (at === set.at) return;
    set.timer?.cancel();
    set.at = at;
    set.timer = Number.isFinite(at) ? timers.after(at - clock.monotonic(), onTime) : undefined;
  };
}

/** What `options.renew` makes of something queued. */
function renews(options: SenderOptions, room: Room): (queued: Queued) => readonly Queued[] {
  return (queued) => {
    const items = options.renew?.(queued.item);
    if (items === undefined) return [queued];
    queued.batch.left += items.length - 1;
    room.exchange(amountOf([queued.item], 0), amountOf(items, 0));
    // In order among themselves, and before all that came later.
    return items.map((item, i) => ({ ...queued, item, turn: queued.turn + i / items.length, tries: undefined }));
  };
}

/** Takes room for the items; rejects when there is none. */
async function enter(room: Room, items: readonly Item[], config: QueueConfig, ledger: Ledger): Promise<void> {
  const wanted = amountOf(items, Math.min(1, items.length));
  const fits = room.couldHold(wanted);
  if (fits && (config.block_on_overflow ? await room.take(wanted) : room.tryTake(wanted))) return;
  ledger.refuse(sum(items, (item) => item.points));
  throw fits ? new Error("sending queue is full") : tooLarge(wanted, config);
}

function tooLarge(wanted: Amount, { sizer, queue_size }: QueueConfig): PermanentError {
  const words = `cannot queue a batch of ${wanted[sizer]} ${sizer} and ${wanted.memory} bytes`;
  return new PermanentError(`${words}: the queue holds ${queue_size} ${sizer} at most`);
}

const amountOf = (items: readonly Item[], requests: number): Amount => ({
  requests,
  items: sum(items, (item) => item.items),
  bytes: sum(items, (item) => item.body.length),
  memory: sum(items, (item) => item.body.buffer.byteLength + itemOverhead),
});

/** What an item gives back that is settled: a batch counts as one request until its last item is gone. */
function amountOfQueued({ item, batch }: Queued): Amount {
  batch.left--;
  return amountOf([item], Number(batch.left === 0));
}

/** Without a queue there is nothing to show, once it is empty. */
function observe({ meter, ledger }: SenderOptions, room: Room, config: () => QueueConfig | undefined): void {
  const labels = { data_type: ledger.signal };
  const gauge = (name: string, description: string, unit: string, read: () => number) =>
    meter.observe(name, { description, unit }, () =>
      config() !== undefined || room.memory > 0 ? [{ value: read(), labels }] : [],
    );
  const units = "in units of its sizer";
  const capacity = () => config()?.queue_size ?? 0;
  gauge("otelcol_exporter_queue_size", `What the queue holds, ${units}.`, "{batch}", () => room.size);
  gauge("otelcol_exporter_queue_capacity", `What the queue can hold, ${units}.`, "{batch}", capacity);
  gauge("sluice_exporter_queue_bytes", "Bytes the queue holds in memory.", "By", () => room.memory);
}
