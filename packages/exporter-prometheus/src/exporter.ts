import type { Consume, Context, HttpRequest, HttpResponse, Lifecycle, Updatable } from "@sluice/component";
import type { BatchOf, MetricsPart } from "@sluice/data";
import { createServing, gzipped } from "@sluice/lib-http";
import { createLedger, type Ledger } from "@sluice/lib-sending";
import { agree, contentType } from "./accept.ts";
import { type Config, namingKeys, namingOf } from "./config.ts";
import { Identities } from "./identity.ts";
import { type DropReason, Intake, type Taken } from "./intake.ts";
import { Pages } from "./pages.ts";
import { Table } from "./table.ts";

const warnEveryMs = 60_000;

const advice: Readonly<Record<DropReason, string>> = {
  delta_temporality:
    "changes of a sum that may fall cannot be added up; put a deltatocumulative processor into the pipeline",
  no_temporality: "the metric does not say whether its numbers are totals or changes",
  invalid_name: "nothing valid is left of the metric's name",
  invalid_label: "nothing valid is left of the name of one of the labels",
  incomplete_histogram: "the histogram has neither a count nor a last bucket",
  type_conflict: "another metric of this name has another type and was first",
  name_conflict: "another metric's samples have this name already",
  duplicate_series: "two points of one batch are the same series once their attributes are labels",
  out_of_order: "the point is older than the one that is shown",
  overlapping_delta: "the change begins before the one that is shown ended",
  invalid_histogram: "the histogram's buckets fall, or hold more than its count",
  unsupported_scale: "the exponential histogram is coarser than Prometheus' native histograms can be (scale below -4)",
};

/** What there is under one naming. */
interface Shown {
  readonly table: Table;
  readonly intake: Intake;
  readonly pages: Pages;
}
type Exporter = Lifecycle & Updatable<Config> & { readonly consume: Consume<"metrics"> };
/** Logs a message at most once a minute. */
type Warn = (message: string, key: string, fields: Readonly<Record<string, unknown>>) => void;

/** One instance of the exporter: keeps the latest numbers, and shows them to whoever asks. */
export function createExporter(config: Config, ctx: Context): Exporter {
  const { clock } = ctx.env;
  const ledger = createLedger(ctx.meter, "metrics");
  const warn = createWarn(ctx);
  const conflicts = ctx.meter.counter("sluice_exporter_prometheus_help_conflicts", {
    description: "Metrics whose help is not that of their family on the page.",
    unit: "{conflict}",
  });
  const show = (next: Config): Shown => createShown(next, ctx, warn, () => conflicts.add(1));
  const state = { config, shown: show(config), sweepAt: 0 };
  const sweep = (now: number): void => {
    const { metric_expiration } = state.config;
    state.shown.table.sweep(now - metric_expiration);
    state.sweepAt = now + metric_expiration / 2;
  };
  const serving = createServing(ctx, (request) => {
    const refusal = refuse(request);
    if (refusal !== undefined) return refusal;
    sweep(clock.monotonic());
    const agreed = agree(request.headers.accept, state.config.enable_open_metrics);
    const body = state.shown.pages.render(agreed, state.config.send_timestamps);
    return gzipped({ status: 200, headers: { "content-type": contentType(agreed) }, body }, request);
  });
  observe(ctx, () => state.shown.table);
  return {
    start: () => serving.start(config),
    async consume(batch) {
      const now = clock.monotonic();
      // Also when nobody looks, what ended must not stay.
      if (now >= state.sweepAt) sweep(now);
      account(ledger, warn, state.shown.intake.take(partsOf(batch), now));
    },
    async update(next) {
      const update = await serving.update(next);
      return {
        ...update,
        apply() {
          update.apply();
          const renames = namingKeys.some((key) => JSON.stringify(next[key]) !== JSON.stringify(state.config[key]));
          state.config = next;
          if (renames) state.shown = show(next);
        },
      };
    },
    shutdown: () => serving.shutdown(),
  };
}

function createShown(config: Config, { env }: Context, warn: Warn, helpDiffers: () => void): Shown {
  const now = () => env.clock.monotonic();
  const naming = namingOf(config);
  const table = new Table((family, help) => {
    helpDiffers();
    warn("metrics of one name have different helps, showing the first", "help", { metric: family.name, help });
  });
  const identities = new Identities(naming, (source) => table.describe(source, now()));
  const pages = new Pages(table, naming.strategy, (families) =>
    warn("metrics have no place on a page beside others of their name", "page", { metrics: families.slice(0, 10) }),
  );
  return { table, intake: new Intake(table, identities), pages };
}

/** Whole requests from the wire are decoded. */
function partsOf({ parts }: BatchOf<"metrics">): MetricsPart[] {
  return parts.flatMap((part): readonly MetricsPart[] => (part.form === "wire" ? part.decode() : [part]));
}

function account(ledger: Ledger, warn: Warn, { items, points, dropped }: Taken): void {
  ledger.accept(items);
  ledger.deliver(items, points);
  for (const [reason, count] of dropped) {
    ledger.accept(count.items);
    ledger.drop(reason, count.items, count.points);
    warn("dropping samples", reason, { reason, samples: count.items, advice: advice[reason] });
  }
}

function createWarn({ env, log }: Context): Warn {
  const last = new Map<string, number>();
  return (message, key, fields) => {
    const now = env.clock.monotonic();
    if (now - (last.get(key) ?? Number.NEGATIVE_INFINITY) < warnEveryMs) return;
    last.set(key, now);
    log.warn(message, fields);
  };
}

function observe({ meter }: Context, table: () => Table): void {
  meter.observe(
    "sluice_exporter_prometheus_series",
    { description: "Series that the page shows; a histogram is one.", unit: "{series}" },
    () => table().size,
  );
  meter.observe(
    "sluice_exporter_prometheus_series_bytes",
    { description: "Bytes that the series and their prepared lines take, about.", unit: "By" },
    () => table().bytes,
  );
}

/** Only the page is there, and only to be read. */
function refuse({ method, target }: HttpRequest): HttpResponse | undefined {
  if (target.split("?", 1)[0] !== "/metrics") return { status: 404 };
  if (method === "GET" || method === "HEAD") return undefined;
  return { status: 405, headers: { allow: "GET, HEAD" } };
}
