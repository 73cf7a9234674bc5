import type { BatchOf } from "@sluice/data";
import { labelName } from "@sluice/lib-prometheus";
import type { Naming } from "./naming.ts";
import { requestBody } from "./request-body.ts";
import { type DropReason, RequestEncoder } from "./request-encoder.ts";
import type { WriteVersion } from "./version.ts";

/** How requests are written. */
export interface EncoderOptions {
  /** Of remote write; default 1.0. */
  readonly version?: WriteVersion;
  /** Added to every series that has no such label. */
  readonly externalLabels?: Readonly<Record<string, string>>;
  /** A request before compression; default 3,000,000 bytes. */
  readonly maxBytes?: number;
}
/** What became of a batch. */
export interface EncodedRequests {
  /** Bodies to send, in this order, compressed with snappy. */
  readonly requests: readonly Uint8Array[];
  /** Samples that cannot be written, by reason. */
  readonly dropped: ReadonlyMap<DropReason, number>;
}

/**
 * Makes what turns batches into the bodies of remote-write requests, as the exporter does, with no I/O and no `node:` import. It
 * remembers the series it has seen, so one is kept for as long as batches come from the same sources.
 */
export function createRequestEncoder(options: EncoderOptions = {}): (batch: BatchOf<"metrics">) => EncodedRequests {
  const { version = "1.0", externalLabels = {}, maxBytes = 3_000_000 } = options;
  const strategy = "suffixes";
  const naming: Naming = {
    strategy,
    namespace: "",
    externalLabels: Object.entries(externalLabels).map(([key, value]) => [labelName(key, strategy) ?? key, value]),
    isConstantLabel: () => false,
    scopeLabels: true,
    targetInfo: true,
  };
  const encoder = new RequestEncoder(naming, maxBytes, undefined, 0, version);
  return (batch) => {
    const { items, dropped } = encoder.encode(batch, "");
    return {
      requests: items.map((item) => requestBody([item])),
      dropped: new Map([...dropped].map(([reason, { items: samples }]) => [reason, samples])),
    };
  };
}
