import { createHash } from "node:crypto";
import { type Attributes, type AttributeValue, asString } from "@sluice/data";
import { arbitraryAttributes } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ActionConfig } from "./action-schema.ts";
import { compileActions } from "./actions.ts";

const keys = ["a", "b", "ab", "c"];
const patterns = ["a", "^a$", "b$", "[ac]", "z"];
const key = fc.constantFrom(...keys);
const value = fc.oneof(fc.constantFrom("x", "12", "1.5", "a-b"), fc.boolean(), fc.integer(), fc.constant([1, "x"]));
const none = { key: "", value: undefined, from_attribute: "", from_context: "", default_value: undefined };
const empty: ActionConfig = { ...none, pattern: "", converted_type: undefined, action: "insert" };

const setter = fc.record({ action: fc.constantFrom("insert", "update", "upsert"), key }).chain((base) =>
  fc.oneof(
    value.map((each) => ({ ...base, value: each })),
    fc.record({ from_attribute: key, default_value: fc.option(value) }).map((source) => ({ ...base, ...source })),
    fc.constantFrom("t", "missing").map((from_context) => ({ ...base, from_context })),
  ),
);
const byName = fc
  .record({
    action: fc.constantFrom("delete", "hash"),
    key: fc.option(key),
    pattern: fc.option(fc.constantFrom(...patterns)),
  })
  .map(({ key: name, pattern, action }) => ({ action, key: name ?? "", pattern: pattern ?? "" }));
const extract = key.map((name) => ({ action: "extract", key: name, pattern: "(?P<a>[a-z]+)-?(?P<c>[a-z]*)" }));
const convert = fc.record({
  action: fc.constant("convert"),
  key,
  converted_type: fc.constantFrom("int", "double", "string"),
});
const action = fc.oneof(setter, byName, extract, convert).map((each) => ({ ...empty, ...each }) as ActionConfig);
const attributes = fc
  .tuple(arbitraryAttributes(), fc.array(fc.record({ key, value: value.map(raw) }), { maxLength: 4 }))
  .map(([some, more]) => [...new Map([...some, ...more].map((each) => [each.key, each])).values()]);

/** The same, done in place on a map, one step after another. */
function plainly(before: Attributes, actions: readonly ActionConfig[]): Attributes {
  const map = new Map(before.map((each) => [each.key, each.value]));
  for (const each of actions) act(map, each);
  return [...map].map(([name, attribute]) => ({ key: name, value: attribute }));
}

function act(map: Map<string, AttributeValue>, config: ActionConfig): void {
  const { action: what, key: name, pattern } = config;
  if (what === "delete" || what === "hash") {
    const meant = [...map.keys()].filter((each) => pattern !== "" && new RegExp(pattern).test(each));
    for (const each of name === "" ? meant : [name, ...meant]) {
      if (what === "delete") map.delete(each);
      else if (map.has(each)) map.set(each, hash(map.get(each)!));
    }
  } else if (what === "extract") {
    const text = map.get(name);
    const match = typeof text === "string" ? /([a-z]+)-?([a-z]*)/.exec(text) : null;
    if (match !== null) map.set("a", match[1]!).set("c", match[2]!);
  } else if (what === "convert") {
    if (map.has(name)) map.set(name, convertPlainly(map.get(name)!, config.converted_type!));
  } else {
    const source = sourceOf(map, config);
    const wanted = what === "upsert" || map.has(name) === (what === "update");
    if (source !== undefined && wanted) map.set(name, source);
  }
}

function sourceOf(map: Map<string, AttributeValue>, config: ActionConfig): AttributeValue | undefined {
  if (config.value !== undefined) return raw(config.value);
  const named = config.from_attribute === "" ? undefined : map.get(config.from_attribute);
  const found = config.from_context === "t" ? "tenant" : named;
  if (found !== undefined) return found;
  return config.default_value === undefined || config.default_value === null ? undefined : raw(config.default_value);
}

function raw(given: unknown): AttributeValue {
  if (Array.isArray(given)) return given.map(raw);
  return Number.isInteger(given) ? BigInt(given as number) : (given as AttributeValue);
}

function hash(given: AttributeValue): string {
  const bytes = Buffer.alloc(8);
  if (typeof given === "bigint") bytes.writeBigInt64LE(given);
  else if (typeof given === "number") bytes.writeDoubleLE(given);
  else if (typeof given === "boolean") return digest(Buffer.of(given ? 1 : 0));
  else return typeof given === "string" && given !== "" ? digest(Buffer.from(given)) : "";
  return digest(bytes);
}
const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

function convertPlainly(given: AttributeValue, to: string): AttributeValue {
  if (to === "string") return asString(given);
  if (typeof given === "boolean") return to === "int" ? BigInt(given) : Number(given);
  if (to === "double") {
    if (typeof given === "bigint") return Number(given);
    return typeof given === "string" && /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given;
  }
  if (typeof given === "number") return Math.abs(given) < 2 ** 63 ? BigInt(Math.trunc(given)) : given;
  return typeof given === "string" && /^-?\d{1,18}$/.test(given) ? BigInt(given) : given;
}

test("actions give what a map changed in place would hold, in its order", () => {
  let same = 0;
  fc.assert(
    fc.property(attributes, fc.array(action, { maxLength: 4 }), (before, actions) => {
      const result = compileActions(actions).apply(before, new Map([["t", "tenant"]]));
      if (result === before) same++;
      expect(result).toEqual(plainly(before, actions));
    }),
    { numRuns: 3000 },
  );
  expect(same).toBeGreaterThan(100);
  expect(same).toBeLessThan(2900);
});
