import type { Random } from "@sluice/component";

/** Numbers that look random and are the same for the same seed: Weyl steps through a 32-bit mixing function. */
export function createRandom(seed: number): Random {
  const state = { weyl: seed | 0 };
  const next32 = (): number => {
    state.weyl = (state.weyl + 0x9e3779b9) | 0;
    let mixed = state.weyl;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return {
    next: () => (next32() * 2 ** 21 + (next32() >>> 11)) / 2 ** 53,
    bytes: (length) => Uint8Array.from({ length }, () => next32() & 255),
  };
}
