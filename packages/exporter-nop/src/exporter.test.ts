import { dirname } from "node:path";
import { checkComponent, createContext, logsBatch, metricsBatch, tracesBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import definition from "./index.ts";

checkComponent(definition, dirname(import.meta.dirname));

test("takes every signal and says nothing", async () => {
  const context = createContext({ kind: "exporter" });
  const exporter = definition.create({}, context);
  await exporter.consume(metricsBatch([{ name: "a" }]));
  await exporter.consume(tracesBatch([{}]));
  await exporter.consume(logsBatch([{}]));
  expect([context.log.records, context.meter.names(), context.simulation.open()]).toEqual([[], [], []]);
});
