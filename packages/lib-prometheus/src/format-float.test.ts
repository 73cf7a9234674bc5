import fc from "fast-check";
import { expect, test } from "vitest";
import { formatFloat, formatFloatG, formatOpenMetricsFloat, normalizeFloatText } from "./index.ts";
import { quote, quoteBytes } from "./quote.ts";

/** The expected texts come from Go's strconv. */
test("floats as Go prints them", () => {
  const check = (value: number, f: string, g: string, openMetrics: string): void =>
    expect([formatFloat(value), formatFloatG(value), formatOpenMetricsFloat(value)]).toEqual([f, g, openMetrics]);
  check(0, "0", "0", "0.0");
  check(-0, "-0", "-0", "0.0");
  check(1, "1", "1", "1.0");
  check(-1, "-1", "-1", "-1.0");
  check(100000, "100000", "100000", "100000.0");
  check(1e6, "1000000", "1e+06", "1e+06");
  check(1234567, "1234567", "1.234567e+06", "1.234567e+06");
  check(1e20, "100000000000000000000", "1e+20", "1e+20");
  check(1e22, "10000000000000000000000", "1e+22", "1e+22");
  check(123456789012345680000, "123456789012345680000", "1.2345678901234568e+20", "1.2345678901234568e+20");
  check(0.0001, "0.0001", "0.0001", "0.0001");
  check(1e-5, "0.00001", "1e-05", "1e-05");
  check(0.00012345, "0.00012345", "0.00012345", "0.00012345");
  check(-1e-7, "-0.0000001", "-1e-07", "-1e-07");
  check(1000.5, "1000.5", "1000.5", "1000.5");
  check(1.5e21, "1500000000000000000000", "1.5e+21", "1.5e+21");
  check(5e-324, `0.${"0".repeat(323)}5`, "5e-324", "5e-324");
  check(
    1.7976931348623157e308,
    `17976931348623157${"0".repeat(292)}`,
    "1.7976931348623157e+308",
    "1.7976931348623157e+308",
  );
  check(Number.POSITIVE_INFINITY, "+Inf", "+Inf", "+Inf");
  check(Number.NEGATIVE_INFINITY, "-Inf", "-Inf", "-Inf");
  check(Number.NaN, "NaN", "NaN", "NaN");
});

test("every form gives the double back", () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      for (const text of [formatFloat(value), formatFloatG(value)]) expect(Number(text)).toBe(value);
      expect(formatFloat(value)).not.toContain("e");
    }),
    { numRuns: 2000 },
  );
});

test("le and quantile are written in one way", () => {
  const check = (text: string, expected: string): void => expect(normalizeFloatText(text)).toBe(expected);
  check("1", "1.0");
  check("1e3", "1000.0");
  check("+INF", "+Inf");
  check("0.50", "0.5");
  check("0.99", "0.99");
  check("ten", "ten");
  check("", "");
});

test("quoting as Go's %q", () => {
  expect(quote('a\x00\x7f"\\\n\u200b\u00a0é😀\ufeff\ufffd')).toBe(
    '"a\\x00\\x7f\\"\\\\\\n\\u200b\\u00a0é😀\\ufeff\ufffd"',
  );
  expect(quote("\u2028\ue000\u00ad\u{e0001}")).toBe('"\\u2028\\ue000\\u00ad\\U000e0001"');
  expect(quote("abcdé", 3)).toBe('"abc"');
  const bytes = Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xef, 0xbb, 0xbf, 10, 0xf0, 0x9f);
  expect(quoteBytes(bytes, 0, bytes.length)).toBe('"a\\xffé\\xed\\xa0\\x80\\ufeff\\n\\xf0\\x9f"');
  expect(quoteBytes(new Uint8Array(1000).fill(0x61), 0, 1000)).toBe(`"${"a".repeat(256)}..."`);
});
