/** Reader of the snappy block format, for the sink; the format is described in google/snappy's format_description.txt. */

/** Longest block the sink takes, in bytes after decompression. */
const maxLength = 1 << 27;

/** A block that is not snappy, or too long. */
export class SnappyError extends Error {}

interface Output {
  bytes: Uint8Array;
  view: DataView;
}

/** Words are copied whole, so up to seven bytes behind the block are written over. */
const slack = 8;
const output = outputOf(1 << 20);

function outputOf(length: number): Output {
  const bytes = new Uint8Array(length + slack);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Length of the block after decompression and where its first element stands. */
function readLength(source: Uint8Array): { length: number; start: number } {
  let length = 0;
  for (let index = 0; index < 5; index++) {
    const byte = source[index];
    if (byte === undefined) throw new SnappyError("cannot read block: length ends early");
    length += (byte & 127) * 2 ** (7 * index);
    if (length > maxLength) throw new SnappyError(`cannot read block of ${length} bytes: at most ${maxLength}`);
    if (byte < 128) return { length, start: index + 1 };
  }
  throw new SnappyError("cannot read block: length longer than five bytes");
}

/** Decompresses one block. The result is a window of a buffer that the next call writes over. */
export function snappyDecompress(source: Uint8Array): Uint8Array {
  const { length, start } = readLength(source);
  if (output.bytes.length < length + slack) Object.assign(output, outputOf(length * 2));
  const written = copyElements(source, start, output, length);
  if (written !== length) throw new SnappyError(`cannot read block: found ${written} of ${length} bytes`);
  return output.bytes.subarray(0, length);
}

/** One loop with plain locals: at some hundred megabytes a second the calls between pieces would be the main cost. */
function copyElements(source: Uint8Array, start: number, { bytes: target, view }: Output, limit: number): number {
  let from = start;
  let to = 0;
  while (from < source.length) {
    const tag = source[from++]!;
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const size = (extra === 0 ? tag >> 2 : littleEndian(source, from, extra)) + 1;
      from += extra;
      if (from + size > source.length || to + size > limit)
        throw new SnappyError("cannot read block: literal too long");
      if (size > 24) target.set(source.subarray(from, from + size), to);
      else for (let index = 0; index < size; index++) target[to + index] = source[from + index]!;
      from += size;
      to += size;
      continue;
    }
    const wide = tag & 3;
    const size = wide === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offsetBytes = wide === 3 ? 4 : wide;
    const low = littleEndian(source, from, offsetBytes);
    const offset = wide === 1 ? ((tag >> 5) << 8) | low : low;
    from += offsetBytes;
    if (offset === 0 || offset > to || to + size > limit) throw new SnappyError("cannot read block: copy out of range");
    const end = to + size;
    if (offset < 8) for (; to < end; to++) target[to] = target[to - offset]!;
    for (; to < end; to += 8) {
      view.setInt32(to, view.getInt32(to - offset, true), true);
      view.setInt32(to + 4, view.getInt32(to - offset + 4, true), true);
    }
    to = end;
  }
  return to;
}

function littleEndian(source: Uint8Array, start: number, bytes: number): number {
  if (start + bytes > source.length) throw new SnappyError("cannot read block: it ends within an element");
  let value = 0;
  for (let index = 0; index < bytes; index++) value += source[start + index]! * 2 ** (8 * index);
  return value;
}
