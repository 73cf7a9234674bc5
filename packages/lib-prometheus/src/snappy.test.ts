import fc from "fast-check";
import { compress, uncompress } from "snappyjs";
import { describe, expect, test } from "vitest";
import { SnappyError, snappyDecompress } from "./index.ts";

const limit = 1 << 20;
const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

test("what another implementation compresses is read back", () => {
  const repetitive = fc
    .array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 })
    .chain((parts) =>
      fc
        .array(fc.nat(Math.max(0, parts.length - 1)), { maxLength: 200 })
        .map((order) => Uint8Array.from(order.flatMap((i) => Array.from(parts[i] ?? [])))),
    );
  fc.assert(
    fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })), (input) => {
      expect(snappyDecompress(compress(input), limit)).toEqual(input);
    }),
    { numRuns: 500 },
  );
});

test("every kind of element", () => {
  const check = (block: Uint8Array, expected: string): void =>
    expect(new TextDecoder().decode(snappyDecompress(block, limit))).toBe(expected);
  check(bytes(0), "");
  check(bytes(1, 0, 0x61), "a");
  check(bytes(3, 60 << 2, 2, 0x61, 0x62, 0x63), "abc");
  check(bytes(3, 61 << 2, 2, 0, 0x61, 0x62, 0x63), "abc");
  check(bytes(3, 62 << 2, 2, 0, 0, 0x61, 0x62, 0x63), "abc");
  check(bytes(3, 63 << 2, 2, 0, 0, 0, 0x61, 0x62, 0x63), "abc");
  // A copy with a one-byte, two-byte and four-byte distance; the first overlaps what it writes.
  check(bytes(8, 1 << 2, 0x61, 0x62, (2 << 2) | 1, 2), "abababab");
  check(bytes(4, 1 << 2, 0x61, 0x62, (1 << 2) | 2, 2, 0), "abab");
  check(bytes(4, 1 << 2, 0x61, 0x62, (1 << 2) | 3, 2, 0, 0, 0), "abab");
});

describe("hostile blocks", () => {
  const refuse = (block: Uint8Array, message: string, max = limit): void => {
    expect(() => snappyDecompress(block, max)).toThrow(SnappyError);
    expect(() => snappyDecompress(block, max)).toThrow(message);
  };
  test("each mistake has its words", () => {
    refuse(bytes(), "no length");
    refuse(bytes(0x80), "no length");
    refuse(bytes(0xff, 0xff, 0xff, 0xff, 0x7f), "no length");
    refuse(bytes(0xff, 0xff, 0xff, 0xff, 0x0f), "cannot decompress 4294967295 bytes: the limit is 1048576");
    refuse(bytes(0xff, 0xff, 0x0f), "claimed by a block of 3");
    refuse(bytes(5, 0, 0x61), "it holds 1 bytes and claims 5");
    refuse(bytes(0, 0, 0x61), "it holds more bytes than it claims");
    refuse(bytes(5, 4 << 2, 0x61), "it ends within a literal");
    refuse(bytes(5, 61 << 2, 4), "it ends within an element");
    refuse(bytes(5, 0, 0x61, (3 << 2) | 2), "it ends within an element");
    refuse(bytes(5, (0 << 2) | 1, 1), "a copy reaches beyond its start");
    refuse(bytes(5, 0, 0x61, (0 << 2) | 1, 0), "a copy reaches beyond its start");
    refuse(bytes(5, 0, 0x61, (3 << 2) | 2, 2, 0), "a copy reaches beyond its start");
    refuse(bytes(3, 0, 0x61, (7 << 2) | 1, 1), "it holds more bytes than it claims");
  });
  test("any bytes give bytes or SnappyError, as another implementation judges them", () => {
    const block = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const mutated = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(255)).map(([input, at, byte]) => {
      const out = new Uint8Array(compress(input));
      out[at % out.length] = byte;
      return out;
    });
    fc.assert(
      fc.property(fc.oneof(block, mutated), (input) => {
        let own: Uint8Array | undefined;
        try {
          own = snappyDecompress(input, 1 << 16);
        } catch (error) {
          expect(error).toBeInstanceOf(SnappyError);
          return;
        }
        expect(own).toEqual(new Uint8Array(uncompress(input)));
      }),
      { numRuns: 2000 },
    );
  });
});
