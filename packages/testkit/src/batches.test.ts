import { itemCount, sampleCount } from "@sluice/data";
import { expect, test } from "vitest";
import { logsBatch, metricsBatch, tracesBatch } from "./batches.ts";

test("metrics as a test writes them", () => {
  const { parts } = metricsBatch(
    [
      { name: "up", value: 1, attributes: { job: "a" } },
      { name: "big", value: 2n ** 60n, kind: "sum" },
      { name: "took", histogram: { bounds: [1, 5], counts: [1, 2, 3], sum: 9 } },
      { name: "size", summary: { quantiles: { 0.9: 5, 0.5: 4 }, sum: 8, count: 2 } },
      { name: "gone", stale: true },
    ],
    { resource: { service: "x" }, timeMs: 5 },
  );
  const [part] = parts;
  if (part?.form !== "points") throw new Error("no points");
  expect([...part.slots]).toEqual([1, 2 ** 60, 1, 2, 3, 9, 3, 4, 5, 8, 2, 0]);
  expect(part.wide).toEqual(new Map([[1, 2n ** 60n]]));
  expect(part.states).toEqual(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
  expect(part.time).toMatchObject({ ms: 5, ns: 0 });
  expect(part.layout.catalog.resource.attributes).toEqual([{ key: "service", value: "x" }]);
  expect(part.layout.catalog.attributes(0)).toEqual([{ key: "job", value: "a" }]);
  expect(part.layout.catalog.metric(1)).toMatchObject({ kind: "sum", monotonic: true, temporality: "cumulative" });
  expect(sampleCount(part)).toBe(12);
});

test("spans and records as a test writes them", () => {
  const traces = tracesBatch([{ name: "a" }, { name: "b", kind: 2 }]);
  const [spans] = traces.parts;
  expect(itemCount(traces)).toBe(2);
  expect(spans?.form === "records" && spans.record(1)).toMatchObject({ name: "b", kind: 2, events: [] });
  const logs = logsBatch([{ body: "hello" }], { timeMs: 7 });
  const [records] = logs.parts;
  expect(records?.form === "records" && records.record(0)).toMatchObject({ body: "hello", time: { ms: 7, ns: 0 } });
});
