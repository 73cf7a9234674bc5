const NOTHING: Uint8Array = new Uint8Array(0);
/** Views of the two arrays compared last: pages and tables stay the same for thousands of comparisons. */
const views = { a: NOTHING, b: NOTHING, viewA: viewOf(NOTHING), viewB: viewOf(NOTHING) };

/**
 * Whether `size` bytes of `a` from `aFrom` equal those of `b` from `bFrom`. Ugly because it is most of the cost of a known line:
 * two 32-bit words a step are five times as fast as bytes (66 against 359 ns for 166 bytes) and faster than a native call (101).
 */
export function equalBytes(a: Uint8Array, aFrom: number, b: Uint8Array, bFrom: number, size: number): boolean {
  if (a !== views.a || b !== views.b) lookAt(a, b);
  const { viewA, viewB } = views;
  if (size < 8) return equalFew(a, aFrom, b, bFrom, size);
  const last = size - 8;
  for (let i = 0; i < last; i += 8) {
    const low = viewA.getInt32(aFrom + i, true) ^ viewB.getInt32(bFrom + i, true);
    if ((low | (viewA.getInt32(aFrom + i + 4, true) ^ viewB.getInt32(bFrom + i + 4, true))) !== 0) return false;
  }
  // The last eight bytes, some of them a second time.
  const low = viewA.getInt32(aFrom + last, true) ^ viewB.getInt32(bFrom + last, true);
  return (low | (viewA.getInt32(aFrom + last + 4, true) ^ viewB.getInt32(bFrom + last + 4, true))) === 0;
}

/** Lets go of the arrays, so that a page's memory is free. */
export function forgetBytes(): void {
  lookAt(NOTHING, NOTHING);
}

function equalFew(a: Uint8Array, aFrom: number, b: Uint8Array, bFrom: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (a[aFrom + i] !== b[bFrom + i]) return false;
  return true;
}
function lookAt(a: Uint8Array, b: Uint8Array): void {
  if (a !== views.a) views.viewA = viewOf(a);
  if (b !== views.b) views.viewB = viewOf(b);
  views.a = a;
  views.b = b;
}
function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
