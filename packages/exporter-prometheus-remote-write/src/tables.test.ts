import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MetricsPart } from "@sluice/data";
import { metricsBatch, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { Tables } from "./tables.ts";

const naming = {
  strategy: "suffixes",
  namespace: "",
  externalLabels: [],
  isConstantLabel: () => false,
  scopeLabels: true,
  targetInfo: true,
} as const;
const newCatalog = () => (metricsBatch([{ name: "m", value: 1 }]).parts[0] as MetricsPart).layout.catalog;

test("tables are counted for as long as their catalogs live", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const tables = new Tables(naming, 1);
  const kept = newCatalog();
  expect(tables.of(kept)).toBe(tables.of(kept));
  tables.of(kept).register(0);
  const alone = tables.totals().bytes;
  for (let i = 0; i < 300; i++) tables.of(newCatalog()).register(0);
  // The ids derived last are kept to be neighbours.
  const most = 3;
  await waitFor(
    () => {
      gc();
      return tables.totals().series <= most;
    },
    { what: "the tables of dropped catalogs to go" },
  );
  expect(tables.totals().bytes).toBeLessThanOrEqual(alone * most);
});
