/** From a catalog's ids to places on the page: translated once, and remembered. */
import { asString, type Catalog, createColumn, type Metric, NUMBER, type Shape } from "@sluice/data";
import {
  metricName,
  type Naming,
  pointLabels,
  type ResourceLabels,
  resourceLabels,
  sortedLabels,
  type TranslatedLabels,
} from "@sluice/lib-prometheus";
import { labelText } from "./lines.ts";
import type { FamilyType, Place, Source } from "./table.ts";

/** Why an id is never shown. */
export type Refusal =
  | "delta_temporality"
  | "no_temporality"
  | "invalid_name"
  | "invalid_label"
  | "incomplete_histogram";

interface Known {
  readonly labels: ResourceLabels;
  readonly source: Source | undefined;
}

/** The places of all catalogs, under one naming. What is remembered of a catalog goes with it. */
export class Identities {
  private readonly naming: Naming;
  /** Called with what each catalog's resource says of itself, when the catalog is first seen. */
  private readonly seen: (source: Source) => void;
  private readonly places = createColumn<Place | Refusal>();
  private readonly resources = new WeakMap<Catalog, Known>();

  constructor(naming: Naming, seen: (source: Source) => void) {
    this.naming = naming;
    this.seen = seen;
  }

  /** Where the id's points are put, or why they are not. */
  placeOf(catalog: Catalog, id: number): Place | Refusal {
    const known = this.places.get(catalog, id);
    if (known !== undefined) return known;
    const place = this.make(catalog, id);
    this.places.set(catalog, id, place);
    return place;
  }

  private make(catalog: Catalog, id: number): Place | Refusal {
    const metric = catalog.metric(id);
    const shape = catalog.shape(id);
    const refusal = refusalOf(metric, shape);
    if (refusal !== undefined) return refusal;
    const name = metricName(metric, this.naming.namespace, this.naming.strategy);
    if (name === undefined) return "invalid_name";
    const { labels: resource, source } = this.resourceOf(catalog);
    const labels = pointLabels(metric, catalog.attributes(id), resource, this.naming);
    if (labels === undefined) return "invalid_label";
    labels.delete("__name__");
    // The format's own label stands at the end of the line, and only once.
    if (metric.kind === "histogram" || metric.kind === "exponential") labels.delete("le");
    if (metric.kind === "summary") labels.delete("quantile");
    const family = { name, type: typeOf(metric), help: metric.help };
    return placeFor(family, sortedLabels(labels), source, shape, metric.temporality === "delta");
  }

  private resourceOf(catalog: Catalog): Known {
    const known = this.resources.get(catalog);
    if (known !== undefined) return known;
    const labels = resourceLabels(catalog.resource, this.naming);
    const source = sourceOf(labels);
    this.resources.set(catalog, { labels, source });
    if (source !== undefined) this.seen(source);
    return { labels, source };
  }
}

function placeFor(
  family: Place["family"],
  labels: TranslatedLabels,
  source: Source | undefined,
  shape: Shape,
  delta: boolean,
): Place {
  return { family, labels, key: labelText(labels), source, shape, delta, series: undefined };
}

function sourceOf({ identity, targetInfo }: ResourceLabels): Source | undefined {
  if (identity.length === 0) return undefined;
  const name = targetInfo?.find(([label]) => label === "__name__")?.[1] ?? "";
  const family = { name, type: "gauge", help: "Target metadata" } as const;
  const labels = targetInfo?.filter(([label]) => label !== "__name__");
  return {
    key: labelText(identity),
    info: labels && placeFor(family, labels, undefined, NUMBER, false),
  };
}

function refusalOf({ kind, monotonic, temporality }: Metric, shape: Shape): Refusal | undefined {
  if (kind === "gauge" || kind === "summary") return undefined;
  if (temporality === "none") return "no_temporality";
  if (kind === "sum") return temporality === "delta" && !monotonic ? "delta_temporality" : undefined;
  if (kind === "histogram" && !shape.inf && !shape.count) return "incomplete_histogram";
  return undefined;
}

function typeOf({ kind, monotonic, metadata }: Metric): FamilyType {
  switch (kind) {
    case "gauge": {
      const type = metadata.find(({ key }) => key === "prometheus.type")?.value;
      return type !== undefined && asString(type) === "unknown" ? "untyped" : "gauge";
    }
    case "sum":
      return monotonic ? "counter" : "gauge";
    case "summary":
      return "summary";
    default:
      return "histogram";
  }
}
