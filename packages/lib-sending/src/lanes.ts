import { freshTries, type Tries } from "./delivery.ts";
import { Lane, type Queued } from "./lane.ts";
import type { Item } from "./sender.ts";

/** Items that travel together, from the moment they leave their lane until they are settled or back. */
export interface Request {
  readonly queued: readonly Queued[];
  readonly items: readonly Item[];
  readonly tries: Tries;
  /** Several only when the lanes were divided anew while it was under way. */
  lanes: ReadonlySet<Lane>;
}

/** What is taken from lanes, and when. Times in monotonic milliseconds. */
export interface Taking {
  readonly maxBytes: number;
  /** A request goes out so long after the one before it, unless it is full; 0 = at once. */
  readonly lingerMs: number;
  readonly now: number;
}

/** The lines in which items wait, one request under way a lane. Items of one lane number are always in the same line. */
export class Lanes {
  /** When the next of those lanes is due that `take` left waiting, in monotonic milliseconds. */
  nextAt = Number.POSITIVE_INFINITY;
  private lanes: Lane[];
  private turn = 0;
  private readonly underWay = new Set<Request>();

  constructor(count: number) {
    this.lanes = newLanes(count);
  }

  get count(): number {
    return this.lanes.length;
  }

  /** Queues the items of one batch. */
  add(items: readonly Item[]): void {
    const batch = { left: items.length };
    for (const item of items) this.laneOf(item).push({ item, batch, turn: this.turn++, tries: undefined });
  }

  /** Takes a request of at most `maxBytes` raw bytes from each lane that has items, none under way, and is due. */
  take({ maxBytes, lingerMs, now }: Taking, renew: (queued: Queued) => readonly Queued[]): Request[] {
    const requests: Request[] = [];
    this.nextAt = Number.POSITIVE_INFINITY;
    for (const lane of this.lanes) {
      if (lane.held > 0 || lane.length === 0) continue;
      const dueAt = lingerMs > 0 ? lane.dueAt(lingerMs, maxBytes) : now;
      if (dueAt > now) {
        this.nextAt = Math.min(this.nextAt, dueAt);
        continue;
      }
      const queued = lane.take(maxBytes, now, renew);
      const tries = queued[0]!.tries ?? freshTries;
      const request = { queued, items: queued.map(({ item }) => item), tries: { ...tries }, lanes: new Set([lane]) };
      lane.held++;
      this.underWay.add(request);
      requests.push(request);
    }
    return requests;
  }

  /** Ends a request whose items are settled. */
  end(request: Request): void {
    this.underWay.delete(request);
    for (const lane of request.lanes) lane.held--;
  }

  /** Ends a request whose items go out again, before everything that came after them. */
  putBack(request: Request): void {
    for (const queued of request.queued) {
      queued.tries = request.tries;
      this.laneOf(queued.item).putBack(queued);
    }
    this.end(request);
  }

  /** Divides what waits among `count` lanes, in the order in which it came. Requests under way hold the lanes of their items. */
  divide(count: number): void {
    const waiting = this.lanes.flatMap((lane) => lane.rest()).sort((a, b) => a.turn - b.turn);
    this.lanes = newLanes(count);
    for (const queued of waiting) this.laneOf(queued.item).push(queued);
    for (const request of this.underWay) {
      request.lanes = new Set(request.items.map((item) => this.laneOf(item)));
      for (const lane of request.lanes) lane.held++;
    }
  }

  /** Whether nothing waits or is under way in the lanes of these items. */
  areFree(items: readonly Item[]): boolean {
    return items.every((item) => {
      const { held, length } = this.laneOf(item);
      return held === 0 && length === 0;
    });
  }

  private laneOf({ lane }: Item): Lane {
    return this.lanes[lane % this.lanes.length]!;
  }
}

const newLanes = (count: number): Lane[] => Array.from({ length: count }, () => new Lane());
