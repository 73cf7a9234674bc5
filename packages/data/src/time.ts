import type { Times } from "./model.ts";

/** The upper half of the uint64 that the functions here made last; the lower half is what they return. */
export const wireTime = { hi: 0 };

/** Whole milliseconds of `hi * 2^32 + lo` nanoseconds, exact for every uint64. */
export function msOfNanos(lo: number, hi: number): number {
  // 2^32 = 4294 * 10^6 + 967296; the remainder's product stays below 2^53.
  return hi * 4294 + Math.floor((hi * 967296 + lo) / 1_000_000);
}

/** What `msOfNanos` leaves over: 0..999_999 nanoseconds. */
export function nsOfNanos(lo: number, hi: number): number {
  return (hi * 967296 + lo) % 1_000_000;
}

/**
 * `ms` milliseconds and `ns` nanoseconds as a uint64 of nanoseconds: returns the lower 32 bits and leaves the upper in
 * `wireTime.hi`. Exact to 2^64-1; what lies outside is drawn to the nearer end (a time before 1970 becomes 0, "not set").
 */
export function nanosOf(ms: number, ns: number): number {
  if (!(ms >= 0)) return zero();
  if (ms > 18_446_744_073_709 || (ms === 18_446_744_073_709 && ns > 551_615)) return largest();
  const high = Math.floor(ms / 0x40_0000) * 1_000_000;
  const low = (ms % 0x40_0000) * 1_000_000 + (high % 1024) * 0x40_0000 + ns;
  const carry = Math.floor(low / 0x1_0000_0000);
  wireTime.hi = Math.floor(high / 1024) + carry;
  return low - carry * 0x1_0000_0000;
}

function zero(): number {
  wireTime.hi = 0;
  return 0;
}
function largest(): number {
  wireTime.hi = 0xffff_ffff;
  return 0xffff_ffff;
}

/** One time for all rows. */
export function timesOf(ms: number, ns = 0): Times {
  return { ms, ns, msOf: undefined, nsOf: undefined };
}
/** Milliseconds of a layout row. */
export function msAt(times: Times, row: number): number {
  return times.msOf === undefined ? times.ms : times.msOf[row]!;
}
/** Nanoseconds beyond the milliseconds of a layout row. */
export function nsAt(times: Times, row: number): number {
  return times.nsOf === undefined ? times.ns : times.nsOf[row]!;
}
