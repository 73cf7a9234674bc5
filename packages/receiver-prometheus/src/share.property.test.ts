import fc from "fast-check";
import { expect, test } from "vitest";
import { isInShare } from "./targets.ts";

const texts = fc.uniqueArray(fc.string({ maxLength: 40 }), { maxLength: 50 });
const counts = fc.integer({ min: 1, max: 64 });

/** The shares of `count` that a target belongs to. */
function sharesOf(labelsText: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => index).filter((index) =>
    isInShare({ labelsText }, { index, count }),
  );
}

test("a target belongs to one share, whatever its labels", () => {
  fc.assert(
    fc.property(texts, counts, (all, count) => {
      for (const labelsText of all) expect(sharesOf(labelsText, count)).toHaveLength(1);
    }),
    { numRuns: 100 },
  );
});

test("targets that differ little are spread about evenly", () => {
  for (const count of [2, 3, 4, 8]) {
    const sizes = Array.from({ length: count }, () => 0);
    for (let i = 0; i < 8000; i++) sizes[sharesOf(`{instance="10.0.0.${i}:9100",job="node"}`, count)[0]!]! += 1;
    // Five times what chance would have them differ.
    const slack = 5 * Math.sqrt(8000 / count);
    for (const size of sizes) expect(Math.abs(size - 8000 / count)).toBeLessThan(slack);
  }
});
