/** The messages of remote write as their specifications number them, for another implementation; doubles that may be NaN are bits. */
import fc from "fast-check";
import protobuf from "protobufjs";
import type { WrittenBuckets, WrittenHistogram } from "./index.ts";
import { bitsOf } from "./pages.testing.ts";

const histogramFields = `oneof count { uint64 count_int = 1; double count_float = 2; }
fixed64 sum = 3; sint32 schema = 4; double zero_threshold = 5;
oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
int32 reset_hint = 14; int64 timestamp = 15; repeated double custom_values = 16;`;
const span = "message BucketSpan { sint32 offset = 1; uint32 length = 2; }";

const schema1 = `syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message Label { string name = 1; string value = 2; }
message Sample { fixed64 value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4; }
message Histogram { ${histogramFields} } ${span}`;
/** `packed` = how numbers that repeat are written: readers take both ways. */
const schema2 = (packed: boolean) => `syntax = "proto3";
message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
message TimeSeries { repeated uint32 labels_refs = 1 [packed=${packed}]; repeated Sample samples = 2; repeated Histogram histograms = 3; repeated Exemplar exemplars = 4; Metadata metadata = 5; int64 created_timestamp = 6; }
message Sample { fixed64 value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
message Exemplar { repeated uint32 labels_refs = 1 [packed=${packed}]; double value = 2; int64 timestamp = 3; }
message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
message Histogram { ${packed ? histogramFields : histogramFields.replaceAll(/((deltas|counts|values) = \d+)/g, "$1 [packed=false]")} int64 start_timestamp = 17; } ${span}`;

const typeOf = (schema: string, name: string) => protobuf.parse(schema, { keepCase: true }).root.lookupType(name);
const write1 = typeOf(schema1, "WriteRequest");
const write2 = [false, true].map((packed) => typeOf(schema2(packed), "Request")) as [protobuf.Type, protobuf.Type];
const encode = (type: protobuf.Type, message: object) => type.encode(type.fromObject(message)).finish();

/** A `prometheus.WriteRequest`. */
export const encode1 = (message: object): Uint8Array => encode(write1, message);
/** An `io.prometheus.write.v2.Request`. */
export const encode2 = (message: object, packed = true): Uint8Array => encode(write2[packed ? 1 : 0], message);

/** The bits of a double as a field of type fixed64 takes them. */
export const bitsAsDecimal = (value: number, stale: boolean): string =>
  BigInt(`0x${stale ? "7ff0000000000002" : bitsOf(value)}`).toString();

/** Milliseconds, also before 1970. */
export const time = fc.maxSafeInteger();

const sideOf = (count: fc.Arbitrary<number>): fc.Arbitrary<WrittenBuckets> =>
  fc.record({
    spans: fc.array(fc.record({ offset: fc.integer(), length: fc.nat() }), { maxLength: 3 }),
    counts: fc.array(count, { maxLength: 5 }),
  });
const histogramOf = (float: boolean): fc.Arbitrary<WrittenHistogram> => {
  const count = float ? fc.double({ noNaN: true }) : fc.nat({ max: 2 ** 50 });
  return fc.record({
    schema: fc.constantFrom(-53, -4, 0, 8),
    count,
    sum: fc.double({ noNaN: true }),
    stale: fc.boolean(),
    zeroThreshold: fc.double({ noNaN: true }),
    zeroCount: count,
    positive: sideOf(count),
    negative: sideOf(count),
    customBounds: fc.array(fc.double({ noNaN: true }), { maxLength: 3 }),
    float: fc.constant(float),
    reset: fc.constantFrom("unknown", "yes", "no", "gauge"),
    timestampMs: time,
    startMs: time,
  });
};
/** Native histograms of both kinds; `sum` is a number also where `stale` is set. */
export const histogram = fc.oneof(histogramOf(false), histogramOf(true));

/** The same as a message. */
export function histogramMessage(of: WrittenHistogram): object {
  const kind = of.float ? "float" : "int";
  const counts = (side: "positive" | "negative") => {
    const { spans, counts: list } = of[side];
    const deltas = list.map((count, i) => count - (list[i - 1] ?? 0));
    return { [`${side}_spans`]: spans, [`${side}_${of.float ? "counts" : "deltas"}`]: of.float ? list : deltas };
  };
  return {
    [`count_${kind}`]: of.count,
    sum: bitsAsDecimal(of.sum, of.stale),
    schema: of.schema,
    zero_threshold: of.zeroThreshold,
    [`zero_count_${kind}`]: of.zeroCount,
    ...counts("negative"),
    ...counts("positive"),
    reset_hint: ["unknown", "yes", "no", "gauge"].indexOf(of.reset),
    timestamp: of.timestampMs,
    custom_values: of.customBounds,
    start_timestamp: of.startMs,
  };
}
