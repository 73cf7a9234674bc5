import { join } from "node:path";
import { checkComponent, createContext, createInstance, createSink, metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import definition from "./index.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

test("counts what it passes on", async () => {
  const ctx = createContext();
  const sink = createSink();
  const batch = metricsBatch([{ name: "up", value: 1 }]);
  await createInstance(definition, {}, ctx, sink.consume).consume?.(batch);
  expect(sink.batches).toEqual([batch]);
  expect(ctx.meter.value("connector_sample_batches")).toBe(1);
});
