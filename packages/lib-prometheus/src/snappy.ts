/** The bytes are not the snappy block they should be, or too large. */
export class SnappyError extends Error {
  override readonly name = "SnappyError";
}

/** A copy gives at most 64 bytes for three. A block that claims to grow more is not believed, and nothing is allocated for it. */
const MAX_GROWTH = 22;

/** Where reading and writing stand. */
interface Cursor {
  read: number;
  written: number;
}

/**
 * Decompresses a block of snappy's format (not the framed one) of at most `maxBytes` uncompressed bytes. Throws SnappyError for
 * anything else; allocates only what the input can fill.
 */
export function snappyDecompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const cursor: Cursor = { read: 0, written: 0 };
  const length = readLength(bytes, cursor);
  if (length > maxBytes) throw new SnappyError(`cannot decompress ${length} bytes: the limit is ${maxBytes}`);
  if (length > bytes.length * MAX_GROWTH) throw corrupt(`${length} bytes claimed by a block of ${bytes.length}`);
  const out = new Uint8Array(length);
  while (cursor.read < bytes.length) {
    const tag = bytes[cursor.read++]!;
    if ((tag & 3) === 0) readLiteral(bytes, tag, out, cursor);
    else readCopy(bytes, tag, out, cursor);
  }
  if (cursor.written !== length) throw corrupt(`it holds ${cursor.written} bytes and claims ${length}`);
  return out;
}

function corrupt(what: string): SnappyError {
  return new SnappyError(`cannot decompress a corrupt block: ${what}`);
}

/** The uncompressed length: a varint of at most 32 bits. */
function readLength(bytes: Uint8Array, cursor: Cursor): number {
  let length = 0;
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    const byte = bytes[cursor.read++] ?? 0x80;
    length += (byte & 127) * scale;
    if (byte < 128 && length < 2 ** 32) return length;
  }
  throw corrupt("no length");
}

/** `count` little-endian bytes. */
function readNumber(bytes: Uint8Array, cursor: Cursor, count: number): number {
  if (cursor.read + count > bytes.length) throw corrupt("it ends within an element");
  let value = 0;
  for (let i = 0; i < count; i++) value += bytes[cursor.read++]! * 2 ** (8 * i);
  return value;
}

function readLiteral(bytes: Uint8Array, tag: number, out: Uint8Array, cursor: Cursor): void {
  const short = tag >> 2;
  const length = 1 + (short < 60 ? short : readNumber(bytes, cursor, short - 59));
  const { read, written } = cursor;
  if (length > bytes.length - read) throw corrupt("it ends within a literal");
  if (length > out.length - written) throw corrupt("it holds more bytes than it claims");
  out.set(bytes.subarray(read, read + length), written);
  cursor.read += length;
  cursor.written += length;
}

function readCopy(bytes: Uint8Array, tag: number, out: Uint8Array, cursor: Cursor): void {
  const kind = tag & 3;
  const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
  const low = readNumber(bytes, cursor, kind === 3 ? 4 : kind);
  const distance = kind === 1 ? ((tag >> 5) << 8) + low : low;
  const { written } = cursor;
  if (distance === 0 || distance > written) throw corrupt("a copy reaches beyond its start");
  if (length > out.length - written) throw corrupt("it holds more bytes than it claims");
  // A copy may repeat what it writes itself, so it goes byte by byte when it overlaps.
  if (distance >= length) out.copyWithin(written, written - distance, written - distance + length);
  else for (let i = written; i < written + length; i++) out[i] = out[i - distance]!;
  cursor.written += length;
}
