import { expect, test } from "vitest";
import { clockOver, createClock } from "./clock.ts";

/** Wall milliseconds and monotonic milliseconds, read in turn. */
function check(readings: readonly (readonly [number, number])[], expected: readonly number[]): void {
  const at = { reading: 0 };
  const clock = clockOver(
    () => readings[at.reading]![0],
    () => readings[at.reading]![1],
  );
  const seen = readings.map((_, index) => {
    at.reading = index;
    return clock.now();
  });
  expect(seen).toEqual(expected);
}

test("the wall clock has fractions and follows the system's", () => {
  check([[5000, 10]], [5000]);
  // Fractions come from the monotonic clock.
  check(
    [
      [5000, 10],
      [5000, 10.25],
      [5001, 11.5],
    ],
    [5000, 5000.25, 5001.5],
  );
  // It never leaves the millisecond the system shows.
  check(
    [
      [5000, 10],
      [5000, 11.5],
    ],
    [5000, 5000.999],
  );
  check(
    [
      [5000, 10],
      [5002, 11.5],
    ],
    [5000, 5002],
  );
  // The system's clock was set.
  check(
    [
      [5000, 10],
      [9000, 11],
      [9000, 11.5],
    ],
    [5000, 9000, 9000.5],
  );
  check(
    [
      [5000, 10],
      [1000, 11],
      [1000, 11.5],
    ],
    [5000, 1000, 1000.5],
  );
});

test("of this machine", () => {
  const clock = createClock();
  const before = Date.now();
  const now = clock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThan(Date.now() + 1);
  const first = clock.monotonic();
  expect(clock.monotonic()).toBeGreaterThanOrEqual(first);
});
