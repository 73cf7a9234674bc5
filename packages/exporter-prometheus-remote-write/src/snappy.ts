/**
 * Snappy blocks made of fragments. A request repeats itself: the labels of a series differ little from those of the series
 * before it. So the compressed form of one series' label bytes is made once, relative to its predecessor, and kept; a request
 * is the concatenation of such fragments and literal numbers. That is a valid block because copies are relative (snappy's
 * format description, section 2) and every number takes the same space whatever its value.
 */

/** Bytes between two neighbours' label bytes that no fragment may refer to, because they change: the sample. */
export const gapBytes = 18;

const hashBits = 11;
/** By hash of four bytes: where they stood last, counted from `tableFrom`: what is less is of another block. */
const table = new Int32Array(1 << hashBits);
let tableFrom = 1;

/** Writes the literal `from[start..end)` at `out[at]`; gives the end of what was written. `out` has room for end - start + 3. */
export function writeLiteral(out: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return at;
  let p = at;
  if (length <= 60) out[p++] = (length - 1) << 2;
  else if (length <= 256) {
    out[p++] = 60 << 2;
    out[p++] = length - 1;
  } else if (length <= 65536) {
    out[p++] = 61 << 2;
    out[p++] = (length - 1) & 255;
    out[p++] = (length - 1) >> 8;
  } else {
    out[p++] = 63 << 2;
    for (let shift = 0; shift < 32; shift += 8) out[p++] = ((length - 1) >>> shift) & 255;
  }
  // Short copies: `set` with a fresh subarray costs more than a loop.
  if (length <= 64) for (let i = start; i < end; i++) out[p++] = from[i]!;
  else {
    out.set(from.subarray(start, end), p);
    p += length;
  }
  return p;
}

/** Writes copies of `length` bytes from `distance` back (at most 65535). Three bytes for each 64. */
export function writeCopy(out: Uint8Array, at: number, distance: number, length: number): number {
  let p = at;
  let left = length;
  while (left > 0) {
    const step = Math.min(left, 64);
    if (step >= 4 && step <= 11 && distance < 2048) {
      out[p++] = ((distance >> 8) << 5) | ((step - 4) << 2) | 1;
      out[p++] = distance & 255;
    } else {
      out[p++] = ((step - 1) << 2) | 2;
      out[p++] = distance & 255;
      out[p++] = distance >> 8;
    }
    left -= step;
  }
  return p;
}

/** How many bytes `writeCopy` takes for a short copy. */
export function copyBytes(distance: number, length: number): number {
  return length >= 4 && length <= 11 && distance < 2048 ? 2 : 3;
}

/**
 * Compresses `bytes[start..end)` given that `bytes[before..start)` stands before it, of which `[start - gap, start)` must not be
 * referred to. Gives the end of what was written at `out[at]`; `out` has room for (end - start) * 7 / 6 + 8.
 * Greedy, one candidate per hash, as snappy's own encoder.
 */
export function compressAfter(
  bytes: Uint8Array,
  before: number,
  start: number,
  end: number,
  gap: number,
  out: Uint8Array,
  at: number,
): number {
  if (tableFrom + end > 0x7fff_ffff) {
    table.fill(0);
    tableFrom = 1;
  }
  const origin = tableFrom;
  tableFrom += end;
  const known = start - gap;
  for (let i = before; i + 4 <= known; i++) table[hashAt(bytes, i)] = origin + i;
  let p = at;
  let literal = start;
  let i = start;
  while (i + 4 <= end) {
    const slot = hashAt(bytes, i);
    const candidate = table[slot]! - origin;
    table[slot] = origin + i;
    const limit = candidate >= start ? end : known;
    if (candidate < 0 || i - candidate > 65535 || !sameFour(bytes, candidate, i)) {
      i++;
      continue;
    }
    let length = 4;
    while (i + length < end && candidate + length < limit && bytes[candidate + length] === bytes[i + length]) length++;
    p = writeLiteral(out, p, bytes, literal, i);
    p = writeCopy(out, p, i - candidate, length);
    i += length;
    literal = i;
  }
  return writeLiteral(out, p, bytes, literal, end);
}

function hashAt(bytes: Uint8Array, at: number): number {
  const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return Math.imul(four, 0x1e35a7bd) >>> (32 - hashBits);
}

function sameFour(bytes: Uint8Array, a: number, b: number): boolean {
  return (
    bytes[a] === bytes[b] &&
    bytes[a + 1] === bytes[b + 1] &&
    bytes[a + 2] === bytes[b + 2] &&
    bytes[a + 3] === bytes[b + 3]
  );
}
