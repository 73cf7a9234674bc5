import { textAt } from "./utf8.ts";

/** The bytes are not the protobuf message they should be. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** How deep messages may stand in each other; OTLP itself needs 8, the rest is for nested attribute values. */
export const MAX_DEPTH = 128;

/**
 * Reads protobuf from untrusted bytes. Every read checks the bounds of the message it is in and throws `WireError`; nothing is
 * allocated by a length that was only claimed. A message is read as a loop:
 *
 *     while (reader.more()) {
 *       const tag = reader.tag();
 *       if (tag === 0x0a) name = reader.text();          // field 1, length-delimited
 *       else if (tag === 0x12) { const outer = reader.enter(); ...; reader.leave(outer); }
 *       else reader.skip(tag);                           // unknown field, or another wire type than expected
 *     }
 */
export class WireReader {
  readonly bytes: Uint8Array;
  /** The next byte to read. */
  pos: number;
  /** Where the message that is being read ends. */
  end: number;
  /** What `varint64` and `fixed64` read last, as two unsigned halves. */
  lo = 0;
  hi = 0;
  #depth = 0;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.pos = start;
    this.end = end;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether the message goes on. */
  more(): boolean {
    return this.pos < this.end;
  }

  /** A field's number and wire type: `number << 3 | type`. */
  tag(): number {
    const tag = this.#small();
    if (tag < 8) throw new WireError("field number 0");
    return tag;
  }

  /** Goes to the value of the next field with this tag, past all others; false at the end of the message. */
  find(tag: number): boolean {
    while (this.more()) {
      const found = this.tag();
      if (found === tag) return true;
      this.skip(found);
    }
    return false;
  }

  /** A varint cut to its lower 32 bits, unsigned: uint32, enum, bool. Use `| 0` for int32. */
  uint32(): number {
    if (this.pos < this.end) {
      const byte = this.bytes[this.pos]!;
      if (byte < 128) {
        this.pos++;
        return byte;
      }
    }
    this.varint64();
    return this.lo;
  }

  /** A zigzag varint (sint32). */
  sint32(): number {
    const n = this.uint32();
    return (n >>> 1) ^ -(n & 1);
  }

  /** A varint of up to 64 bits into `lo` and `hi`. */
  varint64(): void {
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      const bits = byte & 127;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (byte < 128) {
        if (shift === 63 && bits > 1) break;
        this.lo = lo >>> 0;
        this.hi = hi >>> 0;
        return;
      }
    }
    throw new WireError("varint longer than 64 bits");
  }

  /** A varint of up to 64 bits as a number, exact up to 2^53. */
  uint64(): number {
    this.varint64();
    return this.hi * 0x1_0000_0000 + this.lo;
  }

  /** A varint as int64. */
  int64(): bigint {
    this.varint64();
    const value = (this.hi | 0) * 0x1_0000_0000 + this.lo;
    // Fast path: one BigInt instead of four.
    return Number.isSafeInteger(value) ? BigInt(value) : (BigInt(this.hi | 0) << 32n) | BigInt(this.lo);
  }

  fixed32(): number {
    const at = this.#take(4);
    return this.#view.getUint32(at, true);
  }

  /** Eight bytes into `lo` and `hi`. */
  fixed64(): void {
    const at = this.#take(8);
    this.lo = this.#view.getUint32(at, true);
    this.hi = this.#view.getUint32(at + 4, true);
  }

  /** Eight bytes as a double. The payload of a NaN may be lost: where it counts, use `fixed64`. */
  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A length-delimited field as a window of the input: it lives as long as the input, and pins it. */
  view(): Uint8Array {
    const length = this.#small();
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A length-delimited field as its own copy. */
  copy(): Uint8Array {
    const length = this.#small();
    const at = this.#take(length);
    return this.bytes.slice(at, at + length);
  }

  /** A length-delimited field as text; bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    const length = this.#small();
    const at = this.#take(length);
    return textAt(this.bytes, at, at + length);
  }

  /** Goes into a length-delimited field (a message or packed numbers); give what this returns to `leave`. */
  enter(): number {
    const length = this.#small();
    if (length > this.end - this.pos) throw new WireError("field longer than its message");
    if (++this.#depth > MAX_DEPTH) throw new WireError("messages nested too deep");
    const outer = this.end;
    this.end = this.pos + length;
    return outer;
  }

  /** Goes on after a field that was entered, whatever was left unread in it. */
  leave(outer: number): void {
    this.pos = this.end;
    this.end = outer;
    this.#depth--;
  }

  /** Passes over the value of a field. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint64();
        return;
      case 1:
        this.#take(8);
        return;
      case 2:
        this.#take(this.#small());
        return;
      case 3:
        this.#skipGroup(tag >>> 3);
        return;
      case 5:
        this.#take(4);
        return;
      default:
        throw new WireError(`wire type ${tag & 7}`);
    }
  }

  #skipGroup(field: number): void {
    if (++this.#depth > MAX_DEPTH) throw new WireError("messages nested too deep");
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== field) throw new WireError("group closed by another's end");
        this.#depth--;
        return;
      }
      this.skip(tag);
    }
  }

  #byte(): number {
    if (this.pos >= this.end) throw new WireError("message ends within a field");
    return this.bytes[this.pos++]!;
  }

  /** A varint that must fit 32 bits: a tag or a length. */
  #small(): number {
    if (this.pos < this.end) {
      const byte = this.bytes[this.pos]!;
      if (byte < 128) {
        this.pos++;
        return byte;
      }
    }
    this.varint64();
    if (this.hi !== 0) throw new WireError("tag or length longer than 32 bits");
    return this.lo;
  }

  #take(length: number): number {
    const at = this.pos;
    if (length > this.end - at) throw new WireError("message ends within a field");
    this.pos = at + length;
    return at;
  }
}
