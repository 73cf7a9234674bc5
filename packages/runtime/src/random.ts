import { randomBytes } from "node:crypto";
import type { Random } from "@sluice/component";

/** Random numbers, and random bytes fit for secrets. */
export function createRandom(): Random {
  return { next: Math.random, bytes: (length) => new Uint8Array(randomBytes(length)) };
}
