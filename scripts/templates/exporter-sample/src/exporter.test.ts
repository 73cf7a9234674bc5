import { join } from "node:path";
import { checkComponent, createContext, metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createExporter } from "./exporter.ts";
import definition from "./index.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

test("counts what it takes", async () => {
  const ctx = createContext();
  await createExporter({}, ctx).consume(metricsBatch([{ name: "up", value: 1 }]));
  expect(ctx.meter.value("exporter_sample_batches")).toBe(1);
});
