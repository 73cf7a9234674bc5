import { type BatchOf, batchOf, type Catalog, keyOf, layoutOf, type MetricsPart, select, timesOf } from "@sluice/data";
import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { linesOf, setUp } from "./filtering.testing.ts";

const points = [
  { name: "up", attributes: { a: "1" } },
  { name: "hits", attributes: { a: "1" } },
  { name: "hits", attributes: { a: "2" } },
];
const dropOne = `metrics: { datapoint: ['attributes["a"] == "2"'] }`;

/** Three points over a catalog that counts how often it is asked for attributes and metrics. */
function counting(): { part: MetricsPart; batch: BatchOf<"metrics">; asked: { attributes: number } } {
  const [part] = metricsBatch(points).parts as [MetricsPart];
  const { catalog } = part.layout;
  const asked = { attributes: 0 };
  const counted: Catalog = {
    resource: catalog.resource,
    size: catalog.size,
    order: catalog.order,
    bytes: catalog.bytes,
    metric: (id) => catalog.metric(id),
    shape: (id) => catalog.shape(id),
    attributes(id) {
      asked.attributes++;
      return catalog.attributes(id);
    },
    key: (id) => keyOf(counted, id),
  };
  const seen = { ...part, layout: { ...part.layout, catalog: counted } };
  return { part: seen, batch: batchOf("metrics", [seen]), asked };
}

test("a part that is kept whole is handed on itself", async () => {
  const { part, batch } = counting();
  const { consume, sink } = await setUp("metrics", `metrics: { metric: ['name == "z"'] }`);
  await consume(batch);
  const selected = batchOf("metrics", [select(part, Int32Array.of(0, 2))]);
  await consume(selected);
  expect([sink.batches[0] === batch, sink.batches[1] === selected]).toEqual([true, true]);
});

test("each id is judged once, and a known layout costs nothing", async () => {
  const { part, asked } = counting();
  const { consume, sink } = await setUp("metrics", dropOne);
  const next = (each: MetricsPart): MetricsPart => ({ ...each, slots: Float64Array.of(1, 2, 3), time: timesOf(1) });
  await consume(batchOf("metrics", [part]));
  expect(asked.attributes).toBe(3);
  await consume(batchOf("metrics", [next(part)]));
  const [first, second] = sink.batches.map(({ parts }) => parts[0] as MetricsPart);
  expect(Array.from(first!.rows!)).toEqual([0, 1]);
  expect([second!.rows === first!.rows, second!.layout === part.layout]).toEqual([true, true]);
  // Another layout of the same points.
  const other = { ...part, layout: layoutOf(part.layout.catalog, Int32Array.of(2, 0, 1, 2)) };
  await consume(batchOf("metrics", [other]));
  expect(Array.from((sink.batches[2]!.parts[0] as MetricsPart).rows!)).toEqual([1, 2]);
  expect(asked.attributes).toBe(3);
});

test("rows that were chosen before are chosen from, and the choice is remembered", async () => {
  const { part } = counting();
  const { consume, sink } = await setUp("metrics", dropOne);
  const given = Int32Array.of(1, 2);
  for (const rows of [given, given, Int32Array.of(0, 1), Int32Array.of(2)]) {
    await consume(batchOf("metrics", [{ ...part, rows }]));
  }
  const rows = sink.batches.map(({ parts }) => (parts[0] as MetricsPart).rows!);
  expect(rows.map((each) => Array.from(each))).toEqual([[1], [1], [0, 1]]);
  expect(rows[0]).toBe(rows[1]);
  expect(sink.calls).toBe(3);
});

test("stale markers go the way of their points", async () => {
  const { part } = counting();
  const { consume, sink, context } = await setUp("metrics", dropOne);
  const gone = { ...part, slots: new Float64Array(0), states: "stale", rows: Int32Array.of(1, 2) } as const;
  await consume(batchOf("metrics", [gone]));
  const [marked] = sink.batches[0]!.parts as [MetricsPart];
  expect([Array.from(marked.rows!), marked.states]).toEqual([[1], "stale"]);
  expect(context.meter.value("otelcol_processor_filter_datapoints_filtered")).toBe(1);
});

test("a metric that is judged by its points is judged by all of its layout, once per point", async () => {
  const { part, asked } = counting();
  const { consume, sink } = await setUp("metrics", `metrics: { metric: ['HasAttrOnDatapoint("a", "2")'] }`);
  const rest = { ...part, rows: Int32Array.of(0, 1) };
  for (const each of [part, rest, { ...part, layout: { ...part.layout } }]) await consume(batchOf("metrics", [each]));
  expect(asked.attributes).toBe(3);
  expect(sink.batches.map(linesOf)).toEqual([["up{1}"], ["up{1}"], ["up{1}"]]);
});

test("the same point may be dropped in one resource and not in another", async () => {
  const { consume, sink } = await setUp("metrics", `metrics: { datapoint: ['resource.attributes["env"] == "test"'] }`);
  const [test, prod] = ["test", "prod"].map((env) => metricsBatch(points, { resource: { env } }).parts);
  await consume(batchOf("metrics", [...test!, ...prod!]));
  expect(sink.batches[0]!.parts).toEqual(prod);
});
