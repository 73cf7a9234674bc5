import {
  type Attributes,
  type BatchOf,
  encodeMetrics,
  type Metric,
  type MetricsPart,
  type Resource,
  select,
} from "@sluice/data";
import { rowsOf } from "@sluice/lib-attributes";
import { arbitraryMetricsBatch } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { setUp } from "./filtering.testing.ts";

type Drops = (metric: Metric, attributes: Attributes, resource: Resource, all: readonly Attributes[]) => boolean;

/** Conditions, and what they mean in plain code. */
const conditions: readonly (readonly [yaml: string, drops: Drops])[] = [
  ["metrics: { metric: [type == METRIC_DATA_TYPE_SUM] }", ({ kind }) => kind === "sum"],
  [`metrics: { metric: ['name < "a"'] }`, ({ name }) => name === "" || name.codePointAt(0)! < 97],
  ["metrics: { metric: [is_monotonic == true] }", ({ kind, monotonic }) => kind === "sum" && monotonic],
  ["metrics: { metric: ['IsMatch(name, \"^(?s).{3,}$\")'] }", ({ name }) => [...name].length >= 3],
  [`metrics: { datapoint: ['attributes["a"] != nil'] }`, (_, attributes) => has(attributes, "a")],
  ["metrics: { resource: [dropped_attributes_count > 2000000000] }", (_, __, r) => r.droppedAttributes > 2_000_000_000],
  [`metrics: { metric: ['HasAttrKeyOnDatapoint("a")'] }`, (_, __, ___, all) => all.some((each) => has(each, "a"))],
  [
    `metrics: { metric: ['not HasAttrOnDatapoint("a", "")'], datapoint: ['metric.unit == ""'] }`,
    ({ unit }, _, __, all) => unit === "" || !all.some((each) => has(each, "a", "")),
  ],
];

function has(attributes: Attributes, key: string, text?: string): boolean {
  return attributes.some((each) => {
    if (each.key !== key) return false;
    if (text === undefined) return each.value !== null;
    return (typeof each.value === "string" ? each.value : "") === text;
  });
}

/** A third of the points get an attribute `a`, so that conditions find some. */
function marked(batch: BatchOf<"metrics">): BatchOf<"metrics"> {
  const parts = (batch.parts as MetricsPart[]).map((part) => {
    const { catalog } = part.layout;
    const seen = {
      resource: catalog.resource,
      size: catalog.size,
      order: catalog.order,
      bytes: 0,
      metric: (id: number) => catalog.metric(id),
      shape: (id: number) => catalog.shape(id),
      attributes: (id: number) => (id % 3 === 0 ? [{ key: "a", value: id % 2 === 0 ? "" : "x" }] : []),
      key: (id: number) => catalog.key(id),
    };
    return { ...part, layout: { ...part.layout, catalog: seen } };
  });
  return { ...batch, parts };
}

function eagerly(part: MetricsPart, drops: Drops): MetricsPart {
  const { catalog, ids } = part.layout;
  const kept = rowsOf(part).filter((row) => {
    const metric = catalog.metric(ids[row]!);
    const all = [...ids].filter((id) => catalog.metric(id) === metric).map((id) => catalog.attributes(id));
    return !drops(metric, catalog.attributes(ids[row]!), catalog.resource, all);
  });
  return select(part, kept);
}

test("keeps the rows that a look at every point keeps, at the first part and at the next", async () => {
  const filters = await Promise.all(
    conditions.map(async ([yaml, drops]) => ({ ...(await setUp("metrics", yaml)), drops })),
  );
  const dropped = new Set<number>();
  await fc.assert(
    fc.asyncProperty(arbitraryMetricsBatch().map(marked), fc.nat(filters.length - 1), async (batch, i) => {
      const { consume, sink, drops } = filters[i]!;
      const expected = encodeMetrics((batch.parts as MetricsPart[]).map((part) => eagerly(part, drops)));
      for (const _ of ["first", "next"]) {
        const before = sink.calls;
        await consume(batch);
        const result = sink.calls > before ? (sink.batches.at(-1) as BatchOf<"metrics">).parts : [];
        expect(encodeMetrics(result)).toEqual(expected);
        if (result !== batch.parts) dropped.add(i);
      }
    }),
    { numRuns: 600 },
  );
  expect(dropped.size).toBe(conditions.length);
});
