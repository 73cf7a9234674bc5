/** Texts by number, each once, as the field `symbols` of a remote write 2.0 request has them: `0x22, length, UTF-8`. Number 0 is "". */
const tag = 0x22;

export class SymbolPool {
  /** The entries back to back. */
  bytes = new Uint8Array(1024);
  used = 0;
  /** Where each entry begins; one more, where the last one ends. */
  at = new Int32Array(64);
  hashes = new Int32Array(64);
  count = 0;
  /** By hash: number + 1; 0 = free. Twice as many as entries. */
  private slots = new Int32Array(128);
  private readonly seed: number;

  /** Pools of one seed have one hash for a text. */
  constructor(seed: number) {
    this.seed = seed;
    this.clear();
  }

  /** Bytes of memory, spare room included. */
  get size(): number {
    return this.bytes.length + this.at.byteLength + this.hashes.byteLength + this.slots.byteLength;
  }

  /** Forgets all but "". */
  clear(): void {
    this.slots.fill(0);
    this.used = 0;
    this.count = 0;
    this.add(emptyText, 0, 1, this.hash(emptyText, 0, 1));
  }

  /** The hash of `bytes[from..to)`, a length and a text. */
  hash(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5 ^ this.seed;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 12);
  }

  /** The number of `bytes[from..to)`, a length and a text with this hash; a new one when it was not there. */
  intern(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.slots[slot]! - 1;
      if (found < 0) return this.add(bytes, from, to, hash);
      if (this.hashes[found] === hash && this.isAt(found, bytes, from, to)) return found;
    }
  }

  /** The number that an entry of another pool of the same seed has here. */
  internFrom(other: SymbolPool, number: number): number {
    return this.intern(other.bytes, other.at[number]! + 1, other.at[number + 1]!, other.hashes[number]!);
  }

  /** The number of a text. */
  internText(text: string): number {
    if (text === "") return 0;
    const entry = entryOf(text);
    return this.intern(entry, 0, entry.length, this.hash(entry, 0, entry.length));
  }

  /** The length stands first, so texts of two lengths differ at once. */
  private isAt(number: number, bytes: Uint8Array, from: number, to: number): boolean {
    const own = this.at[number]! + 1;
    for (let i = from, j = own; i < to; i++, j++) if (bytes[i] !== this.bytes[j]) return false;
    return true;
  }

  private add(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const number = this.count++;
    if (number + 2 > this.at.length) {
      this.at = grown(this.at);
      this.hashes = grown(this.hashes);
    }
    const end = this.used + 1 + to - from;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.bytes.length + (this.bytes.length >> 1)));
      larger.set(this.bytes.subarray(0, this.used));
      this.bytes = larger;
    }
    this.bytes[this.used] = tag;
    for (let i = from, j = this.used + 1; i < to; i++, j++) this.bytes[j] = bytes[i]!;
    this.at[number] = this.used;
    this.at[number + 1] = end;
    this.hashes[number] = hash;
    this.used = end;
    if (this.count * 2 > this.slots.length) this.spread();
    else this.place(number);
    return number;
  }

  private place(number: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[number]! & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = number + 1;
  }

  private spread(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    for (let number = 0; number < this.count; number++) this.place(number);
  }
}

const emptyText = Uint8Array.of(0);
const encoder = new TextEncoder();

/** A length and a text. */
function entryOf(text: string): Uint8Array {
  const utf8 = encoder.encode(text);
  const entry = new Uint8Array(utf8.length + 5);
  let at = 0;
  let left = utf8.length;
  for (; left >= 128; left >>>= 7) entry[at++] = (left & 127) | 128;
  entry[at++] = left;
  entry.set(utf8, at);
  return entry.subarray(0, at + utf8.length);
}

function grown(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}
