import {
  type Batch,
  type BatchOf,
  batchOf,
  createCatalog,
  encodeMetrics,
  layoutOf,
  type Metric,
  type MetricsPart,
  toOtlp,
} from "@sluice/data";
import { compileActions } from "@sluice/lib-attributes";
import {
  arbitraryLogsBatch,
  arbitraryMetricsBatch,
  arbitraryTracesBatch,
  configOf,
  createContext,
  createSink,
} from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Config } from "./config.ts";
import definition from "./index.ts";
import { createProcessor } from "./processor.ts";

const actionLists = [
  "[{ key: added, action: insert, value: 7 }, { pattern: '^[a-m]', action: delete }]",
  "[{ pattern: '.', action: hash }, { key: copy, action: upsert, from_attribute: added, default_value: none }]",
  "[{ pattern: .*, action: delete }]",
];
const blocks = [
  "",
  "include: { match_type: regexp, metric_names: ['(?s)^.{0,3}$'] }",
  "exclude: { match_type: regexp, libraries: [{ name: '(?s)^.{0,3}$' }] }",
];
const configs = await Promise.all(
  actionLists.flatMap((actions) =>
    blocks.map((block) => configOf<Config>(definition, `actions: ${actions}\n${block}`)),
  ),
);

/** The same, with every identity made anew. */
function eagerly(batch: BatchOf<"metrics">, config: Config): BatchOf<"metrics"> {
  return batchOf(
    "metrics",
    (batch.parts as MetricsPart[]).map((part) => ({ ...part, layout: layoutFor(part, config) })),
  );
}

function layoutFor({ layout: { catalog, ids } }: MetricsPart, { actions, include, exclude }: Config) {
  const isShort = (text: string): boolean => [...text].length <= 3;
  const isMeant = ({ name, scope }: Metric): boolean =>
    (include === undefined || isShort(name)) && (exclude === undefined || !isShort(scope.name));
  const compiled = compileActions(actions);
  const result = createCatalog(catalog.resource);
  for (let id = 0; id < catalog.size; id++) {
    const metric = catalog.metric(id);
    const attributes = catalog.attributes(id);
    const changed = isMeant(metric) ? compiled.apply(attributes, new Map()) : attributes;
    result.add({ metric, shape: catalog.shape(id), attributes: changed });
  }
  return layoutOf(result, ids);
}

async function processed(batch: Batch, config: Config): Promise<Batch> {
  const sink = createSink();
  const context = createContext({ kind: "processor", signals: [batch.signal] });
  await createProcessor(config, context, sink.consume).consume(batch);
  return sink.batches[0]!;
}

test("a view shows what an eager copy holds", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryMetricsBatch(), fc.constantFrom(...configs), async (batch, config) => {
      const result = (await processed(batch, config)) as BatchOf<"metrics">;
      expect(encodeMetrics(result.parts)).toEqual(encodeMetrics(eagerly(batch, config).parts));
    }),
    { numRuns: 300 },
  );
});

test("spans and log records are edited as one by one, and the rest is copied", async () => {
  const all = configs.filter(({ include, exclude }) => include === undefined && exclude === undefined);
  const some = fc.oneof(arbitraryTracesBatch(), arbitraryLogsBatch());
  await fc.assert(
    fc.asyncProperty(some, fc.constantFrom(...all), async (batch, config) => {
      const actions = compileActions(config.actions);
      const result = await processed(batch, config);
      for (const [i, part] of result.parts.entries()) {
        const before = batch.parts[i]!;
        if (part.form !== "records" || before.form !== "records") throw new Error("no records");
        for (let row = 0; row < part.index.length / 3; row++) {
          const record = before.record(row);
          expect(part.record(row)).toEqual({ ...record, attributes: actions.apply(record.attributes, new Map()) });
        }
      }
      expect(toOtlp(result)).toBeInstanceOf(Uint8Array);
    }),
    { numRuns: 200 },
  );
});
