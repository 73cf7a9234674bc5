import { join } from "node:path";
import { type Consume, defineConnector, type Outputs, type Route, t } from "@sluice/component";
import { expect, test } from "vitest";
import { metricsBatch } from "./batches.ts";
import { componentChecks } from "./check-component.ts";

const directory = join(import.meta.dirname, "../testdata/processor-sample");
const routes: readonly Route[] = [
  { from: "metrics", to: "metrics" },
  { from: "traces", to: "metrics" },
];
const points = metricsBatch([{ name: "calls" }]);

/** Hands metrics on and counts spans, as metrics. */
const good = (outputs: Outputs): Consume => {
  return async (batch) => {
    await outputs.to("metrics")?.((batch.signal === "metrics" ? batch : points) as typeof points);
  };
};

function checksOf(consume: (outputs: Outputs) => Consume) {
  const config = t.object("A sample.", { limit: t.integer({ description: "A limit.", default: 1 }) });
  const definition = defineConnector({
    type: "sample",
    routes,
    stability: "alpha",
    config,
    create: (_config, _context, outputs) => ({ consume: consume(outputs) }),
  });
  return componentChecks(definition, directory, {});
}
async function check(name: string, consume: (outputs: Outputs) => Consume, expected?: string): Promise<void> {
  const found = checksOf(consume).find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no check "${name}"`);
  if (expected === undefined) await found.run();
  else await expect(async () => found.run()).rejects.toThrow(expected);
}

test("a connector is tried with every signal it takes", async () => {
  const names = checksOf(good).map(({ name }) => name);
  expect(names.filter((name) => /metrics|traces|logs/.test(name))).toEqual([
    "leaves metrics unchanged",
    "passes on a PermanentError for metrics",
    "leads metrics along its routes",
    "leaves traces unchanged",
    "passes on a PermanentError for traces",
    "leads traces along its routes",
  ]);
  for (const name of names.slice(-6)) await check(name, good);
});

test("the suite finds batches that leave the routes", async () => {
  const echo = (outputs: Outputs): Consume => {
    return async (batch) => outputs.pipelines.get("metrics")?.consume(batch);
  };
  await check("leads metrics along its routes", echo);
  await check("leads traces along its routes", echo, "routes from traces: expected [ 'metrics' ] to include 'traces'");
});

test("the suite finds refusals that are not passed on", async () => {
  const swallowing = (outputs: Outputs): Consume => {
    return (batch) => good(outputs)(batch).catch(() => {});
  };
  await check("passes on a PermanentError for traces", swallowing, "expected undefined to be PermanentError");
});
