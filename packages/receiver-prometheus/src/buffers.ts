import type { Scratch } from "@sluice/lib-http";

/** Unused buffers are kept up to so many bytes together. */
const mostBytes = 16 << 20;
/** So many buffers come back for one that is let go: the one that lay unused the longest. */
const turnsPerDrop = 256;

/** Buffers for the bodies of pages, lent to one request at a time: as many as are under way at once. */
export class Buffers {
  readonly #free: Scratch[] = [];
  #bytes = 0;
  #turns = 0;

  take(): Scratch {
    const buffer = this.#free.pop();
    if (buffer === undefined) return { bytes: new Uint8Array(0) };
    this.#bytes -= buffer.bytes.length;
    return buffer;
  }

  /** Only for a buffer that nobody writes to any more. */
  giveBack(buffer: Scratch): void {
    const { length } = buffer.bytes;
    if (this.#bytes + length > mostBytes) return;
    this.#free.push(buffer);
    this.#bytes += length;
    if (++this.#turns % turnsPerDrop === 0) this.#bytes -= this.#free.shift()!.bytes.length;
  }
}
