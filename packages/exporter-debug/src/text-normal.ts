/** Verbosity "normal": about one line an item, in upstream's words. */
import {
  type Attributes,
  asString,
  type LogsPart,
  type MetricsPart,
  type Resource,
  type Scope,
  type TracesPart,
} from "@sluice/data";
import { hex, shortest, sixDecimals, uint } from "./go-format.ts";
import { bucketsOf, type MetricWithPoints, type Point, scopesOf } from "./points.ts";
import { scopesOfRecords } from "./records.ts";
import { type Lines, textOf } from "./text-lines.ts";

/** Data points. */
export function normalMetrics(parts: readonly MetricsPart[]): string {
  const lines: Lines = [];
  for (const [i, part] of parts.entries()) {
    lines.push(`ResourceMetrics #${i}${resourceDetails(part.layout.catalog.resource)}`);
    for (const [j, { scope, metrics }] of scopesOf(part).entries()) {
      lines.push(`ScopeMetrics #${j}${scopeDetails(scope)}`);
      for (const metric of metrics) addPoints(lines, metric);
    }
  }
  return textOf(lines);
}

/** Spans. */
export function normalTraces(parts: readonly TracesPart[]): string {
  const lines: Lines = [];
  for (const [i, part] of parts.entries()) {
    lines.push(`ResourceTraces #${i}${resourceDetails(part.resource)}`);
    for (const [j, { scope, records }] of scopesOfRecords(part).entries()) {
      lines.push(`ScopeTraces #${j}${scopeDetails(scope)}`);
      for (const { name, traceId, spanId, attributes } of records) {
        lines.push(`${name} ${hex(traceId)} ${hex(spanId)}${afterSpace(attributes)}`);
      }
    }
  }
  return textOf(lines);
}

/** Log records. */
export function normalLogs(parts: readonly LogsPart[]): string {
  const lines: Lines = [];
  for (const [i, part] of parts.entries()) {
    lines.push(`ResourceLog #${i}${resourceDetails(part.resource)}`);
    for (const [j, { scope, records }] of scopesOfRecords(part).entries()) {
      lines.push(`ScopeLog #${j}${scopeDetails(scope)}`);
      for (const { body, attributes } of records) lines.push(`${asString(body)} ${pairs(attributes).join(" ")}`);
    }
  }
  return textOf(lines);
}

function pairs(attributes: Attributes): string[] {
  return attributes.map(({ key, value }) => `${key}=${asString(value)}`);
}
function afterSpace(attributes: Attributes): string {
  return attributes.length === 0 ? "" : ` ${pairs(attributes).join(" ")}`;
}
function resourceDetails({ schemaUrl, attributes }: Resource): string {
  return (schemaUrl && ` [${schemaUrl}]`) + afterSpace(attributes);
}
function scopeDetails({ name, version, schemaUrl, attributes }: Scope): string {
  const words = [name + (version && `@${version}`), schemaUrl && `[${schemaUrl}]`].filter((word) => word !== "");
  return words.map((word) => ` ${word}`).join("") + afterSpace(attributes);
}

function addPoints(lines: Lines, { metric: { name, kind }, points }: MetricWithPoints): void {
  for (const point of points) lines.push(`${name}{${pairs(point.attributes).join(",")}} ${numbersOf(kind, point)}`);
}

function numbersOf(kind: MetricWithPoints["metric"]["kind"], point: Point): string {
  if (kind === "histogram") return histogram(point);
  if (kind === "summary") return summary(point);
  if (kind === "exponential") return exponential(point);
  return typeof point.value === "number" ? shortest(point.value) : String(point.value ?? "");
}

function total(count: number, { sum, min, max }: Pick<Point, "sum" | "min" | "max">): string[] {
  const named = Object.entries({ sum, min, max }).filter(([, value]) => value !== undefined);
  return [`count=${uint(count)}`, ...named.map(([name, value]) => `${name}=${shortest(value!)}`)];
}

function histogram(point: Point): string {
  const { bounds, buckets } = point;
  const counts = buckets.map((count, i) =>
    i < bounds.length ? `le${shortest(bounds[i]!)}=${uint(count)}` : uint(count),
  );
  return [...total(point.count, point), ...counts].join(" ");
}

function summary({ count, sum = 0, quantiles }: Point): string {
  const values = quantiles.map(({ quantile, value }) => `q${shortest(quantile)}=${shortest(value)}`);
  return [`count=${uint(count)}`, `sum=${sixDecimals(sum)}`, ...values].join(" ");
}

function exponential({ exponential: point }: Point): string {
  if (point === undefined) return "count=0";
  const negative = bucketsOf(point.scale, point.negative).toReversed();
  const positive = bucketsOf(point.scale, point.positive);
  return [
    ...total(point.count, point),
    ...negative.map(({ lower, count }) => `le${shortest(-lower)}=${uint(count)}`),
    ...(point.zeroCount === 0 ? [] : [`zero=${uint(point.zeroCount)}`]),
    ...positive.map(({ upper, count }) => `le${shortest(upper)}=${uint(count)}`),
  ].join(" ");
}
