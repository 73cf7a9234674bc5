import { type Attributes, CUSTOM_BUCKETS, type Metric, type Scope } from "@sluice/data";
import { trimSuffixes, ucumOf } from "./unit.ts";

/** What HELP, TYPE and UNIT said about a name; `unit` is the page's word. */
export interface Meta {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}
/**
 * How a series stands in its family: as its own number, as a line of a point, as a number that does not fit the type, or as a whole
 * histogram, exponential or with custom buckets.
 */
export type Fit = "number" | "histogram" | "summary" | "plain" | "exponential" | "custom";

const NONE: Attributes = [];

/** Makes the metric of a family's lines: kind and monotonicity by TYPE, unit in UCUM, the type as metadata. */
export function makeMetric(fit: Fit, name: string, meta: Meta, scope: Scope, trim: boolean): Metric {
  const type = fit === "plain" ? "unknown" : meta.type;
  const kind = kindOf(fit, type);
  const asType = Object.freeze({ key: "prometheus.type", value: type });
  const monotonic = type === "counter";
  return Object.freeze({
    name: trim ? trimSuffixes(name, meta.unit, monotonic) : name,
    kind,
    monotonic,
    temporality: kind === "gauge" || kind === "summary" ? "none" : "cumulative",
    unit: meta.unit === "" ? "" : ucumOf(meta.unit),
    help: meta.help,
    metadata: Object.freeze(fit === "custom" ? [asType, CUSTOM_BUCKETS] : [asType]),
    scope,
  });
}

function kindOf(fit: Fit, type: string): Metric["kind"] {
  if (fit === "histogram" || fit === "summary" || fit === "exponential") return fit;
  if (fit === "custom") return "histogram";
  return type === "counter" || type === "info" || type === "stateset" ? "sum" : "gauge";
}

/** The scope of series without `otel_scope_*` labels. */
export function defaultScope(version: string): Scope {
  const name = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver";
  return { name, version, schemaUrl: "", attributes: NONE, droppedAttributes: 0 };
}

/** How a name stands to the type in effect for it; `own` = the name itself was declared, not only the one without its suffix. */
export function fitOf(type: string, name: string, own: boolean): Fit {
  const suffix = (text: string): boolean => !own && name.endsWith(text);
  switch (type) {
    case "counter":
      return own || suffix("_total") ? "number" : "plain";
    case "info":
      return own || suffix("_info") ? "number" : "plain";
    case "histogram":
      return suffix("_bucket") || suffix("_sum") || suffix("_count") ? "histogram" : "plain";
    case "summary":
      return own || suffix("_sum") || suffix("_count") ? "summary" : "plain";
    case "gaugehistogram":
      return "plain";
    default:
      return own ? "number" : "plain";
  }
}

/** Whether what is known of a name holds for a series of this fit; a whole histogram is one whatever is known. */
export function isDescribed(fit: Fit, type: string, own: boolean): boolean {
  if (fit === "exponential" || fit === "custom") return own && (type === "histogram" || type === "gaugehistogram");
  return fit !== "plain";
}

/** Whether two metrics of one scope differ at most in their HELP. */
export function sameButHelp(a: Metric, b: Metric): boolean {
  const type = (metric: Metric): unknown => metric.metadata[0]?.value;
  const isSame = a.name === b.name && a.kind === b.kind && a.unit === b.unit && type(a) === type(b);
  return isSame && a.metadata.length === b.metadata.length;
}
