/** Decodes items with public libraries, for tests: what a backend would see. */
import type { Item } from "@sluice/lib-sending";
import protobuf from "protobufjs";
import { uncompress } from "snappyjs";
import { requestBody } from "./request-body.ts";
import { requestBody2 } from "./transcode.ts";
import { readKey, type WriteVersion } from "./version.ts";

const common = `
message BucketSpan { sint32 offset = 1; uint32 length = 2; }
message Histogram {
  oneof count { uint64 count_int = 1; double count_float = 2; }
  fixed64 sum = 3; sint32 schema = 4; double zero_threshold = 5;
  oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
  repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
  repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
  int32 reset_hint = 14; int64 timestamp = 15; repeated double custom_values = 16; int64 start_timestamp = 17;
}
message Sample { fixed64 value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }`;
const schema1 = `syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message Label { string name = 1; string value = 2; }
message Exemplar { repeated Label labels = 1; fixed64 value = 2; int64 timestamp = 3; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4; }${common}`;
const schema2 = `syntax = "proto3";
message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
message TimeSeries { repeated uint32 labels_refs = 1; repeated Sample samples = 2; repeated Histogram histograms = 3; repeated Exemplar exemplars = 4; Metadata metadata = 5; }
message Exemplar { repeated uint32 labels_refs = 1; fixed64 value = 2; int64 timestamp = 3; }
message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }${common}`;
const WriteRequest = protobuf.parse(schema1, { keepCase: true }).root.lookupType("WriteRequest");
const Request = protobuf.parse(schema2, { keepCase: true }).root.lookupType("Request");

type Label = { name: string; value: string };
interface DecodedHistogram {
  count?: "count_int" | "count_float";
  count_int?: protobuf.Long;
  count_float?: number;
  zero_count_int?: protobuf.Long;
  zero_count_float?: number;
  sum: protobuf.Long;
  schema: number;
  zero_threshold: number;
  negative_spans: { offset: number; length: number }[];
  negative_deltas: protobuf.Long[];
  negative_counts: number[];
  positive_spans: { offset: number; length: number }[];
  positive_deltas: protobuf.Long[];
  positive_counts: number[];
  reset_hint: number;
  timestamp: protobuf.Long;
  start_timestamp: protobuf.Long;
  custom_values: number[];
}
export interface DecodedSeries {
  labels: Label[];
  samples: { value: protobuf.Long; timestamp: protobuf.Long; start_timestamp: protobuf.Long }[];
  histograms: DecodedHistogram[];
  exemplars: { labels: Label[]; value: protobuf.Long; timestamp: protobuf.Long }[];
  metadata?: { type: number; help: string; unit: string } | undefined;
}
export interface DecodedRequest {
  timeseries: DecodedSeries[];
  metadata: { type: number; metric_family_name: string; help: string; unit: string }[];
  symbols: string[];
}

/** A body as it goes out. */
export function decodeBody(body: Uint8Array, version: WriteVersion = "1.0"): DecodedRequest {
  const raw = uncompress(body);
  if (version === "1.0")
    return { symbols: [], ...(WriteRequest.decode(raw) as unknown as Omit<DecodedRequest, "symbols">) };
  const { symbols, timeseries } = Request.decode(raw) as unknown as {
    symbols: string[];
    timeseries: (Omit<DecodedSeries, "labels" | "exemplars" | "metadata"> & {
      labels_refs: number[];
      exemplars: { labels_refs: number[]; value: protobuf.Long; timestamp: protobuf.Long }[];
      metadata: { type: number; help_ref: number; unit_ref: number } | null;
    })[];
  };
  const text = (ref: number): string => {
    const found = symbols[ref];
    if (found === undefined) throw new Error(`symbol ${ref} of ${symbols.length}`);
    return found;
  };
  const labelsOf = (refs: number[]): Label[] => {
    if (refs.length % 2 === 1) throw new Error("odd number of symbols");
    return Array.from({ length: refs.length / 2 }, (_, i) => ({
      name: text(refs[i * 2]!),
      value: text(refs[i * 2 + 1]!),
    }));
  };
  return {
    symbols,
    metadata: [],
    timeseries: timeseries.map(({ labels_refs: refs, exemplars, metadata, ...rest }) => ({
      ...rest,
      labels: labelsOf(refs),
      // Zeros are the prototype's: spreading would lose them.
      exemplars: exemplars.map(({ labels_refs: own, value, timestamp }) => ({
        value,
        timestamp,
        labels: labelsOf(own),
      })),
      metadata: metadata
        ? { type: metadata.type, help: text(metadata.help_ref), unit: text(metadata.unit_ref) }
        : undefined,
    })),
  };
}

export interface DecodedSample {
  /** `name=value,...` in the order of the wire. */
  readonly series: string;
  /** Bits of the double, as hex; of a native histogram its text (`histogramText`). */
  readonly bits: string;
  readonly ms: number;
}
export interface DecodedItem extends DecodedSample {
  readonly startMs: number;
  /** `{labels} bits @ms`, each. */
  readonly exemplars: readonly string[];
}

/** All samples of some items, sent as one request. */
export function decodeItems(items: readonly Item[]): DecodedSample[] {
  return decodeWhole(items).map(({ series, bits, ms }) => ({ series, bits, ms }));
}

/** The same with all that may stand beside samples. */
export function decodeWhole(items: readonly Item[]): DecodedItem[] {
  const { version } = readKey(items[0]!.key);
  const { timeseries } = decodeBody(version === "2.0" ? requestBody2(items, 1) : requestBody(items), version);
  return timeseries.flatMap(({ labels, samples, histograms, exemplars }) => {
    const rest = {
      series: textOf(labels),
      exemplars: exemplars.map((each) => `{${textOf(each.labels)}} ${hexOf(each.value)} @${Number(each.timestamp)}`),
    };
    const found = [
      ...samples.map((each) => ({ bits: hexOf(each.value), at: each })),
      ...histograms.map((each) => ({ bits: histogramText(plainHistogram(each)), at: each })),
    ];
    return found.map(({ bits, at }) => ({
      ...rest,
      bits,
      ms: Number(at.timestamp),
      startMs: Number(at.start_timestamp),
    }));
  });
}

const textOf = (labels: readonly Label[]): string => labels.map(({ name, value }) => `${name}=${value}`).join(",");
const hexOf = ({ high, low }: protobuf.Long): string => hex(high) + hex(low);
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** What a native histogram says, however it says it. */
export interface PlainHistogram {
  readonly schema: number;
  readonly float: boolean;
  readonly count: number;
  /** As hex. */
  readonly sum: string;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  /** Counts that are not 0, by the number of their bucket as native histograms count them. */
  readonly positive: ReadonlyMap<number, number>;
  readonly negative: ReadonlyMap<number, number>;
  readonly reset: number;
  readonly customBounds: readonly number[];
}

/** One text for all that a native histogram says. */
export function histogramText({ positive, negative, ...rest }: PlainHistogram): string {
  return JSON.stringify({ ...rest, positive: [...positive], negative: [...negative] });
}

function plainHistogram(of: DecodedHistogram): PlainHistogram {
  const float = of.count === "count_float";
  return {
    schema: of.schema,
    float,
    count: Number(float ? of.count_float : of.count_int),
    sum: hexOf(of.sum),
    zeroThreshold: of.zero_threshold,
    zeroCount: Number((float ? of.zero_count_float : of.zero_count_int) ?? 0),
    positive: bucketsOf(of.positive_spans, of.positive_deltas, of.positive_counts, float),
    negative: bucketsOf(of.negative_spans, of.negative_deltas, of.negative_counts, float),
    reset: of.reset_hint,
    customBounds: of.custom_values,
  };
}

function bucketsOf(
  spans: DecodedHistogram["positive_spans"],
  deltas: protobuf.Long[],
  counts: number[],
  float: boolean,
): Map<number, number> {
  const buckets = new Map<number, number>();
  const own = float ? counts : deltas.map(Number);
  let at = 0;
  let index = 0;
  let count = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++, index++) {
      count = float ? own[at]! : count + own[at]!;
      at++;
      if (count !== 0) buckets.set(index, count);
    }
  }
  if (at !== own.length) throw new Error("spans do not fit counts");
  return buckets;
}

/** Bits of a double as `decodeItems` gives them. */
export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return hex(view.getUint32(0)) + hex(view.getUint32(4));
}
