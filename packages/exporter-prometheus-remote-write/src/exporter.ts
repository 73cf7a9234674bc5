import type { Consume, Context, Lifecycle } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import { type ConfiguredClient, createClient, errorOfAnswer } from "@sluice/lib-http";
import { createLedger, createSender, type Item } from "@sluice/lib-sending";
import { BodyPool } from "./body-pool.ts";
import { type Config, queueOf, strategyOf } from "./config.ts";
import { createMetadataEncoder } from "./metadata.ts";
import { labelName } from "./names.ts";
import { requestBody } from "./request-body.ts";
import { type DropReason, type Encoded, RequestEncoder } from "./request-encoder.ts";
import type { Naming } from "./series-labels.ts";

const defaultBatchBytes = 3_000_000;
/** What the queue may hold in memory, whatever its size in requests. */
const maxQueuedBytes = 256 * 1024 * 1024;
/** Buffers of delivered requests kept for the next ones. */
const maxPooledBytes = 8 * 1024 * 1024;
/** How often one reason for dropping is logged. */
const warnEveryMs = 60_000;

const advice: Readonly<Record<DropReason, string>> = {
  delta_temporality:
    "delta metrics cannot be written to Prometheus; put a deltatocumulative processor into the pipeline",
  exponential_histogram: "exponential histograms cannot be written yet",
  invalid_name: "nothing valid is left of the metric's name",
  invalid_label: "nothing valid is left of the name of one of the labels",
  duplicate_series: "two points of one source are the same series once their attributes are labels",
  superseded: "a stale marker was left out because the series goes on under another type",
};

/** One instance of the exporter: encodes each batch once, queues the requests, and posts them in order. */
export function createExporter(config: Config, ctx: Context): Lifecycle & { consume: Consume<"metrics"> } {
  const naming = namingOf(config);
  const maxBytes = config.max_batch_size_bytes || defaultBatchBytes;
  const pool = new BodyPool(maxPooledBytes);
  const encoder = new RequestEncoder(naming, maxBytes, pool);
  const metadata = config.send_metadata ? createMetadataEncoder(naming.namespace, naming.strategy) : undefined;
  const ledger = createLedger(ctx.meter, "metrics");
  let client: ConfiguredClient | undefined;
  const own = ownMetrics(ctx);
  const warned = new Map<string, number>();
  const fixed = requestHeaders(ctx);
  const keys = config.include_metadata_keys.map((key) => key.toLowerCase());

  const post = async (items: readonly Item[], signal: AbortSignal): Promise<void> => {
    if (client === undefined) throw new Error("BUG: posting before start");
    const headers = { ...fixed, ...headersOf(items[0]!.key, config.include_metadata_keys) };
    const answer = await client.post({ headers, body: requestBody(items), encoding: "snappy", signal });
    const error = errorOfAnswer(answer, {
      retries: retryable,
      what: "remote write request failed",
      now: ctx.env.clock.now(),
    });
    if (error !== undefined) throw error;
    own.batches.add(1);
  };
  const sender = createSender({
    env: ctx.env,
    log: ctx.log,
    meter: ctx.meter,
    ledger,
    queue: queueOf(config),
    retry: config.retry_on_failure,
    maxMergedBytes: maxBytes,
    maxQueuedBytes,
    post,
    delivered: (items) => items.forEach(({ body }) => void pool.release(body)),
  });

  const countDropped = ({ dropped }: Encoded): void => {
    for (const [reason, { items, points }] of dropped) {
      ledger.accept(items);
      ledger.drop(reason, items, points);
      own.failed.add(points);
      const now = ctx.env.clock.monotonic();
      if (now - (warned.get(reason) ?? Number.NEGATIVE_INFINITY) < warnEveryMs) continue;
      warned.set(reason, now);
      if (reason !== "superseded") ctx.log.warn("dropping samples", { reason, samples: items, advice: advice[reason] });
    }
  };

  return {
    async start() {
      client = await createClient(config, ctx);
    },
    async consume(batch) {
      const key = keyOf(batch, keys);
      const encoded = encoder.encode(batch, key);
      const items = [...encoded.items];
      if (metadata !== undefined && items.length > 0) {
        const parts = batch.parts.flatMap((part) => (part.form === "wire" ? part.decode() : [part]));
        const item = metadata.encode(parts, items[0]!.lane, key, ctx.env.clock.now());
        if (item !== undefined) items.unshift(item);
      }
      if (items.length > 0) await sender.send(items);
      own.translated.add(items.reduce((sum, item) => sum + item.items, 0));
      countDropped(encoded);
    },
    async shutdown() {
      await sender.shutdown();
      client?.close();
      // Once, and only for one that ran.
      if (client !== undefined) ctx.log.info("exporter stopped", { ...ledger.totals });
      client = undefined;
    },
  };
}

/** 5xx and 429 are worth another try (remote write 1.0); every other refusal is final. */
const retryable = (status: number): boolean => status === 429 || status >= 500;

function requestHeaders(ctx: Context): Record<string, string> {
  const product = ctx.build.description.toLowerCase().replaceAll(" ", "-");
  return {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "User-Agent": `${product}/${ctx.build.version}`,
    "X-Prometheus-Remote-Write-Version": "0.1.0",
  };
}

/** Client metadata that becomes headers, as one text: batches with equal keys may share a request. */
function keyOf(batch: BatchOf<"metrics">, keys: readonly string[]): string {
  if (keys.length === 0 || batch.context === undefined) return "";
  const values = keys.map((key) => batch.context?.get(key)?.[0] ?? null);
  return values.every((value) => value === null) ? "" : JSON.stringify(values);
}

function headersOf(key: string, names: readonly string[]): Record<string, string> {
  if (key === "") return {};
  const values = JSON.parse(key) as (string | null)[];
  return Object.fromEntries(names.flatMap((name, at) => (values[at] == null ? [] : [[name, values[at]]])));
}

function namingOf(config: Config): Naming {
  const { resource_to_telemetry_conversion: all, resource_constant_labels: some } = config;
  const service = new Set(["service.name", "service.namespace", "service.instance.id"]);
  const included = some.included.map(wildcard);
  const excluded = some.excluded.map(wildcard);
  return {
    strategy: strategyOf(config),
    namespace: config.namespace,
    externalLabels: Object.entries(config.external_labels).map(([key, value]) => [labelName(key) ?? key, value]),
    isConstantLabel: (key) => {
      if (all.enabled && !(all.exclude_service_attributes && service.has(key))) return true;
      return included.some((matches) => matches(key)) && !excluded.some((matches) => matches(key));
    },
    scopeLabels: !config.disable_scope_info,
    targetInfo: config.target_info.enabled,
  };
}

/** `*` stands for any text. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  return (text) => {
    if (rest.length === 0) return text === pattern;
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const piece of rest.slice(0, -1)) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    const last = rest.at(-1)!;
    return text.length - last.length >= at && text.endsWith(last);
  };
}

function ownMetrics(ctx: Context) {
  const name = (suffix: string) => `otelcol_exporter_prometheusremotewrite_${suffix}`;
  const counter = (suffix: string, description: string) => ctx.meter.counter(name(suffix), { description, unit: "1" });
  return {
    failed: counter("failed_translations", "Points that could not be translated."),
    translated: counter("translated_time_series", "Samples translated."),
    batches: counter("sent_batches", "Requests a backend confirmed."),
  };
}
