import { Hash128 } from "@sluice/data";

/** A stable number 0 <= x < interval, spread evenly: where in its interval a target is scraped. */
export function offsetOf(targetKey: string, seed: string, intervalMs: number): number {
  const hash = new Hash128();
  hash.text(targetKey);
  hash.text(seed);
  const [high, low] = hash.words();
  return ((high >>> 0) * 0x10_0000 + (low >>> 12)) % intervalMs;
}

/** The first moment from `nowMs` on that is `offset` into an interval of wall time, in whole milliseconds. */
export function firstTick(nowMs: number, intervalMs: number, offset: number): number {
  const now = Math.ceil(nowMs);
  const into = (((now - Math.floor(offset)) % intervalMs) + intervalMs) % intervalMs;
  return into === 0 ? now : now + intervalMs - into;
}

/**
 * The timestamp of a scrape that began at `nowMs` and was due at `dueMs`: the due time when it is near enough (1 % of the
 * interval, at most 2 ms), so that timestamps stand at equal distances and compress well.
 */
export function alignTime(nowMs: number, dueMs: number, intervalMs: number): number {
  const tolerance = Math.min(intervalMs / 100, 2);
  return Math.abs(nowMs - dueMs) <= tolerance ? dueMs : Math.floor(nowMs);
}
