import { join } from "node:path";
import { type Batch, batchOf, encodeTraces, type MetricsPart, type Resource, timesOf, wirePart } from "@sluice/data";
import {
  attributesOf,
  checkComponent,
  configOf,
  createContext,
  createSink,
  logsBatch,
  metricsBatch,
  type Sink,
  tracesBatch,
} from "@sluice/testkit";
import { expect, test } from "vitest";
import type { Config } from "./config.ts";
import definition from "./index.ts";
import { createProcessor } from "./processor.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

const options = { resource: { a: "x", b: 1n } };
const metrics = metricsBatch([{ name: "up", value: 1 }], options);
const traces = tracesBatch([{ name: "GET" }], options);
const logs = logsBatch([{ body: "one" }], options);

async function run(yaml: string, ...batches: readonly Batch[]): Promise<Sink> {
  const sink = createSink();
  const config = await configOf<Config>(definition, yaml);
  const { consume } = createProcessor(config, createContext({ kind: "processor" }), sink.consume);
  for (const batch of batches) await consume(batch);
  return sink;
}
function resourceOf({ parts: [part] }: Batch): Resource {
  const [open] = part!.form === "wire" ? part!.decode() : [part!];
  return open!.form === "points" ? open!.layout.catalog.resource : open!.resource;
}

const change = "attributes: [{ key: a, action: delete }, { key: c, action: insert, from_attribute: b }]";
const after = attributesOf({ b: 1n, c: 1n });

test("changes the resource of every signal", async () => {
  const wire = batchOf("traces", [wirePart("traces", encodeTraces(traces.parts))]);
  const { batches } = await run(change, metrics, traces, logs, wire);
  expect(batches.map((batch) => resourceOf(batch).attributes)).toEqual([after, after, after, after]);
  expect([metrics, traces, logs].map((batch) => resourceOf(batch).attributes)).toEqual(
    [1, 2, 3].map(() => attributesOf({ a: "x", b: 1n })),
  );
});

test("metrics get a view: the same ids and columns, and one catalog for one", async () => {
  const [part] = metrics.parts as [MetricsPart];
  const next = { ...part, slots: Float64Array.of(2), time: timesOf(1) };
  const { batches } = await run(change, metrics, batchOf("metrics", [next]));
  const [first, second] = batches.map(({ parts }) => parts[0] as MetricsPart);
  expect({ ...first, layout: part.layout }).toEqual(part);
  expect([first!.layout.ids === part.layout.ids, first!.layout === second!.layout]).toEqual([true, true]);
  expect(first!.layout.catalog.metric(0)).toBe(part.layout.catalog.metric(0));
});

test("what nothing is changed of passes as it is", async () => {
  const idle = "attributes: [{ key: z, action: delete }, { key: a, action: insert, value: y }]";
  const { batches } = await run(idle, metrics, traces, logs);
  expect(batches.map((batch, i) => batch === [metrics, traces, logs][i])).toEqual([true, true, true]);
});

test("values of a request's metadata choose the view", async () => {
  const tenant = (name: string): Batch => ({ ...metrics, context: new Map([["x-t", [name]]]) });
  const yaml = "attributes: [{ key: t, action: upsert, from_context: metadata.x-t }]";
  const { batches } = await run(yaml, tenant("a"), tenant("b"), tenant("a"), metrics);
  const catalogs = batches.map(({ parts }) => (parts[0] as MetricsPart).layout.catalog);
  expect([catalogs[0] === catalogs[2], catalogs[0] === catalogs[1]]).toEqual([true, false]);
  expect(batches.map((batch) => resourceOf(batch).attributes.at(-1)!.value)).toEqual(["a", "b", "a", 1n]);
  expect(batches[3]).toBe(metrics);
});
