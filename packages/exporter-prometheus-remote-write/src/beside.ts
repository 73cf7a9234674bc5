/**
 * The fragment of a series beside its neighbour. Both are labels sorted by name, so what they have in common stands in labels of
 * one name, and both are walked over side by side: no table of what stood where is needed, as for texts of any kind.
 */
import { gapBytes, writeCopy, writeLiteral } from "./snappy.ts";

/** A shorter copy takes as much as what it copies. */
const leastCopy = 4;

/** What was found last: `length` bytes at `at` of the series that stand `distance` bytes before too. */
const found = { at: 0, length: 0, distance: 0 };
/** The output, where the series begins, what of it is not written yet, and how far back in the neighbour the byte of the same place is. */
const nothing: Uint8Array = new Uint8Array(0);
const target = { out: nothing, at: 0, from: 0, literal: 0, distance: 0 };

/**
 * Compresses the series `b[bFrom..bTo)` (its tag and length, then labels) given that `a[aFrom..aTo)` and a sample stand before it.
 * Gives the end of what was written at `out[at]`; `out` has room for (bTo - bFrom) * 7 / 6 + 8.
 */
export function compressBeside(
  a: Uint8Array,
  aFrom: number,
  aTo: number,
  b: Uint8Array,
  bFrom: number,
  bTo: number,
  out: Uint8Array,
  at: number,
): number {
  found.length = 0;
  target.out = out;
  target.at = at;
  target.from = bFrom;
  target.literal = bFrom;
  target.distance = gapBytes + aTo - bFrom;
  if (stamp > 0x4000_0000) {
    words.fill(0);
    stamp = firstStamp;
  }
  // What stands in the neighbour is counted from behind all that was counted before.
  stamp += aTo + gapBytes;
  let i = afterLength(b, bFrom + 1);
  let j = afterLength(a, aFrom + 1);
  matchFrom(b, bFrom, i, a, aFrom, j);
  while (i < bTo) {
    const size = sameLabel(b, i, a, j, aTo);
    if (size > 0) {
      match(b, i, size, target.distance + i - j);
      i += size;
      j += size;
      continue;
    }
    const bText = afterLength(b, i + 1);
    const end = bText + lengthAt(b, i + 1);
    const same = findName(a, j, aTo, b, bText);
    if (same >= 0) {
      const aText = afterLength(a, same + 1);
      j = aText + lengthAt(a, same + 1);
      matchLabel(b, i, bText, end, a, same, aText, j);
    } else j = -1 - same;
    i = end;
  }
  emit(b);
  target.at = writeLiteral(out, target.at, b, target.literal, bTo);
  target.out = nothing;
  stamp += bTo;
  return target.at;
}
/** Length of the labels at two places when they are the same; 0 = they are not, or are not short. */
function sameLabel(b: Uint8Array, i: number, a: Uint8Array, j: number, aTo: number): number {
  const length = b[i + 1]!;
  const end = i + 2 + length;
  if (length >= 128 || j >= aTo) return 0;
  for (let p = i + 1, q = j + 1; p < end; p++, q++) if (b[p] !== a[q]) return 0;
  return length + 2;
}

/** Two labels of one name: from `text` on, name and value. */
function matchLabel(
  b: Uint8Array,
  i: number,
  bText: number,
  bEnd: number,
  a: Uint8Array,
  j: number,
  aText: number,
  aEnd: number,
): void {
  matchFrom(b, i, bText, a, j, aText);
  const size = afterLength(b, bText + 1) - bText + lengthAt(b, bText + 1) + 1;
  match(b, bText, size, target.distance + bText - aText);
  const [bLength, aLength] = [bText + size, aText + size];
  const [bValue, aValue] = [afterLength(b, bLength), afterLength(a, aLength)];
  matchFrom(b, bLength, bValue, a, aLength, aValue);
  const most = Math.min(bEnd - bValue, aEnd - aValue);
  let same = 0;
  while (same < most && b[bValue + same] === a[aValue + same]) same++;
  match(b, bValue, same, target.distance + bValue - aValue);
  matchInside(b, bValue + same, bEnd, a, aValue + same, aEnd);
}

/** Values from where they begin to differ on: they may have words in common, also with others of the series. Greedy, one candidate a hash. */
function matchInside(b: Uint8Array, bFrom: number, bEnd: number, a: Uint8Array, aFrom: number, aEnd: number): void {
  const { distance } = target;
  const [inA, inB] = [stamp - distance, stamp];
  for (let j = aFrom; j + 4 <= aEnd; j++) words[hashAt(a, j)] = inA + j;
  for (let i = bFrom; i + 4 <= bEnd; ) {
    const slot = hashAt(b, i);
    const place = words[slot]!;
    words[slot] = inB + i;
    let same = 0;
    if (place >= inB + target.from && place < inB + i)
      while (i + same < bEnd && b[i + same] === b[place - inB + same]) same++;
    else if (place >= inA + aFrom) {
      const j = place - inA;
      while (i + same < bEnd && j + same < aEnd && b[i + same] === a[j + same]) same++;
    }
    if (same >= leastCopy) match(b, i, same, inB + i - place);
    i += same >= leastCopy ? same : 1;
  }
}
const hashBits = 9;
/**
 * By hash of four bytes: where they stood last, in the series from `stamp` on, in its neighbour before that. What is less is of
 * another text.
 */
const words = new Int32Array(1 << hashBits);
const firstStamp = 1;
let stamp = firstStamp;

function hashAt(bytes: Uint8Array, at: number): number {
  const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return Math.imul(four, 0x1e35a7bd) >>> (32 - hashBits);
}

/** What two stretches begin with. */
function matchFrom(b: Uint8Array, i: number, bEnd: number, a: Uint8Array, j: number, aEnd: number): void {
  const most = Math.min(bEnd - i, aEnd - j);
  let same = 0;
  while (same < most && b[i + same] === a[j + same]) same++;
  match(b, i, same, target.distance + i - j);
}

/** Bytes in common; they may go on where the last ones ended. */
function match(b: Uint8Array, at: number, length: number, distance: number): void {
  if (length === 0) return;
  if (found.length > 0 && found.distance === distance && found.at + found.length === at) {
    found.length += length;
    return;
  }
  emit(b);
  found.at = at;
  found.length = length;
  found.distance = distance;
}

/** Writes the copy found last, and before it what has none. */
function emit(b: Uint8Array): void {
  const { at, length, distance } = found;
  if (length < leastCopy || distance > 65_535) return;
  target.at = writeLiteral(target.out, target.at, b, target.literal, at);
  target.at = writeCopy(target.out, target.at, distance, length);
  target.literal = at + length;
}

/**
 * The label from `from` on whose name is that of the label whose name begins at `text`; if there is none, -1 minus the place of the
 * first one of a later name.
 */
function findName(a: Uint8Array, from: number, to: number, b: Uint8Array, text: number): number {
  let j = from;
  while (j < to) {
    const aText = afterLength(a, j + 1);
    const order = compareNames(a, aText, b, text);
    if (order === 0) return j;
    if (order > 0) break;
    j = aText + lengthAt(a, j + 1);
  }
  return -1 - j;
}
function compareNames(a: Uint8Array, aText: number, b: Uint8Array, bText: number): number {
  const [aLength, bLength] = [lengthAt(a, aText + 1), lengthAt(b, bText + 1)];
  const [aName, bName] = [afterLength(a, aText + 1), afterLength(b, bText + 1)];
  const most = Math.min(aLength, bLength);
  for (let i = 0; i < most; i++) {
    const order = a[aName + i]! - b[bName + i]!;
    if (order !== 0) return order;
  }
  return aLength - bLength;
}

function afterLength(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end]! >= 128) end++;
  return end + 1;
}
function lengthAt(bytes: Uint8Array, at: number): number {
  let length = bytes[at]! & 127;
  for (let i = at, shift = 7; bytes[i]! >= 128; shift += 7) length |= (bytes[++i]! & 127) << shift;
  return length;
}
