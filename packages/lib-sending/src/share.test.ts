import fc from "fast-check";
import { expect, test } from "vitest";
import { shareQueue } from "./config.ts";

const queue = { num_consumers: 5, queue_size: 1000, sizer: "requests", block_on_overflow: true } as const;
/** What each of several threads has of these limits. */
function parts(limits: { readonly num_consumers: number; readonly queue_size: number }, count: number) {
  return Array.from({ length: count }, (_, index) => shareQueue({ ...queue, ...limits }, { index, count }));
}

test("the limits of a queue are divided, everything else stays", () => {
  expect(parts(queue, 1)).toEqual([queue]);
  expect(parts(queue, 2)).toEqual([
    { ...queue, num_consumers: 3, queue_size: 500 },
    { ...queue, num_consumers: 2, queue_size: 500 },
  ]);
  const least = { num_consumers: 1, queue_size: 1 };
  expect(parts(least, 3)).toEqual([0, 1, 2].map(() => ({ ...queue, ...least })));
});

test("all parts are the whole, as long as there is one for each", () => {
  const limit = fc.integer({ min: 64, max: 2 ** 40 });
  fc.assert(
    fc.property(limit, limit, fc.integer({ min: 1, max: 64 }), (num_consumers, queue_size, count) => {
      const all = parts({ num_consumers, queue_size }, count);
      expect(all.reduce((sum, part) => sum + part.num_consumers, 0)).toBe(num_consumers);
      expect(all.reduce((sum, part) => sum + part.queue_size, 0)).toBe(queue_size);
    }),
    { numRuns: 200 },
  );
});
