import { type Attributes, CUSTOM_BUCKETS, type Metric, type Scope } from "@sluice/data";

/** What a sender says of a metric; `unit` is its own word. */
export interface Meta {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}
/** Metadata of which nobody said anything. */
const UNKNOWN: Meta = Object.freeze({ type: "unknown", help: "", unit: "" });

/** What a series holds: numbers, native histograms, or those with custom buckets; of both also gauges, which never reset. */
export const Form = { number: 0, native: 1, nativeGauge: 2, custom: 3, customGauge: 4 } as const;
export type Form = (typeof Form)[keyof typeof Form];

/**
 * The metric of a series. Its name is the series' own, and so are unit and help: what came is what goes out. Series of classic
 * histograms and summaries stay the numbers they are, as gauges of which `prometheus.type` tells the truth.
 */
export function makeMetric(form: Form, name: string, { type, help, unit }: Meta, scope: Scope): Metric {
  const kind = kindOf(form, type);
  const isGauge = form === Form.nativeGauge || form === Form.customGauge;
  const metadata: Attributes = [{ key: "prometheus.type", value: isGauge ? "gaugehistogram" : type }];
  const cumulative = kind === "sum" || kind === "histogram" || (kind === "exponential" && !isGauge);
  return Object.freeze({
    name,
    kind,
    monotonic: kind === "sum" && type === "counter",
    temporality: cumulative ? "cumulative" : "none",
    unit,
    help,
    metadata: Object.freeze(kind === "histogram" ? [...metadata, CUSTOM_BUCKETS] : metadata),
    scope,
  });
}

function kindOf(form: Form, type: string): Metric["kind"] {
  if (form === Form.number) return type === "counter" || type === "info" || type === "stateset" ? "sum" : "gauge";
  return form === Form.native || form === Form.nativeGauge ? "exponential" : "histogram";
}

/** Types whose families have series with these endings. */
const SUFFIXES: ReadonlyMap<string, readonly string[]> = new Map([
  ["counter", ["_total"]],
  ["info", ["_info"]],
  ["histogram", ["_bucket", "_sum", "_count"]],
  ["gaugehistogram", ["_bucket", "_gsum", "_gcount"]],
  ["summary", ["_sum", "_count"]],
]);
const ENDING = /_(?:bucket|g?sum|g?count|total|info)$/;

/** What was announced of a family, for a series of this name: by its own name, or by that of the family it belongs to. */
export function metaFor(name: string, announced: { get(family: string): Meta | undefined }): Meta {
  const own = announced.get(name);
  if (own !== undefined) return own;
  const ending = ENDING.exec(name);
  if (ending === null) return UNKNOWN;
  const family = announced.get(name.slice(0, ending.index));
  return family !== undefined && SUFFIXES.get(family.type)?.includes(ending[0]) ? family : UNKNOWN;
}

const TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset"];

/** The name of a metadata type of either version; what has none is unknown. */
export function typeName(type: number): string {
  return TYPES[type] ?? "unknown";
}
