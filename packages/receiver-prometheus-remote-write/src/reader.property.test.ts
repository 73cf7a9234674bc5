import { batchOf } from "@sluice/data";
import type { WriteVersion } from "@sluice/lib-prometheus";
import { createSimulation } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRequest } from "./arbitrary.testing.ts";
import { Memory } from "./memory.ts";
import { encode1, encode2 } from "./messages.testing.ts";
import { partsOf } from "./parts.ts";
import { RequestReader } from "./reader.ts";
import { writtenOf, writtenPlainly } from "./written.testing.ts";

test.each(["1.0", "2.0"] as const)(
  "what %s writes is handed on, bit for bit, in the order of each series",
  (version) => {
    fc.assert(
      fc.property(fc.array(arbitraryRequest, { minLength: 1, maxLength: 6 }), (requests) => {
        const read = createReading(1e6, 256);
        for (const series of requests) {
          const bytes = version === "1.0" ? encode1(series) : encode2(series);
          expect(read(bytes, version)).toEqual(writtenPlainly(bytes, version));
        }
      }),
      { numRuns: 150 },
    );
  },
);

test("both versions in turn, and memory that is always too small", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(arbitraryRequest, fc.boolean()), { maxLength: 8 }), (requests) => {
      const read = createReading(0, 2);
      for (const [series, second] of requests) {
        const version = second ? "2.0" : "1.0";
        const bytes = second ? encode2(series) : encode1(series);
        expect(read(bytes, version)).toEqual(writtenPlainly(bytes, version));
      }
    }),
    { numRuns: 60 },
  );
});

function createReading(maxBytes: number, checkEvery: number) {
  const reader = new RequestReader(new Memory(createSimulation().env, maxBytes, checkEvery));
  return (bytes: Uint8Array, version: WriteVersion) => {
    const tally = reader.read(bytes, version);
    expect(tally.invalid.size).toBe(0);
    return writtenOf([batchOf("metrics", partsOf(reader.rows))]);
  };
}
