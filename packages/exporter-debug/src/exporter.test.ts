import { dirname, join } from "node:path";
import { batchOf, select, toOtlp, wirePart } from "@sluice/data";
import {
  arbitraryLogsBatch,
  arbitraryMetricsBatch,
  arbitraryTracesBatch,
  checkComponent,
  createContext,
  createSimulation,
  metricsBatch,
} from "@sluice/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DebugConfig } from "./config.ts";
import definition from "./index.ts";
import { logs, metrics, staleMetrics, traces } from "./samples.testing.ts";

const directory = dirname(import.meta.dirname);
checkComponent(definition, directory);

const defaults: DebugConfig = {
  verbosity: "basic",
  sampling_initial: 2,
  sampling_thereafter: 1,
  use_internal_logger: true,
  output_paths: undefined,
  sending_queue: undefined,
};
function create(config: Partial<DebugConfig> = {}) {
  const simulation = createSimulation();
  const context = createContext({ kind: "exporter", simulation });
  return { context, simulation, exporter: definition.create({ ...defaults, ...config }, context) };
}

// The texts were compared line by line with those of upstream's exporter, v0.164.0, given the same requests; `stale` is ours.
describe.each(Object.entries({ metrics, traces, logs, stale: staleMetrics }))("%s", (name, batch) => {
  test.each(["basic", "normal", "detailed"] as const)("%s", async (verbosity) => {
    const { exporter, simulation } = create({ verbosity, use_internal_logger: false });
    await exporter.consume(batch);
    await expect(simulation.process.stdout).toMatchFileSnapshot(
      join(directory, `testdata/text/${name}.${verbosity}.txt`),
    );
  });

  test("a whole request reads as its parts do", async () => {
    const wire = wirePart(batch.signal, toOtlp(batch));
    const { exporter, simulation } = create({ verbosity: "normal", use_internal_logger: false });
    await exporter.consume(batch);
    const before = simulation.process.stdout;
    await exporter.consume(batchOf(batch.signal, [wire as never]) as never);
    expect(simulation.process.stdout).toBe(before + before);
  });
});

test("goes to the collector's log, counts as fields and the text as a message of its own", async () => {
  const { exporter, context } = create({ verbosity: "normal" });
  await exporter.consume(
    metricsBatch([
      { name: "a", value: 1.5 },
      { name: "b", value: 2n, attributes: { k: "v" } },
    ]),
  );
  expect(context.log.records).toEqual([
    { level: "info", message: "Metrics", fields: { "resource metrics": 1, metrics: 2, "data points": 2 } },
    { level: "info", message: expect.stringMatching(/\na\{\} 1.5\nb\{k=v\} 2\n$/), fields: undefined },
  ]);
});

test("shows only the rows meant, and no part without any", async () => {
  const { exporter, context } = create({ verbosity: "normal" });
  const [part] = metricsBatch([{ name: "a" }, { name: "b" }]).parts;
  if (part!.form !== "points") throw new Error("expected points");
  await exporter.consume(batchOf("metrics", [select(part!, Int32Array.of(1)), select(part!, Int32Array.of())]));
  expect(context.log.records[0]!.fields).toEqual({ "resource metrics": 1, metrics: 1, "data points": 1 });
  expect(context.log.records[1]!.message).not.toContain("a{}");
});

test("many points of one metric", async () => {
  const { exporter, simulation } = create({ verbosity: "normal", use_internal_logger: false });
  await exporter.consume(metricsBatch(Array.from({ length: 200_000 }, (_, value) => ({ name: "a", value }))));
  expect(simulation.process.stdout.match(/^a\{\} /gm)).toHaveLength(200_000);
});

test("random batches are written, and whole requests read as their parts do", async () => {
  const batches = fc.oneof(arbitraryMetricsBatch(), arbitraryTracesBatch(), arbitraryLogsBatch());
  await fc.assert(
    fc.asyncProperty(batches, fc.constantFrom("normal", "detailed"), async (batch, verbosity) => {
      const { exporter, simulation } = create({ verbosity, use_internal_logger: false });
      await exporter.consume(batch as never);
      const before = simulation.process.stdout;
      await exporter.consume(batchOf(batch.signal, [wirePart(batch.signal, toOtlp(batch)) as never]) as never);
      expect(simulation.process.stdout).toBe(before + before);
    }),
    { numRuns: 100 },
  );
});

describe("output_paths", () => {
  test("several at once, files appended to", async () => {
    const { exporter, simulation } = create({ use_internal_logger: false, output_paths: ["stderr", "/debug.txt"] });
    simulation.files.write("/debug.txt", "before\n");
    await exporter.start?.();
    await exporter.consume(logs);
    const line = 'Logs\t{"resource logs": 2, "log records": 4}\n';
    expect([simulation.process.stdout, simulation.process.stderr]).toEqual(["", line]);
    expect(await simulation.env.files.readText("/debug.txt")).toBe(`before\n${line}`);
  });

  test("a file that cannot be written is an error at the start and takes no batch", async () => {
    const { exporter } = create({ use_internal_logger: false, output_paths: ["/nowhere/debug.txt"] });
    const message = 'cannot write output path "/nowhere/debug.txt"';
    await expect(exporter.start?.()).rejects.toMatchObject({ message, cause: { code: "ENOENT" } });
    await expect(exporter.consume(logs)).rejects.toThrow(message);
  });
});

test("its account: what was written or left out by sampling is delivered, what cannot be written was never accepted", async () => {
  const check = async (config: Partial<DebugConfig>, taken: boolean) => {
    const { exporter, context } = create({ use_internal_logger: false, ...config });
    const histogram = { bounds: [1], counts: [1, 2], sum: 3 };
    const batch = metricsBatch([{ name: "a" }, { name: "b", histogram }]);
    const outcome = exporter.consume(batchOf("metrics", [...batch.parts, wirePart("metrics", toOtlp(batch))]));
    await (taken ? outcome : expect(outcome).rejects.toThrow("cannot write"));
    const value = (name: string) => context.meter.value(name);
    // One sample of the number, four of the histogram, and all of it twice.
    const samples = taken ? 10 : 0;
    expect(["accepted", "delivered", "queued"].map((name) => value(`sluice_exporter_${name}_items`))).toEqual([
      samples,
      samples,
      0,
    ]);
    expect(value("otelcol_exporter_sent_metric_points")).toBe(taken ? 4 : 0);
    expect(value("otelcol_exporter_send_failed_metric_points")).toBe(taken ? 0 : 4);
  };
  await check({}, true);
  await check({ sampling_initial: 0, sampling_thereafter: 0 }, true);
  await check({ output_paths: ["/nowhere/debug.txt"] }, false);
});

describe("sampling", () => {
  const check = async (config: Partial<DebugConfig>, expected: number[]) => {
    const { exporter, context, simulation } = create(config);
    const written: number[] = [];
    for (let i = 0; i < 10; i++) {
      const before = context.log.records.length;
      await exporter.consume(metricsBatch([{ name: "a" }]));
      if (context.log.records.length > before) written.push(i);
    }
    expect(written).toEqual(expected);
    await simulation.advance(1000);
    await exporter.consume(metricsBatch([{ name: "a" }]));
    return context.log.records.length - written.length;
  };

  test("writes the first of each second, then every n-th", async () => {
    expect(await check({}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(1);
    expect(await check({ sampling_initial: 3, sampling_thereafter: 4 }, [0, 1, 2, 6])).toBe(1);
    expect(await check({ sampling_initial: 1, sampling_thereafter: 0 }, [0])).toBe(1);
    expect(await check({ sampling_initial: 0, sampling_thereafter: 0 }, [])).toBe(0);
    expect(await check({ sampling_initial: 0, sampling_thereafter: 5 }, [4, 9])).toBe(0);
  });

  test("counts each signal by itself", async () => {
    const { exporter, context } = create({ sampling_initial: 1, sampling_thereafter: 0 });
    for (const batch of [metrics, metrics, logs, logs, traces, traces]) await exporter.consume(batch);
    expect(context.log.records.map(({ message }) => message)).toEqual(["Metrics", "Logs", "Traces"]);
  });
});
