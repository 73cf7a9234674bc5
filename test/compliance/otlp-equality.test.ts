/**
 * What is scraped is written the same whether it comes straight from the receiver or went through OTLP: random pages, through one
 * exporter as they are and through another encoded to OTLP and decoded again, are compared series by series.
 */
import type { BatchOf } from "@sluice/data";
import { batchOf, decodeMetrics, encodeMetrics } from "@sluice/data";
import exporter from "@sluice/exporter-prometheus-remote-write";
import {
  decodeWriteRequest,
  type PageFamily,
  protobufPage,
  snappyDecompress,
  type WriteVersion,
  writeVersionOf,
} from "@sluice/lib-prometheus";
import receiver from "@sluice/receiver-prometheus";
import { configOf, createContext, createSimulation } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Model, modelArbitrary, openMetricsPage } from "./scraped-pages.ts";

/** Where the ways part, and why: what is left of all lines that were written when the difference is taken out. */
const DIFFERENCES: readonly {
  readonly what: string;
  readonly why: string;
  readonly without: (lines: readonly string[]) => string[];
}[] = [
  {
    what: "whether a native histogram is a gauge",
    why: "OTLP has no such histograms; upstream drops them",
    without: (lines) => lines.map((line) => line.replace(/ reset=\w+/, "")),
  },
  {
    what: "stale markers of single buckets or quantiles, whose histogram or summary goes on without them",
    why: "OTLP says of a whole point only that it is gone",
    without(lines) {
      const counted = new Set(lines.filter((line) => /_count"/.test(line) && !isStale(line)).map(pointOf));
      return lines.filter((line) => !isStale(line) || !counted.has(pointOf(line)));
    },
  },
];
/** The histogram or summary of a line, and its time. */
const pointOf = (line: string): string =>
  momentOf(line)
    .replace(/(__name__="\w+?)_(?:bucket|sum|count)"/, '$1"')
    .replace(/,(?:le|quantile)="[^"]*"/, "");
const isStale = (line: string): boolean => / stale (?:reset=\w+ )?@/.test(line);
/** Series and time. */
const momentOf = (line: string): string =>
  `${line.slice(0, line.search(/" (?:stale|\{|[-\w.+]+ @)/))} ${/ @\d+/.exec(line)?.[0]}`;

interface Written {
  readonly lines: string[];
}

/** An exporter that writes to a backend of its own; what it wrote, as lines. */
async function startExporter(simulation: ReturnType<typeof createSimulation>, host: string, version: WriteVersion) {
  const written: Written = { lines: [] };
  await simulation.env.net.serveHttp({ address: { host, port: 80 }, maxBodyBytes: 1e7 }, async (request) => {
    const type = writeVersionOf(request.headers["content-type"] ?? "")!;
    const body = snappyDecompress(await request.body(), 1e7);
    for (const line of linesOf(body, type)) written.lines.push(line);
    return { status: 204, headers: {} };
  });
  const yaml = `endpoint: http://${host}/write\nprotobuf_message: ${version === "2.0" ? "io.prometheus.write.v2.Request" : "prometheus.WriteRequest"}\n`;
  const context = createContext({ kind: "exporter", id: "prometheus_remote_write", signals: ["metrics"], simulation });
  const instance = exporter.create((await configOf(exporter, yaml)) as never, context);
  await instance.start?.();
  return { instance, written };
}

function linesOf(body: Uint8Array, version: WriteVersion): string[] {
  const lines: string[] = [];
  for (const { labels, samples, histograms, exemplars, metadata } of decodeWriteRequest(body, version).timeseries) {
    const name = labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(",");
    const about = metadata === undefined ? "" : ` ${metadata.type} ${JSON.stringify([metadata.help, metadata.unit])}`;
    for (const { value, stale, timestampMs, startMs } of samples) {
      lines.push(
        `${name} ${stale ? "stale" : Object.is(value, -0) ? "-0" : value} @${timestampMs} since ${startMs}${about}`,
      );
    }
    for (const { timestampMs, startMs, stale, reset, ...numbers } of histograms) {
      const text = stale ? "stale" : JSON.stringify({ ...numbers, sum: String(numbers.sum) });
      lines.push(`${name} ${text} reset=${reset} @${timestampMs} since ${startMs}${about}`);
    }
    for (const exemplar of exemplars) lines.push(`${name} exemplar ${JSON.stringify(exemplar)}`);
  }
  return lines;
}

async function compare(model: Model, version: WriteVersion): Promise<{ direct: string[]; throughOtlp: string[] }> {
  const simulation = createSimulation();
  const direct = await startExporter(simulation, "direct", version);
  const other = await startExporter(simulation, "other", version);
  const pages = model.pages;
  const next = async (batch: BatchOf<"metrics">): Promise<void> => {
    await direct.instance.consume(batch);
    await other.instance.consume(batchOf("metrics", decodeMetrics(encodeMetrics(batch.parts))));
  };
  let round = 0;
  await simulation.network.serveHttp({ address: { host: "target", port: 80 }, maxBodyBytes: 1000 }, async () => {
    const families = pages[Math.min(round++, pages.length - 1)];
    return families === undefined ? { status: 500, headers: {}, body: "" } : answer(families, model.protobuf);
  });
  const job = [
    "config:\n  global: {scrape_interval: 1m}\n  scrape_configs:\n  - job_name: test",
    "    static_configs: [{targets: ['target:80']}]",
    `    scrape_native_histograms: ${model.protobuf}`,
    `    convert_classic_histograms_to_nhcb: ${model.custom}`,
  ].join("\n");
  const gate = { id: "receiver.prometheusreceiver.EnableCreatedTimestampZeroIngestion", enabled: true } as const;
  const host = { featureGates: () => [{ ...gate, stage: "alpha" as const, description: "" }] };
  const context = createContext({ id: "prometheus", signals: ["metrics"], simulation, host });
  const instance = receiver.create((await configOf(receiver, job)) as never, context, next as never);
  await simulation.run(Promise.resolve(instance.start?.()));
  await simulation.advance(60_000 * (pages.length + 1));
  await simulation.run(Promise.resolve(instance.shutdown?.()));
  for (const { instance: one } of [direct, other]) await simulation.run(Promise.resolve(one.shutdown?.()));
  return { direct: direct.written.lines.sort(), throughOtlp: other.written.lines.sort() };
}

function answer(families: readonly PageFamily[], protobuf: boolean) {
  const type = protobuf
    ? "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
    : "application/openmetrics-text; version=1.0.0";
  const body = protobuf ? protobufPage(families) : new TextEncoder().encode(openMetricsPage(families));
  return { status: 200, headers: { "content-type": type }, body };
}

const comparable = (lines: readonly string[]): string[] =>
  DIFFERENCES.reduce<string[]>(
    (left, { without }) => without(left),
    lines.filter((line) => !line.includes('__name__="scrape_duration_seconds"')),
  ).sort();

test.each(["2.0", "1.0"] as const)("remote write %s: the same by both ways", async (version) => {
  const seen = { samples: 0, histograms: 0, exemplars: 0, stale: 0 };
  await fc.assert(
    fc.asyncProperty(modelArbitrary, async (model) => {
      const { direct, throughOtlp } = await compare(model, version);
      expect(comparable(throughOtlp)).toEqual(comparable(direct));
      for (const line of direct) {
        if (line.includes(" stale")) seen.stale++;
        else if (line.includes('"schema"')) seen.histograms++;
        else if (line.includes(" exemplar ")) seen.exemplars++;
        else seen.samples++;
      }
    }),
    { numRuns: 40 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
});

test("each difference has its reason", () => {
  for (const { what, why } of DIFFERENCES) expect([what, why].every((text) => text.length > 10)).toBe(true);
});
