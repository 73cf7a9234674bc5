/** One item of each kind, with something in every field. */
import type { LogRecord, Span, SpanEvent } from "@sluice/data";
import { type AttributeRecord, attributesOf, logsBatch, metricsBatch, scopeOf, tracesBatch } from "@sluice/testkit";
import type { DatapointItem, LogItem, MetricItem, SpanEventItem, SpanItem } from "./languages.ts";

const some: AttributeRecord = {
  service: "cart",
  n: 7n,
  half: 0.5,
  yes: true,
  empty: null,
  bytes: Uint8Array.of(0xab, 0x0c),
  list: ["a", 2n],
  map: { map: [{ key: "inner", value: "deep" }] },
};
const attributes = attributesOf(some);
const resource = { attributes, droppedAttributes: 3, schemaUrl: "https://schema" };
const scope = { ...scopeOf("lib"), version: "1.2", attributes: attributesOf({ s: "scope" }) };

const [part] = metricsBatch([{ name: "http_requests", kind: "sum", unit: "1", help: "Requests." }]).parts;
const metric = {
  ...(part as Extract<typeof part, { form: "points" }>).layout.catalog.metric(0),
  scope,
  metadata: attributesOf({ "prometheus.type": "counter" }),
};

/** A cumulative sum `http_requests`, one of whose points has `le="1"`. */
export const metricItem: MetricItem = {
  resource,
  metric,
  hasOnDatapoint: (key, text) => key === "le" && (text === undefined || text === "1"),
};
/** A point of it. */
export const datapointItem: DatapointItem = { resource, metric, attributes };

const event: SpanEvent = {
  ms: 0,
  ns: 0,
  name: "exception",
  attributes: attributesOf({ kind: "io" }),
  droppedAttributes: 1,
};
const [traces] = tracesBatch([
  {
    traceId: Uint8Array.of(1, 255),
    spanId: Uint8Array.of(2),
    parentSpanId: Uint8Array.of(0, 0),
    name: "GET /",
    kind: 2,
    attributes,
    events: [event],
    status: { code: 2, message: "oops" },
    traceState: "a=b",
  },
]).parts;
const span = (traces as Extract<typeof traces, { form: "records" }>).record(0) as Span;
/** A server's root span `GET /` that failed. */
export const spanItem: SpanItem = { resource, scope, span };
/** Its second event. */
export const spanEventItem: SpanEventItem = { ...spanItem, event, index: 1 };

const [logs] = logsBatch([
  {
    severity: 9,
    severityText: "Info",
    attributes,
    eventName: "login",
    body: { map: attributes },
    traceId: Uint8Array.of(1),
  },
]).parts;
/** A record whose body is a map. */
export const logItem: LogItem = {
  resource,
  scope,
  record: (logs as Extract<typeof logs, { form: "records" }>).record(0) as LogRecord,
};
