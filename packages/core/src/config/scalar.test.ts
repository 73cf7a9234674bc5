import { expect, test } from "vitest";
import { resolvePlain } from "./scalar.ts";

// What go-yaml v3 (go.yaml.in/yaml/v3 3.0.4) makes of each text in an untyped value; its time.Time is text here.
const check = (input: string, expected: string | number | boolean | null) =>
  expect([input, resolvePlain(input)]).toEqual([input, expected]);

test("words are what Go reads", () => {
  check("", null);
  check("~", null);
  check("null", null);
  check("NULL", null);
  check("nULL", "nULL");
  check("true", true);
  check("True", true);
  check("tRUE", "tRUE");
  check("FALSE", false);
  check("yes", "yes");
  check("on", "on");
  check("n", "n");
  check(".inf", Number.POSITIVE_INFINITY);
  check("-.INF", Number.NEGATIVE_INFINITY);
  check(".nan", Number.NaN);
  check("NaN", "NaN");
  check("Infinity", "Infinity");
  check("2020-01-01", "2020-01-01");
  check("2006-01-02T15:04:05Z", "2006-01-02T15:04:05Z");
  check("12:30:45", "12:30:45");
  check("+", "+");
  check("-x", "-x");
  check("=", "=");
});

test("numbers are what Go reads", () => {
  check("0", 0);
  check("-0", 0);
  check("+12", 12);
  check("017", 15);
  check("-017", -15);
  check("00", 0);
  check("08", 8);
  check("0o17", 15);
  check("0O17", 15);
  check("0x1F", 31);
  check("-0x1F", -31);
  check("0xdeadbeef", 3735928559);
  check("0x", "0x");
  check("0b11", 3);
  check("-0b11", -3);
  check("0b12", "0b12");
  check("1_000", 1000);
  check("1__0_", 10);
  check("_1", "_1");
  check("0x_1F", 31);
  check("1_0.5", 10.5);
  check("1e3", 1000);
  check("1E+5", 100_000);
  check("1e", "1e");
  check("1.", 1);
  check(".5", 0.5);
  check("+.5", 0.5);
  check(".5_0", 0.5);
  check("._5", "._5");
  check("1.2.3", "1.2.3");
  check("..5", "..5");
  check("1e999", "1e999");
  check("0x1p4", "0x1p4");
  check("9223372036854775807", 2 ** 63);
  check("18446744073709551615", 2 ** 64);
  check("-9223372036854775809", -(2 ** 63));
});
