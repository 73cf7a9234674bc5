import {
  batchOf,
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  encodeLogs,
  encodeMetrics,
  encodeTraces,
  itemCount,
} from "@sluice/data";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryLogsBatch, arbitraryMetricsBatch, arbitraryTracesBatch } from "./arbitraries.ts";

const runs = { numRuns: 100 };

test("random batches survive OTLP", () => {
  fc.assert(
    fc.property(arbitraryMetricsBatch(), (batch) => {
      const decoded = decodeMetrics(encodeMetrics(batch.parts));
      expect(itemCount(batchOf("metrics", decoded))).toBe(itemCount(batch));
    }),
    runs,
  );
  fc.assert(
    fc.property(arbitraryTracesBatch(), (batch) => {
      expect(itemCount(batchOf("traces", decodeTraces(encodeTraces(batch.parts))))).toBe(itemCount(batch));
    }),
    runs,
  );
  fc.assert(
    fc.property(arbitraryLogsBatch(), (batch) => {
      expect(itemCount(batchOf("logs", decodeLogs(encodeLogs(batch.parts))))).toBe(itemCount(batch));
    }),
    runs,
  );
});
