import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { HistogramMetricData, MetricData, ResourceMetrics, SumMetricData } from "@opentelemetry/sdk-metrics";
import { decodeWriteRequest, snappyDecompress, type WrittenSeries, writeVersionOf } from "@sluice/lib-prometheus";
import { listen } from "@sluice/testkit";

/** A request that a backend got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly series: readonly WrittenSeries[];
  /** Each series with its first value: `name{a="b"} 1`, sorted. */
  readonly lines: readonly string[];
}

/** A backend that takes requests and answers them with these statuses in turn, the last one for ever; 0 never answers. */
export async function startBackend(statuses: readonly number[] = [204]): Promise<{
  readonly endpoint: string;
  readonly received: Received[];
  readonly handle: RequestListener;
}> {
  const received: Received[] = [];
  const script = [...statuses];
  const handle: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { headers, url = "" } = request;
      received.push({ headers, path: url, ...read(Buffer.concat(chunks), headers["content-type"] ?? "") });
      const status = script.length > 1 ? script.shift()! : script[0]!;
      if (status !== 0) response.writeHead(status, written(received.at(-1)!)).end(status < 300 ? "" : "no thanks");
    });
  };
  const port = await listen(createServer(handle));
  return { endpoint: `http://127.0.0.1:${port}/api/v1/write`, received, handle };
}

/** What a request says. */
function read(body: Uint8Array, contentType: string): Pick<Received, "series" | "lines"> {
  const version = writeVersionOf(contentType)!;
  const series = [...decodeWriteRequest(snappyDecompress(body, 1 << 24), version).timeseries];
  return { series, lines: series.map(lineOf).sort() };
}

function lineOf({ labels, samples, histograms }: WrittenSeries): string {
  const name = labels.find(([label]) => label === "__name__")?.[1] ?? "";
  const others = labels.filter(([label]) => label !== "__name__").map(([label, value]) => `${label}="${value}"`);
  return `${name}{${others.join()}} ${samples[0]?.value ?? `count ${histograms[0]?.count}`}`;
}

/** What a receiver of 2.0 says; one of 1.0 is not asked. */
function written({ headers, series }: Received): Record<string, string> {
  if (headers["x-prometheus-remote-write-version"] === "0.1.0") return {};
  const count = (of: "samples" | "histograms" | "exemplars") =>
    `${series.reduce((sum, each) => sum + each[of].length, 0)}`;
  return {
    "X-Prometheus-Remote-Write-Samples-Written": count("samples"),
    "X-Prometheus-Remote-Write-Histograms-Written": count("histograms"),
    "X-Prometheus-Remote-Write-Exemplars-Written": count("exemplars"),
  };
}

/** The time at which the collections of tests end, in seconds. */
export const SECONDS = 1_700_000_000;

/** A collection of these metrics by one scope, with `service.name` "app". */
export function collection(
  metrics: readonly MetricData[],
  attributes: object = { "service.name": "app" },
): ResourceMetrics {
  const resource = { attributes } as ResourceMetrics["resource"];
  return { resource, scopeMetrics: [{ scope: { name: "" }, metrics: [...metrics] }] };
}

/** A counter with one point for each of these attributes; the values are 1, 2, 3... */
export function counter(name: string, ...attributes: readonly object[]): SumMetricData {
  const points = attributes.length === 0 ? [{}] : attributes;
  return {
    ...basics(name, 3),
    dataPointType: 3,
    isMonotonic: true,
    dataPoints: points.map((each, i) => pointOf(i + 1, each)),
  } as SumMetricData;
}

/** A histogram with one point. */
export function histogram(
  name: string,
  value: HistogramMetricData["dataPoints"][number]["value"],
): HistogramMetricData {
  return { ...basics(name, 0), dataPoints: [pointOf(value, {})] } as unknown as HistogramMetricData;
}

/** A metric of any kind with one point. */
export function metric(name: string, dataPointType: number, value: unknown, more: object = {}): MetricData {
  return { ...basics(name, dataPointType), dataPoints: [pointOf(value, {})], ...more } as unknown as MetricData;
}

const basics = (name: string, dataPointType: number) => ({
  descriptor: { name, description: "", unit: "", valueType: 1 },
  aggregationTemporality: 1,
  dataPointType,
});

const pointOf = <T>(value: T, attributes: object) => ({
  startTime: [SECONDS - 60, 0],
  endTime: [SECONDS, 250_000_000],
  attributes,
  value,
});
