import type { Tries } from "./delivery.ts";
import type { Item } from "./sender.ts";

/** An item that waits, and how many items of the batch it came with are not settled yet. */
export interface Queued {
  readonly item: Item;
  readonly batch: { left: number };
  /** Grows from item to item; the order within a lane. */
  readonly turn: number;
  /** What the request that it was in has behind it: a request that failed never grows. undefined = not tried yet. */
  tries: Tries | undefined;
}

/** A line of items, first in, first out. */
export class Lane {
  /** Requests under way with items of this lane; nothing is taken from it until they have ended. */
  held = 0;
  /** Bytes before compression of what waits. */
  rawBytes = 0;
  /** When something was taken from it last, in monotonic milliseconds. */
  private takenAt = Number.NEGATIVE_INFINITY;
  private readonly waiting: Queued[] = [];
  private head = 0;

  get length(): number {
    return this.waiting.length - this.head;
  }
  /**
   * From when on a request may be taken, in monotonic milliseconds: at once when it is full or was tried before, else `lingerMs`
   * after the one before it, so that what comes in quick succession travels together.
   */
  dueAt(lingerMs: number, maxBytes: number): number {
    const isReady = this.rawBytes >= maxBytes || this.waiting[this.head]?.tries !== undefined;
    return isReady ? Number.NEGATIVE_INFINITY : this.takenAt + lingerMs;
  }
  push(queued: Queued): void {
    this.waiting.push(queued);
    this.rawBytes += queued.item.rawBytes;
  }
  /** Puts an item back before all that came later. */
  putBack(queued: Queued): void {
    let at = this.head;
    while (at < this.waiting.length && this.waiting[at]!.turn < queued.turn) at++;
    this.waiting.splice(at, 0, queued);
    this.rawBytes += queued.item.rawBytes;
  }
  /**
   * Takes the next item, or what `renew` makes of it, and those after it that may travel in the same request of at most `maxBytes`
   * raw bytes. `now` in monotonic milliseconds.
   */
  take(maxBytes: number, now: number, renew: (queued: Queued) => readonly Queued[]): Queued[] {
    const next = this.waiting[this.head]!;
    const renewed = renew(next);
    if (renewed[0] !== next) {
      this.waiting.splice(this.head, 1, ...renewed);
      this.rawBytes -= next.item.rawBytes;
      for (const { item } of renewed) this.rawBytes += item.rawBytes;
    }
    this.takenAt = now;
    const first = this.waiting[this.head]!;
    const taken = [first];
    let bytes = first.item.rawBytes;
    for (let at = this.head + 1; at < this.waiting.length; at++) {
      const next = this.waiting[at]!;
      bytes += next.item.rawBytes;
      const isOther = next.item.key !== first.item.key;
      // It waited with this one, in which it cannot travel, and need not wait again.
      if (isOther) this.takenAt = Number.NEGATIVE_INFINITY;
      if (isOther || bytes > maxBytes || next.tries !== first.tries) break;
      taken.push(next);
    }
    this.head += taken.length;
    for (const { item } of taken) this.rawBytes -= item.rawBytes;
    if (this.head === this.waiting.length || this.head >= 1024) {
      this.waiting.splice(0, this.head);
      this.head = 0;
    }
    return taken;
  }
  /** Everything that waits, in order. */
  rest(): Queued[] {
    return this.waiting.slice(this.head);
  }
}
