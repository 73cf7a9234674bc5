import { join } from "node:path";
import { type Context, defineExtension, type Extension, t, type Updatable } from "@sluice/component";
import { expect, test } from "vitest";
import { componentChecks } from "./check-component.ts";

const directory = join(import.meta.dirname, "../testdata/processor-sample");
type Create = (config: object, context: Context) => Extension & Updatable<object>;

/** Runs the check of this name on an extension: it fails with `expected`, or passes. */
async function check(name: string, create: Create, expected?: string): Promise<void> {
  const config = t.object("A sample.", { limit: t.integer({ description: "A limit.", default: 1 }) });
  const definition = defineExtension({ type: "sample", stability: "alpha", config, create });
  const found = componentChecks(definition, directory, {}).find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no check "${name}"`);
  if (expected === undefined) await found.run();
  else await expect(async () => found.run()).rejects.toThrow(expected);
}
const early = "touches nothing at an update before the start";
const equal = "finds no change in the configuration it has";
const nothing = { changes: [], apply: () => {} };

test("what is well done passes", async () => {
  for (const name of [early, equal]) {
    await check(name, () => ({}));
    await check(name, () => ({ update: async () => nothing }));
  }
  await check(early, () => ({ update: () => Promise.reject(new Error("not started")) }));
});

test("the suite finds work at an update before the start", async () => {
  const create: Create = (_config, { env }) => ({
    async update() {
      env.timers.after(60_000, () => {});
      return nothing;
    },
  });
  await check(early, create, "open after an update before the start");
});

test("the suite finds changes where there are none", async () => {
  const create: Create = (config) => ({
    update: async (next) => ({ ...nothing, changes: next === config ? [] : ["limit changed"] }),
  });
  await check(equal, create, "changes of an equal configuration");
});

test("the suite finds what an update leaves open", async () => {
  const create =
    (closedBy: "apply" | "discard"): Create =>
    (_config, { env }) => ({
      async update() {
        const timer = env.timers.after(60_000, () => {});
        const cancel = (): void => timer.cancel();
        return { ...nothing, ...(closedBy === "apply" ? { apply: cancel } : { discard: async () => cancel() }) };
      },
    });
  await check(equal, create("apply"), "open after discard");
  await check(equal, create("discard"), "open after apply");
});
