/** Expected texts are what Go 1.26 prints for the same values. */
import { expect, test } from "vitest";
import { goTime, hex, shortest, sixDecimals, typed, uint } from "./go-format.ts";

test("floats as %v and %f", () => {
  const check = (value: number, v: string, f: string) => expect([shortest(value), sixDecimals(value)]).toEqual([v, f]);
  check(0, "0", "0.000000");
  check(-0, "-0", "-0.000000");
  check(1, "1", "1.000000");
  check(100_000, "100000", "100000.000000");
  check(1_000_000, "1e+06", "1000000.000000");
  check(1_234_567, "1.234567e+06", "1234567.000000");
  check(123_456_789, "1.23456789e+08", "123456789.000000");
  check(1e20, "1e+20", "100000000000000000000.000000");
  check(-1e22, "-1e+22", "-10000000000000000000000.000000");
  check(123456789012345680, "1.2345678901234568e+17", "123456789012345680.000000");
  check(0.0001, "0.0001", "0.000100");
  check(0.00001, "1e-05", "0.000010");
  check(78.901234567, "78.901234567", "78.901235");
  check(-0.0000001, "-1e-07", "-0.000000");
  check(0.0078125, "0.0078125", "0.007812");
  check(0.0234375, "0.0234375", "0.023438");
  check(-0.0078125, "-0.0078125", "-0.007812");
  check(5e-324, "5e-324", "0.000000");
  check(Number.POSITIVE_INFINITY, "+Inf", "+Inf");
  check(Number.NEGATIVE_INFINITY, "-Inf", "-Inf");
  check(Number.NaN, "NaN", "NaN");
});

test("counts as %d of a uint64", () => {
  const check = (value: number, expected: string) => expect(uint(value)).toBe(expected);
  check(0, "0");
  check(12.9, "12");
  check(-1, "0");
  check(Number.NaN, "0");
  check(2 ** 60, "1152921504606846976");
  check(Number.POSITIVE_INFINITY, "18446744073709549568");
});

test("times, ids and values", () => {
  expect(goTime(1_581_452_772_000, 321)).toBe("2020-02-11 20:26:12.000000321 +0000 UTC");
  expect(goTime(1_581_452_772_100, 0)).toBe("2020-02-11 20:26:12.1 +0000 UTC");
  expect(goTime(0, 0)).toBe("1970-01-01 00:00:00 +0000 UTC");
  expect([hex(Uint8Array.of(1, 0xab)), hex(new Uint8Array(16)), hex(undefined)]).toEqual(["01ab", "", ""]);
  const values = ["a", 1n, 1, true, null, Uint8Array.of(1), [1n], { map: [{ key: "a", value: 1n }] }];
  expect(values.map(typed)).toEqual([
    "Str(a)",
    "Int(1)",
    "Double(1)",
    "Bool(true)",
    "Empty()",
    "Bytes(AQ==)",
    "Slice([1])",
    'Map({"a":1})',
  ]);
});
