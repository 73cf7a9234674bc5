import { WireError } from "@sluice/data";
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { decodeWriteRequest, isStaleBits, STALE_NAN_BYTES } from "./index.ts";
import { bitsOf } from "./pages.testing.ts";

/** The messages of remote write 1.0, as its specification numbers them; values are bits so that no NaN is lost. */
const schema = `syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message Label { string name = 1; string value = 2; }
message Sample { fixed64 value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message Histogram { uint64 count_int = 1; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4; }`;
const WriteRequest = protobuf.parse(schema, { keepCase: true }).root.lookupType("WriteRequest");
const encode = (request: object): Uint8Array => WriteRequest.encode(WriteRequest.fromObject(request)).finish();
const all = (bytes: Uint8Array) => {
  const { timeseries, metadata } = decodeWriteRequest(bytes);
  return { timeseries: Array.from(timeseries), metadata: Array.from(metadata) };
};

const text = fc.string({ unit: "binary", maxLength: 10 }).filter((it) => it.isWellFormed());
const label = fc.tuple(text, text);
const time = fc.maxSafeInteger();
const sample = fc.record({ value: fc.double(), stale: fc.boolean(), timestampMs: time });
const series = fc.record({
  labels: fc.array(label, { maxLength: 4 }),
  samples: fc.array(sample, { maxLength: 4 }),
  exemplars: fc.array(fc.record({ labels: fc.array(label, { maxLength: 2 }), value: fc.double(), timestampMs: time }), {
    maxLength: 2,
  }),
  histograms: fc.nat(2),
});
const metadata = fc.record({
  type: fc.constantFrom("unknown", "counter", "stateset"),
  family: text,
  help: text,
  unit: text,
});
const TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

const pairs = (labels: readonly (readonly string[])[]) => labels.map(([name, value]) => ({ name, value }));
const bitsAsDecimal = (value: number, stale: boolean): string =>
  BigInt(`0x${stale ? "7ff0000000000002" : bitsOf(value)}`).toString();

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
          histograms: Array.from({ length: histograms }, () => ({ count_int: 7 })),
        })),
        metadata: families.map(({ type, family, ...rest }) => ({
          type: TYPES.indexOf(type),
          metric_family_name: family,
          ...rest,
        })),
      });
      const expected = list.map((each) => ({
        ...each,
        samples: each.samples.map((it) => ({ ...it, value: it.stale ? Number.NaN : it.value })),
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
