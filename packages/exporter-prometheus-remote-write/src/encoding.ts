import { type Context, configChanges } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import type { BodyPool } from "./body-pool.ts";
import { sameKeys } from "./changes.ts";
import { batchBytesOf, type Config, versionOf } from "./config.ts";
import { createMetadataEncoder, type MetadataEncoder } from "./metadata.ts";
import { namingKeys, namingOf } from "./naming.ts";
import { type Encoded, RequestEncoder } from "./request-encoder.ts";
import { versionedKey, type WriteVersion } from "./version.ts";

/** Makes requests of batches; what it remembers of series outlasts every change but one of their names or the version. */
export interface Encoding {
  /** `headers` as `keyOf` gives them. */
  encode(batch: BatchOf<"metrics">, headers: string, version: WriteVersion): Encoded;
  update(before: Config, after: Config): void;
  /** What is remembered of series. */
  totals(): ReturnType<RequestEncoder["totals"]>;
}

/** Creates the encoding of one exporter. */
export function createEncoding(config: Config, { env }: Context, pool: BodyPool): Encoding {
  const seed = Math.floor(env.random.next() * 2 ** 32);
  const encoderOf = (of: Config, version: WriteVersion) =>
    new RequestEncoder(namingOf(of, version), batchBytesOf(of), pool, seed, version);
  // In 2.0 each series has its own.
  const metadataOf = (of: Config, version: WriteVersion): MetadataEncoder | undefined =>
    of.send_metadata && version === "1.0" ? createMetadataEncoder(namingOf(of), batchBytesOf(of)) : undefined;
  const stateOf = (of: Config, version: WriteVersion) => ({
    config: of,
    version,
    encoder: encoderOf(of, version),
    metadata: metadataOf(of, version),
  });
  const state = stateOf(config, versionOf(config));
  return {
    encode(batch, headers, version) {
      if (version !== state.version) Object.assign(state, stateOf(state.config, version));
      const { metadata } = state;
      const key = versionedKey(version, headers);
      const encoded = state.encoder.encode(batch, key);
      const [first] = encoded.items;
      if (first === undefined || metadata === undefined) return encoded;
      const ahead = metadata.encode(batch, { lane: first.lane, key }, env.clock.monotonic());
      return { ...encoded, items: [...ahead, ...encoded.items] };
    },
    update(before, after) {
      const { encoder, version } = state;
      state.config = after;
      if (!sameKeys(before, after, namingKeys)) encoder.rename(namingOf(after, version));
      encoder.maxBytes = batchBytesOf(after);
      if (configChanges(before, after).length > 0) state.metadata = metadataOf(after, version);
    },
    totals: () => state.encoder.totals(),
  };
}
