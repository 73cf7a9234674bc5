/**
 * Buffers of delivered requests, to be filled again. Without it each scrape leaves a buffer behind, and the garbage collector marks
 * the whole heap once for every few megabytes of them.
 */
const stepBytes = 16 * 1024;
/** A buffer may be so many times larger than what is asked for. */
const mostWaste = 1.5;

export class BodyPool {
  private readonly maxBytes: number;
  /** The one that lies unused the longest first. */
  private readonly free: Uint8Array[] = [];
  private bytes = 0;

  /** `maxBytes`: what may lie unused. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** So many bytes of a buffer of the pool, or of a new one, whatever they are. A short one is not worth a whole step. */
  take(length: number): Uint8Array {
    if (length < stepBytes) return new Uint8Array(length);
    const capacity = capacityFor(length);
    for (let i = this.free.length - 1; i >= 0; i--) {
      const buffer = this.free[i]!;
      if (buffer.length < capacity || buffer.length > capacity * mostWaste) continue;
      this.free.splice(i, 1);
      this.bytes -= buffer.length;
      return buffer.subarray(0, length);
    }
    return new Uint8Array(capacity).subarray(0, length);
  }

  /** A copy of `bytes[0..length)`, as `take` gives it. */
  copy(bytes: Uint8Array, length: number): Uint8Array {
    if (length < stepBytes) return bytes.slice(0, length);
    const buffer = this.take(length);
    buffer.set(bytes.subarray(0, length));
    return buffer;
  }

  /** Takes back bodies that `take` or `copy` gave, once nobody reads them any more. */
  releaseAll(items: readonly { readonly body: Uint8Array }[]): void {
    for (const { body } of items) this.release(body);
  }

  /** Takes back one of them. */
  release(body: Uint8Array): void {
    const capacity = body.buffer.byteLength;
    if (capacity % stepBytes !== 0 || capacity > this.maxBytes) return;
    // What nobody asked for goes first: the sizes of requests change.
    while (this.bytes + capacity > this.maxBytes) this.bytes -= this.free.shift()!.length;
    this.free.push(new Uint8Array(body.buffer));
    this.bytes += capacity;
  }
}

/** Few sizes, so that a buffer fits again: an eighth more than needed at most, or a step. */
function capacityFor(length: number): number {
  const step = Math.max(stepBytes, 2 ** (28 - Math.clz32(length)));
  return Math.ceil(length / step) * step;
}
