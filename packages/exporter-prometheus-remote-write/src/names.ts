/**
 * OTLP names to Prometheus names. Source: the OpenTelemetry specification's page on Prometheus compatibility, and the behaviour
 * of the collector's remote-write exporter for what the page leaves open.
 */
import type { Metric } from "@sluice/data";

export type Strategy = "suffixes" | "no-suffixes";

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

/** The metric's Prometheus name without series suffixes (`_bucket`...), or undefined when nothing valid is left of it. */
export function metricName(metric: Metric, namespace: string, strategy: Strategy): string | undefined {
  if (/^[_:]*$/.test(metric.name)) return undefined;
  const name = strategy === "suffixes" ? nameWithSuffixes(metric, namespace) : namePlain(metric.name, namespace);
  if (/^_*$/.test(name)) return undefined;
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

function nameWithSuffixes(metric: Metric, namespace: string): string {
  let tokens = tokensOf(metric.name);
  const [main = "", per = ""] = splitUnit(metric.unit);
  if (main !== "" && !tokens.includes(main)) tokens.push(main);
  if (per !== "" && !tokens.includes(per)) tokens.push("per", per);
  if (metric.kind === "sum" && metric.monotonic) tokens = [...tokens.filter((token) => token !== "total"), "total"];
  if (metric.kind === "gauge" && metric.unit === "1")
    tokens = [...tokens.filter((token) => token !== "ratio"), "ratio"];
  if (namespace !== "") tokens.unshift(namespace);
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

function namePlain(name: string, namespace: string): string {
  const full = namespace === "" ? name : `${namespace}_${name}`;
  return full.replace(/[^a-zA-Z0-9_:]+/g, "_");
}

/** An attribute key as a label name, or undefined when nothing valid is left of it. */
export function labelName(key: string): string | undefined {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)) {
    if (key.charCodeAt(0) !== 0x5f) return key;
    if (/^_+$/.test(key)) return undefined;
    return key.startsWith("__") ? key : `key${key}`;
  }
  const clean = key.replace(/[^a-zA-Z0-9_]+/g, "_");
  if (/^_*$/.test(clean)) return undefined;
  if (/^[0-9]/.test(clean)) return `key_${clean}`;
  return clean.startsWith("_") && !clean.startsWith("__") ? `key${clean}` : clean;
}
