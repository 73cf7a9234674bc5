import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type Converter, convertTree } from "./convert.ts";
import { toPlain } from "./located.ts";
import type { LocatedProblem } from "./problems.ts";
import { fromPlain } from "./yaml-text.ts";

const { env } = createSimulation();
const before = fromPlain({ a: { b: 1, list: [1, { c: 2 }] }, gone: true });

async function convert(...converters: readonly Converter[]) {
  const problems: LocatedProblem[] = [];
  const tree = await convertTree(before, converters, env, (problem) => void problems.push(problem));
  return { tree, problems };
}

test("converters change a configuration in their order", async () => {
  const { tree, problems } = await convert(
    () => ({ a: { b: 1, list: [3, { c: 2 }, "new"] }, added: null }),
    async (config) => ({ ...(config as object), last: true }),
  );
  expect(toPlain(tree)).toEqual({ a: { b: 1, list: [3, { c: 2 }, "new"] }, added: null, last: true });
  expect(problems).toEqual([]);
});

test("what is left alone keeps its place and text", async () => {
  const { tree } = await convert((config) => ({ ...(config as object), added: { x: 1 } }));
  const map = tree.kind === "map" ? tree.entries : new Map();
  const old = before.kind === "map" ? before.entries : new Map();
  expect(map.get("gone")).toEqual(old.get("gone"));
  expect(map.get("gone")?.value).toBe(old.get("gone")?.value);
  expect(map.get("added")?.place).toBe(before.place);
});

test("a converter that fails is an error of the configuration", async () => {
  const { tree, problems } = await convert(() => {
    throw new Error("no licence");
  });
  expect(tree).toBe(before);
  expect(problems).toEqual([
    { severity: "error", place: before.place, path: [], message: "cannot convert the configuration: no licence" },
  ]);
});
