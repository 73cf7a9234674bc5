import fc from "fast-check";
import { expect, test } from "vitest";
import { isoTime } from "./iso-time.ts";

test("agrees with the platform", () => {
  expect(isoTime(0)).toBe("1970-01-01T00:00:00.000Z");
  expect(isoTime(1_000.9)).toBe("1970-01-01T00:00:01.000Z");
  const range = { min: Date.UTC(0, 0, 1) - 1900 * 366 * 86_400_000 + 2e11, max: Date.UTC(9999, 11, 31) };
  fc.assert(
    fc.property(fc.integer(range), (ms) => isoTime(ms) === new Date(ms).toISOString()),
    { numRuns: 2000 },
  );
});
