/**
 * Buffers of delivered requests, to be filled again. Without it each scrape leaves a buffer behind, and the garbage collector marks
 * the whole heap once for every few megabytes of them.
 */
const stepBytes = 16 * 1024;

export class BodyPool {
  private readonly maxBytes: number;
  private readonly free = new Map<number, Uint8Array[]>();
  private bytes = 0;

  /** `maxBytes`: what may lie unused. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** A copy of `bytes[0..length)` in a buffer of the pool, or in a new one. A short one is not worth a whole step. */
  copy(bytes: Uint8Array, length: number): Uint8Array {
    if (length < stepBytes) return bytes.slice(0, length);
    const capacity = Math.ceil(length / stepBytes) * stepBytes;
    const found = this.free.get(capacity)?.pop();
    if (found !== undefined) this.bytes -= capacity;
    const buffer = found ?? new Uint8Array(capacity);
    buffer.set(bytes.subarray(0, length));
    return buffer.subarray(0, length);
  }

  /** Takes back bodies that `copy` gave, once nobody reads them any more. */
  releaseAll(items: readonly { readonly body: Uint8Array }[]): void {
    for (const { body } of items) this.release(body);
  }

  /** Takes back one of them. */
  release(body: Uint8Array): void {
    const capacity = body.buffer.byteLength;
    if (capacity % stepBytes !== 0 || this.bytes + capacity > this.maxBytes) return;
    const list = this.free.get(capacity);
    const buffer = new Uint8Array(body.buffer);
    if (list === undefined) this.free.set(capacity, [buffer]);
    else list.push(buffer);
    this.bytes += capacity;
  }
}
