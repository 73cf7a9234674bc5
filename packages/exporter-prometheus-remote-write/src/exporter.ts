import { type Consume, type Context, type Lifecycle, PermanentError } from "@sluice/component";
import type { BatchOf } from "@sluice/data";
import { type ConfiguredClient, createClient, errorOfAnswer, HttpError } from "@sluice/lib-http";
import { createLedger, createSender, type Item, type Ledger } from "@sluice/lib-sending";
import { BodyPool } from "./body-pool.ts";
import { type Config, clientOf, queueOf } from "./config.ts";
import { headersOf, keyOf, requestHeaders } from "./headers.ts";
import { createMetadataEncoder } from "./metadata.ts";
import { namingOf } from "./naming.ts";
import { requestBody } from "./request-body.ts";
import { type DropReason, type Encoded, RequestEncoder } from "./request-encoder.ts";

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

/** What there is from start to shutdown. */
interface Running {
  readonly client: ConfiguredClient;
  readonly encode: (batch: BatchOf<"metrics">, key: string) => Encoded;
}

/** One instance of the exporter: encodes each batch once, queues the requests, and posts them in order. */
export function createExporter(config: Config, ctx: Context): Lifecycle & { consume: Consume<"metrics"> } {
  const maxBytes = config.max_batch_size_bytes || defaultBatchBytes;
  const pool = new BodyPool(maxPooledBytes);
  const ledger = createLedger(ctx.meter, "metrics");
  const own = ownMetrics(ctx, queueOf(config)?.num_consumers ?? 1);
  const countDropped = createDropCounter(ctx, ledger, own.failed);
  const post = createPost(config, ctx, own.batches);
  let running: Running | undefined;
  const started = (): Running => {
    if (running === undefined) throw new Error("exporter is not started");
    return running;
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
    post: (items, signal) => post(started().client, items, signal),
    delivered(items) {
      for (const { body } of items) pool.release(body);
    },
  });
  return {
    async start() {
      const client = await createClient(clientOf(config), ctx);
      running = { client, encode: createEncode(config, ctx, pool, maxBytes) };
    },
    async consume(batch) {
      const encoded = started().encode(batch, keyOf(batch, config.include_metadata_keys));
      if (encoded.items.length > 0) await sender.send(encoded.items);
      for (const { items } of encoded.items) own.translated.add(items);
      countDropped(encoded);
    },
    async shutdown() {
      await sender.shutdown();
      // Once, and only for one that ran.
      if (running !== undefined) ctx.log.info("exporter stopped", { ...ledger.totals });
      running?.client.close();
      running = undefined;
    },
  };
}

function createEncode(config: Config, ctx: Context, pool: BodyPool, maxBytes: number): Running["encode"] {
  const naming = namingOf(config);
  const seed = Math.floor(ctx.env.random.next() * 2 ** 32);
  const encoder = new RequestEncoder(naming, maxBytes, pool, seed);
  if (!config.send_metadata) return (batch, key) => encoder.encode(batch, key);
  const metadata = createMetadataEncoder(naming, maxBytes);
  return (batch, key) => {
    const encoded = encoder.encode(batch, key);
    const [first] = encoded.items;
    if (first === undefined) return encoded;
    const ahead = metadata.encode(batch, { lane: first.lane, key }, ctx.env.clock.monotonic());
    return { ...encoded, items: [...ahead, ...encoded.items] };
  };
}

type Post = (client: ConfiguredClient, items: readonly Item[], signal: AbortSignal) => Promise<void>;
type Counter = ReturnType<Context["meter"]["counter"]>;

/** Sends one request. It counts once the backend said yes, or no for good. */
function createPost(config: Config, { build, env }: Context, answered: Counter): Post {
  const fixed = requestHeaders(build);
  return async (client, items, signal) => {
    const headers = { ...fixed, ...headersOf(items[0]!.key, config.include_metadata_keys) };
    const request = { headers, body: requestBody(items), encoding: "snappy", signal };
    const answer = await client.post(request).catch((cause: unknown) => {
      // Nothing gets better by waiting: a client's metadata, say, that cannot stand in a header.
      const hopeless = cause instanceof HttpError && cause.code === "request";
      throw hopeless ? new PermanentError("cannot send the request", { cause }) : cause;
    });
    const what = "remote write request failed";
    const error = errorOfAnswer(answer, { retries: retryable, what, now: env.clock.now() });
    if (error === undefined || error instanceof PermanentError) answered.add(1);
    if (error !== undefined) throw error;
  };
}

/** 5xx and 429 are worth another try (remote write 1.0); every other refusal is final. */
const retryable = (status: number): boolean => status === 429 || status >= 500;

/** Enters what the encoder left out into the account, and says each reason once a minute. */
function createDropCounter({ env, log }: Context, ledger: Ledger, failed: Counter): (encoded: Encoded) => void {
  const warned = new Map<DropReason, number>();
  return ({ dropped }) => {
    for (const [reason, { items, points }] of dropped) {
      ledger.accept(items);
      ledger.drop(reason, items, points);
      failed.add(points);
      const now = env.clock.monotonic();
      if (reason === "superseded" || now - (warned.get(reason) ?? Number.NEGATIVE_INFINITY) < warnEveryMs) continue;
      warned.set(reason, now);
      log.warn("dropping samples", { reason, samples: items, advice: advice[reason] });
    }
  };
}

function ownMetrics({ meter }: Context, consumers: number) {
  const name = (suffix: string) => `otelcol_exporter_prometheusremotewrite_${suffix}`;
  const counter = (suffix: string, unit: string, description: string) =>
    meter.counter(name(suffix), { description, unit });
  meter.observe(
    name("consumers"),
    { description: "Requests that may be under way at once.", unit: "{consumer}" },
    () => consumers,
  );
  return {
    failed: counter("failed_translations", "1", "Points that could not be translated."),
    translated: counter("translated_time_series", "1", "Samples translated."),
    batches: counter("sent_batches", "{batch}", "Requests that a backend took, or refused for good."),
  };
}
