import { type BatchOf, batchOf, type Catalog, keyOf, type MetricsPart, timesOf } from "@sluice/data";
import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { linesOf, setUp } from "./processing.testing.ts";

const batch = metricsBatch(
  [
    { name: "up", value: 1, attributes: { a: "1" } },
    { name: "hits", value: 2, attributes: { a: "2", b: "x" } },
  ],
  { resource: { env: "prod" } },
);
const [part] = batch.parts as [MetricsPart];

/** The batch over a catalog that counts how often it is asked for attributes. */
function counting(): { batch: BatchOf<"metrics">; part: MetricsPart; asked: { times: number } } {
  const { catalog } = part.layout;
  const asked = { times: 0 };
  const counted: Catalog = {
    resource: catalog.resource,
    size: catalog.size,
    order: catalog.order,
    bytes: catalog.bytes,
    metric: (id) => catalog.metric(id),
    shape: (id) => catalog.shape(id),
    attributes(id) {
      asked.times++;
      return catalog.attributes(id);
    },
    key: (id) => keyOf(counted, id),
  };
  const seen = { ...part, layout: { ...part.layout, catalog: counted } };
  return { batch: batchOf("metrics", [seen]), part: seen, asked };
}

test("metrics get a view: the same ids, slots and columns, and no work", async () => {
  const { batch: given, part: before, asked } = counting();
  const { consume, sink } = await setUp("metrics", "actions: [{ key: a, action: delete }]");
  await consume(given);
  const [after] = sink.batches[0]!.parts as [MetricsPart];
  expect(asked.times).toBe(0);
  expect({ ...after, layout: before.layout }).toEqual(before);
  for (const column of ["slots", "time", "rows", "states"] as const) expect(after[column]).toBe(before[column]);
  expect([after.layout.ids === before.layout.ids, after.layout.at === before.layout.at]).toEqual([true, true]);
  expect([after.layout.catalog.bytes, after.layout.catalog.order]).toEqual([0, before.layout.catalog.order]);
  expect(linesOf(sink.batches[0]!)).toEqual(["up{}", "hits{b=x}"]);
  expect(asked.times).toBe(2);
});

test("the next part of a layout has the same layout and catalog, and nothing is worked out", async () => {
  const { batch: first, part: before, asked } = counting();
  const { consume, sink } = await setUp(
    "metrics",
    "actions: [{ key: a, action: delete }]\ninclude: { match_type: strict, resources: [{ key: env, value: prod }] }",
  );
  const next = { ...before, slots: Float64Array.of(3, 4), time: timesOf(1) };
  for (const each of [first, batchOf("metrics", [next]), batchOf("metrics", [next, before])]) await consume(each);
  const layouts = sink.batches.flatMap(({ parts }) => (parts as MetricsPart[]).map(({ layout }) => layout));
  expect(new Set(layouts).size).toBe(1);
  expect(layouts[0]).not.toBe(before.layout);
  expect(asked.times).toBe(0);
  // Another layout of the same catalog is another layout over the same view.
  const other = { ...before, layout: { ...before.layout } };
  await consume(batchOf("metrics", [other]));
  const [shown] = sink.batches[3]!.parts as [MetricsPart];
  expect([shown.layout === layouts[0], shown.layout.catalog === layouts[0]!.catalog]).toEqual([false, true]);
});

test("a resource of which nothing is meant keeps its part", async () => {
  const { consume, sink } = await setUp(
    "metrics",
    "actions: [{ key: a, action: delete }]\ninclude: { match_type: strict, resources: [{ key: env, value: test }] }",
  );
  await consume(batch);
  expect(sink.batches[0]).toBe(batch);
});

test("values of a request's metadata choose the view", async () => {
  const { consume, sink } = await setUp("metrics", "actions: [{ key: t, action: upsert, from_context: x-t }]");
  for (const tenant of ["a", "b", "a"]) await consume({ ...batch, context: new Map([["x-t", [tenant]]]) });
  await consume(batch);
  const catalogs = sink.batches.map(({ parts }) => (parts[0] as MetricsPart).layout.catalog);
  expect(catalogs[2]).toBe(catalogs[0]);
  expect(new Set(catalogs).size).toBe(3);
  expect(sink.batches.map((each) => linesOf(each)[0])).toEqual([
    "up{a=1,t=a}",
    "up{a=1,t=b}",
    "up{a=1,t=a}",
    "up{a=1}",
  ]);
});

test("an identity keeps its meaning: two points may become one", async () => {
  const twins = metricsBatch([
    { name: "hits", value: 1, attributes: { pod: "a" } },
    { name: "hits", value: 2, attributes: { pod: "b" } },
  ]);
  const { consume, sink } = await setUp("metrics", "actions: [{ key: pod, action: delete }]");
  await consume(twins);
  const [{ layout }] = sink.batches[0]!.parts as [MetricsPart];
  expect(Array.from(layout.ids)).toEqual([0, 1]);
  expect(layout.catalog.key(0)).toBe(layout.catalog.key(1));
});
