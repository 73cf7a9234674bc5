/** Type, help and unit of metrics as remote write 1.0 carries them (`MetricMetadata`), when first seen and each minute. */
import type { BatchOf, Layout, Metric } from "@sluice/data";
import { metricName, unitWords } from "@sluice/lib-prometheus";
import type { Item } from "@sluice/lib-sending";
import { Bytes, varintLength } from "./label-bytes.ts";
import type { Naming } from "./naming.ts";
import { lengthRoom } from "./request-body.ts";
import { refusalOf } from "./series-labels.ts";
import { writeLiteral } from "./snappy.ts";

const everyMs = 60_000;
/** Tenants (keys of items) of which is remembered what they were told. */
const maxTenants = 1000;
const kinds = { gauge: 2, sum: 2, histogram: 3, exponential: 3, summary: 5 } as const;
/** What a page or a sender says of the type; OTLP has not all of them, and a series of a classic histogram may come as a number. */
const scrapedTypes: ReadonlyMap<unknown, number> = new Map([
  ["unknown", 0],
  ["counter", 1],
  ["gauge", 2],
  ["histogram", 3],
  ["gaugehistogram", 4],
  ["summary", 5],
  ["info", 6],
  ["stateset", 7],
]);
const encoder = new TextEncoder();

export interface MetadataEncoder {
  /** Items with the metadata that is due, each of at most about `maxBytes` before compression. */
  encode(batch: BatchOf<"metrics">, to: Pick<Item, "lane" | "key">, nowMs: number): Item[];
}

/** When each layout, and each metric, was told last. */
interface Told {
  readonly layouts: WeakMap<Layout, number>;
  readonly metrics: WeakMap<Metric, number>;
}

/** `nowMs` of `encode` is monotonic time. */
export function createMetadataEncoder({ namespace, strategy }: Naming, maxBytes: number): MetadataEncoder {
  const tenants = new Map<string, Told>();
  const toldTo = (key: string): Told => {
    const known = tenants.get(key);
    if (known !== undefined) return known;
    // Nobody knows how many there are: now and then some are told again.
    if (tenants.size === maxTenants) tenants.clear();
    const told: Told = { layouts: new WeakMap(), metrics: new WeakMap() };
    tenants.set(key, told);
    return told;
  };
  const isDue = <K extends WeakKey>(sentAt: WeakMap<K, number>, key: K, nowMs: number): boolean => {
    if (nowMs - (sentAt.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    sentAt.set(key, nowMs);
    return true;
  };
  const raw = new Bytes(1024);
  return {
    encode(batch, to, nowMs) {
      const due = new Map<string, Metric>();
      const { layouts, metrics } = toldTo(to.key);
      for (const layout of layoutsOf(batch)) {
        if (!isDue(layouts, layout, nowMs)) continue;
        let last: Metric | undefined;
        for (const id of layout.ids) {
          const metric = layout.catalog.metric(id);
          if (metric === last) continue;
          last = metric;
          // A new layout shows mostly metrics that are known.
          if (!isDue(metrics, metric, nowMs) || refusalOf(metric) !== undefined) continue;
          const name = metricName(metric, namespace, strategy);
          if (name !== undefined) due.set(name, metric);
        }
      }
      const items: Item[] = [];
      raw.at = 0;
      for (const [name, metric] of due) {
        writeMetadata(raw, name, metric, unitWords(metric.unit, strategy));
        if (raw.at >= maxBytes) items.push(takeItem(raw, to));
      }
      if (raw.at > 0) items.push(takeItem(raw, to));
      return items;
    },
  };
}

function layoutsOf(batch: BatchOf<"metrics">): Layout[] {
  return batch.parts.flatMap((part) => (part.form === "wire" ? part.decode() : [part])).map(({ layout }) => layout);
}

function takeItem(raw: Bytes, to: Pick<Item, "lane" | "key">): Item {
  const body = new Uint8Array(lengthRoom + raw.at + 8);
  const end = writeLiteral(body, lengthRoom, raw.bytes, 0, raw.at);
  const rawBytes = raw.at;
  raw.at = 0;
  return { body: body.subarray(0, end), rawBytes, items: 0, points: 0, ...to };
}

/** The number of a metric's type, the same in both versions. */
export function metadataTypeOf({ kind, monotonic, metadata }: Metric): number {
  const scraped = scrapedTypes.get(metadata.find(({ key }) => key === "prometheus.type")?.value);
  return scraped ?? (kind === "sum" && monotonic ? 1 : kinds[kind]);
}

function writeMetadata(out: Bytes, name: string, metric: Metric, unit: string): void {
  const texts = [[2, name] as const, [4, metric.help] as const, [5, unit] as const]
    .filter(([, text]) => text !== "")
    .map(([field, text]) => ({ field, bytes: encoder.encode(text) }));
  let length = 2;
  for (const { bytes } of texts) length += 1 + varintLength(bytes.length) + bytes.length;
  out.reserve(length + 8);
  out.bytes[out.at++] = 0x1a;
  out.varint(length);
  out.bytes[out.at++] = 0x08;
  out.bytes[out.at++] = metadataTypeOf(metric);
  for (const { field, bytes } of texts) {
    out.bytes[out.at++] = (field << 3) | 2;
    out.varint(bytes.length);
    out.bytes.set(bytes, out.at);
    out.at += bytes.length;
  }
}
