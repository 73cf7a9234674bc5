/**
 * Working columns for reading one page, shared by all targets: reading is synchronous, and nothing in them outlives it. Per
 * target they would be memory for nothing.
 */
export const scratch = {
  /** By row: the number and the explicit timestamp (NaN = none) it showed on this page. */
  value: new Float64Array(0),
  time: new Float64Array(0),
  /** By row: number of the arrangement that took it up; the next row of the same group. */
  mark: new Int32Array(0),
  next: new Int32Array(0),
  /** The page's rows in page order. */
  sequence: new Int32Array(0),
  /** Points found so far: a row, or -1 - group; and the run each belongs to. */
  entry: new Int32Array(0),
  entryRun: new Int32Array(0),
  placed: new Int32Array(0),
};

/** Makes the columns by row long enough for `rows` rows. */
export function reserveRows(rows: number): void {
  if (rows <= scratch.value.length) return;
  const length = rows + Math.max(1024, rows >> 2);
  scratch.value = longer(scratch.value, new Float64Array(length));
  scratch.time = longer(scratch.time, new Float64Array(length));
  scratch.mark = longer(scratch.mark, new Int32Array(length));
  scratch.next = new Int32Array(length);
}
/** Makes the page's sequence long enough for `length` lines. */
export function reserveSequence(length: number): void {
  if (length <= scratch.sequence.length) return;
  scratch.sequence = longer(scratch.sequence, new Int32Array(length + Math.max(1024, length >> 2)));
}
/** Makes the lists of points long enough for a page of `length` lines. */
export function reserveEntries(length: number): void {
  if (length <= scratch.entry.length) return;
  const size = length + Math.max(1024, length >> 2);
  scratch.entry = new Int32Array(size);
  scratch.entryRun = new Int32Array(size);
  scratch.placed = new Int32Array(size);
}

function longer<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** Lines of a page, one more than it has newlines. */
export function countLines(bytes: Uint8Array, length: number): number {
  let lines = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < length; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}
