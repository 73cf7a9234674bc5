import type { QueueConfig } from "./config.ts";

/** How much something takes, in every unit: so that the sizer may change. */
export interface Amount {
  readonly requests: number;
  readonly items: number;
  /** Bytes of bodies. */
  readonly bytes: number;
  /** Bytes of memory. */
  readonly memory: number;
}
type Bounds = Pick<QueueConfig, "sizer" | "queue_size">;

/** How much a queue holds and may hold, bounded twice: in the units of its sizer, and in bytes of memory. */
export interface Room {
  /** In units of the sizer. */
  readonly size: number;
  readonly memory: number;
  /** Half of it or more is taken, somebody waits for room, or it is closed. */
  readonly isCrowded: boolean;
  /** Whether so much would fit if nothing else were there. */
  couldHold(wanted: Amount): boolean;
  /** Takes room at once, or gives false. Nobody overtakes those who wait. */
  tryTake(wanted: Amount): boolean;
  /** Waits for room and takes it, first come, first served; false when the queue is closed first, or made too small. */
  take(wanted: Amount): Promise<boolean>;
  giveBack(gone: Amount): void;
  /** Something that is held takes another amount from now on, whether there is room or not. */
  exchange(gone: Amount, come: Amount): void;
  /** Sets new bounds. What is held stays, however much it is. */
  resize(bounds: Bounds): void;
  /** Sends away everyone who waits, now and later. */
  close(): void;
}

export function createRoom(bounds: Bounds, maxMemory: number): Room {
  const line: { readonly wanted: Amount; readonly end: (taken: boolean) => void }[] = [];
  let { sizer, queue_size: capacity } = bounds;
  let held: Amount = { requests: 0, items: 0, bytes: 0, memory: 0 };
  let closed = false;
  const fits = (wanted: Amount) => held[sizer] + wanted[sizer] <= capacity && held.memory + wanted.memory <= maxMemory;
  const couldHold = (wanted: Amount) => wanted[sizer] <= capacity && wanted.memory <= maxMemory;
  const tryTake = (wanted: Amount) => {
    const free = line.length === 0 && fits(wanted);
    if (free) held = plus(held, wanted, 1);
    return free;
  };
  /** Lets in those who wait, as far as there is room, and sends away whom there never will be room for. */
  const serve = () => {
    for (let next = line[0]; next !== undefined; next = line[0]) {
      const { wanted, end } = next;
      const taken = fits(wanted);
      if (!taken && couldHold(wanted)) return;
      line.shift();
      if (taken) held = plus(held, wanted, 1);
      end(taken);
    }
  };
  return {
    get size() {
      return held[sizer];
    },
    get memory() {
      return held.memory;
    },
    get isCrowded() {
      return closed || line.length > 0 || held[sizer] * 2 >= capacity || held.memory * 2 >= maxMemory;
    },
    couldHold,
    tryTake,
    async take(wanted) {
      if (tryTake(wanted)) return true;
      return !closed && (await new Promise<boolean>((end) => line.push({ wanted, end })));
    },
    giveBack(gone) {
      held = plus(held, gone, -1);
      serve();
    },
    exchange(gone, come) {
      held = plus(plus(held, gone, -1), come, 1);
    },
    resize(next) {
      sizer = next.sizer;
      capacity = next.queue_size;
      serve();
    },
    close() {
      closed = true;
      for (const { end } of line.splice(0)) end(false);
    },
  };
}

function plus(a: Amount, b: Amount, sign: 1 | -1): Amount {
  return {
    requests: a.requests + sign * b.requests,
    items: a.items + sign * b.items,
    bytes: a.bytes + sign * b.bytes,
    memory: a.memory + sign * b.memory,
  };
}
