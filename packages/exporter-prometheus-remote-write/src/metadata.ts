/** Type, help and unit of metrics as remote write 1.0 carries them (`MetricMetadata`), when first seen and each minute. */
import type { Layout, Metric, MetricsPart } from "@sluice/data";
import type { Item } from "@sluice/lib-sending";
import { Bytes, varintLength } from "./label-bytes.ts";
import { metricName, type Strategy } from "./names.ts";
import { lengthRoom } from "./request-body.ts";
import { writeLiteral } from "./snappy.ts";

const everyMs = 60_000;
const types: Readonly<Record<Metric["kind"], number>> = { sum: 1, gauge: 2, histogram: 3, exponential: 3, summary: 5 };
const encoder = new TextEncoder();

export interface MetadataEncoder {
  /** One item with the metadata that is due, or undefined. */
  encode(parts: readonly MetricsPart[], lane: number, key: string, nowMs: number): Item | undefined;
}

export function createMetadataEncoder(namespace: string, strategy: Strategy): MetadataEncoder {
  const sentAt = new WeakMap<Layout, number>();
  return {
    encode(parts, lane, key, nowMs) {
      const due = new Map<string, Metric>();
      for (const { layout } of parts) {
        if (nowMs - (sentAt.get(layout) ?? Number.NEGATIVE_INFINITY) < everyMs) continue;
        sentAt.set(layout, nowMs);
        for (const metric of metricsOf(layout)) {
          const name = metricName(metric, namespace, strategy);
          if (name !== undefined) due.set(name, metric);
        }
      }
      if (due.size === 0) return undefined;
      const raw = new Bytes(due.size * 64);
      for (const [name, metric] of due) writeMetadata(raw, name, metric);
      const body = new Uint8Array(lengthRoom + raw.at + 8);
      const end = writeLiteral(body, lengthRoom, raw.bytes, 0, raw.at);
      return { body: body.subarray(0, end), rawBytes: raw.at, items: 0, points: 0, lane, key };
    },
  };
}

function metricsOf(layout: Layout): Set<Metric> {
  const metrics = new Set<Metric>();
  for (const id of layout.ids) metrics.add(layout.catalog.metric(id));
  return metrics;
}

function writeMetadata(out: Bytes, name: string, metric: Metric): void {
  const texts = [[2, name] as const, [4, metric.help] as const, [5, metric.unit] as const]
    .filter(([, text]) => text !== "")
    .map(([field, text]) => ({ field, bytes: encoder.encode(text) }));
  let length = 2;
  for (const { bytes } of texts) length += 1 + varintLength(bytes.length) + bytes.length;
  out.reserve(length + 8);
  out.bytes[out.at++] = 0x1a;
  out.varint(length);
  out.bytes[out.at++] = 0x08;
  out.bytes[out.at++] = types[metric.kind];
  for (const { field, bytes } of texts) {
    out.bytes[out.at++] = (field << 3) | 2;
    out.varint(bytes.length);
    out.bytes.set(bytes, out.at);
    out.at += bytes.length;
  }
}
