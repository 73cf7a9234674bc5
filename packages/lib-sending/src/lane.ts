import type { Item } from "./sender.ts";

/** An item that waits, and how many items of the batch it came with are not settled yet. */
export interface Queued {
  readonly item: Item;
  readonly batch: { left: number };
}

/** A line of items, first in, first out, of which one request is under way at a time. */
export class Lane {
  busy = false;
  private readonly waiting: Queued[] = [];
  private head = 0;

  get length(): number {
    return this.waiting.length - this.head;
  }
  push(queued: Queued): void {
    this.waiting.push(queued);
  }
  /** Takes the next item and those after it that may travel in the same request of at most `maxBytes` raw bytes. */
  take(maxBytes: number): Queued[] {
    const first = this.waiting[this.head]!;
    const taken = [first];
    let bytes = first.item.rawBytes;
    for (let at = this.head + 1; at < this.waiting.length; at++) {
      const next = this.waiting[at]!;
      bytes += next.item.rawBytes;
      if (bytes > maxBytes || next.item.key !== first.item.key) break;
      taken.push(next);
    }
    this.head += taken.length;
    if (this.head === this.waiting.length || this.head >= 1024) {
      this.waiting.splice(0, this.head);
      this.head = 0;
    }
    return taken;
  }
}
