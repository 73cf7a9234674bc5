import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { BatchOf, Catalog, MetricsPart } from "@sluice/data";
import { metricsBatch, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { setUp } from "./processing.testing.ts";

const newBatch = (): BatchOf<"metrics"> => metricsBatch([{ name: "m", value: 1, attributes: { a: "1" } }]);
const catalogOf = ({ parts }: BatchOf<"metrics">): Catalog => (parts[0] as MetricsPart).layout.catalog;

test("views live as long as their source", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const { consume, sink } = await setUp("metrics", "actions: [{ key: t, action: upsert, from_context: x-t }]");
  const kept = newBatch();
  const views: WeakRef<Catalog>[] = [];
  for (let i = 0; i < 200; i++) {
    await consume({ ...(i === 0 ? kept : newBatch()), context: new Map([["x-t", [String(i % 2)]]]) });
    views.push(new WeakRef(catalogOf(sink.batches[i] as BatchOf<"metrics">)));
  }
  // All that the test itself holds on to.
  (sink.batches as unknown[]).length = 0;
  await waitFor(
    () => {
      gc();
      return views.filter((view) => view.deref() !== undefined).length <= 3;
    },
    { what: "the views of dropped sources to go" },
  );
  const [first] = views;
  expect(first!.deref()).toBeDefined();
  await consume({ ...kept, context: new Map([["x-t", ["0"]]]) });
  expect(catalogOf(sink.batches[0] as BatchOf<"metrics">)).toBe(first!.deref());
});
