import type { Labels } from "@sluice/component";
import type { Reading } from "./registry.ts";
import type { Point } from "./series.ts";

/** How a page is written; the collector's defaults leave names as they are. */
export interface PageStyle {
  /** The labels of target_info: the collector's own resource. */
  readonly info: Labels;
  /** Those that stand on every point. */
  readonly constant: Labels;
  /** Append the unit to names ("seconds"). */
  readonly units: boolean;
  /** Append `_total` to counters. */
  readonly typeSuffix: boolean;
  /** Add `otel_scope_name`. */
  readonly scope: boolean;
}

/** UCUM units as Prometheus spells them. */
const unitNames: Readonly<Record<string, string>> = {
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  "%": "percent",
};

/** The metrics as a Prometheus page, text format 0.0.4: metrics by name, labels sorted. */
export function renderPage(readings: readonly Reading[], style: PageStyle): string {
  const families = readings.filter(({ points }) => points.length > 0).map((reading) => renderFamily(reading, style));
  const info = [
    "# HELP target_info Target metadata",
    "# TYPE target_info gauge",
    `target_info${labelText(style.info)} 1`,
  ];
  return `${[...families.flat(), ...info].join("\n")}\n`;
}

function renderFamily(reading: Reading, style: PageStyle): readonly string[] {
  const name = pageName(reading, style);
  const lines = reading.points.flatMap((point) => renderPoint(name, reading, point, style));
  const help = reading.description.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${reading.type}`, ...lines];
}

function renderPoint(name: string, { bounds }: Reading, point: Point, style: PageStyle): readonly string[] {
  const { value, buckets } = point;
  const labels = { ...(style.scope && scopeLabels(point.scope)), ...style.constant, ...point.labels };
  if (buckets === undefined) return [`${name}${labelText(labels)} ${numberText(value)}`];
  const lines: string[] = [];
  let count = 0;
  for (const [index, observations] of buckets.entries()) {
    count += observations;
    const le = numberText(bounds[index] ?? Number.POSITIVE_INFINITY);
    lines.push(`${name}_bucket${labelText({ ...labels, le })} ${count}`);
  }
  const text = labelText(labels);
  return [...lines, `${name}_sum${text} ${numberText(value)}`, `${name}_count${text} ${count}`];
}

/** Scopes have neither version nor schema here; upstream's page has the labels all the same. */
function scopeLabels(scope: string): Labels {
  return { otel_scope_name: scope, otel_scope_schema_url: "", otel_scope_version: "" };
}

function pageName({ name, type, unit }: Reading, style: PageStyle): string {
  const plain = identifier(name);
  const unitName = unit === "1" && type === "gauge" ? "ratio" : unitNames[unit];
  const withUnit = style.units && unitName && !plain.endsWith(`_${unitName}`) ? `${plain}_${unitName}` : plain;
  return style.typeSuffix && type === "counter" && !withUnit.endsWith("_total") ? `${withUnit}_total` : withUnit;
}

/** A name as Prometheus allows it: dots and all else become underscores. */
export function identifier(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]/g, "_").replace(/^[0-9]/, "_");
}

function labelText(labels: Labels): string {
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return "";
  return `{${entries.map(([name, value]) => `${identifier(name)}="${escapeValue(value)}"`).join(",")}}`;
}
function escapeValue(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
