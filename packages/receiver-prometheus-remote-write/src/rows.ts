import type { Exemplar, ExponentialPoint } from "@sluice/data";
import type { Source } from "./known.ts";

/** More rows than this are not kept room for until the next request. */
const MAX_KEPT = 1 << 17;

/** The points of one request in the order in which they came: columns that are filled again for each request. */
export class Rows {
  size = 0;
  /** What showed them, in the order of first appearance. */
  readonly sources: Source[] = [];
  /** How many rows each source has. */
  readonly counts: number[] = [];
  place: Int32Array = new Int32Array(0);
  id: Int32Array = new Int32Array(0);
  ms: Float64Array = new Float64Array(0);
  start: Float64Array = new Float64Array(0);
  /** Numbers as two halves, the lower first. */
  words: Uint32Array = new Uint32Array(0);
  state: Uint8Array = new Uint8Array(0);
  /** Native histograms by row: their numbers, or what an exponential one has instead; stale ones have neither. */
  readonly numbers = new Map<number, Float64Array>();
  readonly exponential = new Map<number, ExponentialPoint>();
  readonly exemplars = new Map<number, Exemplar[]>();
  /** Number of the request. */
  request = 0;

  /** Begins a request. */
  clear(): void {
    this.size = 0;
    this.sources.length = this.counts.length = 0;
    this.numbers.clear();
    this.exponential.clear();
    this.exemplars.clear();
    this.request++;
    if (this.id.length > MAX_KEPT) this.#resize(MAX_KEPT);
  }

  /** Adds the row of one of a source's points, as a number; gives its number. */
  add(source: Source, id: number, ms: number, startMs: number): number {
    const row = this.size++;
    if (row === this.id.length) this.#resize(Math.max(1024, row * 2));
    if (source.request !== this.request || this.sources[source.place] !== source) {
      source.request = this.request;
      source.place = this.sources.push(source) - 1;
      this.counts.push(0);
    }
    this.counts[source.place]!++;
    this.place[row] = source.place;
    this.id[row] = id;
    this.ms[row] = ms;
    this.start[row] = startMs;
    this.state[row] = 0;
    return row;
  }

  #resize(length: number): void {
    const keep = Math.min(this.size, length);
    this.place = resized(this.place, length, keep);
    this.id = resized(this.id, length, keep);
    this.ms = resized(this.ms, length, keep);
    this.start = resized(this.start, length, keep);
    this.words = resized(this.words, 2 * length, 2 * keep);
    this.state = resized(this.state, length, keep);
  }
}

function resized<A extends Int32Array | Float64Array | Uint32Array | Uint8Array>(
  column: A,
  length: number,
  keep: number,
): A {
  const copy = new (column.constructor as new (length: number) => A)(length);
  copy.set(column.subarray(0, keep));
  return copy;
}
