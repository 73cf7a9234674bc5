import type { Context } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import type { BodyPool } from "./body-pool.ts";
import { changesOf, sameKeys } from "./changes.ts";
import { batchBytesOf, type Config } from "./config.ts";
import { createMetadataEncoder, type MetadataEncoder } from "./metadata.ts";
import { namingKeys, namingOf } from "./naming.ts";
import { type Encoded, RequestEncoder } from "./request-encoder.ts";

/** Makes requests of batches; what it remembers of series outlasts every change but one of their names. */
export interface Encoding {
  encode(batch: BatchOf<"metrics">, key: string): Encoded;
  update(before: Config, after: Config): void;
  /** What is remembered of series. */
  readonly totals: RequestEncoder["totals"];
}

/** Creates the encoding of one exporter. */
export function createEncoding(config: Config, { env }: Context, pool: BodyPool): Encoding {
  const seed = Math.floor(env.random.next() * 2 ** 32);
  const encoder = new RequestEncoder(namingOf(config), batchBytesOf(config), pool, seed);
  const metadataOf = (of: Config): MetadataEncoder | undefined =>
    of.send_metadata ? createMetadataEncoder(namingOf(of), batchBytesOf(of)) : undefined;
  const state = { metadata: metadataOf(config) };
  return {
    encode(batch, key) {
      const { metadata } = state;
      const encoded = encoder.encode(batch, key);
      const [first] = encoded.items;
      if (first === undefined || metadata === undefined) return encoded;
      const ahead = metadata.encode(batch, { lane: first.lane, key }, env.clock.monotonic());
      return { ...encoded, items: [...ahead, ...encoded.items] };
    },
    update(before, after) {
      if (!sameKeys(before, after, namingKeys)) encoder.rename(namingOf(after));
      encoder.maxBytes = batchBytesOf(after);
      if (changesOf(before, after).length > 0) state.metadata = metadataOf(after);
    },
    totals: () => encoder.totals(),
  };
}
