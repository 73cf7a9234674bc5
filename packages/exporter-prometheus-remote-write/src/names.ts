/**
 * OTLP names to Prometheus names. Source: the OpenTelemetry specification's page on Prometheus compatibility, and the behaviour
 * of the collector's remote-write exporter for what the page leaves open.
 */
import type { Metric } from "@sluice/data";

/** How names become Prometheus': escaped with or without suffixes for unit and type, in UTF-8 with suffixes, or as they are. */
export type Strategy = "suffixes" | "no-suffixes" | "utf8-suffixes" | "verbatim";

/** Whether names may have any characters: only remote write 2.0 carries them. */
export function isUtf8(strategy: Strategy): boolean {
  return strategy === "utf8-suffixes" || strategy === "verbatim";
}

const mainUnits: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tibibytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  "1": "",
  "%": "percent",
};
const perUnits: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};

const lookUp = (table: Readonly<Record<string, string>>, unit: string): string =>
  Object.hasOwn(table, unit) ? table[unit]! : unit;
const tokensOf = (text: string): string[] => text.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== "");

/**
 * The metric's Prometheus name without series suffixes (`_bucket`...), or undefined when nothing valid is left of it. Without
 * suffixes a valid name stays as it is.
 */
export function metricName(metric: Metric, namespace: string, strategy: Strategy): string | undefined {
  if (isUtf8(strategy)) return utf8Name(metric, namespace, strategy);
  const own = strategy === "suffixes" ? withSuffixes(metric) : namePlain(metric.name);
  if (own === "" || (/^_+$/.test(own) && own !== metric.name)) return undefined;
  return inNamespace(own, namespace);
}

/** The name as it is, or with the suffixes that it does not have yet. */
function utf8Name(metric: Metric, namespace: string, strategy: Strategy): string | undefined {
  if (metric.name === "") return undefined;
  const own = strategy === "verbatim" ? metric.name : withUtf8Suffixes(metric);
  return namespace === "" ? own : `${namespace}_${own}`;
}

function withUtf8Suffixes(metric: Metric): string {
  const [main, per] = splitUnit(metric.unit);
  const suffixes = [
    main,
    per === "" ? "" : `per_${per}`,
    metric.kind === "gauge" && metric.unit === "1" ? "ratio" : "",
    metric.kind === "sum" && metric.monotonic ? "total" : "",
  ].filter((suffix) => suffix !== "");
  let name = metric.name;
  // What it ends with is put behind what comes before it.
  for (const suffix of suffixes.toReversed()) {
    if (name.endsWith(`_${suffix}`)) name = name.slice(0, -suffix.length - 1);
  }
  return [name, ...suffixes].join("_");
}

/** A metric's name in remote write 2.0 as one that 1.0 has; what is valid stays. */
export function plainMetricName(name: string): string {
  if (/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return name;
  const plain = namePlain(name);
  return plain === "" || /^[0-9]/.test(plain) ? `_${plain}` : plain;
}

/** A valid name behind the namespace, which is made valid too. */
export function inNamespace(own: string, namespace: string): string {
  const prefix = namePlain(namespace);
  const name = prefix === "" ? own : `${prefix}_${own}`;
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

function withSuffixes(metric: Metric): string {
  let tokens = tokensOf(metric.name);
  if (tokens.length === 0) return "";
  const [main, per] = splitUnit(metric.unit);
  if (main !== "" && !tokens.includes(main)) tokens.push(main);
  if (per !== "" && !tokens.includes(per)) tokens.push("per", per);
  if (metric.kind === "sum" && metric.monotonic) tokens = [...tokens.filter((token) => token !== "total"), "total"];
  if (metric.kind === "gauge" && metric.unit === "1")
    tokens = [...tokens.filter((token) => token !== "ratio"), "ratio"];
  return tokens.join("_");
}

/** `By/s` -> ["bytes", "second"]; units in braces are remarks, not units. */
function splitUnit(unit: string): [string, string] {
  const slash = unit.indexOf("/");
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const per = slash < 0 ? "" : unit.slice(slash + 1).trim();
  const clean = (text: string) => tokensOf(text).join("_");
  return [
    main === "" || main.includes("{") ? "" : clean(lookUp(mainUnits, main)),
    per === "" || per.includes("{") ? "" : clean(lookUp(perUnits, per)),
  ];
}

/** Invalid characters become one underscore between what they part, and nothing at the ends. */
function namePlain(name: string): string {
  return name
    .split(/[^a-zA-Z0-9_:]+/)
    .filter((piece) => piece !== "")
    .join("_");
}

/**
 * An attribute key as a label name, or undefined when nothing valid is left of it. A valid name stays as it is: a scraped
 * label `_x` or `a__b` is the label that Prometheus itself would store.
 */
export function labelName(key: string, strategy: Strategy = "suffixes"): string | undefined {
  if (isUtf8(strategy)) return key === "" ? undefined : key;
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)) return key;
  const clean = key.replace(/[^a-zA-Z0-9_]+/g, "_");
  if (/^_*$/.test(clean)) return undefined;
  return /^[0-9]/.test(clean) ? `key_${clean}` : clean;
}
