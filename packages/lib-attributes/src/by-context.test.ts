import { expect, test } from "vitest";
import { byContext } from "./by-context.ts";

const contextOf = (record: Record<string, string[]>) => new Map(Object.entries(record));

test("gives one object for equal values of the keys that count", () => {
  const made: string[] = [];
  const choose = byContext(["a", "b"], (values) => {
    made.push([...values].join());
    return { values };
  });
  const one = choose(contextOf({ a: ["1", "2"], other: ["x"] }));
  expect(choose(contextOf({ a: ["1", "2"], other: ["y"] }))).toBe(one);
  expect(choose(contextOf({ b: ["1;2"] }))).not.toBe(one);
  expect(choose(undefined)).toBe(choose(contextOf({ other: ["x"] })));
  expect(choose(contextOf({ a: [] }))).toBe(choose(undefined));
  expect(made).toEqual(["", "a,1;2", "b,1;2"]);
});

test("makes one for all when no key counts", () => {
  const choose = byContext([], () => ({}));
  expect(choose(contextOf({ a: ["1"] }))).toBe(choose(undefined));
});

test("forgets what was not used for longest", () => {
  const choose = byContext(["a"], () => ({}));
  const of = (value: number) => choose(contextOf({ a: [String(value)] }));
  const [first, second] = [of(0), of(1)];
  for (let value = 2; value < 256; value++) of(value);
  expect(of(0)).toBe(first);
  of(256);
  expect(of(0)).toBe(first);
  expect(of(1)).not.toBe(second);
});
