import fc from "fast-check";
import { expect, test } from "vitest";
import { msOfNanos, nanosOf, nsOfNanos, wireTime } from "./time.ts";

const MASK = 0xffff_ffffn;
function checkBothWays(nanos: bigint): void {
  const lo = Number(nanos & MASK);
  const hi = Number(nanos >> 32n);
  const ms = msOfNanos(lo, hi);
  const ns = nsOfNanos(lo, hi);
  expect([BigInt(ms), BigInt(ns)]).toEqual([nanos / 1_000_000n, nanos % 1_000_000n]);
  expect([nanosOf(ms, ns), wireTime.hi]).toEqual([lo, hi]);
}

test("every uint64 of nanoseconds is exact in both directions", () => {
  const edges = [0n, 1n, 999_999n, 1_000_000n, MASK, MASK + 1n, 1n << 53n, (1n << 63n) - 1n, (1n << 64n) - 1n];
  for (const nanos of edges) checkBothWays(nanos);
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), checkBothWays), { numRuns: 5000 });
});

test("times outside a uint64 go to the nearer end", () => {
  const check = (ms: number, ns: number, expected: bigint) => {
    const lo = nanosOf(ms, ns);
    expect((BigInt(wireTime.hi) << 32n) | BigInt(lo)).toBe(expected);
  };
  check(-1, 999_999, 0n);
  check(Number.NaN, 0, 0n);
  check(18_446_744_073_709, 551_615, (1n << 64n) - 1n);
  check(18_446_744_073_709, 551_616, (1n << 64n) - 1n);
  check(Number.POSITIVE_INFINITY, 0, (1n << 64n) - 1n);
});
