/**
 * Whatever the exporter writes goes through the receiver and another exporter, and comes out the same: series, samples, stale
 * markers, start times, native histograms, metadata. Random batches, both versions, one simulated network.
 */
import type { ExporterDefinition, ReceiverDefinition } from "@sluice/component";
import { type BatchOf, batchOf } from "@sluice/data";
import exporter from "@sluice/exporter-prometheus-remote-write";
import { createHttpClient } from "@sluice/lib-http";
import { decodeWriteRequest, snappyDecompress, type WriteVersion, writeVersionOf } from "@sluice/lib-prometheus";
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

async function startChain(version: WriteVersion) {
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
    expect(written(second.sent)).toEqual(written(first.sent));
  };
}

/** By series, what was written, in the order of time. */
function written(sent: readonly Sent[]): Record<string, unknown[]> {
  const all: Record<string, { readonly at: number; readonly what: unknown }[]> = {};
  for (const { headers, body } of sent) {
    const version = writeVersionOf(headers["content-type"]!)!;
    for (const series of decodeWriteRequest(snappyDecompress(body, 1 << 26), version).timeseries) {
      const key = JSON.stringify(series.labels);
      const list = all[key] ?? [];
      all[key] = list;
      const { samples, histograms, exemplars, metadata } = series;
      for (const one of samples) list.push({ at: one.timestampMs, what: { ...one, metadata } });
      for (const one of histograms) list.push({ at: one.timestampMs, what: { ...one, metadata } });
      for (const one of exemplars) list.push({ at: one.timestampMs, what: one });
    }
  }
  const inOrder = Object.entries(all).map(([key, list]) => [key, list.toSorted((a, b) => a.at - b.at)]);
  return Object.fromEntries(inOrder);
}

/** The batch with native histograms that count what their buckets hold: others are refused. */
function addedUp(batch: BatchOf<"metrics">): BatchOf<"metrics"> {
  const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0);
  const parts = batch.parts.map((part) => {
    if (part.form === "wire" || part.ragged === undefined) return part;
    const ragged = [...part.ragged].map(([row, point]) => {
      const count = sum(point.positive.counts) + sum(point.negative.counts) + point.zeroCount;
      return [row, { ...point, count }] as const;
    });
    return { ...part, ragged: new Map(ragged) };
  });
  return batchOf("metrics", parts, batch.context);
}

test.each(["1.0", "2.0"] as const)("remote write %s in, remote write out", async (version) => {
  const send = await startChain(version);
  await fc.assert(fc.asyncProperty(arbitraryMetricsBatch().map(addedUp), send), { numRuns: 100 });
});
