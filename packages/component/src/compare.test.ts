import { Secret } from "@sluice/component";
import { expect, test } from "vitest";
import { configChanges } from "./compare.ts";

function check(before: unknown, after: unknown, expected: readonly string[]) {
  expect(configChanges(before, after)).toEqual(expected);
}

test("what says the same is no change", () => {
  check({ a: 1, b: ["x", { c: null }] }, { b: ["x", { c: null }], a: 1 }, []);
  check({ a: undefined }, {}, []);
  check({ a: Number.NaN, b: new URL("http://x/a"), c: /a/ }, { a: Number.NaN, b: new URL("http://x/a"), c: /a/ }, []);
  check(Object.assign(Object.create(null), { a: 1 }), { a: 1 }, []);
  check({ a: new Secret("x") }, { a: new Secret("x") }, []);
});

test("changes are named by their path, never by their value", () => {
  check({ a: 1 }, { a: 2 }, ["a changed"]);
  check({ a: { b: 1, c: 2 } }, { a: { c: 2, d: 3 } }, ["a.b removed", "a.d added"]);
  check({ a: [1, 2] }, { a: [1, 3, 4] }, ["a[1] changed", "a[2] added"]);
  check({ a: [{ b: 1 }] }, { a: { b: 1 } }, ["a changed"]);
  check({ a: new Secret("x") }, { a: new Secret("y") }, ["a changed"]);
  check({ a: new Secret("x") }, { a: "x" }, ["a changed"]);
  check({ a: new URL("http://x/a") }, { a: new URL("http://x/b") }, ["a changed"]);
  check({ a: 0 }, { a: null }, ["a changed"]);
  check(1, 2, ["configuration changed"]);
});

test("what nobody can compare is taken as changed", () => {
  check({ a: new Map([["b", 1]]) }, { a: new Map([["b", 1]]) }, ["a changed"]);
  const shared = new Map();
  check({ a: shared }, { a: shared }, []);
});

test("many changes are counted", () => {
  const many = (value: number) => Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, value]));
  const changes = configChanges(many(1), many(2));
  expect(changes).toHaveLength(21);
  expect(changes.at(-1)).toBe("10 more changes");
});
