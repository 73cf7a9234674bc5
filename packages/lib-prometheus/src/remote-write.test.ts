import { WireError } from "@sluice/data";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeWriteRequest, isStaleBits, STALE_NAN_BYTES, type WriteVersion, writeVersionOf } from "./index.ts";
import { bitsAsDecimal, encode1 as encode, histogram, histogramMessage, time } from "./remote-write.testing.ts";

const all = (bytes: Uint8Array) => {
  const { timeseries, metadata } = decodeWriteRequest(bytes);
  return { timeseries: Array.from(timeseries), metadata: Array.from(metadata) };
};

const text = fc.string({ unit: "binary", maxLength: 10 }).filter((it) => it.isWellFormed());
const label = fc.tuple(text, text);
const sample = fc.record({ value: fc.double(), stale: fc.boolean(), timestampMs: time });
const series = fc.record({
  labels: fc.array(label, { maxLength: 4 }),
  samples: fc.array(sample, { maxLength: 4 }),
  exemplars: fc.array(fc.record({ labels: fc.array(label, { maxLength: 2 }), value: fc.double(), timestampMs: time }), {
    maxLength: 2,
  }),
  histograms: fc.array(histogram, { maxLength: 2 }),
});
const metadata = fc.record({
  type: fc.constantFrom("unknown", "counter", "stateset"),
  family: text,
  help: text,
  unit: text,
});
const TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

const pairs = (labels: readonly (readonly string[])[]) => labels.map(([name, value]) => ({ name, value }));
test("what another implementation encodes is read back, bit for bit", () => {
  fc.assert(
    fc.property(fc.array(series, { maxLength: 4 }), fc.array(metadata, { maxLength: 3 }), (list, families) => {
      const bytes = encode({
        timeseries: list.map(({ labels, samples, exemplars, histograms }) => ({
          labels: pairs(labels),
          samples: samples.map(({ value, stale, timestampMs }) => ({
            value: bitsAsDecimal(value, stale),
            timestamp: timestampMs,
          })),
          exemplars: exemplars.map((each) => ({
            labels: pairs(each.labels),
            value: each.value,
            timestamp: each.timestampMs,
          })),
          histograms: histograms.map(histogramMessage),
        })),
        metadata: families.map(({ type, family, ...rest }) => ({
          type: TYPES.indexOf(type),
          metric_family_name: family,
          ...rest,
        })),
      });
      const expected = list.map((each) => ({
        ...each,
        samples: each.samples.map((it) => ({ ...it, value: it.stale ? Number.NaN : it.value, startMs: 0 })),
        histograms: each.histograms.map((it) => ({ ...it, sum: it.stale ? Number.NaN : it.sum, startMs: 0 })),
        metadata: undefined,
      }));
      expect(all(bytes)).toEqual({ timeseries: expected, metadata: families });
    }),
    { numRuns: 300 },
  );
});

test("the stale marker is told from other NaNs by its bits", () => {
  const view = new DataView(STALE_NAN_BYTES.buffer);
  expect(isStaleBits(view.getUint32(0, true), view.getUint32(4, true))).toBe(true);
  expect(isStaleBits(1, 0x7ff80000)).toBe(false);
  expect(isStaleBits(2, 0x7ff80000)).toBe(false);
  expect(view.getFloat64(0, true)).toBeNaN();
});

test("a content type names the version", () => {
  const check = (contentType: string, expected: WriteVersion | undefined) =>
    expect(writeVersionOf(contentType), contentType).toBe(expected);
  check("application/x-protobuf", "1.0");
  check("application/x-protobuf;proto=prometheus.WriteRequest", "1.0");
  check("application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0");
  check("Application/X-Protobuf ; Proto=io.prometheus.write.v2.Request", "2.0");
  check("application/x-protobuf;proto=io.prometheus.write.v3.Request", undefined);
  check("application/json", undefined);
  check("", undefined);
});

describe("hostile requests", () => {
  const refuse = (...bytes: number[]): void =>
    expect(() => all(Uint8Array.from(bytes)), bytes.join()).toThrow(WireError);
  test("typed errors", () => {
    refuse(0x0a);
    refuse(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f);
    refuse(0x0a, 2, 0x0a, 5);
    refuse(0x0a, 4, 0x0a, 2, 0x0a, 9);
    refuse(0x0a, 5, 0x0a, 3, 0x0a, 1, 0xff);
    refuse(0x0a, 3, 0x12, 1, 0x09);
    refuse(0x07);
  });
  test("what is before a bad entry can be had", () => {
    const [good, bad] = [encode({ timeseries: [{ labels: pairs([["a", "b"]]) }] }), [0x0a, 9]];
    const [first] = decodeWriteRequest(Uint8Array.from([...good, ...bad])).timeseries;
    expect(first?.labels).toEqual([["a", "b"]]);
  });
  test("any bytes give entries or WireError", () => {
    const source = encode({
      timeseries: [
        { labels: pairs([["__name__", "up"]]), samples: [{ value: "1", timestamp: 5 }], exemplars: [{ value: 1 }] },
      ],
      metadata: [{ type: 9, metric_family_name: "up", help: "é" }],
    });
    const mutated = fc.array(fc.tuple(fc.nat(source.length - 1), fc.nat(255)), { maxLength: 4 }).map((edits) => {
      const bytes = Uint8Array.from(source);
      for (const [at, byte] of edits) bytes[at] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 50 })), (bytes) => {
        try {
          all(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(all(source).metadata).toEqual([{ type: "9", family: "up", help: "é", unit: "" }]);
  });
});
