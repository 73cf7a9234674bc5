/** Packages as they are published, in a folder outside the workspace. All of them on every Node, and in a browser: matrix.ts. */
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packAll } from "../../scripts/packing/pack.ts";
import { tarballProblems } from "./lint.ts";
import { allPrograms, compileIn, createWorkshop, neededBy, tarballsIn, type Workshop } from "./workshop.ts";

const programs = allPrograms();
const tarballs = tarballsIn(await packAll());

test.each(Object.entries(tarballs))("%s is packed as publint and attw want it", async (_name, path) =>
  expect(await tarballProblems(path)).toEqual([]),
);

describe("programs outside of the workspace", () => {
  const state = { workshop: undefined as Workshop | undefined };
  beforeAll(async () => {
    const needed = new Set(neededBy(programs));
    const some = Object.entries(tarballs).filter(([name]) => needed.has(name));
    const workshop = await createWorkshop(Object.fromEntries(some));
    state.workshop = workshop;
    for (const { name, source } of programs) workshop.write(name, source);
  }, 120_000);
  afterAll(() => state.workshop?.remove());

  test("are what TypeScript 5 takes, with the declarations of all packages", () =>
    compileIn(state.workshop!, createRequire(import.meta.url).resolve("typescript-5/lib/tsc.js")));
  test.each(programs)("$name prints what it should", async ({ name, printed }) =>
    expect(await state.workshop!.run(process.execPath, `compiled/${name.replace(/ts$/, "js")}`)).toBe(printed),
  );
});
