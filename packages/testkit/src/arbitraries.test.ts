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

test("random batches survive OTLP: the same items, and the same bytes when written again", () => {
  fc.assert(
    fc.property(arbitraryMetricsBatch(), (batch) => {
      const wire = encodeMetrics(batch.parts);
      const decoded = decodeMetrics(wire);
      expect(itemCount(batchOf("metrics", decoded))).toBe(itemCount(batch));
      expect(encodeMetrics(decoded)).toEqual(wire);
    }),
    runs,
  );
  fc.assert(
    fc.property(arbitraryTracesBatch(), (batch) => {
      const wire = encodeTraces(batch.parts);
      const decoded = decodeTraces(wire);
      expect(itemCount(batchOf("traces", decoded))).toBe(itemCount(batch));
      expect(encodeTraces(decoded)).toEqual(wire);
    }),
    runs,
  );
  fc.assert(
    fc.property(arbitraryLogsBatch(), (batch) => {
      const wire = encodeLogs(batch.parts);
      const decoded = decodeLogs(wire);
      expect(itemCount(batchOf("logs", decoded))).toBe(itemCount(batch));
      expect(encodeLogs(decoded)).toEqual(wire);
    }),
    runs,
  );
});
