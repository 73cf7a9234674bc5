const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/**
 * A streaming 128-bit hash (the mixing of MurmurHash3 x86_128), 32-bit arithmetic only. Not cryptographic: who can choose the
 * input can make collisions, so verify before trusting an equal hash.
 */
export class Hash128 {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #lane = 0;
  #length = 0;

  /** Two seeds of 64 bits may be given as four words. */
  constructor(a = 0x9e3779b9, b = 0x7f4a7c15, c = 0xf39cc060, d = 0x5cedc834) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = d | 0;
  }

  /** Adds 32 bits. */
  word(w: number): void {
    this.#length++;
    switch (this.#lane) {
      case 0:
        this.#lane = 1;
        this.#a =
          (Math.imul(rotl(this.#a ^ Math.imul(rotl(Math.imul(w, C1), 15), C2), 19) + this.#b, 5) + 0x561ccd1b) | 0;
        return;
      case 1:
        this.#lane = 2;
        this.#b =
          (Math.imul(rotl(this.#b ^ Math.imul(rotl(Math.imul(w, C2), 16), C3), 17) + this.#c, 5) + 0x0bcaa747) | 0;
        return;
      case 2:
        this.#lane = 3;
        this.#c =
          (Math.imul(rotl(this.#c ^ Math.imul(rotl(Math.imul(w, C3), 17), C4), 15) + this.#d, 5) + 0x96cd1c35) | 0;
        return;
      default:
        this.#lane = 0;
        this.#d =
          (Math.imul(rotl(this.#d ^ Math.imul(rotl(Math.imul(w, C4), 18), C1), 13) + this.#a, 5) + 0x32ac3b17) | 0;
    }
  }

  /** Adds a double by its bits; every NaN is the same. */
  double(value: number): void {
    double[0] = Number.isNaN(value) ? Number.NaN : value;
    this.word(words[0]!);
    this.word(words[1]!);
  }

  /** Adds a text by its UTF-16 code units, length first, so that neighbours cannot run together. */
  text(text: string): void {
    const { length } = text;
    this.word(length);
    let i = 0;
    for (; i + 1 < length; i += 2) this.word(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
    if (i < length) this.word(text.charCodeAt(i));
  }

  /** Adds bytes, length first. */
  bytes(bytes: Uint8Array): void {
    this.word(bytes.length);
    let i = 0;
    for (; i + 3 < bytes.length; i += 4) {
      this.word(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    }
    for (; i < bytes.length; i++) this.word(bytes[i]!);
  }

  /** The hash so far as four words; adding may go on. */
  words(): readonly [number, number, number, number] {
    const n = this.#length;
    let a = this.#a ^ n;
    let b = this.#b ^ n;
    let c = this.#c ^ n;
    let d = this.#d ^ n;
    a = (a + b + c + d) | 0;
    b = (b + a) | 0;
    c = (c + a) | 0;
    d = (d + a) | 0;
    a = mix(a);
    b = mix(b);
    c = mix(c);
    d = mix(d);
    a = (a + b + c + d) | 0;
    return [a, (b + a) | 0, (c + a) | 0, (d + a) | 0];
  }

  /** The hash so far as 32 hex digits; adding may go on. */
  hex(): string {
    const [a, b, c, d] = this.words();
    return hex8(a) + hex8(b) + hex8(c) + hex8(d);
  }
}

function rotl(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function mix(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hex8(x: number): string {
  return (x >>> 0).toString(16).padStart(8, "0");
}
