import type { Consume } from "@sluice/component";

/** Takes everything at once. */
export function createNop(): { readonly consume: Consume } {
  return { consume: async () => {} };
}
