/** Sixteen bytes at a time: faster than the engine's own comparison for the length of a series, and needs no platform. */
export function sameBytes(a: DataView, aFrom: number, b: DataView, bFrom: number, size: number): boolean {
  if (size < 16) return sameFew(a, aFrom, b, bFrom, size);
  const last = size - 16;
  for (let i = 0; i < last; i += 16) if (!sameBlock(a, aFrom + i, b, bFrom + i)) return false;
  // The last block may overlap the one before.
  return sameBlock(a, aFrom + last, b, bFrom + last);
}

/** Fewer than sixteen bytes, by words that may overlap. */
function sameFew(a: DataView, i: number, b: DataView, j: number, size: number): boolean {
  if (size < 4) {
    for (let k = 0; k < size; k++) if (a.getUint8(i + k) !== b.getUint8(j + k)) return false;
    return true;
  }
  const last = size - 4;
  const ends = (a.getInt32(i, true) ^ b.getInt32(j, true)) | (a.getInt32(i + last, true) ^ b.getInt32(j + last, true));
  if (size <= 8 || ends !== 0) return ends === 0;
  const inner =
    (a.getInt32(i + 4, true) ^ b.getInt32(j + 4, true)) |
    (a.getInt32(i + last - 4, true) ^ b.getInt32(j + last - 4, true));
  return inner === 0;
}

function sameBlock(a: DataView, i: number, b: DataView, j: number): boolean {
  const low = (a.getInt32(i, true) ^ b.getInt32(j, true)) | (a.getInt32(i + 4, true) ^ b.getInt32(j + 4, true));
  const high =
    (a.getInt32(i + 8, true) ^ b.getInt32(j + 8, true)) | (a.getInt32(i + 12, true) ^ b.getInt32(j + 12, true));
  return (low | high) === 0;
}

/** A view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
