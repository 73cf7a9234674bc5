/** Verbosity "detailed" for metrics, in upstream's words. */
import type { Exemplar, ExponentialPoint, Metric, MetricsPart } from "@sluice/data";
import { goTime, hex, sixDecimals, uint } from "./go-format.ts";
import { bucketsOf, type Point, scopesOf } from "./points.ts";
import { addAttributes, addResource, addScope, type Lines, textOf } from "./text-lines.ts";

const DATA_TYPES = {
  gauge: "Gauge",
  sum: "Sum",
  histogram: "Histogram",
  exponential: "ExponentialHistogram",
  summary: "Summary",
} as const;
const POINT_TITLES = { ...DATA_TYPES, gauge: "Number", sum: "Number" } as const;
const TEMPORALITIES = { none: "Unspecified", delta: "Delta", cumulative: "Cumulative" } as const;

/** Everything about these data points. */
export function detailedMetrics(parts: readonly MetricsPart[]): string {
  const lines: Lines = [];
  for (const [i, part] of parts.entries()) {
    addResource(lines, `ResourceMetrics #${i}`, part.layout.catalog.resource);
    for (const [j, { scope, metrics }] of scopesOf(part).entries()) {
      addScope(lines, "ScopeMetrics", j, scope);
      for (const [k, { metric, points }] of metrics.entries()) {
        lines.push(`Metric #${k}`);
        addDescriptor(lines, metric);
        for (const [n, point] of points.entries()) addPoint(lines, n, metric, point);
      }
    }
  }
  return textOf(lines);
}

function addDescriptor(lines: Lines, metric: Metric): void {
  const { name, help, unit, kind, monotonic, temporality, metadata } = metric;
  lines.push("Descriptor:", `     -> Name: ${name}`, `     -> Description: ${help}`, `     -> Unit: ${unit}`);
  lines.push(`     -> DataType: ${DATA_TYPES[kind]}`);
  addAttributes(lines, "     -> Metadata", metadata);
  if (kind === "sum") lines.push(`     -> IsMonotonic: ${monotonic}`);
  if (kind === "gauge" || kind === "summary") return;
  lines.push(`     -> AggregationTemporality: ${TEMPORALITIES[temporality]}`);
}

function addPoint(lines: Lines, number: number, { kind }: Metric, point: Point): void {
  lines.push(`${POINT_TITLES[kind]}DataPoints #${number}`);
  addAttributes(lines, "Data point attributes", point.attributes);
  lines.push(`StartTimestamp: ${goTime(...point.start)}`, `Timestamp: ${goTime(...point.time)}`);
  if (kind === "histogram") addHistogram(lines, point);
  else if (kind === "exponential") addExponential(lines, point.exponential);
  else if (kind === "summary") addSummary(lines, point);
  else if (point.value !== undefined) lines.push(`Value: ${numberText(point.value)}`);
  if (kind !== "summary") addExemplars(lines, point.exemplars);
}

function numberText(value: number | bigint): string {
  return typeof value === "bigint" ? String(value) : sixDecimals(value);
}

function addTotals(lines: Lines, count: number, { sum, min, max }: Pick<Point, "sum" | "min" | "max">): void {
  lines.push(`Count: ${uint(count)}`);
  if (sum !== undefined) lines.push(`Sum: ${sixDecimals(sum)}`);
  if (min !== undefined) lines.push(`Min: ${sixDecimals(min)}`);
  if (max !== undefined) lines.push(`Max: ${sixDecimals(max)}`);
}

function addHistogram(lines: Lines, point: Point): void {
  addTotals(lines, point.count, point);
  for (const [i, bound] of point.bounds.entries()) lines.push(`ExplicitBounds #${i}: ${sixDecimals(bound)}`);
  for (const [i, count] of point.buckets.entries()) lines.push(`Buckets #${i}, Count: ${uint(count)}`);
}

function addExponential(lines: Lines, point: ExponentialPoint | undefined): void {
  if (point === undefined) {
    lines.push("Count: 0");
    return;
  }
  addTotals(lines, point.count, point);
  for (const { lower, upper, count } of bucketsOf(point.scale, point.negative).toReversed()) {
    lines.push(`Bucket [${sixDecimals(-upper)}, ${sixDecimals(-lower)}), Count: ${uint(count)}`);
  }
  if (point.zeroCount !== 0) lines.push(`Bucket [0, 0], Count: ${uint(point.zeroCount)}`);
  for (const { lower, upper, count } of bucketsOf(point.scale, point.positive)) {
    lines.push(`Bucket (${sixDecimals(lower)}, ${sixDecimals(upper)}], Count: ${uint(count)}`);
  }
}

function addSummary(lines: Lines, { count, sum = 0, quantiles }: Point): void {
  lines.push(`Count: ${uint(count)}`, `Sum: ${sixDecimals(sum)}`);
  for (const [i, { quantile, value }] of quantiles.entries()) {
    lines.push(`QuantileValue #${i}: Quantile ${sixDecimals(quantile)}, Value ${sixDecimals(value)}`);
  }
}

function addExemplars(lines: Lines, exemplars: readonly Exemplar[]): void {
  if (exemplars.length > 0) lines.push("Exemplars:");
  for (const [i, { traceId, spanId, ms, ns, int, value, attributes }] of exemplars.entries()) {
    lines.push(`Exemplar #${i}`, `     -> Trace ID: ${hex(traceId)}`, `     -> Span ID: ${hex(spanId)}`);
    lines.push(`     -> Timestamp: ${goTime(ms, ns)}`, `     -> Value: ${numberText(int ?? value)}`);
    addAttributes(lines, "     -> FilteredAttributes", attributes);
  }
}
