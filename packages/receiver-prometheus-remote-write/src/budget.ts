import { WireError } from "@sluice/data";

/** How many times its length a request may take once it is read. What senders make takes two or three times as much. */
export const GROWTH = 8;
const FREE_BYTES = 1 << 20;

/** Bounds what one request can make of its bytes: an empty message of two bytes is an object of hundreds. */
export class Budget {
  #left = 0;

  /** Begins a request of so many bytes. */
  start(bytes: number): void {
    this.#left = FREE_BYTES + GROWTH * bytes;
  }
  /** Throws WireError when the request takes too much. */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new WireError("request that takes far more memory than it has bytes");
  }
}
