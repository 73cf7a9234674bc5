import fc from "fast-check";
import { expect, test } from "vitest";
import { PageScanner } from "./index.ts";
import { parseFloatText } from "./page-number.ts";
import { bitsOf } from "./pages.testing.ts";

const scanners = { text: new PageScanner("text"), openmetrics: new PageScanner("openmetrics") };

/** What the scanner makes of a number, in both formats; undefined when it refuses it. */
function read(number: string): string | undefined {
  const values = (["text", "openmetrics"] as const).map((format) => {
    const bytes = new TextEncoder().encode(`x ${number}\n`);
    scanners[format].reset(bytes, bytes.length);
    try {
      scanners[format].next();
      return bitsOf(scanners[format].value);
    } catch {
      return undefined;
    }
  });
  expect(values[0]).toBe(values[1]);
  return values[0];
}

test("decimals are rounded as Number rounds them", () => {
  const digits = fc.stringMatching(/^[0-9]{0,25}$/);
  const shape = fc.tuple(
    fc.constantFrom("", "-", "+"),
    digits,
    fc.constantFrom("", "."),
    digits,
    fc.integer({ min: -340, max: 340 }),
  );
  fc.assert(
    fc.property(shape, fc.constantFrom("", "e", "E"), ([sign, whole, point, fraction, power], e) => {
      const text = `${sign}${whole}${point}${point && fraction}${e && e + power}`;
      const isNumber = /\d/.test(whole + (point && fraction)) && Number.isFinite(Number(text));
      expect(read(text), text).toBe(isNumber ? bitsOf(Number(text)) : undefined);
    }),
    { numRuns: 5000 },
  );
});

test("every double is read back from its shortest, fixed and long forms", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const forms = [
        `${value}`,
        value.toExponential(),
        value.toPrecision(17),
        value.toPrecision(21),
        value.toFixed(15),
      ];
      for (const form of forms) expect(read(form), form).toBe(bitsOf(Number(form)));
    }),
    { numRuns: 3000 },
  );
});

test("numbers at the edges of the fast path", () => {
  const check = (text: string): void => expect(read(text), text).toBe(bitsOf(Number(text)));
  for (const tail of ["", ".", ".0", ".5", "e0", "e22", "e-22", "e23", "e308", "e-400"]) {
    for (const head of ["0", "00", "9007199254740991", "9007199254740993", "999999999999999", "9999999999999999"]) {
      const text = head + tail;
      if (Number.isFinite(Number(text))) check(text);
    }
  }
  for (let size = 1; size < 30; size++) {
    check("1".repeat(size));
    check(`0.${"0".repeat(size)}1`);
    check(`${"9".repeat(size)}.${"9".repeat(size)}`);
    check(`-${"0".repeat(size)}.${"5".repeat(size)}`);
  }
});

test("a number of any length is one pass", () => {
  const long = "1".repeat(1 << 20);
  expect(read(`0.${long}`)).toBe(bitsOf(Number(`0.${long}`)));
  expect(read(long)).toBeUndefined();
  expect(read(`${long}x`)).toBeUndefined();
});

test("what is no number says why", () => {
  expect(parseFloatText("1e400")).toBe('strconv.ParseFloat: parsing "1e400": value out of range');
  expect(parseFloatText("")).toBe('strconv.ParseFloat: parsing "": invalid syntax');
  expect(parseFloatText("١")).toBe('strconv.ParseFloat: parsing "١": invalid syntax');
  expect(parseFloatText("0x1p3")).toBe("unsupported character in float");
});
