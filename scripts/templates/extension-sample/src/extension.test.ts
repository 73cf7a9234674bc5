import { join } from "node:path";
import { checkComponent, createContext } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createExtension } from "./extension.ts";
import definition from "./index.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

test("tells that it starts and stops", async () => {
  const ctx = createContext();
  const extension = createExtension({}, ctx);
  await extension.start?.();
  await extension.shutdown?.();
  expect(ctx.log.records.map(({ message }) => message)).toEqual(["extension started", "extension stopped"]);
});
