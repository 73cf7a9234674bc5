import {
  type Attributes,
  type AttributeValue,
  createCatalog,
  encodeLogs,
  encodeMetrics,
  encodeTraces,
  INT,
  type LogRecord,
  layoutOf,
  logsPart,
  type Metric,
  NUMBER,
  pointsPart,
  type Resource,
  type Scope,
  type Shape,
  type Span,
  shapeOf,
  tracesPart,
} from "@sluice/data";
import { describeError, shorten, valueText } from "./log-text.ts";
import type { Entries, Level, OwnRecord } from "./logger.ts";
import type { Reading } from "./registry.ts";
import type { ResourceAttributes } from "./resource.ts";
import type { Point } from "./series.ts";

/** The own metrics as an ExportMetricsServiceRequest: cumulative, since `startedAt` (milliseconds since 1970). */
export function encodeReadings(
  readings: readonly Reading[],
  resource: ResourceAttributes,
  startedAt: number,
  now: number,
): Uint8Array {
  const catalog = createCatalog(resourceOf(resource));
  const ids: number[] = [];
  const slots: number[] = [];
  const scopes = new Set(readings.flatMap(({ points }) => points.map(({ scope }) => scope)));
  for (const name of scopes) {
    const scope = scopeOf(name, []);
    for (const reading of readings) {
      const metric = metricOf(reading, scope);
      for (const point of reading.points) {
        if (point.scope !== name) continue;
        ids.push(catalog.add({ metric, shape: shapeFor(reading, point), attributes: attributesOf(point.labels) }));
        slots.push(...slotsOf(point));
      }
    }
  }
  const layout = layoutOf(catalog, Int32Array.from(ids));
  const part = pointsPart({ layout, slots: Float64Array.from(slots), time: timesAt(now), start: timesAt(startedAt) });
  return encodeMetrics([part]);
}

function metricOf({ name, type, unit, description }: Reading, scope: Scope): Metric {
  const kind = type === "counter" ? "sum" : type;
  const temporality = kind === "gauge" ? "none" : "cumulative";
  return { name, kind, monotonic: kind === "sum", temporality, unit, help: description, metadata: [], scope };
}

/** Counts and bytes are whole numbers, as upstream sends them. */
function shapeFor({ bounds, unit }: Reading, { value, buckets }: Point): Shape {
  if (buckets !== undefined) {
    return shapeOf({ kind: "histogram", bounds: Float64Array.from(bounds), inf: true, sum: true, count: true });
  }
  return /^(?:\{|By$)/.test(unit) && Number.isSafeInteger(value) ? INT : NUMBER;
}

/** Of a histogram: counts up to each bound and to +Inf, sum, count. */
function slotsOf({ value, buckets }: Point): readonly number[] {
  if (buckets === undefined) return [value];
  let count = 0;
  const cumulative = buckets.map((observations) => {
    count += observations;
    return count;
  });
  return [...cumulative, value, count];
}

/** Own log records as an ExportLogsServiceRequest. */
export function encodeRecords(records: readonly Sent<LogRecord>[], resource: ResourceAttributes): Uint8Array {
  return encodeLogs([logsPart({ resource: resourceOf(resource), scopes: byScope(records) })]);
}
/** Own spans as an ExportTraceServiceRequest. */
export function encodeSpans(spans: readonly Sent<Span>[], resource: ResourceAttributes): Uint8Array {
  return encodeTraces([tracesPart({ resource: resourceOf(resource), scopes: byScope(spans) })]);
}

/** A record or span made ready to wait: it holds on to nothing of what it was made of. */
export interface Sent<R> {
  readonly record: R;
  /** Which component it is about. */
  readonly source: Entries;
}

function byScope<R>(sent: readonly Sent<R>[]): readonly { readonly scope: Scope; readonly records: readonly R[] }[] {
  const scopes = new Map<string, { readonly scope: Scope; readonly records: R[] }>();
  for (const { record, source } of sent) {
    const key = JSON.stringify(source);
    const known = scopes.get(key) ?? { scope: scopeOf("@sluice/core", textAttributes(source)), records: [] };
    known.records.push(record);
    scopes.set(key, known);
  }
  return [...scopes.values()];
}

const numbers: Readonly<Record<Level, number>> = { debug: 5, info: 9, warn: 13, error: 17 };
const NO_ID = new Uint8Array(0);

/** Turns what was logged into a record. */
export function sentRecord({ at, level, message, source, fields }: OwnRecord): Sent<LogRecord> {
  const { ms, ns } = timesAt(at);
  const record: LogRecord = {
    time: { ms, ns },
    observed: { ms, ns },
    severity: numbers[level],
    severityText: level,
    body: message,
    attributes: textAttributes(fields),
    droppedAttributes: 0,
    flags: 0,
    traceId: NO_ID,
    spanId: NO_ID,
    eventName: "",
  };
  return { record, source: source.filter(([, value]) => value !== undefined) };
}

/** Names and values as attributes: bounded, secrets redacted. */
export function textAttributes(entries: Entries): Attributes {
  return entries.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: attributeValue(value) }]));
}

function attributeValue(value: unknown): AttributeValue {
  if (typeof value === "string") return shorten(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? value : String(value);
  return value instanceof Error ? shorten(describeError(value)) : valueText(value);
}

function attributesOf(labels: Readonly<Record<string, string>>): Attributes {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}
function resourceOf(attributes: ResourceAttributes): Resource {
  return { attributes: attributesOf(attributes), droppedAttributes: 0, schemaUrl: "" };
}
function scopeOf(name: string, attributes: Attributes): Scope {
  return { name, version: "", schemaUrl: "", attributes, droppedAttributes: 0 };
}
/** A time with fractions of a millisecond, for all rows. */
export function timesAt(ms: number) {
  const whole = Math.floor(ms);
  return { ms: whole, ns: Math.floor((ms - whole) * 1e6), msOf: undefined, nsOf: undefined };
}
