/**
 * From a point's identity to the label bytes of its series: translation, sorting and encoding, once per id. Slow on purpose:
 * everything here is remembered by `series-table.ts`.
 */
import { type Catalog, isCustomBuckets, type Metric, type Shape } from "@sluice/data";
import {
  formatFloat,
  metricName,
  pointLabels,
  type ResourceLabels,
  sortedLabels,
  type TranslatedLabels,
} from "@sluice/lib-prometheus";
import type { Naming } from "./naming.ts";

/** Why an id has no series. */
export const refusals = ["delta_temporality", "invalid_name", "invalid_label"] as const;
export type Refusal = (typeof refusals)[number];

/** One series of a point: which slot its value stands in, and what tells it from the point's other series. */
export interface SeriesPlan {
  /** -1 = none: the whole point is one native histogram. */
  readonly slot: number;
  /** Where its exemplars stand; undefined = all of the point are its own. */
  readonly exemplars: number | undefined;
  readonly suffix: string;
  readonly extra: readonly [string, string] | undefined;
}

/** A scraped metric says what Prometheus called it. */
export function isScraped(metric: Metric): boolean {
  return metric.metadata.some((entry) => entry.key === "prometheus.type");
}

const scrapedPlans = new WeakMap<Shape, readonly SeriesPlan[]>();
const otherPlans = new WeakMap<Shape, readonly SeriesPlan[]>();
/** The plan of a point that is one series. */
export const singlePlan: readonly SeriesPlan[] = [{ slot: 0, exemplars: undefined, suffix: "", extra: undefined }];
const nativePlan: readonly SeriesPlan[] = [{ slot: -1, exemplars: undefined, suffix: "", extra: undefined }];
const bothPlans = new WeakMap<readonly SeriesPlan[], readonly SeriesPlan[]>();

/**
 * The series of a point. A scraped histogram gives exactly the series that its page had; one from OTLP always has `+Inf`, whose
 * value is the count (specification, "Histograms").
 */
export function planOf(metric: Metric, shape: Shape, { customBuckets }: Naming): readonly SeriesPlan[] {
  if (shape.slots === 1 && (shape.kind === "number" || shape.kind === "int")) return singlePlan;
  if (shape.kind === "exponential") return nativePlan;
  // Without a count there is no native histogram.
  const canBeNative = shape.kind === "histogram" && (shape.count || shape.inf);
  if (canBeNative && isCustomBuckets(metric)) return nativePlan;
  const classic = classicPlanOf(metric, shape);
  if (!canBeNative || customBuckets === undefined) return classic;
  return customBuckets === "instead" ? nativePlan : bothPlanOf(classic);
}

function bothPlanOf(classic: readonly SeriesPlan[]): readonly SeriesPlan[] {
  const known = bothPlans.get(classic);
  if (known !== undefined) return known;
  const both = [...nativePlan, ...classic];
  bothPlans.set(classic, both);
  return both;
}

function classicPlanOf(metric: Metric, shape: Shape): readonly SeriesPlan[] {
  const scraped = isScraped(metric);
  const table = scraped ? scrapedPlans : otherPlans;
  const known = table.get(shape);
  if (known !== undefined) return known;
  const plan = makePlan(shape, scraped);
  table.set(shape, plan);
  return plan;
}

function makePlan(shape: Shape, scraped: boolean): SeriesPlan[] {
  const plan: SeriesPlan[] = [];
  const label = shape.kind === "summary" ? "quantile" : "le";
  const bucket = shape.kind === "summary" ? "" : "_bucket";
  let slot = 0;
  const add = (at: number, suffix: string, extra: SeriesPlan["extra"], exemplars = at) =>
    plan.push({ slot: at, exemplars, suffix, extra });
  for (const bound of shape.bounds) add(slot++, bucket, [label, formatFloat(bound)]);
  const infSlot = shape.inf ? slot++ : -1;
  const sumSlot = shape.sum ? slot++ : -1;
  const countSlot = shape.count ? slot++ : -1;
  const infFrom = scraped || countSlot < 0 ? infSlot : countSlot;
  if (infFrom >= 0 && shape.kind === "histogram") add(infFrom, "_bucket", ["le", "+Inf"], shape.bounds.length);
  if (sumSlot >= 0) add(sumSlot, "_sum", undefined, scraped ? sumSlot : -1);
  if (countSlot >= 0) add(countSlot, "_count", undefined, scraped ? countSlot : -1);
  return plan;
}

type Pairs = TranslatedLabels;

/** Why the metric's points cannot be written, or undefined. */
export function refusalOf(metric: Metric): Refusal | undefined {
  const { kind, temporality } = metric;
  // A scraped gauge histogram has none.
  if (kind === "exponential" && temporality === "none" && isScraped(metric)) return undefined;
  const needsCumulative = kind === "sum" || kind === "histogram" || kind === "exponential";
  return needsCumulative && temporality !== "cumulative" ? "delta_temporality" : undefined;
}

/** Label lists of all series of an id, each sorted by name in byte order, empty values left out. */
export function seriesLabels(
  catalog: Catalog,
  id: number,
  resource: ResourceLabels,
  naming: Naming,
): Pairs[] | Refusal {
  const metric = catalog.metric(id);
  const refusal = refusalOf(metric);
  if (refusal !== undefined) return refusal;
  const base = metricName(metric, naming.namespace, naming.strategy);
  if (base === undefined) return "invalid_name";
  const labels = pointLabels(metric, catalog.attributes(id), resource, naming);
  if (labels === undefined) return "invalid_label";
  // Sorted once for all series of the point; what tells them apart is put in its place.
  const common = sortedLabels(labels);
  return planOf(metric, catalog.shape(id), naming).map(({ suffix, extra }) => {
    const own = put(common, "__name__", base + suffix);
    return extra === undefined ? own : put(own, extra[0], extra[1]);
  });
}

/** Sorted labels with one more, which replaces one of the same name. */
function put(labels: Pairs, name: string, value: string): Pairs {
  const at = labels.findIndex((label) => label[0] >= name);
  const from = at < 0 ? labels.length : at;
  const replaced = at >= 0 && labels[at]![0] === name ? 1 : 0;
  return labels.toSpliced(from, replaced, [name, value]);
}
