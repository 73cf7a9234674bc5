import type { Batch, PartOf, Signal, WirePart } from "./model.ts";
import { checkRequest } from "./otlp-check.ts";
import { decodeLogs, encodeLogs } from "./otlp-logs.ts";
import { decodeMetrics } from "./otlp-metrics-decode.ts";
import { encodeMetrics } from "./otlp-metrics-encode.ts";
import { decodeTraces, encodeTraces } from "./otlp-traces.ts";

type Decoded<S extends Signal> = readonly Exclude<PartOf<S>, WirePart>[];
const decoders: { readonly [S in Signal]: (bytes: Uint8Array) => Decoded<S> } = {
  metrics: decodeMetrics,
  traces: decodeTraces,
  logs: decodeLogs,
};

/**
 * Keeps an Export*ServiceRequest as bytes: walks all of it once, so that `decode` cannot fail later, and counts its items.
 * `bytes` belongs to the part from now on. Throws `WireError`.
 */
export function wirePart<S extends Signal>(signal: S, bytes: Uint8Array): WirePart<S> {
  const items = checkRequest(signal, bytes);
  const memory: { decoded: Decoded<S> | undefined } = { decoded: undefined };
  return {
    signal,
    form: "wire",
    wire: bytes,
    items,
    decode() {
      memory.decoded ??= decoders[signal](bytes) as Decoded<S>;
      return memory.decoded;
    },
  };
}

/** The batch as an Export*ServiceRequest of its signal. A request that nobody looked into is given back as it came. */
export function toOtlp(batch: Batch): Uint8Array {
  const [only] = batch.parts;
  if (batch.parts.length === 1 && only!.form === "wire") return only!.wire;
  if (batch.signal === "metrics") return encodeMetrics(batch.parts);
  return batch.signal === "traces" ? encodeTraces(batch.parts) : encodeLogs(batch.parts);
}
