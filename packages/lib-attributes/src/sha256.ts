/** SHA-256 (FIPS 180-4) without an engine's help: it runs wherever the actions do. */

const ROUNDS = 64;
/** The first 32 bits of the fractional parts of the cube roots (`power` 1/3) or square roots (1/2) of the first primes. */
function fractions(count: number, power: number): Int32Array {
  const words = new Int32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false;
    if (prime) words[found++] = (candidate ** power * 0x1_0000_0000) | 0;
  }
  return words;
}
const INITIAL = fractions(8, 1 / 2);
const CONSTANTS = fractions(ROUNDS, 1 / 3);

/** The hash of bytes, 64 lower-case hex digits. */
export function sha256(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x2000_0000));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const state = INITIAL.slice();
  const schedule = new Int32Array(ROUNDS);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < ROUNDS; i++) schedule[i] = extended(schedule, i);
    mix(state, schedule);
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function extended(w: Int32Array, i: number): number {
  const a = w[i - 15]!;
  const b = w[i - 2]!;
  const s0 = rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3);
  const s1 = rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10);
  return (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
}

function mix(state: Int32Array, schedule: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < ROUNDS; i++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[i]! + schedule[i]!) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i]! + word) | 0;
}

function rotated(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
