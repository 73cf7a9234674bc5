import fc from "fast-check";
import { compress } from "snappyjs";
import { expect, test } from "vitest";
import { pageTemplate } from "./page.ts";
import { SnappyError, snappyDecompress } from "./snappy.ts";

function check(input: Uint8Array): void {
  expect(Buffer.from(snappyDecompress(compress(input)))).toEqual(Buffer.from(input));
}

test("empty", () => check(new Uint8Array(0)));
test("one byte", () => check(Uint8Array.of(7)));
test("a run, whose copies overlap", () => check(new Uint8Array(100_000).fill(65)));
test("a page of text", () => check(pageTemplate({ series: 1000, churn: 0, churnEvery: 1, period: 1000 }).render(1, 2)));
test("any bytes", () => fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), check), { numRuns: 300 }));

test("bad blocks give a typed error or bytes, never anything else", () => {
  const block = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }).map((tail) => Uint8Array.of(200, 1, ...tail)),
  );
  const read = (bytes: Uint8Array): unknown => {
    try {
      return snappyDecompress(bytes);
    } catch (error) {
      return error;
    }
  };
  fc.assert(
    fc.property(block, (bytes) => {
      const result = read(bytes);
      expect(result instanceof Uint8Array || result instanceof SnappyError).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["nothing", []],
  ["a length without end", [255, 255, 255, 255, 255, 1]],
  ["a length beyond all reason", [255, 255, 255, 255, 15]],
  ["too little", [5, 0, 65]],
  ["a literal longer than the block", [5, 16, 65]],
  ["a copy from before the start", [8, 0, 65, 1, 9]],
  ["a copy with offset 0", [8, 0, 65, 1, 0]],
  ["more than it promised", [1, 4, 65, 66]],
])("%s is refused", (_, bytes) => expect(() => snappyDecompress(Uint8Array.from(bytes))).toThrow(SnappyError));
