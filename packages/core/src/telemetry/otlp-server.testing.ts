/** A server that takes OTLP over HTTP and reads it with a codec of its own (protobufjs). */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Env, HttpListener, HttpResponse } from "@sluice/component";
import protobuf from "protobufjs";

const proto = readFileSync(new URL("../../../data/testdata/otlp.proto", import.meta.url), "utf8");
const root = protobuf.parse(proto, { keepCase: true }).root;
const types: Readonly<Record<string, string>> = {
  "/v1/metrics": "ExportMetricsServiceRequest",
  "/v1/logs": "ExportLogsServiceRequest",
  "/v1/traces": "ExportTraceServiceRequest",
};

// biome-ignore lint/suspicious/noExplicitAny: what an independent codec reads is compared, not used.
export type Plain = any;
/** One request, as it came. */
export interface Received {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Plain;
}
export interface OtlpServer {
  readonly listener: HttpListener;
  readonly received: readonly Received[];
  /** Answers for the next requests, in order; then 200. */
  readonly answers: HttpResponse[];
}

export async function serveOtlp(env: Env, port = 0): Promise<OtlpServer> {
  const received: Received[] = [];
  const answers: HttpResponse[] = [];
  const options = { address: { host: "127.0.0.1", port }, maxBodyBytes: 1 << 20 };
  const listener = await env.net.serveHttp(options, async (request) => {
    const { target, headers } = request;
    const sent = await request.body();
    const bytes = headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    const type = root.lookupType(types[target] ?? "");
    const body = type.toObject(type.decode(bytes), { longs: String, bytes: String, enums: Number });
    received.push({ target, headers, body });
    return answers.shift() ?? { status: 200 };
  });
  return { listener, received, answers };
}

/** The values of a metrics request: "scope name{labels} kind value", sorted. */
export function metricLines({ body }: Received): readonly string[] {
  const lines = body.resource_metrics.flatMap((resource: Plain) =>
    resource.scope_metrics.flatMap(({ scope, metrics }: Plain) =>
      metrics.flatMap((metric: Plain) => {
        const kind = ["gauge", "sum", "histogram"].find((one) => metric[one] !== undefined) ?? "";
        return metric[kind].data_points.map((point: Plain) => {
          const numbers = point.bucket_counts
            ? `${point.count} ${point.sum} ${point.explicit_bounds} ${point.bucket_counts}`
            : (point.as_int ?? point.as_double);
          return `${scope.name} ${metric.name}{${attributeText(point.attributes)}} ${kind} ${numbers}`;
        });
      }),
    ),
  );
  return lines.sort();
}

/** Attributes as text: "a=1,b=x". */
export function attributeText(attributes: Plain = []): string {
  return attributes.map(({ key, value }: Plain) => `${key}=${String(Object.values(value ?? {})[0])}`).join();
}
