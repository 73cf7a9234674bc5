import { type Batch, batchOf, type Signal, toOtlp, wirePart } from "@sluice/data";
import { logsBatch, metricsBatch, tracesBatch } from "./batches.ts";

/** A batch with a bit of everything, and the same once more as wire. */
export function sampleOf(signal: Signal): Batch {
  const sample = samples[signal]();
  const wire = wirePart(signal, toOtlp(sample));
  return batchOf(signal, [...sample.parts, wire] as never) as Batch;
}

const samples: Readonly<Record<Signal, () => Batch>> = {
  metrics: () =>
    metricsBatch(
      [
        { name: "memory_bytes", unit: "By", value: 1.5, attributes: { host: "a", list: ["x", 1, true] } },
        { name: "memory_bytes", unit: "By", value: 2.5, attributes: { host: "b" }, stale: true },
        { name: "requests", kind: "sum", value: 2n ** 60n, attributes: { code: "200" } },
        { name: "latency_seconds", histogram: { bounds: [0.1, 1], counts: [1, 3, 4], sum: 5 } },
        { name: "size_bytes", summary: { quantiles: { 0.5: 1, 0.9: 2 }, sum: 10, count: 7 } },
        { name: "duration", exponential },
      ],
      { resource: { "service.name": "shop" }, scope: "sample" },
    ),
  traces: () =>
    tracesBatch([
      { name: "GET /", traceId: ids(16), spanId: ids(8), kind: 2, attributes: [{ key: "a", value: "b" }] },
      { name: "query", traceId: ids(16), spanId: ids(8), parentSpanId: ids(8), status: { code: 2, message: "no" } },
    ]),
  logs: () =>
    logsBatch([
      { body: "hello", severity: 9, severityText: "INFO", attributes: [{ key: "a", value: 1n }] },
      { body: { map: [{ key: "nested", value: ["x"] }] } },
    ]),
};

const exponential = {
  scale: 2,
  count: 5,
  sum: 9,
  zeroCount: 1,
  zeroThreshold: 0,
  positive: { offset: 1, counts: Float64Array.of(1, 2) },
  negative: { offset: 0, counts: Float64Array.of(1) },
  min: -1,
  max: 4,
};

function ids(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + 1);
}
