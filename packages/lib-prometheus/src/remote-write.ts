import type { BucketSpan } from "@sluice/data";
import { readWriteRequest1 } from "./remote-write-1.ts";
import { readWriteRequest2 } from "./remote-write-2.ts";
import type { LabelPairs } from "./series.ts";

/** The version of the protocol whose message a request is: 1.0 has `prometheus.WriteRequest`, 2.0 `io.prometheus.write.v2.Request`. */
export type WriteVersion = "1.0" | "2.0";

/** One sample; `value` is NaN when `stale`. Start times are milliseconds, 0 = not set (always in 1.0). */
export interface WrittenSample {
  readonly value: number;
  readonly stale: boolean;
  readonly timestampMs: number;
  readonly startMs: number;
}
/** One side of a native histogram: the counts themselves, whatever the wire has (differences of integer histograms). */
export interface WrittenBuckets {
  readonly spans: readonly BucketSpan[];
  readonly counts: readonly number[];
}
/** One native histogram; counts beyond 2^53 are not exact, and spans may claim what their counts do not hold: nothing is checked. */
export interface WrittenHistogram {
  /** -4 to 8, or -53 with `customBounds`. */
  readonly schema: number;
  readonly count: number;
  /** NaN when `stale`. */
  readonly sum: number;
  readonly stale: boolean;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: WrittenBuckets;
  readonly negative: WrittenBuckets;
  /** Upper bounds of custom buckets; without +Inf. */
  readonly customBounds: readonly number[];
  /** Whether it is a float histogram. */
  readonly float: boolean;
  readonly reset: "unknown" | "yes" | "no" | "gauge";
  readonly timestampMs: number;
  readonly startMs: number;
}
/** One exemplar. */
export interface WrittenExemplar {
  readonly labels: LabelPairs;
  readonly value: number;
  readonly timestampMs: number;
}
/** What a 2.0 request says of the metric of a series. */
export interface WrittenSeriesMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}
/** One time series of a request, labels in the order of the wire. */
export interface WrittenSeries {
  readonly labels: LabelPairs;
  readonly samples: readonly WrittenSample[];
  readonly histograms: readonly WrittenHistogram[];
  readonly exemplars: readonly WrittenExemplar[];
  /** undefined in 1.0, and where a series has none. */
  readonly metadata: WrittenSeriesMetadata | undefined;
}
/** What a 1.0 request says of a metric family. */
export interface WrittenMetadata extends WrittenSeriesMetadata {
  readonly family: string;
}
/** A remote-write request: each iteration reads the bytes anew, one entry at a time, and throws WireError where they are bad. */
export interface WriteRequest {
  readonly timeseries: Iterable<WrittenSeries>;
  /** Empty in 2.0. */
  readonly metadata: Iterable<WrittenMetadata>;
}

/**
 * A remote-write request (already decompressed) as something to iterate over. Only one entry is held at a time, and of a 2.0
 * request its symbols, so memory stays in proportion to them. Unknown fields are skipped. Symbols that are not there, an odd number
 * of them, or first ones that are not empty are errors; so is a request whose labels, written out, would be far longer than itself.
 */
export function decodeWriteRequest(bytes: Uint8Array, version: WriteVersion = "1.0"): WriteRequest {
  return version === "2.0" ? readWriteRequest2(bytes) : readWriteRequest1(bytes);
}

/**
 * The version that a Content-Type names: without a `proto` parameter it is 1.0. undefined = neither, which a receiver answers
 * with 415 (remote write 2.0, "Protocol").
 */
export function writeVersionOf(contentType: string): WriteVersion | undefined {
  const [type = "", ...parameters] = contentType.split(";").map((part) => part.trim());
  if (type.toLowerCase() !== "application/x-protobuf") return undefined;
  const proto = parameters.find((parameter) => /^proto=/i.test(parameter))?.slice("proto=".length);
  if (proto === undefined || proto === "prometheus.WriteRequest") return "1.0";
  return proto === "io.prometheus.write.v2.Request" ? "2.0" : undefined;
}
