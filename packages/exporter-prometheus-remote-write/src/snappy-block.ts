import { writeCopy, writeLiteral } from "./snappy.ts";

const hashBits = 14;
const table = new Int32Array(1 << hashBits);

/**
 * Compresses `bytes[start..end)` as the elements of one snappy block, without its length. Gives the end of what was written at
 * `out[at]`; `out` has room for (end - start) * 7 / 6 + 8. Greedy, one candidate per hash, and faster where nothing repeats.
 */
export function compress(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  table.fill(-1);
  let p = at;
  let literal = start;
  let i = start;
  let misses = 32;
  while (i + 4 <= end) {
    const four = fourAt(bytes, i);
    const slot = Math.imul(four, 0x1e35a7bd) >>> (32 - hashBits);
    const candidate = table[slot]!;
    table[slot] = i;
    if (candidate < 0 || i - candidate > 65535 || fourAt(bytes, candidate) !== four) {
      i += misses++ >> 5;
      continue;
    }
    misses = 32;
    let length = 4;
    while (i + length < end && bytes[candidate + length] === bytes[i + length]) length++;
    p = writeLiteral(out, p, bytes, literal, i);
    p = writeCopy(out, p, i - candidate, length);
    i += length;
    literal = i;
  }
  return writeLiteral(out, p, bytes, literal, end);
}

function fourAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
