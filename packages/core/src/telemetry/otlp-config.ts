import { type Decoded, type Problem, type Secret, t } from "@sluice/component";

const headerPair = t.object("One header.", {
  name: t.string({ description: "Its name.", minLength: 1 }),
  value: t.secret({ description: "Its value." }),
});

const otlp = t.object("Sends OTLP over HTTP.", {
  protocol: t.oneOf(["http/protobuf", "grpc", "grpc/protobuf"], {
    description: "Form of the requests; only http/protobuf is supported.",
  }),
  endpoint: t.string({
    description: "URL to send to; without a path, the signal's own is added (/v1/metrics, /v1/logs, /v1/traces).",
    default: "http://localhost:4318",
  }),
  headers: t.union(
    [
      t.array(headerPair, { description: "As a list." }),
      t.record(t.secret({ description: "A value." }), { description: "As a map: the old form." }),
    ],
    { description: "Headers of every request, as a list of {name, value}.", default: [] },
  ),
  headers_list: t.optional(t.secret({ description: "More headers as text: name=value,name=value." })),
  compression: t.oneOf(["gzip", "none"], { description: "How bodies are compressed.", default: "none" }),
  timeout: t.integer({ description: "Milliseconds for a request; 0 = no limit.", default: 10_000, minimum: 0 }),
  insecure: t.boolean({ description: "With an endpoint without a scheme: http instead of https.", default: false }),
  certificate: t.string({ description: "File with the certificates to trust.", default: "" }),
  client_certificate: t.string({ description: "File with the certificate to show.", default: "" }),
  client_key: t.string({ description: "File with that certificate's key.", default: "" }),
  temporality_preference: t.oneOf(["cumulative", "delta", "low_memory"], {
    description: "Only cumulative is supported.",
    default: "cumulative",
  }),
  default_histogram_aggregation: t.oneOf(["explicit_bucket_histogram", "base2_exponential_bucket_histogram"], {
    description: "Only explicit_bucket_histogram is supported.",
    default: "explicit_bucket_histogram",
  }),
});
/** How own telemetry is sent by OTLP. */
export type OtlpConfig = Decoded<typeof otlp>;

const exporter = t.object("Where it goes: one of these.", {
  otlp: t.optional(otlp),
  console: t.optional(t.object("Lines of JSON on standard output.", {})),
});
/** Where own telemetry goes that is sent. */
export type PushExporter = Decoded<typeof exporter>;

const milliseconds = (description: string, byDefault: number, minimum = 1) =>
  t.integer({ description, default: byDefault, minimum });

/** `periodic`: a reader that sends the own metrics at an interval. */
export const periodic = t.object("A reader that sends.", {
  interval: milliseconds("Milliseconds from one sending to the next.", 60_000),
  timeout: milliseconds("Milliseconds that one may take.", 30_000),
  exporter,
});
export type PeriodicReader = Decoded<typeof periodic>;

/** `processors` of logs or traces; spans wait longer than log records unless told otherwise. */
export const processors = (what: string, delay: number) =>
  t.array(
    t.object(`Sends ${what}.`, {
      batch: t.optional(
        t.object("Several at a time.", {
          schedule_delay: milliseconds("Milliseconds to wait for more.", delay, 0),
          export_timeout: milliseconds("Milliseconds that one sending may take.", 30_000),
          max_queue_size: milliseconds("Most that wait; further ones are dropped and counted.", 2048),
          max_export_batch_size: milliseconds("Most in one request.", 512),
          exporter,
        }),
      ),
      simple: t.optional(t.object("At once.", { exporter })),
    }),
    { description: `Where ${what} go besides the output paths.`, default: [] },
  );
const logProcessors = processors("log records", 1000);
export type PushProcessor = Decoded<typeof logProcessors>[number];

/** The exporter of a processor and its pace; undefined when it says neither `batch` nor `simple`. */
export function paceOf({ batch, simple }: PushProcessor) {
  if (batch !== undefined) return batch;
  return (
    simple && { ...simple, schedule_delay: 0, export_timeout: 30_000, max_queue_size: 2048, max_export_batch_size: 512 }
  );
}

/** What the schema cannot say of a list of processors; `path` leads to it. */
export function checkProcessors(list: readonly PushProcessor[], path: Problem["path"]): readonly Problem[] {
  return list.flatMap((processor, index) => {
    const at = [...path, index];
    const { batch, simple } = processor;
    if ((batch === undefined) === (simple === undefined)) {
      return [{ path: at, message: "expected either batch or simple" }];
    }
    const key = batch === undefined ? "simple" : "batch";
    return checkExporter((batch ?? simple)!.exporter, [...at, key, "exporter"]);
  });
}

/** What the schema cannot say of an exporter; `path` leads to it. */
export function checkExporter(exporter: PushExporter, path: Problem["path"]): readonly Problem[] {
  const { otlp } = exporter;
  if ((otlp === undefined) === (exporter.console === undefined)) {
    return [{ path, message: "expected either otlp or console" }];
  }
  return otlp === undefined ? [] : checkOtlp(otlp, [...path, "otlp"]);
}

function checkOtlp(config: OtlpConfig, path: Problem["path"]): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, message: string, severity: "error" | "warning" = "error") =>
    problems.push({ path: [...path, key], message, severity });
  if (config.protocol !== "http/protobuf") {
    add("protocol", `found "${config.protocol}", which is not supported; use http/protobuf (usually at port 4318)`);
  }
  if (config.temporality_preference !== "cumulative") {
    add("temporality_preference", `found "${config.temporality_preference}", expected cumulative`);
  }
  if (config.default_histogram_aggregation !== "explicit_bucket_histogram") {
    add(
      "default_histogram_aggregation",
      "exponential histograms are not supported, expected explicit_bucket_histogram",
    );
  }
  const url = URL.parse(otlpUrl(config, "metrics"));
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    add("endpoint", 'expected a URL; for example "http://localhost:4318"');
  } else if (!config.endpoint.includes("://")) {
    add("endpoint", `has no scheme; write "${url.origin}"`, "warning");
  }
  if (!Array.isArray(config.headers)) {
    add("headers", "deprecated: a map; write a list of {name, value}", "warning");
  }
  const names = headersOf(config).map(([name]) => name.toLowerCase());
  if (new Set(names).size < names.length) add("headers", "found a header again, expected each once");
  if (names.some((name) => !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)))
    add("headers", "found a name that is no header's");
  if ((config.client_certificate === "") !== (config.client_key === "")) {
    add("client_certificate", "expected client_certificate and client_key together");
  }
  return problems;
}

/** The headers in the order of the configuration, those of `headers_list` last. */
export function headersOf({ headers, headers_list }: OtlpConfig): readonly (readonly [string, string])[] {
  const listed = Array.isArray(headers)
    ? (headers as readonly Decoded<typeof headerPair>[]).map(({ name, value }) => [name, value.reveal()] as const)
    : Object.entries(headers as Readonly<Record<string, Secret>>).map(
        ([name, value]) => [name, value.reveal()] as const,
      );
  const text = headers_list?.reveal() ?? "";
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  return [
    ...listed,
    ...pairs.map((pair) => {
      const [name = "", ...rest] = pair.split("=");
      return [name.trim(), unescaped(rest.join("=").trim())] as const;
    }),
  ];
}

/** A value of the list form, which is written as in a URL. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where a signal is sent to. */
export function otlpUrl({ endpoint, insecure }: OtlpConfig, signal: "metrics" | "logs" | "traces"): string {
  const whole = endpoint.includes("://") ? endpoint : `${insecure ? "http" : "https"}://${endpoint}`;
  const url = URL.parse(whole);
  if (url === null) return whole;
  if (url.pathname === "/") url.pathname = `/v1/${signal}`;
  return url.href;
}
