import { expect, test } from "vitest";
import { type Attributes, type AttributeValue, asString, attribute, sameAttributes, sameValue } from "./index.ts";
import { attrs } from "./model.testing.ts";

test("a value as text, as AsString makes it", () => {
  const check = (value: AttributeValue, expected: string) => expect(asString(value)).toBe(expected);
  check("a<b", "a<b");
  check(true, "true");
  check(-5n, "-5");
  check(null, "");
  check(1.5, "1.5");
  check(-0, "-0");
  check(1e20, "100000000000000000000");
  check(1e21, "1e+21");
  check(1.5e-7, "1.5e-7");
  check(Number.NaN, "json: unsupported value: NaN");
  check(Number.NEGATIVE_INFINITY, "json: unsupported value: -Inf");
  check(Uint8Array.of(), "");
  check(Uint8Array.of(1), "AQ==");
  check(Uint8Array.of(255, 254, 253, 252), "//79/A==");
  check([1n, "x", null, [true], Uint8Array.of(1, 2)], '[1,"x",null,[true],"AQI="]');
  check(
    { map: [{ key: "b", value: 1n }, ...attrs({ a: "<&>\u2028\n" }), { key: "é", value: {} as never }].slice(0, 2) },
    '{"a":"<&>\\u2028\\n","b":1}',
  );
  check({ map: [...attrs({ x: "first" }), ...attrs({ x: "last" })] }, '{"x":"last"}');
  check({ map: attrs({ "\u{1f600}": "astral", "\uffee": "bmp" }) }, '{"\uffee":"bmp","\u{1f600}":"astral"}');
  check([Number.NaN], "");
  check({ map: [{ key: "a", value: [Number.POSITIVE_INFINITY] }] }, "");
});

test("sameness of values is exact", () => {
  const check = (a: AttributeValue, b: AttributeValue, same: boolean) => {
    expect(sameValue(a, b)).toBe(same);
    expect(sameValue(b, a)).toBe(same);
  };
  check("a", "a", true);
  check(1, 1n, false);
  check(0, -0, false);
  check(Number.NaN, Number.NaN, true);
  check(null, "", false);
  check(null, [], false);
  check([], { map: [] }, false);
  check([1, [2]], [1, [2]], true);
  check([1], [1, 2], false);
  check(Uint8Array.of(1), Uint8Array.of(1), true);
  check(Uint8Array.of(1), Uint8Array.of(2), false);
  check(Uint8Array.of(1), [1], false);
  check({ map: attrs({ a: "1", b: "2" }) }, { map: attrs({ b: "2", a: "1" }) }, true);
});

test("attributes are the same in any order, and found by key", () => {
  const both: Attributes = [...attrs({ a: "1" }), ...attrs({ a: "2" })];
  expect(sameAttributes(both, [...both])).toBe(true);
  expect(sameAttributes(both, both.toReversed())).toBe(false);
  expect(sameAttributes(attrs({ a: "1", b: "2" }), attrs({ b: "2", a: "1" }))).toBe(true);
  expect(sameAttributes(attrs({ a: "1" }), attrs({ a: "1", b: "2" }))).toBe(false);
  expect([attribute(both, "a"), attribute(both, "b")]).toEqual(["1", undefined]);
});
