import type { Context } from "@sluice/component";
import type { MetricsPart } from "@sluice/data";
import type { JobSetup } from "./job-setup.ts";
import { defaultScope } from "./metric.ts";
import { TargetPage } from "./page.ts";
import { createReporter, type Reporter } from "./report.ts";
import { resourceOf } from "./resource.ts";
import { withExternal } from "./series.ts";
import type { TargetIdentity } from "./sources.ts";
import type { Target } from "./targets.ts";

/** What one target shows under one set of rules: its page and the report of its scrapes. */
export interface Exposition {
  readonly page: TargetPage;
  readonly reporter: Reporter;
  /** What decides which series a line of the page is; `JobSetup.rules` and the target's own. */
  readonly rules: string;
  readonly identity: TargetIdentity;
  /** Of all its parts, and of those of its successor. */
  readonly order: object;
}

/** Rows of a target's table that no page shows any more, below which renewing it is not worth the work. */
const UNSEEN_ROWS = 1024;

/**
 * The exposition of a target: `former`, with all it knows, when a line comes to the same series as under that, otherwise a new one.
 * `former` belongs to a target with the same labels.
 */
export function expositionOf(
  setup: JobSetup,
  target: Target,
  context: Pick<Context, "env" | "build">,
  former: Exposition | undefined,
): Exposition {
  const labels = withExternal(target.labels, setup.externalLabels);
  const identity: TargetIdentity = {
    job: labels.get("job") ?? "",
    instance: labels.get("instance") ?? "",
    scheme: target.scheme,
    discovered: target.discovered,
  };
  if (former?.rules === setup.rules && isSameResource(former.identity, identity)) return former;
  const order = former?.order ?? {};
  const page = createPage(setup, target, identity, order, context);
  const reporter = createReporter({
    labels,
    scope: defaultScope(context.build.version),
    order,
    extra: setup.job.extraScrapeMetrics,
    resource: () => page.resource,
  });
  return { page, reporter, rules: setup.rules, identity, order };
}

function createPage(
  { job, externalLabels, words, takesCreated, metricRelabel }: JobSetup,
  target: Target,
  identity: TargetIdentity,
  order: object,
  { env }: Pick<Context, "env">,
): TargetPage {
  return new TargetPage({
    identity,
    rules: {
      targetLabels: target.labels,
      honorLabels: job.own.honor_labels,
      relabel: metricRelabel,
      externalLabels,
      limits: {
        label_limit: job.labelLimit,
        label_name_length_limit: job.labelNameLengthLimit,
        label_value_length_limit: job.labelValueLengthLimit,
      },
      nameScheme: job.nameScheme,
    },
    words,
    seed: Math.floor(env.random.next() * 0x1_0000_0000),
    order,
    honorTimestamps: job.own.honor_timestamps,
    trackTimestampsStaleness: job.own.track_timestamps_staleness,
    sampleLimit: job.sampleLimit,
    histograms: job.histograms,
    takesCreated,
    slack: UNSEEN_ROWS,
  });
}

function isSameResource(a: TargetIdentity, b: TargetIdentity): boolean {
  const attributes = ({ job, instance, scheme, discovered }: TargetIdentity): string =>
    JSON.stringify(resourceOf(job, instance, scheme, discovered).attributes);
  return attributes(a) === attributes(b);
}

/** The labels, as text, of each series shown last. */
export function seriesOf({ page, reporter }: Exposition): ReadonlySet<string> {
  const series = new Set<string>();
  page.addSeries(series);
  reporter.addSeries(series);
  return series;
}

/** Stale markers of all that was shown last, but for the series in `others`; it shows nothing after that. */
export function endExposition(
  { page, reporter }: Exposition,
  timeMs: number,
  others: ReadonlySet<string> = new Set(),
): MetricsPart[] {
  return [...page.fail(timeMs, others), ...reporter.stale(timeMs, others)];
}
