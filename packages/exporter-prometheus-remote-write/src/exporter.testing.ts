import type { HttpRequest, HttpResponse } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import { writeVersionOf } from "@sluice/lib-prometheus";
import { type ContextOptions, configOf, createContext, metricsBatch, type PointSpec } from "@sluice/testkit";
import type { Config } from "./config.ts";
import { type DecodedRequest, decodeBody } from "./decode.testing.ts";
import exporter from "./index.ts";
import type { WriteVersion } from "./version.ts";
import type { Written } from "./written.ts";

export const resource = { "service.name": "app", "service.instance.id": "i-1" };
export const gauge: PointSpec = { name: "m", value: 1 };

export interface Answer {
  /** 0 = none: the request is taken, and nothing is ever said. */
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** What a 2xx to a request of 2.0 says was written; default: all of it. undefined = it says nothing. */
  readonly written?: Partial<Written> | undefined;
}
export interface Received extends Pick<DecodedRequest, "symbols" | "timeseries"> {
  readonly body: Uint8Array;
  readonly version: WriteVersion;
  readonly method: string;
  readonly status: number;
  readonly headers: HttpRequest["headers"];
  /** Labels of each series, "name=value,...". */
  readonly series: string[];
  /** Times of the samples, in the order of `series`. */
  readonly times: number[];
  readonly metadata: string[];
}

/** With an endpoint, and sending at once, unless `yaml` says otherwise. */
function readConfig(yaml: string): Promise<Config> {
  const add = (key: string, line: string) => (yaml.includes(`${key}:`) ? "" : `${line}\n`);
  const defaults = `${add("endpoint", "endpoint: http://backend:9090/api/v1/write")}${add("flush_timeout", "flush_timeout: 0s")}`;
  return configOf<Config>(exporter, defaults + yaml);
}

/**
 * An exporter with this configuration and a backend that gives these answers in turn, the last one for ever. `serve` starts
 * another backend; `everywhere` has the requests of all.
 */
export async function setUp(
  yaml: string,
  answers: Answer[] = [{ status: 204 }],
  more: Pick<ContextOptions, "extensions"> = {},
) {
  const ctx = createContext({ kind: "exporter", id: "prometheus_remote_write", signals: ["metrics"], ...more });
  const sim = ctx.simulation;
  const everywhere: Received[] = [];
  const serve = async (host: string, script: Answer[] = [{ status: 204 }]): Promise<Received[]> => {
    const requests: Received[] = [];
    const handler = async (request: HttpRequest): Promise<HttpResponse> => {
      const body = await request.body();
      const version = writeVersionOf(request.headers["content-type"] ?? "")!;
      const { timeseries, metadata, symbols } = decodeBody(body, version);
      const answer = script.length > 1 ? script.shift()! : script[0]!;
      const received = {
        body,
        version,
        timeseries,
        symbols,
        method: request.method,
        status: answer.status,
        headers: request.headers,
        series: timeseries.map(({ labels }) => labels.map(({ name, value }) => `${name}=${value}`).join(",")),
        times: timeseries.map(({ samples, histograms, exemplars }) =>
          Number((samples[0] ?? histograms[0] ?? exemplars[0]!).timestamp),
        ),
        metadata: metadata.map((each) => `${each.metric_family_name} ${each.type} ${each.help} ${each.unit}`),
      };
      requests.push(received);
      everywhere.push(received);
      if (answer.status === 0) return new Promise(() => {});
      return { ...answer, headers: { ...writtenHeaders(answer, received), ...answer.headers } };
    };
    await sim.env.net.serveHttp({ address: { host, port: 9090 }, maxBodyBytes: 1e7 }, handler);
    return requests;
  };
  const requests = await serve("backend", answers);
  const instance = exporter.create(await readConfig(yaml), ctx);
  await instance.start?.();
  const send = (points: PointSpec[], options: object = {}) =>
    instance.consume(metricsBatch(points, { resource, ...options }));
  const consume = (batch: BatchOf<"metrics">) => instance.consume(batch);
  const value = (name: string) => ctx.meter.value(`sluice_exporter_${name}_items`);
  const update = async (next: string) => instance.update!(await readConfig(next));
  return { ctx, sim, requests, everywhere, serve, instance, send, consume, value, update };
}

/** What a receiver of 2.0 says; of 1.0, nothing. */
function writtenHeaders(answer: Answer, { version, timeseries }: Received): Record<string, string> {
  const count = (of: "samples" | "histograms" | "exemplars") =>
    timeseries.reduce((sum, each) => sum + each[of].length, 0);
  const all = { samples: count("samples"), histograms: count("histograms"), exemplars: count("exemplars") };
  const isDefault = !("written" in answer) && answer.status >= 200 && answer.status < 300;
  const written = isDefault ? all : answer.written;
  if (version === "1.0" || written === undefined) return {};
  const entries = Object.entries(written).map(([what, number]) => [
    `X-Prometheus-Remote-Write-${what[0]!.toUpperCase()}${what.slice(1)}-Written`,
    `${number}`,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The labels of the series that points become. */
export async function series(yaml: string, points: PointSpec[], options: object = {}): Promise<string[]> {
  const { sim, send, instance, requests } = await setUp(yaml);
  await send(points, options);
  await sim.run(instance.shutdown!());
  return requests.flatMap((request) => request.series);
}
