const encoder = new TextEncoder();
const SMALLEST = 256;

/**
 * Writes protobuf into one growing buffer. A message inside a message is written between `begin` and `end`, which puts the
 * length in front (moving the body when the length needs more than one byte).
 *
 *     writer.uint32(0x12);                  // the tag, field 2, length-delimited
 *     const mark = writer.begin();
 *     writer.uint32(0x0a);
 *     writer.text("name");
 *     writer.end(mark);
 */
export class WireWriter {
  /** The buffer; longer than what was written. */
  bytes: Uint8Array;
  /** How much was written. */
  pos = 0;
  #view: DataView;

  constructor(size = 1024) {
    this.bytes = new Uint8Array(Math.max(size, SMALLEST));
    this.#view = new DataView(this.bytes.buffer);
  }

  /** What was written, as its own copy of exactly that length. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.pos);
  }

  /** Starts again in the same buffer, whose old content is left to be overwritten. */
  reset(): void {
    this.pos = 0;
  }

  /** A varint of 32 bits, unsigned; also a tag. */
  uint32(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    while (rest > 127) {
      this.bytes[this.pos++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.pos++] = rest;
  }

  /** An int32 or enum: negative ones take ten bytes, as protobuf asks. */
  int32(value: number): void {
    if (value < 0) this.varint64(value >>> 0, 0xffff_ffff);
    else this.uint32(value);
  }

  /** A zigzag varint (sint32). */
  sint32(value: number): void {
    this.uint32((value << 1) ^ (value >> 31));
  }

  /** A varint of 64 bits, given as two unsigned halves. */
  varint64(lo: number, hi: number): void {
    this.#reserve(10);
    let low = lo >>> 0;
    let high = hi >>> 0;
    while (high > 0 || low > 127) {
      this.bytes[this.pos++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.bytes[this.pos++] = low;
  }

  /** A varint of a whole number from 0 to 2^64; exact up to 2^53. What lies outside is drawn to the nearer end, NaN to 0. */
  uint64(value: number): void {
    const hi = upper(value);
    this.varint64(lower(value, hi), hi);
  }

  /** A varint of an int64. */
  int64(value: bigint): void {
    this.varint64(Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn));
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.pos, value, true);
    this.pos += 4;
  }

  /** Eight bytes, given as two halves. */
  fixed64(lo: number, hi: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.pos, lo, true);
    this.#view.setUint32(this.pos + 4, hi, true);
    this.pos += 8;
  }

  /** Eight bytes of a whole number from 0 to 2^64, as `uint64` takes it. */
  fixedUint64(value: number): void {
    const hi = upper(value);
    this.fixed64(lower(value, hi), hi);
  }

  /** Eight bytes of a double. The payload of a NaN may be lost: where it counts, use `fixed64`. */
  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.pos, value, true);
    this.pos += 8;
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.bytes.set(bytes, this.pos);
    this.pos += bytes.length;
  }

  /** Length and bytes. */
  blob(bytes: Uint8Array): void {
    this.uint32(bytes.length);
    this.raw(bytes);
  }

  /** Length and UTF-8; a lone surrogate becomes U+FFFD. */
  text(text: string): void {
    const { length } = text;
    if (length < 43) {
      // Fast path: at most 3 bytes a unit, so the length takes one byte.
      this.#reserve(1 + 3 * length);
      if (this.#ascii(text)) return;
      const { written } = encoder.encodeInto(text, this.bytes.subarray(this.pos + 1));
      this.bytes[this.pos] = written;
      this.pos += 1 + written;
      return;
    }
    const mark = this.begin();
    this.#reserve(3 * length);
    this.pos += encoder.encodeInto(text, this.bytes.subarray(this.pos)).written;
    this.end(mark);
  }

  #ascii(text: string): boolean {
    const { bytes } = this;
    const start = this.pos + 1;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return false;
      bytes[start + i] = unit;
    }
    bytes[this.pos] = text.length;
    this.pos = start + text.length;
    return true;
  }

  /** Leaves room for a length; give what this returns to `end`. */
  begin(): number {
    this.#reserve(1);
    return this.pos++;
  }

  /** Puts the length of all that was written since `begin` in front of it. */
  end(mark: number): void {
    const length = this.pos - mark - 1;
    if (length < 128) {
      this.bytes[mark] = length;
      return;
    }
    const extra = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : length < 0x1000_0000 ? 3 : 4;
    this.#reserve(extra);
    this.bytes.copyWithin(mark + 1 + extra, mark + 1, this.pos);
    const end = this.pos + extra;
    this.pos = mark;
    this.uint32(length);
    this.pos = end;
  }

  #reserve(length: number): void {
    if (this.pos + length <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.pos + length));
    grown.set(this.bytes.subarray(0, this.pos));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function upper(value: number): number {
  if (!(value >= 1)) return 0;
  return value >= 0x1_0000_0000_0000_0000 ? 0xffff_ffff : Math.floor(value / 0x1_0000_0000);
}
function lower(value: number, hi: number): number {
  if (!(value >= 1)) return 0;
  return value >= 0x1_0000_0000_0000_0000 ? 0xffff_ffff : Math.floor(value) - hi * 0x1_0000_0000;
}
