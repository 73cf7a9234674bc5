import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatGoDuration,
  formatPrometheusDuration,
  parseGoDuration,
  parsePrometheusDuration,
  parsePrometheusSize,
} from "./index.ts";

test("Go durations are read", () => {
  const check = (input: string, expected: number | undefined) =>
    expect([input, parseGoDuration(input)]).toEqual([input, expected]);
  check("0", 0);
  check("+0", 0);
  check("-0", 0);
  check("5s", 5000);
  check("30s", 30_000);
  check("1478s", 1_478_000);
  check("-5s", -5000);
  check("+5s", 5000);
  check("5.0s", 5000);
  check("5.6s", 5600);
  check("5.s", 5000);
  check(".5s", 500);
  check("1.004s", 1004);
  check("100.00100s", 100_001);
  check("10ns", 0.00001);
  check("11us", 0.011);
  check("12\u00b5s", 0.012);
  check("12\u03bcs", 0.012);
  check("13ms", 13);
  check("1h30m", 5_400_000);
  check("3h30m", 12_600_000);
  check("10.5s4m", 250_500);
  check("-2m3.4s", -123_400);
  check("1h2m3s4ms5us6ns", 3_723_004.005006);
  check("39h9m14.425s", 140_954_425);
  check("0.3333333333333333333h", 1_200_000);
  check("0.100000000000000000000h", 360_000);
  check("9223372036854775807ns", 9_223_372_036_854.775);
  check("2562047h47m16.854775807s", 9_223_372_036_854.775);
  check("", undefined);
  check("3", undefined);
  check("-", undefined);
  check("s", undefined);
  check(".", undefined);
  check("-.", undefined);
  check(".s", undefined);
  check("+.s", undefined);
  check("1d", undefined);
  check("1 s", undefined);
  check(" 1s", undefined);
  check("1S", undefined);
  check("1.2.3s", undefined);
  check("0x1s", undefined);
  check("++1s", undefined);
  check("1e3s", undefined);
  check("3000000h", undefined);
  check("9223372036854775808000ns", undefined);
});

test("Go durations are written", () => {
  const check = (input: number, expected: string) => expect(formatGoDuration(input)).toBe(expected);
  check(0, "0s");
  check(0.000001, "1ns");
  check(0.0011, "1.1\u00b5s");
  check(2.2, "2.2ms");
  check(3300, "3.3s");
  check(245_000, "4m5s");
  check(245_001, "4m5.001s");
  check(18_367_001, "5h6m7.001s");
  check(480_000.000001, "8m0.000000001s");
  check(5_400_000, "1h30m0s");
  check(-1500, "-1.5s");
  check(200, "200ms");
  check(0.9999999, "1ms");
  check(59_999.9999999, "1m0s");
});

test("Prometheus durations are read", () => {
  const check = (input: string, expected: number | undefined) =>
    expect([input, parsePrometheusDuration(input)]).toEqual([input, expected]);
  check("0", 0);
  check("0s", 0);
  check("324ms", 324);
  check("3s", 3000);
  check("5m", 300_000);
  check("1h", 3_600_000);
  check("4d", 345_600_000);
  check("4d1h", 349_200_000);
  check("14d", 1_209_600_000);
  check("3w", 1_814_400_000);
  check("3w2d1h", 1_990_800_000);
  check("10y", 315_360_000_000);
  check("1d12h", 129_600_000);
  check("", undefined);
  check("1", undefined);
  check("1y1m1d", undefined);
  check("-1w", undefined);
  check("1.5d", undefined);
  check("d", undefined);
  check("294y", undefined);
  check("200y10400w", undefined);
  check(" 1s", undefined);
  check("1s\n", undefined);
});

test("Prometheus durations are written", () => {
  const check = (input: number, expected: string) => expect(formatPrometheusDuration(input)).toBe(expected);
  check(0, "0s");
  check(324, "324ms");
  check(345_600_000, "4d");
  check(90 * 86_400_000, "90d");
  check(1_209_600_000, "2w");
  check(1_990_800_000, "23d1h");
  check(315_360_000_000, "10y");
  check(5_400_000, "1h30m");
});

test("Prometheus sizes are read", () => {
  const check = (input: string, expected: number | undefined) =>
    expect([input, parsePrometheusSize(input)]).toEqual([input, expected]);
  check("0", 0);
  check("1B", 1);
  check("1KB", 1024);
  check("10MB", 10 * 2 ** 20);
  check("10MiB", 10 * 2 ** 20);
  check("1.5GB", 1.5 * 2 ** 30);
  check("1GB512MB", 1.5 * 2 ** 30);
  check("7EB", 7 * 2 ** 60);
  check("1MiB1MB", undefined);
  check("100", undefined);
  check("", undefined);
  check("10mb", undefined);
  check("-1MB", undefined);
  check("MB", undefined);
  check("9EB", undefined);
});

describe("what is written can be read", () => {
  test("Go", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 41), max: 2 ** 41 }), fc.nat(999_999), (ms, ns) => {
        const value = ms < 0 ? ms - ns / 1e6 : ms + ns / 1e6;
        expect(parseGoDuration(formatGoDuration(value))).toBeCloseTo(value, 3);
      }),
    );
  });
  test("Prometheus", () => {
    fc.assert(
      fc.property(fc.nat(), (ms) => {
        expect(parsePrometheusDuration(formatPrometheusDuration(ms))).toBe(ms);
      }),
    );
  });
  test("any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.+-hmsunyKMB \u00b5") }), (text) => {
        for (const parse of [parseGoDuration, parsePrometheusDuration, parsePrometheusSize]) {
          const value = parse(text);
          expect(value === undefined || Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });
});
