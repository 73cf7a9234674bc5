import {
  type Consume,
  type Context,
  type Counter,
  configChanges,
  type Lifecycle,
  type Updatable,
} from "@sluice/component";
import {
  createLedger,
  createSender,
  type Item,
  type Ledger,
  type SenderOptions,
  type SenderSettings,
} from "@sluice/lib-sending";
import { BodyPool } from "./body-pool.ts";
import { sameKeys } from "./changes.ts";
import { batchBytesOf, type Config, clientKeys, clientOf, queueOf, versionOf } from "./config.ts";
import { createEncoding, type Encoding } from "./encoding.ts";
import { keyOf } from "./headers.ts";
import { createProtocol } from "./protocol.ts";
import type { DropReason, Encoded } from "./request-encoder.ts";
import { downgraded } from "./transcode.ts";
import { readKey } from "./version.ts";
import { createWay, metricsLabels, type Way } from "./way.ts";

/** What the queue may hold in memory, whatever its size in requests. */
const maxQueuedBytes = 256 * 1024 * 1024;
/** Buffers of delivered requests kept for the next ones. */
const maxPooledBytes = 8 * 1024 * 1024;
/** How often one reason for dropping is logged. */
const warnEveryMs = 60_000;

const advice: Readonly<Record<DropReason, string>> = {
  delta_temporality:
    "delta metrics cannot be written to Prometheus; put a deltatocumulative processor into the pipeline",
  native_histogram_scale: "an exponential histogram's scale is below -4, for which Prometheus has no schema",
  invalid_histogram: "counts that fall, are no numbers or do not add up cannot become a native histogram",
  invalid_name: "nothing valid is left of the metric's name",
  invalid_label: "nothing valid is left of the name of one of the labels",
  duplicate_series: "two points of one source are the same series once their attributes are labels",
  superseded: "a stale marker was left out because the series goes on under another type or resource",
};

/** What there is from start to shutdown. */
interface Running {
  readonly way: Way;
  readonly encoding: Encoding;
}
type Exporter = Lifecycle & Updatable<Config> & { readonly consume: Consume<"metrics"> };

/** One instance of the exporter: encodes each batch once, queues the requests, and posts them in order. */
export function createExporter(config: Config, ctx: Context): Exporter {
  const pool = new BodyPool(maxPooledBytes);
  const ledger = createLedger(ctx.meter, "metrics");
  const state: { config: Config; running: Running | undefined } = { config, running: undefined };
  const { log } = ctx;
  const own = ownMetrics(ctx, state);
  const count = createCounting(ctx, ledger, own);
  const sender = createSender({
    ...optionsOf(config, ctx, ledger),
    delivered: (items) => pool.releaseAll(items),
    renew: (item) => renewed(item, state, ctx),
  });
  const started = (): Running => {
    if (state.running === undefined) throw notStarted();
    return state.running;
  };
  const wayOf = (to: Config) => createWay(clientOf(to), ctx, own, createProtocol(versionOf(to), log), pool);
  const run = (next: Config, running: Running): void => {
    state.config = next;
    state.running = running;
    sender.update(settingsOf(next, running.way.post));
  };
  return {
    async start() {
      const way = await wayOf(config);
      run(config, { way, encoding: createEncoding(config, ctx, pool) });
    },
    async consume(batch) {
      const { encoding, way } = started();
      const headers = keyOf(batch, state.config.include_metadata_keys);
      const encoded = encoding.encode(batch, headers, way.protocol.version);
      if (encoded.items.length > 0) await sender.send(encoded.items);
      count(encoded);
    },
    async update(next) {
      const { way: before, encoding } = started();
      const { way, outside } = await wayFor(next, before, state.config, wayOf);
      const changes = [...configChanges(state.config, next), ...outside];
      return {
        changes,
        apply() {
          encoding.update(state.config, next);
          if (changes.length > 0) way.protocol.reset(versionOf(next));
          run(next, { way, encoding });
          if (way !== before) before.retire();
        },
        async discard() {
          if (way !== before) way.retire();
        },
      };
    },
    async shutdown() {
      await sender.shutdown();
      // Once, and only for one that ran.
      if (state.running !== undefined) log.info("exporter stopped", { ...ledger.totals });
      state.running?.way.retire();
      state.running = undefined;
    },
  };
}

const notStarted = (): Error => new Error("exporter is not started");

function optionsOf(config: Config, ctx: Context, ledger: Ledger): SenderOptions {
  const { env, log, meter, share } = ctx;
  const status: Context["status"] = (state, error) => ctx.status(state, error);
  const settings = settingsOf(config, () => Promise.reject(notStarted()));
  return { env, log, meter, share, status, ledger, maxQueuedBytes, ...settings };
}

function settingsOf(config: Config, post: SenderSettings["post"]): SenderSettings {
  return {
    queue: queueOf(config),
    retry: config.retry_on_failure,
    maxMergedBytes: batchBytesOf(config),
    lingerMs: config.flush_timeout,
    post,
  };
}

/** What is sent instead of an item that its backend does not know; undefined = itself. */
function renewed(
  item: Item,
  { config, running }: { readonly config: Config; readonly running: Running | undefined },
  { log }: Context,
): readonly Item[] | undefined {
  if (running?.way.protocol.version !== "1.0" || readKey(item.key).version === "1.0") return undefined;
  try {
    return downgraded(item, batchBytesOf(config));
  } catch (error) {
    log.error("cannot encode a request anew", { error, items: item.items });
    running.way.protocol.unreadable.add(item);
    return undefined;
  }
}

/** The way there is when it is the one that `next` describes, else another; `outside` names what changed beside the configuration. */
async function wayFor(
  next: Config,
  before: Way,
  config: Config,
  create: (config: Config) => Promise<Way>,
): Promise<{ readonly way: Way; readonly outside: readonly string[] }> {
  const [a, b] = [clientOf(config), clientOf(next)];
  // Made in any case, since what it needs may be gone.
  const way = await create(next);
  if (!sameKeys(a, b, clientKeys)) return { way, outside: [] };
  const outside = before.changesTo(way);
  if (outside.length > 0) return { way, outside };
  way.retire();
  return { way: before, outside };
}

/** Counts what was encoded, and enters what the encoder left out into the account; says each reason once a minute. */
function createCounting(
  { env, log }: Context,
  ledger: Ledger,
  {
    failed,
    translated,
    steady,
    exemplars,
  }: Readonly<Record<"failed" | "translated" | "steady" | "exemplars", Counter>>,
): (encoded: Encoded) => void {
  const warned = new Map<DropReason, number>();
  return ({ items: requests, dropped, droppedExemplars, steadyItems }) => {
    if (steadyItems > 0) steady.add(steadyItems);
    if (droppedExemplars > 0) exemplars.add(droppedExemplars);
    for (const { items } of requests) translated.add(items);
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

function ownMetrics({ meter }: Context, state: { readonly config: Config; readonly running: Running | undefined }) {
  const name = (suffix: string) => `otelcol_exporter_prometheusremotewrite_${suffix}`;
  const counter = (suffix: string, unit: string, description: string) =>
    meter.counter(name(suffix), { description, unit });
  meter.observe(
    name("consumers"),
    { description: "Requests that may be under way at once.", unit: "{consumer}", together: "max" },
    () => queueOf(state.config)?.num_consumers ?? 1,
  );
  const remembered = (what: "series" | "bytes") => () => state.running?.encoding.totals()[what] ?? 0;
  meter.observe(
    "sluice_exporter_series",
    { description: "Series whose encoded labels are remembered.", unit: "{series}" },
    remembered("series"),
  );
  meter.observe(
    "sluice_exporter_series_bytes",
    { description: "Bytes that the remembered series take.", unit: "By" },
    remembered("bytes"),
  );
  const uncertain = meter.counter("sluice_exporter_uncertain_items", {
    description: "Of the rejected items those that may be stored: refused as repeated after an answer was lost.",
    unit: "{sample}",
  });
  uncertain.add(0, metricsLabels);
  return {
    failed: counter("failed_translations", "1", "Points that could not be translated."),
    translated: counter("translated_time_series", "1", "Samples translated."),
    steady: meter.counter("sluice_exporter_steady_items", {
      description: "Of the translated samples those that a request prepared for their layout was filled with.",
      unit: "{sample}",
    }),
    exemplars: meter.counter("sluice_exporter_dropped_exemplars", {
      description: "Exemplars without a sample beside them, for which remote write 2.0 has no place.",
      unit: "{exemplar}",
    }),
    written: {
      samples: counter("written_samples", "{sample}", "Samples that backends wrote."),
      histograms: counter("written_histograms", "{histogram}", "Native histograms that backends wrote."),
      exemplars: counter("written_exemplars", "{exemplar}", "Exemplars that backends wrote."),
    },
    answered: counter("sent_batches", "{batch}", "Requests that a backend took, or refused for good."),
    uncertain,
  };
}
