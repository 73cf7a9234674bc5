import { dirname } from "node:path";
import { type Outputs, PermanentError } from "@sluice/component";
import type { Batch } from "@sluice/data";
import { checkComponent, createContext, createSink, logsBatch, metricsBatch, tracesBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import definition from "./index.ts";

checkComponent(definition, dirname(import.meta.dirname));

/** A forward that feeds a metrics and a traces pipeline. */
function setUp() {
  const [metrics, traces] = [createSink(), createSink()];
  const outputs: Outputs = {
    to: (signal) => ({ metrics, traces, logs: undefined })[signal]?.consume,
    pipelines: new Map(),
  };
  const { consume } = definition.create({}, createContext({ kind: "connector", id: "forward/x" }), outputs);
  return { metrics, traces, consume };
}

test("each batch goes on as it is, to the pipelines of its signal", async () => {
  const { metrics, traces, consume } = setUp();
  const batches: Batch[] = [metricsBatch([{ name: "a" }]), tracesBatch([{}]), metricsBatch([{ name: "b" }])];
  for (const batch of batches) await consume(batch);
  expect(metrics.batches.map((batch) => batches.indexOf(batch))).toEqual([0, 2]);
  expect(traces.batches.map((batch) => batches.indexOf(batch))).toEqual([1]);
});

test("a refusal goes back as it is", async () => {
  const { metrics, consume } = setUp();
  const refusal = new Error("full");
  metrics.fail(refusal);
  await expect(consume(metricsBatch([{ name: "a" }]))).rejects.toBe(refusal);
});

test("a signal that no pipeline goes on with is refused for good", async () => {
  const { consume } = setUp();
  const refused = consume(logsBatch([{}]));
  await expect(refused).rejects.toThrow('connector "forward/x" feeds no logs pipeline');
  await expect(refused).rejects.toBeInstanceOf(PermanentError);
});
