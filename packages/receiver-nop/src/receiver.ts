import type { Lifecycle } from "@sluice/component";

/** Has nothing to start, to give or to stop. */
export function createNop(): Lifecycle {
  return {};
}
