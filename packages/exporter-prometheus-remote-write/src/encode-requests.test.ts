import { decodeWriteRequest, snappyDecompress, type WriteVersion } from "@sluice/lib-prometheus";
import { type AttributeRecord, metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createRequestEncoder, type EncoderOptions } from "./encode-requests.ts";

const limit = 1 << 20;
const batchOf = (value: number, attributes: AttributeRecord = { room: "kitchen" }) =>
  metricsBatch([{ name: "temperature", kind: "gauge", unit: "Cel", attributes, value }]);

/** Labels of all series in all requests. */
function labelsIn(requests: readonly Uint8Array[], version: WriteVersion): string[] {
  return requests.flatMap((request) =>
    [...decodeWriteRequest(snappyDecompress(request, limit), version).timeseries].map(({ labels }) =>
      labels.flat().join(" "),
    ),
  );
}
function check(options: EncoderOptions, expected: string): void {
  const { requests, dropped } = createRequestEncoder(options)(batchOf(21.5));
  expect(labelsIn(requests, options.version ?? "1.0")).toEqual([expected]);
  expect(dropped.size).toBe(0);
}

test("encodes for both versions of remote write", () => {
  check({}, "__name__ temperature_celsius room kitchen");
  check({ version: "2.0" }, "__name__ temperature_celsius room kitchen");
});
test("adds external labels, under names that remote write has", () =>
  check({ externalLabels: { "host.name": "a" } }, "__name__ temperature_celsius host_name a room kitchen"));
test("begins another request where one is full", () => {
  const encode = createRequestEncoder({ maxBytes: 60 });
  const both = { ...batchOf(1), parts: [...batchOf(1).parts, ...batchOf(2, { room: "hall" }).parts] };
  expect(encode(both).requests).toHaveLength(2);
});
test("counts what cannot be written", () => {
  const [first, again] = ["kitchen", "kitchen"].map((room) => ({
    name: "temperature",
    attributes: { room },
    value: 1,
  }));
  const { dropped } = createRequestEncoder()(metricsBatch([first!, again!]));
  expect([...dropped]).toEqual([["duplicate_series", 1]]);
});
