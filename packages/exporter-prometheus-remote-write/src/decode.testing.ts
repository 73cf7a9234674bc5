/** Decodes items with public libraries, for tests: what a backend would see. */
import type { Item } from "@sluice/lib-sending";
import protobuf from "protobufjs";
import { uncompress } from "snappyjs";
import { requestBody } from "./request-body.ts";

const schema = `syntax = "proto3";
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message Label { string name = 1; string value = 2; }
message Sample { fixed64 value = 1; int64 timestamp = 2; }
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }`;
const WriteRequest = protobuf.parse(schema, { keepCase: true }).root.lookupType("WriteRequest");

export interface DecodedSample {
  /** `name=value,...` in the order of the wire. */
  readonly series: string;
  /** Bits of the double, as hex. */
  readonly bits: string;
  readonly ms: number;
}
interface Decoded {
  timeseries: {
    labels: { name: string; value: string }[];
    samples: { value: protobuf.Long; timestamp: protobuf.Long }[];
  }[];
  metadata: { type: number; metric_family_name: string; help: string; unit: string }[];
}

export function decodeBody(body: Uint8Array): Decoded {
  return WriteRequest.decode(uncompress(body)) as unknown as Decoded;
}

/** All samples of some items, sent as one request. */
export function decodeItems(items: readonly Item[]): DecodedSample[] {
  return decodeBody(requestBody(items)).timeseries.flatMap(({ labels, samples }) =>
    samples.map(({ value, timestamp }) => ({
      series: labels.map((label) => `${label.name}=${label.value}`).join(","),
      bits: hex(value.high) + hex(value.low),
      ms: Number(timestamp),
    })),
  );
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** Bits of a double as `decodeItems` gives them. */
export function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return hex(view.getUint32(0)) + hex(view.getUint32(4));
}
