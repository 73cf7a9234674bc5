import { join } from "node:path";
import { checkComponent, createContext } from "@sluice/testkit";
import { expect, test } from "vitest";
import definition from "./index.ts";
import { createReceiver } from "./receiver.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

test("tells that it starts and stops", async () => {
  const ctx = createContext();
  const receiver = createReceiver({}, ctx, async () => {});
  await receiver.start?.();
  await receiver.shutdown?.();
  expect(ctx.log.records.map(({ message }) => message)).toEqual(["receiver started", "receiver stopped"]);
});
