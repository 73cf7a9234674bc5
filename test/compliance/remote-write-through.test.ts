/**
 * Whatever the exporter writes goes through the receiver and another exporter, and comes out the same: series, samples, stale
 * markers, start times, native histograms, metadata. Random batches, both versions, one simulated network.
 */
import type { ExporterDefinition, ReceiverDefinition } from "@sluice/component";
import { type BatchOf, batchOf, type ViewRules, view, withCatalog } from "@sluice/data";
import exporter from "@sluice/exporter-prometheus-remote-write";
import { createHttpClient } from "@sluice/lib-http";
import {
  decodeWriteRequest,
  snappyDecompress,
  type WriteVersion,
  type WrittenSeries,
  writeVersionOf,
} from "@sluice/lib-prometheus";
import receiver from "@sluice/receiver-prometheus-remote-write";
import { arbitraryMetricsBatch, configOf, createContext, createSimulation, type Simulation } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";

const MESSAGES = { "1.0": "prometheus.WriteRequest", "2.0": "io.prometheus.write.v2.Request" } as const;

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An exporter that writes to a server of its own; what came there. */
async function startExporter(simulation: Simulation, port: number, version: WriteVersion) {
  const { run, env } = simulation;
  const sent: Sent[] = [];
  await env.net.serveHttp({ address: { host: "127.0.0.1", port }, maxBodyBytes: 1 << 26 }, async (request) => {
    sent.push({ headers: request.headers, body: await request.body() });
    const written = ["samples", "histograms", "exemplars"].map((what) => [
      `x-prometheus-remote-write-${what}-written`,
      "1000000",
    ]);
    return { status: 204, headers: Object.fromEntries(written) };
  });
  const yaml = `{endpoint: "http://127.0.0.1:${port}/", add_metric_suffixes: false, protobuf_message: ${MESSAGES[version]}, remote_write_queue: {enabled: false}}`;
  const context = createContext({ kind: "exporter", id: `out/${port}`, simulation });
  const definition = exporter as ExporterDefinition<unknown, "metrics">;
  const instance = definition.create(await configOf(exporter, yaml), context);
  await run(Promise.resolve(instance.start?.()));
  return { consume: instance.consume, sent };
}

/** How much went through. */
type Seen = Record<"samples" | "stale" | "histograms" | "exemplars", number>;

async function startChain(version: WriteVersion, seen: Seen) {
  const simulation = createSimulation();
  const { run, env } = simulation;
  const first = await startExporter(simulation, 1001, version);
  const second = await startExporter(simulation, 1002, version);
  const context = createContext({ kind: "receiver", id: "in", simulation });
  const definition = receiver as ReceiverDefinition<unknown, "metrics">;
  const instance = definition.create(await configOf(receiver, "{}"), context, second.consume);
  await run(Promise.resolve(instance.start?.()));
  const client = createHttpClient({ env });
  return async (batch: BatchOf<"metrics">): Promise<void> => {
    first.sent.length = second.sent.length = 0;
    await run(first.consume(batch));
    for (const { headers, body } of first.sent) {
      const type = headers["content-type"]!;
      const answer = await run(
        client.request({
          url: "http://localhost:9090/api/v1/write",
          method: "POST",
          headers: { "content-type": type, "content-encoding": "snappy" },
          body,
        }),
      );
      expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([204, ""]);
    }
    expect(written(second.sent)).toEqual(written(first.sent, seen));
  };
}

/** By series, what was written, in the order of time. */
function written(sent: readonly Sent[], seen?: Seen): Record<string, unknown[]> {
  const all: Record<string, { readonly at: number; readonly what: unknown }[]> = {};
  for (const { headers, body } of sent) {
    const version = writeVersionOf(headers["content-type"]!)!;
    for (const series of decodeWriteRequest(snappyDecompress(body, 1 << 26), version).timeseries) {
      const key = JSON.stringify(series.labels);
      const list = all[key] ?? [];
      all[key] = list;
      const { samples, histograms, exemplars, metadata } = series;
      if (seen !== undefined) count(series, seen);
      for (const one of samples) list.push({ at: one.timestampMs, what: { ...one, metadata } });
      for (const one of histograms) list.push({ at: one.timestampMs, what: { ...one, metadata } });
      for (const one of exemplars) list.push({ at: one.timestampMs, what: one });
    }
  }
  const inOrder = Object.entries(all).map(([key, list]) => [key, list.toSorted((a, b) => a.at - b.at)]);
  return Object.fromEntries(inOrder);
}

/** Names that are names, few of them, and totals: most of what is random would not be written. */
const writable: ViewRules = {
  metric: (metric) => ({
    ...metric,
    name: `m_${metric.name.length}`,
    temporality: metric.kind === "gauge" ? "none" : "cumulative",
    // Metadata has units in words, which stay; what is no unit at all could look like one when it is cleaned.
    unit: ["", "s", "By/s", "{calls}"][metric.unit.length % 4]!,
  }),
  attributes: (_, attributes) => attributes.map(({ value }, i) => ({ key: `a.${i}`, value })),
};

function count({ samples, histograms, exemplars }: WrittenSeries, seen: Seen): void {
  seen.samples += samples.length;
  seen.histograms += histograms.length;
  seen.exemplars += exemplars.length;
  for (const { stale } of [...samples, ...histograms]) seen.stale += Number(stale);
}

/** The batch as it can be written; native histograms count what their buckets hold, since others are refused. */
function made(batch: BatchOf<"metrics">): BatchOf<"metrics"> {
  const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
  const parts = batch.parts.map((part) => {
    if (part.form === "wire") return part;
    const layout = withCatalog(part.layout, view(part.layout.catalog, writable));
    const ragged = [...(part.ragged ?? [])].map(([row, point]) => {
      const count = sum(point.positive.counts) + sum(point.negative.counts) + point.zeroCount;
      return [row, { ...point, scale: Math.max(point.scale, -4), count }] as const;
    });
    return { ...part, layout, ragged: part.ragged && new Map(ragged) };
  });
  return batchOf("metrics", parts, batch.context);
}

test.each(["1.0", "2.0"] as const)("remote write %s in, remote write out", async (version) => {
  const seen = { samples: 0, stale: 0, histograms: 0, exemplars: 0 };
  const send = await startChain(version, seen);
  await fc.assert(fc.asyncProperty(arbitraryMetricsBatch().map(made), send), { numRuns: 150 });
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
});
