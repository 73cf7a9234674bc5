/** A text is stored whole at least so often, so that reading one walks over few others. */
const mostInChain = 15;
/** Less in common with the one before is not worth a look at it. */
const leastShared = 8;
const mostShared = 0xffff;

/** The text that was read or added last, whole: reading the next one costs what it has of its own. */
const whole = {
  bytes: new Uint8Array(1024),
  length: 0,
  row: -1,
  texts: undefined as LineTexts | undefined,
};

/**
 * The texts of a target's lines. Neighbours on a page have most of their labels in common, so of each series only the middle that
 * differs from the series before it is stored: about a third. Append-only, as the table that it belongs to.
 */
export class LineTexts {
  /** What the texts have of their own, one after the other: row r's is `own[from[r]..from[r+1])`. */
  own: Uint8Array = new Uint8Array(0);
  from: Int32Array = new Int32Array(1);
  /** How many bytes row r shares with the beginning and with the end of row `r - back[r]`; `keep` 0 = its text is stored whole. */
  keep: Uint16Array = new Uint16Array(0);
  tail: Uint16Array = new Uint16Array(0);
  back: Uint8Array = new Uint8Array(0);
  #lastSeries = -1;
  #chain = 0;

  get bytes(): number {
    return this.own.length + 4 * this.from.length + 5 * this.keep.length;
  }

  /** Makes room for texts that take so many bytes on a page. */
  expect(bytes: number): void {
    if (this.own.length < bytes >> 2) this.own = new Uint8Array(bytes >> 2);
  }
  /** Gives back room that is not used by `rows` rows. */
  fit(rows: number): void {
    const used = this.from[rows]!;
    if (this.own.length - used > (used >> 3) + 2048) this.own = this.own.slice(0, used + (used >> 6));
  }
  grow(rows: number): void {
    const from = new Int32Array(rows + 1);
    from.set(this.from);
    this.from = from;
    const keep = new Uint16Array(rows);
    keep.set(this.keep);
    this.keep = keep;
    const tail = new Uint16Array(rows);
    tail.set(this.tail);
    this.tail = tail;
    const back = new Uint8Array(rows);
    back.set(this.back);
    this.back = back;
  }

  /** Stores the text of the next row; only series are likely to resemble each other. */
  add(row: number, bytes: Uint8Array, from: number, to: number, isSeries: boolean): void {
    if (isSeries) this.#share(row, bytes, from, to);
    const first = from + this.keep[row]!;
    const last = to - this.tail[row]!;
    const start = this.from[row]!;
    const end = start + last - first;
    if (end > this.own.length) this.#growOwn(end);
    copy(bytes, first, last, this.own, start);
    this.from[row + 1] = end;
    if (!isSeries) return;
    this.#chain = first > from ? this.#chain + 1 : 0;
    this.#lastSeries = row;
    reserve(to - from);
    copy(bytes, first, to, whole.bytes, first - from);
    whole.texts = this;
    whole.row = row;
    whole.length = to - from;
  }
  /** How much of a text stands in the series before it; then `whole` holds that one. */
  #share(row: number, bytes: Uint8Array, from: number, to: number): void {
    const base = this.#lastSeries;
    if (base < 0 || this.#chain === mostInChain || row - base > 255) return;
    const length = this.read(base);
    const text = whole.bytes;
    const most = Math.min(length, to - from, mostShared);
    let keep = 0;
    while (keep < most && text[keep] === bytes[from + keep]) keep++;
    if (keep < leastShared) return;
    let tail = 0;
    while (tail < most - keep && text[length - 1 - tail] === bytes[to - 1 - tail]) tail++;
    this.keep[row] = keep;
    this.tail[row] = tail;
    this.back[row] = row - base;
  }

  lengthOf(row: number): number {
    return this.keep[row]! + this.tail[row]! + this.from[row + 1]! - this.from[row]!;
  }
  /** Whether a row's text is these bytes. */
  is(row: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (this.lengthOf(row) !== to - from) return false;
    const length = this.read(row);
    const text = whole.bytes;
    for (let i = length - 1; i >= 0; i--) if (text[i] !== bytes[from + i]) return false;
    return true;
  }

  /** Puts a row's text into `bytesRead()`; gives its length. It stands there until the next call of any method. */
  read(row: number): number {
    const length = this.lengthOf(row);
    if (whole.texts === this && whole.row === row) return length;
    const keep = this.keep[row]!;
    const base = row - this.back[row]!;
    if (keep > 0 && !(whole.texts === this && whole.row === base)) this.read(base);
    reserve(length);
    const tail = this.tail[row]!;
    if (tail > 0) whole.bytes.copyWithin(length - tail, whole.length - tail, whole.length);
    copy(this.own, this.from[row]!, this.from[row + 1]!, whole.bytes, keep);
    whole.texts = this;
    whole.row = row;
    whole.length = length;
    return length;
  }

  #growOwn(atLeast: number): void {
    const own = new Uint8Array(Math.max(this.own.length + Math.max(2048, this.own.length >> 3), atLeast));
    own.set(this.own);
    this.own = own;
  }
}

/** Where `LineTexts.read` puts a text, from 0 on. */
export function bytesRead(): Uint8Array {
  return whole.bytes;
}

function reserve(length: number): void {
  if (length <= whole.bytes.length) return;
  const bytes = new Uint8Array(length * 2);
  bytes.set(whole.bytes);
  whole.bytes = bytes;
}

/** Short copies: `set` with a fresh subarray costs more than a loop. */
function copy(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): void {
  for (let i = from, k = at; i < to; i++, k++) target[k] = source[i]!;
}
