/**
 * From a point's identity to the label bytes of its series: translation, sorting and encoding, once per id. Slow on purpose:
 * everything here is remembered by `series-table.ts`.
 */
import {
  type Attributes,
  asString,
  type Catalog,
  isCustomBuckets,
  type Metric,
  type Resource,
  type Shape,
} from "@sluice/data";
import { compareText, formatFloat } from "@sluice/lib-prometheus";
import { inNamespace, labelName, metricName } from "./names.ts";
import { identityKeys, type Naming } from "./naming.ts";

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
function isScraped(metric: Metric): boolean {
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

type Pairs = readonly (readonly [string, string])[];

/** The labels that a resource gives to all its series. */
export interface ResourceLabels {
  readonly identity: Pairs;
  /** undefined = one of them has no valid name. */
  readonly constant: Pairs | undefined;
  /** Labels of `target_info`, sorted, name included; undefined when none is to be sent. */
  readonly targetInfo: Pairs | undefined;
}

export function resourceLabels(resource: Resource, naming: Naming): ResourceLabels {
  const text = (key: string) => {
    const found = resource.attributes.find((attribute) => attribute.key === key);
    return found === undefined ? "" : asString(found.value);
  };
  const service = text("service.name");
  const namespace = text("service.namespace");
  const instance = text("service.instance.id");
  const identity: [string, string][] = [];
  if (service !== "") identity.push(["job", namespace === "" ? service : `${namespace}/${service}`]);
  if (instance !== "") identity.push(["instance", instance]);
  const constant = sanitized(
    resource.attributes.filter(({ key }) => naming.isConstantLabel(key)),
    naming,
  );
  // What has no valid name cannot stand in target_info; that is no reason to do without the rest.
  const others = resource.attributes.filter(
    ({ key }) => !identityKeys.has(key) && labelName(key, naming.strategy) !== undefined,
  );
  const wanted = naming.targetInfo && identity.length > 0 && others.length > 0;
  return {
    identity,
    constant: constant && [...constant],
    targetInfo: wanted ? targetInfoLabels(others, identity, naming) : undefined,
  };
}

function targetInfoLabels(attributes: Attributes, identity: Pairs, naming: Naming): Pairs {
  const labels = sanitized(attributes, naming)!;
  for (const [name, value] of identity) labels.set(name, value);
  for (const [name, value] of naming.externalLabels) if (!labels.has(name)) labels.set(name, value);
  labels.set("__name__", inNamespace("target_info", naming.namespace));
  return sorted(labels);
}

/**
 * Attributes as labels: keys made valid, values of keys that become one label joined by `;` in the order of the original keys.
 * undefined when nothing valid is left of a key.
 */
function sanitized(attributes: Attributes, { strategy }: Naming): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  const ordered =
    attributes.length > 1 ? attributes.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)) : attributes;
  for (const { key, value } of ordered) {
    const name = labelName(key, strategy);
    if (name === undefined) return undefined;
    const before = labels.get(name);
    labels.set(name, before === undefined ? asString(value) : `${before};${asString(value)}`);
  }
  return labels;
}

function sorted(labels: ReadonlyMap<string, string>): Pairs {
  return [...labels].filter(([, value]) => value !== "").sort(([a], [b]) => compareText(a, b));
}

/** Why the metric's points cannot be written, or undefined. */
export function refusalOf(metric: Metric): Refusal | undefined {
  const { kind, temporality } = metric;
  // A scraped gauge histogram has none.
  if (kind === "exponential" && temporality === "none" && isScraped(metric)) return undefined;
  const needsCumulative = kind === "sum" || kind === "histogram" || kind === "exponential";
  return needsCumulative && temporality !== "cumulative" ? "delta_temporality" : undefined;
}

/** The labels all series of one id share, without `__name__`; undefined when an attribute has no valid name. */
function commonLabels(
  metric: Metric,
  attributes: Attributes,
  resource: ResourceLabels,
  naming: Naming,
): Map<string, string> | undefined {
  const labels = sanitized(attributes, naming);
  if (labels === undefined || resource.constant === undefined) return undefined;
  for (const [name, value] of resource.constant) if (!labels.has(name)) labels.set(name, value);
  if (naming.scopeLabels) {
    const { name, version, schemaUrl, attributes: own } = metric.scope;
    const others = sanitized(
      own.map(({ key, value }) => ({ key: `otel_scope_${key}`, value })),
      naming,
    )!;
    for (const [key, value] of others) labels.set(key, value);
    if (name !== "") labels.set("otel_scope_name", name);
    if (version !== "") labels.set("otel_scope_version", version);
    if (schemaUrl !== "") labels.set("otel_scope_schema_url", schemaUrl);
  }
  for (const [name, value] of resource.identity) labels.set(name, value);
  for (const [name, value] of naming.externalLabels) if (!labels.has(name)) labels.set(name, value);
  return labels;
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
  const labels = commonLabels(metric, catalog.attributes(id), resource, naming);
  if (labels === undefined) return "invalid_label";
  // Sorted once for all series of the point; what tells them apart is put in its place.
  const common = sorted(labels);
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
