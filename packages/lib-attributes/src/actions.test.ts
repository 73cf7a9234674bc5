import type { AttributeValue } from "@sluice/data";
import { type AttributeRecord, attributesOf } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import type { ActionConfig } from "./action-schema.ts";
import { compileActions } from "./actions.ts";

function actionOf(config: Partial<ActionConfig>): ActionConfig {
  const none = { key: "", value: undefined, from_attribute: "", from_context: "", default_value: undefined };
  return { ...none, pattern: "", converted_type: undefined, action: "insert", ...config };
}

type Case = readonly [action: Partial<ActionConfig>, before: AttributeRecord, after: AttributeRecord | "same"];

function check([config, before, after]: Case): void {
  const name = `${JSON.stringify(config, plain)} on ${JSON.stringify(before, plain)}`;
  test(name, () => {
    const attributes = attributesOf(before);
    const context = new Map([["tenant", "a;b"]]);
    const result = compileActions([actionOf(config)]).apply(attributes, context);
    expect(attributes).toEqual(attributesOf(before));
    if (after === "same") expect(result).toBe(attributes);
    else expect(result).toEqual(attributesOf(after));
  });
}
const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);

const setting: readonly Case[] = [
  [{ action: "insert", key: "a", value: "x" }, { b: 1n }, { b: 1n, a: "x" }],
  [{ action: "insert", key: "a", value: "x" }, { a: "y" }, "same"],
  [{ action: "insert", key: "a", value: "x" }, { a: null }, "same"],
  [
    { action: "update", key: "a", value: "x" },
    { a: "y", b: 1n },
    { a: "x", b: 1n },
  ],
  [{ action: "update", key: "a", value: "x" }, { b: 1n }, "same"],
  [{ action: "update", key: "a", value: "x" }, { a: "x" }, "same"],
  [{ action: "upsert", key: "a", value: "x" }, {}, { a: "x" }],
  [{ action: "upsert", key: "a", value: "x" }, { a: 1n }, { a: "x" }],
  [{ action: "upsert", key: "a", value: "" }, { a: 1n }, { a: "" }],
  [{ action: "upsert", key: "a", value: 7 }, {}, { a: 7n }],
  [{ action: "upsert", key: "a", value: 7 }, { a: 7 }, { a: 7n }],
  [{ action: "upsert", key: "a", value: 0.5 }, {}, { a: 0.5 }],
  [{ action: "upsert", key: "a", value: false }, {}, { a: false }],
  [{ action: "upsert", key: "a", value: ["x", 1, null] }, {}, { a: ["x", 1n, null] }],
  [
    { action: "upsert", key: "a", value: { b: { c: 1.5 } } },
    {},
    { a: { map: [{ key: "b", value: { map: [{ key: "c", value: 1.5 }] } }] } },
  ],
];
const fromElsewhere: readonly Case[] = [
  [{ action: "upsert", key: "a", from_attribute: "b" }, { b: 2n }, { b: 2n, a: 2n }],
  [
    { action: "upsert", key: "a", from_attribute: "b" },
    { b: null, a: 1n },
    { b: null, a: null },
  ],
  [{ action: "upsert", key: "a", from_attribute: "b" }, { c: 2n }, "same"],
  [{ action: "upsert", key: "a", from_attribute: "b", default_value: 5 }, {}, { a: 5n }],
  [{ action: "upsert", key: "a", from_attribute: "b", default_value: 5 }, { b: 1n }, { b: 1n, a: 1n }],
  [{ action: "insert", key: "a", default_value: "d" }, {}, { a: "d" }],
  [{ action: "upsert", key: "a", from_context: "metadata.Tenant" }, {}, { a: "a;b" }],
  [{ action: "upsert", key: "a", from_context: "tenant" }, {}, { a: "a;b" }],
  [{ action: "upsert", key: "a", from_context: "other" }, { b: 1n }, "same"],
  [{ action: "upsert", key: "a", from_context: "other", default_value: "d" }, {}, { a: "d" }],
  [{ action: "upsert", key: "a", from_context: "auth.tenant" }, { b: 1n }, "same"],
  [{ action: "update", key: "a", from_context: "tenant" }, { b: 1n }, "same"],
];
const removing: readonly Case[] = [
  [{ action: "delete", key: "a" }, { a: 1n, b: 2n }, { b: 2n }],
  [{ action: "delete", key: "a" }, { b: 2n }, "same"],
  [{ action: "delete", pattern: "^a" }, { a: 1n, ab: 2n, ba: 3n }, { ba: 3n }],
  [{ action: "delete", pattern: "a" }, { a: 1n, ab: 2n, ba: 3n, c: 4n }, { c: 4n }],
  [{ action: "delete", key: "c", pattern: "^a$" }, { a: 1n, b: 2n, c: 3n }, { b: 2n }],
];
const hashes: Readonly<Record<string, readonly [AttributeValue, string]>> = {
  // Of `printf abc | sha256sum` and kin.
  text: ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  unicode: ["é", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"],
  empty: ["", ""],
  true: [true, "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"],
  false: [false, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
  int: [1n, "7c9fa136d4413fa6173637e883b6998d32e1d675f88cddff9dcbcf331820f4b8"],
  double: [1, "6c3c396ed6b5c36dcae172271f462051b1266b851e92df3deea8ac65478fd712"],
  list: [["a"], ""],
  bytes: [Uint8Array.of(1), ""],
  null: [null, ""],
};
const extracting: readonly Case[] = [
  [
    { action: "extract", key: "url", pattern: "^(?P<scheme>.*):\\/\\/(?P<host>[^/:]*)(?::(?P<port>\\d+))?" },
    { url: "http://a:80/x" },
    { url: "http://a:80/x", scheme: "http", host: "a", port: "80" },
  ],
  [
    { action: "extract", key: "url", pattern: "(?P<host>[a-z]+)(?P<port>:\\d+)?" },
    { url: "db", host: "old" },
    { url: "db", host: "db", port: "" },
  ],
  [{ action: "extract", key: "url", pattern: "(?P<url>b)" }, { url: "abc" }, { url: "b" }],
  [{ action: "extract", key: "url", pattern: "(?P<x>z)" }, { url: "abc" }, "same"],
  [{ action: "extract", key: "url", pattern: "(?P<x>.*)" }, { url: 1n }, "same"],
  [{ action: "extract", key: "url", pattern: "(?P<x>.*)" }, { other: "a" }, "same"],
];
const converting: readonly (readonly ["int" | "double" | "string", AttributeValue, AttributeValue])[] = [
  ["int", "12", 12n],
  ["int", "+012", 12n],
  ["int", "-0", 0n],
  ["int", "9223372036854775807", 2n ** 63n - 1n],
  ["int", "9223372036854775808", "9223372036854775808"],
  ["int", "1.5", "1.5"],
  ["int", " 1", " 1"],
  ["int", "", ""],
  ["int", 1.9, 1n],
  ["int", -1.9, -1n],
  ["int", Number.NaN, Number.NaN],
  ["int", 2 ** 63, 2 ** 63],
  ["int", true, 1n],
  ["int", false, 0n],
  ["int", ["1"], ["1"]],
  ["double", "1.5", 1.5],
  ["double", "1e3", 1000],
  ["double", ".5", 0.5],
  ["double", "1.", 1],
  ["double", "inf", Number.POSITIVE_INFINITY],
  ["double", "-Infinity", Number.NEGATIVE_INFINITY],
  ["double", "NaN", Number.NaN],
  ["double", "+nan", "+nan"],
  ["double", "1e999", "1e999"],
  ["double", "0x10", "0x10"],
  ["double", "x", "x"],
  ["double", 7n, 7],
  ["double", true, 1],
  ["double", null, null],
  ["string", 7n, "7"],
  ["string", 0.5, "0.5"],
  ["string", true, "true"],
  ["string", null, ""],
  ["string", ["a", 1n], '["a",1]'],
  ["string", "x", "x"],
];

describe("insert, update and upsert set a value", () => setting.forEach(check));
describe("values come from elsewhere", () => fromElsewhere.forEach(check));
describe("delete", () => removing.forEach(check));
describe("extract", () => extracting.forEach(check));
describe("hash", () => {
  for (const [name, [value, hash]] of Object.entries(hashes)) {
    test(name, () => {
      const result = compileActions([actionOf({ action: "hash", key: "a" })]).apply(
        attributesOf({ a: value }),
        new Map(),
      );
      expect(result).toEqual(attributesOf({ a: hash }));
    });
  }
  check([
    { action: "hash", pattern: "^a" },
    { a: null, b: null },
    { a: "", b: null },
  ]);
  check([{ action: "hash", key: "a" }, { b: "x" }, "same"]);
});
describe("convert", () => {
  for (const [to, value, result] of converting) {
    check([
      { action: "convert", key: "a", converted_type: to },
      { a: value },
      Object.is(value, result) ? "same" : { a: result },
    ]);
  }
  check([{ action: "convert", key: "a", converted_type: "int" }, { b: "1" }, "same"]);
});

test("runs actions one after another", () => {
  const actions = compileActions([
    actionOf({ action: "upsert", key: "b", from_attribute: "a" }),
    actionOf({ action: "delete", key: "a" }),
    actionOf({ action: "convert", key: "b", converted_type: "int" }),
  ]);
  expect(actions.apply(attributesOf({ a: "5", c: "c" }), new Map())).toEqual(attributesOf({ c: "c", b: 5n }));
});

test("hashes twice what key and pattern both name, as upstream does", () => {
  const once = actionOf({ action: "hash", key: "a" });
  const twice = compileActions([actionOf({ action: "hash", key: "a", pattern: "a" })]);
  const before = attributesOf({ a: "x" });
  expect(twice.apply(before, new Map())).toEqual(compileActions([once, once]).apply(before, new Map()));
});

test("knows which metadata it reads", () => {
  const keys = (...from: string[]) =>
    compileActions(from.map((from_context) => actionOf({ key: "a", from_context }))).contextKeys;
  expect(keys("metadata.X-B", "x-a", "X-B", "client.address", "auth.user", "")).toEqual(["x-a", "x-b"]);
  expect(compileActions([actionOf({ action: "delete", key: "a", from_context: "x" })]).contextKeys).toEqual([]);
});
