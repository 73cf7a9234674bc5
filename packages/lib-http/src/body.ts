import { bodyLimitExceeded, HttpError } from "./errors.ts";

/** A buffer the caller lends again and again; grown when an answer needs more. Belongs to one request at a time. */
export interface Scratch {
  bytes: Uint8Array;
}

/** How much of a body is taken, and where to. */
export interface BodyRules {
  /** In bytes, as they stand on the wire. */
  readonly limit: number;
  readonly truncate: boolean;
  readonly scratch: Scratch | undefined;
}

const EMPTY = new Uint8Array(0);

/** Above this a length that a peer only claims is not allocated before bytes have come. */
const TRUSTED = 1 << 20;
const FIRST = 16 << 10;

/** Collects a body in one allocation when its length is known, in a doubling one when not. */
export class Body {
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  #expected = 0;
  #limit = Number.POSITIVE_INFINITY;
  #scratch: Scratch | undefined;
  #truncate = false;

  /** `limit`: a body of this many bytes or more is refused; with `truncate` it is cut, and then `full`. */
  start({ limit, scratch, truncate }: BodyRules): void {
    this.#limit = limit;
    this.#truncate = truncate;
    this.#scratch = scratch;
    this.#bytes = scratch === undefined ? EMPTY : scratch.bytes;
    this.#length = 0;
    this.#expected = 0;
  }

  /** Nothing more is wanted. */
  get full(): boolean {
    return this.#truncate && this.#length >= this.#limit;
  }

  /** Makes room for a body whose length the peer has told. Throws when that is over the limit. */
  expect(length: number): void {
    if (length >= this.#limit && !this.#truncate) throw bodyLimitExceeded();
    this.#expected = Math.min(length, this.#limit);
    if (this.#expected > this.#bytes.length) this.#grow(Math.min(this.#expected, TRUSTED));
  }

  append(chunk: Buffer, from: number, end: number): void {
    const to = this.#truncate ? Math.min(end, from + this.#limit - this.#length) : end;
    const length = this.#length + to - from;
    if (length >= this.#limit && !this.#truncate) throw bodyLimitExceeded();
    if (length > this.#bytes.length) this.#grow(this.#capacity(length));
    this.#bytes.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.#length);
    this.#length = length;
  }

  /** Gives the body away and forgets it, so that an idle connection does not pin it. */
  take(): Uint8Array {
    const bytes = this.#length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#length);
    this.#bytes = EMPTY;
    this.#scratch = undefined;
    return bytes;
  }

  #capacity(needed: number): number {
    const doubled = Math.max(FIRST, needed, this.#bytes.length * 2);
    return this.#expected >= needed ? Math.min(doubled, this.#expected) : doubled;
  }

  #grow(capacity: number): void {
    const bytes = allocate(capacity);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    if (this.#scratch !== undefined) this.#scratch.bytes = bytes;
  }
}

/** Without a limit a peer can ask for more than there is. */
function allocate(capacity: number): Uint8Array {
  try {
    return Buffer.allocUnsafeSlow(capacity);
  } catch (cause) {
    throw new HttpError("body_limit", "body too large for the memory there is", { cause });
  }
}
