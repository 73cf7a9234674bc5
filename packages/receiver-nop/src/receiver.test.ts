import { dirname } from "node:path";
import { checkComponent, createContext, createSink } from "@sluice/testkit";
import { expect, test } from "vitest";
import definition from "./index.ts";

checkComponent(definition, dirname(import.meta.dirname));

test("gives nothing, however long one waits", async () => {
  const context = createContext();
  const sink = createSink();
  const receiver = definition.create({}, context, sink.consume);
  await receiver.start?.();
  await context.simulation.advance(60_000);
  expect([sink.batches, context.simulation.open()]).toEqual([[], []]);
});
