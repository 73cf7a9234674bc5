/**
 * OTLP names to Prometheus names. Source: the OpenTelemetry specification's page on Prometheus compatibility, and the behaviour
 * of the collector's Prometheus exporters for what the page leaves open.
 */
import type { Metric } from "@sluice/data";
import { isValidUtf8Name } from "./labels.ts";

/** Whether unit and type are appended, and whether names keep characters that only Prometheus 3 allows ("utf8-suffixes", "verbatim"). */
export type Strategy = "suffixes" | "no-suffixes" | "utf8-suffixes" | "verbatim";

/** The values of the key `translation_strategy`; "" leaves it to `add_metric_suffixes`. */
export const translationStrategies = [
  "",
  "UnderscoreEscapingWithSuffixes",
  "UnderscoreEscapingWithoutSuffixes",
  "NoUTF8EscapingWithSuffixes",
  "NoTranslation",
] as const;
const strategies = {
  UnderscoreEscapingWithSuffixes: "suffixes",
  UnderscoreEscapingWithoutSuffixes: "no-suffixes",
  NoUTF8EscapingWithSuffixes: "utf8-suffixes",
  NoTranslation: "verbatim",
} as const;

/** The strategy that the two keys ask for together. */
export function strategyOf(config: {
  readonly add_metric_suffixes: boolean;
  readonly translation_strategy: (typeof translationStrategies)[number];
}): Strategy {
  if (config.translation_strategy !== "") return strategies[config.translation_strategy];
  return config.add_metric_suffixes ? "suffixes" : "no-suffixes";
}

/** Whether names stay as they are but for what is appended. */
export function isUtf8(strategy: Strategy): boolean {
  return strategy === "verbatim" || strategy === "utf8-suffixes";
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
  if (isUtf8(strategy)) {
    if (!isValidUtf8Name(metric.name)) return undefined;
    const own = strategy === "verbatim" ? metric.name : appended(metric);
    return inNamespace(own, namespace, strategy);
  }
  const own = strategy === "suffixes" ? withSuffixes(metric) : namePlain(metric.name);
  if (own === "" || (/^_+$/.test(own) && own !== metric.name)) return undefined;
  return inNamespace(own, namespace);
}

/** A valid name behind the namespace, which is made valid too. */
export function inNamespace(own: string, namespace: string, strategy: Strategy = "suffixes"): string {
  if (isUtf8(strategy)) return namespace === "" ? own : `${namespace}_${own}`;
  const prefix = namePlain(namespace);
  const name = prefix === "" ? own : `${prefix}_${own}`;
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

const isCounter = ({ kind, monotonic }: Metric): boolean => kind === "sum" && monotonic;
const isRatio = ({ kind, unit }: Metric): boolean => kind === "gauge" && unit === "1";

function withSuffixes(metric: Metric): string {
  let tokens = tokensOf(metric.name);
  if (tokens.length === 0) return "";
  const [main, per] = splitUnit(metric.unit, (text) => tokensOf(text).join("_"));
  if (main !== "" && !tokens.includes(main)) tokens.push(main);
  if (per !== "" && !tokens.includes(per)) tokens.push("per", per);
  if (isCounter(metric)) tokens = [...tokens.filter((token) => token !== "total"), "total"];
  if (isRatio(metric)) tokens = [...tokens.filter((token) => token !== "ratio"), "ratio"];
  return tokens.join("_");
}

/** The name as it is, and behind it what it does not end with yet. */
function appended(metric: Metric): string {
  const [main, per] = splitUnit(metric.unit, (text) => text);
  const last = isCounter(metric) ? "total" : isRatio(metric) ? "ratio" : "";
  const perUnit = per === "" ? "" : `per_${per}`;
  const bare = without(without(metric.name, last), perUnit);
  const unit = main === "" || bare.endsWith(main) ? "" : main;
  return [bare, unit, perUnit, last].filter((piece) => piece !== "").join("_");
}

/** A name without its last piece and what parts it from the rest; a name that is nothing else stays. */
function without(name: string, suffix: string): string {
  const isBehind = suffix !== "" && name.endsWith(suffix) && name.length > suffix.length + 1;
  return isBehind ? name.slice(0, -suffix.length - 1) : name;
}

/** `By/s` -> ["bytes", "second"]; units in braces are remarks, not units. Others pass through `clean`. */
function splitUnit(unit: string, clean: (text: string) => string): [string, string] {
  const slash = unit.indexOf("/");
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const per = slash < 0 ? "" : unit.slice(slash + 1).trim();
  return [
    main === "" || main.includes("{") ? "" : clean(lookUp(mainUnits, main)),
    per === "" || per.includes("{") ? "" : clean(lookUp(perUnits, per)),
  ];
}

/** An OTLP unit in the words that metadata has in Prometheus: `By/s` is `bytes_per_second`; a ratio has none. */
export function unitWords(unit: string, strategy: Strategy): string {
  const [main, per] = splitUnit(unit, isUtf8(strategy) ? (text) => text : (text) => tokensOf(text).join("_"));
  return [main, per === "" ? "" : `per_${per}`].filter((piece) => piece !== "").join("_");
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
  if (isUtf8(strategy)) return isValidUtf8Name(key) ? key : undefined;
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)) return key;
  const clean = key.replace(/[^a-zA-Z0-9_]+/g, "_");
  if (/^_*$/.test(clean)) return undefined;
  return /^[0-9]/.test(clean) ? `key_${clean}` : clean;
}
