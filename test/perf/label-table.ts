type Resolve = (bytes: Uint8Array, start: number, end: number) => number;

/** Hash table from the label bytes of a series to a number; 64 bits of hash, the bytes themselves are not kept. */
export function labelTable() {
  const state = { used: 0, mask: 4095, low: 0, high: 0 };
  let keys = new Uint32Array(2 * 4096);
  let values = new Int32Array(4096);
  let filled = new Uint8Array(4096);

  function slotOf(low: number, high: number): number {
    let slot = low & state.mask;
    while (filled[slot] === 1 && (keys[2 * slot] !== low || keys[2 * slot + 1] !== high))
      slot = (slot + 1) & state.mask;
    return slot;
  }

  function put(slot: number, low: number, high: number, value: number): void {
    filled[slot] = 1;
    keys[2 * slot] = low;
    keys[2 * slot + 1] = high;
    values[slot] = value;
  }

  function grow(): void {
    const old = { keys, values, filled };
    const size = (state.mask + 1) * 2;
    state.mask = size - 1;
    keys = new Uint32Array(2 * size);
    values = new Int32Array(size);
    filled = new Uint8Array(size);
    for (let slot = 0; slot < old.filled.length; slot++) {
      if (old.filled[slot] === 0) continue;
      const [low, high] = [old.keys[2 * slot]!, old.keys[2 * slot + 1]!];
      put(slotOf(low, high), low, high, old.values[slot]!);
    }
  }

  return {
    /** Number of the labels, asking `resolve` at first sight. */
    get(bytes: Uint8Array, start: number, end: number, resolve: Resolve): number {
      hashBytes(bytes, start, end, state);
      const { low, high } = state;
      const slot = slotOf(low, high);
      if (filled[slot] === 1) return values[slot]!;
      const value = resolve(bytes, start, end);
      put(slot, low, high, value);
      if (++state.used * 2 > state.mask) grow();
      return value;
    },
  };
}

/** Two independent multiplicative hashes, four bytes at a time. */
function hashBytes(bytes: Uint8Array, start: number, end: number, out: { low: number; high: number }): void {
  let low = end - start;
  let high = 0x1b873593;
  let index = start;
  for (; index + 4 <= end; index += 4) {
    const word = bytes[index]! | (bytes[index + 1]! << 8) | (bytes[index + 2]! << 16) | (bytes[index + 3]! << 24);
    low = Math.imul(low ^ word, 0x9e3779b1);
    low ^= low >>> 15;
    high = Math.imul(((high << 13) | (high >>> 19)) ^ Math.imul(word, 0xcc9e2d51), 5) + 0x6b64e654;
  }
  for (; index < end; index++) {
    low = Math.imul(low ^ bytes[index]!, 0x85ebca77);
    high = Math.imul(((high << 7) | (high >>> 25)) ^ bytes[index]!, 0xc2b2ae3d);
  }
  out.low = Math.imul(low ^ (low >>> 13), 0xc2b2ae35) >>> 0;
  out.high = (high ^ (high >>> 16)) >>> 0;
}
