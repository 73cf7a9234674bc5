import { type Decoded, type Problem, t } from "@sluice/component";
import { type HttpClientConfig, httpClientProperties, validateHttpClient } from "@sluice/lib-http";
import { labelName, translationStrategies } from "@sluice/lib-prometheus";
import { type QueueConfig, retryProperties, sendingQueueProperties, validateRetry } from "@sluice/lib-sending";
import { reservedHeaders } from "./headers.ts";
import type { WriteVersion } from "./version.ts";

/** A section that upstream had once. */
function noLonger(deprecated: string) {
  const enabled = t.boolean({ description: "No effect.", default: false });
  return t.optional(t.object("No longer has any effect.", { enabled }, { deprecated }));
}

const defaultBatchBytes = 3_000_000;
const client = { timeout: "5s", write_buffer_size: 524288, compression: "snappy" } as const;

export const config = t.object("Sends metrics by Prometheus remote write 1.0 or 2.0.", {
  // Required by `validate`, unless it stands in `http`.
  ...httpClientProperties({ ...client, endpoint: "" }),
  http: t.optional(
    t.object(
      "The keys of the HTTP client (`endpoint` to `middlewares`) may stand here instead. Then those outside do not count.",
      httpClientProperties(client),
    ),
  ),
  namespace: t.string({ description: "Put before every metric name, with an underscore.", default: "" }),
  external_labels: t.record(t.text({ description: "Label value." }), {
    description: "Labels put on every series that does not have them yet.",
    default: {},
  }),
  add_metric_suffixes: t.boolean({
    description: "Whether unit and type suffixes (`_seconds`, `_total`) are added to metric names.",
    default: true,
  }),
  translation_strategy: t.oneOf(translationStrategies, {
    description: "How names are translated; set, it decides instead of `add_metric_suffixes`.",
    default: "",
  }),
  send_metadata: t.boolean({
    description:
      "Whether type, help and unit of each metric are sent too, when first seen and each minute. Remote write 2.0 has them with each series in any case.",
    default: false,
  }),
  protobuf_message: t.oneOf(["prometheus.WriteRequest", "io.prometheus.write.v2.Request"], {
    description:
      "The message of the protocol: remote write 1.0, or 2.0. A backend that does not know 2.0 is sent 1.0 from then on, until the next reload.",
    default: "prometheus.WriteRequest",
  }),
  convert_explicit_histograms_to_nhcb: t.boolean({
    description: "Whether histograms with explicit bounds are sent as native histograms with custom buckets.",
    default: false,
  }),
  keep_classic_histograms: t.boolean({
    description: "Whether their classic series are sent beside them.",
    default: false,
  }),
  max_batch_size_bytes: t.integer({
    description: "Largest request in bytes before compression. 0 is the default.",
    default: defaultBatchBytes,
    minimum: 0,
  }),
  flush_timeout: t.duration({
    description:
      "A request that is not full leaves at the earliest so long after the one before it, so that what comes in quick succession travels together. 0s sends everything at once.",
    default: "500ms",
  }),
  max_batch_request_parallelism: t.optional(
    t.integer({
      description:
        "Requests under way at once; takes precedence over `num_consumers`. Samples of one series are never in two of them.",
      minimum: 1,
    }),
  ),
  retry_on_failure: t.defaulted(
    retryProperties({ initial_interval: "50ms", max_interval: "30s", max_elapsed_time: "5m" }),
  ),
  remote_write_queue: t.optional(
    t.object("The queue between the pipeline and the backend; on with these defaults when left out.", {
      enabled: t.boolean({ description: "false sends each batch at once and waits for the answer.", default: true }),
      queue_size: t.integer({ description: "Requests the queue holds at most.", default: 10_000, minimum: 1 }),
      num_consumers: t.integer({
        description: "Requests under way at once. Samples of one series are never in two of them.",
        default: 5,
        minimum: 1,
      }),
    }),
  ),
  sending_queue: t.optional(
    t.object("The same queue with the settings every other exporter has; use one of the two.", {
      enabled: t.boolean({ description: "false sends each batch at once and waits for the answer.", default: true }),
      ...sendingQueueProperties({ num_consumers: 10, queue_size: 1000 }),
    }),
  ),
  resource_to_telemetry_conversion: t.defaulted(
    t.object("Resource attributes as labels on every series.", {
      enabled: t.boolean({ description: "Whether all resource attributes become labels.", default: false }),
      exclude_service_attributes: t.boolean({
        description:
          "Leaves out service.name, service.namespace and service.instance.id, which are job and instance already.",
        default: false,
      }),
    }),
  ),
  resource_constant_labels: t.defaulted(
    t.object("Chosen resource attributes as labels on every series.", {
      included: t.array(t.string({ description: "Attribute key; `*` stands for any text." }), {
        description: "Which attributes become labels.",
        default: [],
      }),
      excluded: t.array(t.string({ description: "Attribute key; `*` stands for any text." }), {
        description: "Which of those do not.",
        default: [],
      }),
    }),
  ),
  target_info: t.defaulted(
    t.object("The `target_info` series that carries resource attributes.", {
      enabled: t.boolean({ description: "Whether it is sent.", default: true }),
    }),
  ),
  disable_scope_info: t.boolean({ description: "true leaves out the `otel_scope_*` labels.", default: false }),
  include_metadata_keys: t.array(t.string({ description: "Key of the client's metadata." }), {
    description: "Client metadata forwarded as request headers, for example `X-Scope-OrgID`.",
    default: [],
  }),
  wal: t.any({ description: "The write-ahead log. Not supported yet: the queue is in memory." }),
  export_created_metric: noLonger("it has no effect; remove it"),
  scope_info: noLonger("it has no effect; scopes are labels, which disable_scope_info leaves out"),
});
export type Config = Decoded<typeof config>;

/** The rules across keys. */
export function validate(config: Config): Problem[] {
  const { endpoint, compression, headers } = clientOf(config);
  const at = config.http === undefined ? [] : ["http"];
  const problems: Problem[] = [
    ...validateHttpClient(clientOf(config), at, ["snappy"]),
    ...validateRetry(config.retry_on_failure, ["retry_on_failure"]),
  ];
  const add = (path: Problem["path"], message: string) => problems.push({ path, message });
  if (endpoint === "") add([...at, "endpoint"], 'required; for example "https://backend:9090/api/v1/write"');
  if (compression !== "snappy" && compression !== "") {
    add([...at, "compression"], `compression type must be snappy; found "${compression}"`);
  }
  for (const name of Object.keys(headers)) {
    if (reservedHeaders.includes(name.toLowerCase()))
      add([...at, "headers", name], "found a header that remote write sets itself, expected another name");
  }
  if (config.wal != null)
    add(
      ["wal"],
      "the write-ahead log is not supported yet: what waits in the queue is lost when the process is killed; remove this section to run without it",
    );
  if (config.remote_write_queue !== undefined && config.sending_queue !== undefined) {
    add(["sending_queue"], "found together with remote_write_queue, expected one of the two");
  }
  for (const [key, value] of Object.entries(config.external_labels)) {
    if (key === "" || value === "") {
      add(
        ["external_labels", key],
        "prometheus remote write: external labels configuration contains an empty key or value",
      );
    } else if (labelName(key) === undefined) {
      add(["external_labels", key], `found "${key}", of which nothing is valid in a label name`);
    }
  }
  const isUtf8 = config.translation_strategy.startsWith("No");
  if (isUtf8 && versionOf(config) === "1.0") {
    add(
      ["translation_strategy"],
      `translation strategy ${config.translation_strategy} requires Prometheus Remote Write 2.0 (UTF-8 support); set protobuf_message to "io.prometheus.write.v2.Request"`,
    );
  }
  for (const [index, key] of config.include_metadata_keys.entries()) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key)) {
      add(["include_metadata_keys", index], `found "${key}", expected a header name`);
    }
    if (reservedHeaders.includes(key.toLowerCase())) {
      add(
        ["include_metadata_keys", index],
        `include_metadata_keys entry "${key}" collides with a reserved remote write header`,
      );
    }
  }
  return problems;
}

/** The keys of the HTTP client's settings. */
export const clientKeys = Object.keys(httpClientProperties(client)) as readonly (keyof HttpClientConfig)[];

/** The HTTP client's settings: the section `http` where there is one, else the keys beside it. */
export function clientOf(config: Config): HttpClientConfig {
  return config.http ?? config;
}

/** Largest request in bytes before compression. */
export function batchBytesOf(config: Config): number {
  return config.max_batch_size_bytes || defaultBatchBytes;
}

/** The version of remote write that is asked for. */
export function versionOf(config: Config): WriteVersion {
  return config.protobuf_message === "prometheus.WriteRequest" ? "1.0" : "2.0";
}

/** The queue that the two sections ask for; undefined = none. */
export function queueOf(config: Config): QueueConfig | undefined {
  const parallel = config.max_batch_request_parallelism;
  if (config.sending_queue !== undefined) {
    const { enabled, ...queue } = config.sending_queue;
    return enabled ? { ...queue, num_consumers: parallel ?? queue.num_consumers } : undefined;
  }
  const { enabled, queue_size, num_consumers } = config.remote_write_queue ?? {
    enabled: true,
    queue_size: 10_000,
    num_consumers: 5,
  };
  return enabled
    ? { num_consumers: parallel ?? num_consumers, queue_size, sizer: "requests", block_on_overflow: false }
    : undefined;
}
