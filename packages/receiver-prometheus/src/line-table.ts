import { LineTexts } from "./line-texts.ts";

/** The line was dropped by relabelling (or has no labels left). */
export const DROPPED = -1;
/** The row is a HELP, TYPE or UNIT line. */
export const METADATA = -2;

/** What is remembered of a row when it is added. */
export interface NewRow {
  /** Row that stands for the same series (itself: pass -3), DROPPED or METADATA. */
  readonly target: number;
  /** Index of the family; of a METADATA row: index of the name. */
  readonly family: number;
  /** Place of the number in its point (`role.ts`); of a METADATA row: index of the text. */
  readonly role: number;
  /** Number point: id in its catalog or -1. Histogram and summary lines: index of the group. METADATA: which of the three. */
  readonly place: number;
  readonly seriesHash: number;
}
/** `NewRow.target` of a row that stands for itself. */
export const SELF = -3;

const EMPTY = new Int32Array(0);
const MAX_ASKED = 64;

/**
 * Every line a target has shown, in typed columns and one byte arena: about 50 bytes a row and its text, no object a row.
 * Append-only; a table of mostly unseen rows is replaced as a whole (`copyLive`). The columns are public for the loops over a
 * page; they move when the table grows, so take them again after `add`.
 */
export class LineTable {
  /** Rows 0..size-1 are in use. */
  size = 0;
  /** A METADATA text ends with its newline. */
  readonly texts = new LineTexts();
  target: Int32Array = EMPTY;
  family: Int32Array = EMPTY;
  role: Int32Array = EMPTY;
  place: Int32Array = EMPTY;
  /** Number of the page that showed the row last; of a row whose place was taken by the same series under another HELP: minus that. */
  stamp: Int32Array = EMPTY;
  readonly #seed: number;
  #hash: Int32Array = EMPTY;
  #seriesHash: Int32Array = EMPTY;
  /** Open addressing, linear probing: row + 1, 0 = free. */
  #byText: Int32Array = new Int32Array(16);
  #bySeries: Int32Array = new Int32Array(16);
  #series = 0;

  /** `seed` keeps pages from being made to collide. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  get bytes(): number {
    const columns = 7 * this.target.length;
    return this.texts.bytes + 4 * (columns + this.#byText.length + this.#bySeries.length);
  }

  /** Makes room in one go for a first page: growing to it step by step would leave many times its size behind as garbage. */
  expect(rows: number, textBytes: number): void {
    if (this.size > 0) return;
    if (rows > this.target.length) this.#growRows(rows);
    this.texts.expect(textBytes);
  }

  /** Gives back room that a first page did not need. */
  fit(): void {
    this.texts.fit(this.size);
  }

  /** Adds a row; the text is copied. Does not look whether it is there. */
  add(bytes: Uint8Array, from: number, to: number, hash: number, row: NewRow): number {
    const r = this.size++;
    if (r === this.target.length) this.#growRows();
    this.texts.add(r, bytes, from, to, row.target !== METADATA);
    this.target[r] = row.target === SELF ? r : row.target;
    this.family[r] = row.family;
    this.role[r] = row.role;
    this.place[r] = row.place;
    this.stamp[r] = 0;
    this.#hash[r] = hash;
    this.#seriesHash[r] = row.seriesHash;
    if (this.size * 4 > this.#byText.length * 3)
      this.#byText = rebuild(this.#byText.length * 2, this.size - 1, this.#hash);
    insert(this.#byText, hash, r);
    if (row.target === SELF) this.#addSeries(row.seriesHash, r);
    return r;
  }

  hashText(bytes: Uint8Array, from: number, to: number): number {
    return hashBytes(bytes, from, to, this.#seed);
  }

  /** Visits the rows with this text, by place in `#byText`: -1 when there is none further. Start with `cursor` -1. */
  findText(bytes: Uint8Array, from: number, to: number, hash: number, cursor: number): number {
    const table = this.#byText;
    const mask = table.length - 1;
    let at = cursor < 0 ? hash & mask : (cursor + 1) & mask;
    for (;;) {
      const entry = table[at]!;
      if (entry === 0) return -1;
      if (this.#hash[entry - 1] === hash && this.isText(entry - 1, bytes, from, to)) return at;
      at = (at + 1) & mask;
    }
  }
  /** The row at a place that `findText` gave. */
  rowAt(cursor: number): number {
    return this.#byText[cursor]! - 1;
  }

  /** Whether the row's text is these bytes. */
  isText(row: number, bytes: Uint8Array, from: number, to: number): boolean {
    return this.texts.is(row, bytes, from, to);
  }

  /**
   * The first row standing for itself with this series hash that `same` confirms, or -1. Gives up after many with the hash: so
   * many are no accident, and confirming is dear.
   */
  findSeries(hash: number, same: (row: number) => boolean): number {
    const table = this.#bySeries;
    const mask = table.length - 1;
    let asked = 0;
    for (let at = hash & mask; asked < MAX_ASKED; at = (at + 1) & mask) {
      const entry = table[at]!;
      if (entry === 0) break;
      if (this.#seriesHash[entry - 1] !== hash) continue;
      if (same(entry - 1)) return entry - 1;
      asked++;
    }
    return -1;
  }

  seriesHashOf(row: number): number {
    return this.#seriesHash[row]!;
  }
  hashOf(row: number): number {
    return this.#hash[row]!;
  }

  #addSeries(hash: number, row: number): void {
    this.#series++;
    if (this.#series * 4 > this.#bySeries.length * 3) {
      const table = new Int32Array(this.#bySeries.length * 2);
      for (let r = 0; r < row; r++) if (this.target[r] === r) insert(table, this.#seriesHash[r]!, r);
      this.#bySeries = table;
    }
    insert(this.#bySeries, hash, row);
  }

  #growRows(rows = grownTo(this.target.length, 64)): void {
    this.target = grown(this.target, rows);
    this.family = grown(this.family, rows);
    this.role = grown(this.role, rows);
    this.place = grown(this.place, rows);
    this.stamp = grown(this.stamp, rows);
    this.#hash = grown(this.#hash, rows);
    this.#seriesHash = grown(this.#seriesHash, rows);
    this.texts.grow(rows);
  }
}

/** By an eighth, not by doubling: a table holds little more than it needs, and copying bytes is cheap. */
function grownTo(length: number, least: number): number {
  return length + Math.max(least, length >> 3);
}
function grown(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length);
  result.set(column);
  return result;
}

function insert(table: Int32Array, hash: number, row: number): void {
  const mask = table.length - 1;
  let at = hash & mask;
  while (table[at] !== 0) at = (at + 1) & mask;
  table[at] = row + 1;
}
function rebuild(length: number, rows: number, hashes: Int32Array): Int32Array<ArrayBuffer> {
  const table = new Int32Array(length);
  for (let row = 0; row < rows; row++) insert(table, hashes[row]!, row);
  return table;
}

/** A seeded 32-bit hash of bytes (MurmurHash3's mixing), four bytes a step. */
function hashBytes(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let h = seed ^ (to - from);
  let i = from;
  for (; i + 3 < to; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    h = mix(h, word);
  }
  for (; i < to; i++) h = mix(h, bytes[i]!);
  return finish(h);
}
/** Adds 32 bits to a hash. */
export function mix(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const x = h ^ k;
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}
/** Spreads what was mixed in over all bits. */
export function finish(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
