/**
 * Byte strings met before, each with a number. What is asked for repeats in the same order most of the time, so that the answer is
 * predicted from the one before and only compared; else it is looked up by hash.
 */
export class KeyTable {
  size = 0;
  readonly #factor: number;
  readonly #seed: number;
  #text: Uint8Array = new Uint8Array(1024);
  /** Where each one begins; it ends where the next begins. */
  #from: Int32Array = new Int32Array(65);
  #hashes: Int32Array = new Int32Array(64);
  /** What followed each one the last time; -1 = nothing yet. */
  #next: Int32Array = new Int32Array(64);
  /** Number + 1 by hash; 0 = free. At most half full. */
  #index: Int32Array = new Int32Array(128);
  #last = -1;
  #hash = 0;

  /** Two random numbers of 32 bits, which no sender knows: so none can choose keys whose hashes collide. */
  constructor(seed: number, factor: number) {
    this.#seed = seed | 0;
    this.#factor = factor | 1;
  }

  /** Memory that is held. */
  get bytes(): number {
    return this.#text.length + 4 * (this.#from.length + this.#hashes.length + this.#next.length + this.#index.length);
  }

  /** The next one that is asked for follows nothing. */
  restart(): void {
    this.#last = -1;
  }

  /** The number of a key, or -1. */
  find(bytes: Uint8Array, from: number, to: number): number {
    const guess = this.#last < 0 ? -1 : this.#next[this.#last]!;
    if (guess >= 0 && this.#is(guess, bytes, from, to)) {
      this.#last = guess;
      return guess;
    }
    this.#hash = this.#hashOf(bytes, from, to);
    const mask = this.#index.length - 1;
    for (let at = this.#hash & mask; ; at = (at + 1) & mask) {
      const found = this.#index[at]! - 1;
      if (found < 0) return -1;
      if (this.#hashes[found] !== this.#hash || !this.#is(found, bytes, from, to)) continue;
      this.#follow(found);
      return found;
    }
  }

  /** Adds the key that `find` has just not found; gives its number. */
  add(bytes: Uint8Array, from: number, to: number): number {
    const added = this.size++;
    if (added === this.#hashes.length) this.#growColumns();
    const start = this.#from[added]!;
    const end = start + to - from;
    if (end > this.#text.length) this.#text = longer(this.#text, end);
    for (let i = from, at = start; i < to; i++, at++) this.#text[at] = bytes[i]!;
    this.#from[added + 1] = end;
    this.#hashes[added] = this.#hash;
    this.#next[added] = -1;
    if (this.size * 2 > this.#index.length) this.#growIndex();
    else this.#enter(added);
    this.#follow(added);
    return added;
  }

  /** The number of a key, which is added if need be. */
  id(bytes: Uint8Array, from: number, to: number): number {
    const found = this.find(bytes, from, to);
    return found >= 0 ? found : this.add(bytes, from, to);
  }

  /** The bytes of a key, as a window of the table. */
  view(id: number): Uint8Array {
    return this.#text.subarray(this.#from[id]!, this.#from[id + 1]!);
  }

  #is(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#from[id]!;
    if (this.#from[id + 1]! - start !== to - from) return false;
    const text = this.#text;
    for (let i = from, at = start; i < to; i++, at++) if (text[at] !== bytes[i]) return false;
    return true;
  }
  #follow(id: number): void {
    if (this.#last >= 0) this.#next[this.#last] = id;
    this.#last = id;
  }
  #hashOf(bytes: Uint8Array, from: number, to: number): number {
    const factor = this.#factor;
    let hash = this.#seed ^ (to - from);
    let i = from;
    for (; i + 4 <= to; i += 4) {
      const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      hash = Math.imul(hash ^ word, factor);
      hash ^= hash >>> 15;
    }
    for (; i < to; i++) {
      hash = Math.imul(hash ^ bytes[i]!, factor);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }
  #enter(id: number): void {
    const mask = this.#index.length - 1;
    let at = this.#hashes[id]! & mask;
    while (this.#index[at] !== 0) at = (at + 1) & mask;
    this.#index[at] = id + 1;
  }
  #growIndex(): void {
    this.#index = new Int32Array(this.#index.length * 2);
    for (let id = 0; id < this.size; id++) this.#enter(id);
  }
  #growColumns(): void {
    this.#from = longer(this.#from, this.size + 1);
    this.#hashes = longer(this.#hashes, this.size);
    this.#next = longer(this.#next, this.#hashes.length);
  }
}

/** A copy with room for `needed` and a quarter more: doubling would hold half of it empty. */
export function longer<A extends Int32Array | Uint8Array>(array: A, needed: number): A {
  const length = Math.max(needed, array.length + Math.max(64, array.length >> 2));
  const copy = new (array.constructor as new (length: number) => A)(length);
  copy.set(array);
  return copy;
}
