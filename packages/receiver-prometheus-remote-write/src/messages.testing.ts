/** Messages of remote write as their specifications number them, written by another implementation. */
import protobuf from "protobufjs";
import { compress } from "snappyjs";

const histogram = `message Histogram { oneof count { uint64 count_int = 1; double count_float = 2; }
fixed64 sum = 3; sint32 schema = 4; double zero_threshold = 5;
oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
int32 reset_hint = 14; int64 timestamp = 15; repeated double custom_values = 16; int64 start_timestamp = 17; }
message BucketSpan { sint32 offset = 1; uint32 length = 2; }`;
const schema1 = `syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message Label { string name = 1; string value = 2; }
message Sample { fixed64 value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4; }
${histogram}`;
const schema2 = `syntax = "proto3";
message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
message TimeSeries { repeated uint32 labels_refs = 1; repeated Sample samples = 2; repeated Histogram histograms = 3; repeated Exemplar exemplars = 4; Metadata metadata = 5; int64 created_timestamp = 6; }
message Sample { fixed64 value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
message Exemplar { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
${histogram}`;
const typeOf = (schema: string, name: string) => protobuf.parse(schema, { keepCase: true }).root.lookupType(name);
const write1 = typeOf(schema1, "WriteRequest");
const write2 = typeOf(schema2, "Request");

export type Labels = Readonly<Record<string, string>> | readonly (readonly [string, string])[];
/** One series as a test says it; values may be the bits of a double as 16 hexadecimal digits. */
export interface SeriesSpec {
  readonly labels: Labels;
  readonly samples?: readonly { readonly value: number | string; readonly ms: number; readonly startMs?: number }[];
  /** As the message has them, in its own words. */
  readonly histograms?: readonly object[];
  readonly exemplars?: readonly { readonly labels: Labels; readonly value: number; readonly ms: number }[];
  /** 2.0 only. */
  readonly meta?: { readonly type: number; readonly help?: string; readonly unit?: string };
  readonly created?: number;
}
/** Metadata of 1.0. */
export interface MetadataSpec {
  readonly type: number;
  readonly family: string;
  readonly help?: string;
  readonly unit?: string;
}

const pairsOf = (labels: Labels) =>
  (Array.isArray(labels) ? labels : Object.entries(labels)) as readonly (readonly [string, string])[];
const scratch = new DataView(new ArrayBuffer(8));

/** Bits of a double, as 16 hexadecimal digits. */
export function bitsOf(value: number): string {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0).toString(16).padStart(16, "0");
}
/** The same as a field of type fixed64 takes it. */
export const fixed = (value: number | string): string =>
  BigInt(`0x${typeof value === "string" ? value : bitsOf(value)}`).toString();
/** The stale marker's. */
export const STALE_BITS = "7ff0000000000002";

/** A `prometheus.WriteRequest`, not compressed. */
export function encode1(series: readonly SeriesSpec[], metadata: readonly MetadataSpec[] = []): Uint8Array {
  const labelsOf = (labels: Labels) => pairsOf(labels).map(([name, value]) => ({ name, value }));
  const message = {
    timeseries: series.map(({ labels, samples = [], histograms = [], exemplars = [] }) => ({
      labels: labelsOf(labels),
      samples: samples.map(({ value, ms }) => ({ value: fixed(value), timestamp: ms })),
      histograms,
      exemplars: exemplars.map(({ labels: own, value, ms }) => ({ labels: labelsOf(own), value, timestamp: ms })),
    })),
    metadata: metadata.map(({ type, family, help, unit }) => ({ type, metric_family_name: family, help, unit })),
  };
  return write1.encode(write1.fromObject(message)).finish();
}

/** An `io.prometheus.write.v2.Request`, not compressed. */
export function encode2(series: readonly SeriesSpec[]): Uint8Array {
  const symbols = new Map([["", 0]]);
  const ref = (symbol = ""): number => {
    if (!symbols.has(symbol)) symbols.set(symbol, symbols.size);
    return symbols.get(symbol)!;
  };
  const refsOf = (labels: Labels) => pairsOf(labels).flatMap(([name, value]) => [ref(name), ref(value)]);
  const timeseries = series.map(({ labels, samples = [], histograms = [], exemplars = [], meta, created = 0 }) => ({
    labels_refs: refsOf(labels),
    samples: samples.map(({ value, ms, startMs = 0 }) => ({
      value: fixed(value),
      timestamp: ms,
      start_timestamp: startMs,
    })),
    histograms,
    exemplars: exemplars.map(({ labels: own, value, ms }) => ({ labels_refs: refsOf(own), value, timestamp: ms })),
    ...(meta && { metadata: { type: meta.type, help_ref: ref(meta.help), unit_ref: ref(meta.unit) } }),
    created_timestamp: created,
  }));
  return write2.encode(write2.fromObject({ symbols: [...symbols.keys()], timeseries })).finish();
}

/** As it travels. */
export const compressed = (message: Uint8Array): Uint8Array => new Uint8Array(compress(message));
