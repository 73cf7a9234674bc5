import type { Attributes, LogRecord, Metric, Resource, Scope, Span, SpanEvent } from "@sluice/data";
import { asString } from "@sluice/data";
import { commonFunctions, hex } from "./functions.ts";
import {
  attributesField,
  type Field,
  type Fields,
  type Functions,
  fieldsOf,
  int,
  type Language,
  plain,
} from "./language.ts";

/** What a condition on resources is asked of. */
export interface ResourceItem {
  readonly resource: Resource;
}
/** What a condition on scopes is asked of. */
export interface ScopeItem extends ResourceItem {
  readonly scope: Scope;
}
/** What a condition on metrics is asked of. */
export interface MetricItem extends ResourceItem {
  readonly metric: Metric;
  /** Whether one of its data points has an attribute, and if `text` is given, with this value; one that is no text counts as "". */
  hasOnDatapoint(key: string, text?: string): boolean;
}
/** What a condition on data points is asked of. */
export interface DatapointItem extends ResourceItem {
  readonly metric: Metric;
  readonly attributes: Attributes;
}
/** What a condition on spans is asked of. */
export interface SpanItem extends ScopeItem {
  readonly span: Span;
}
/** What a condition on events of spans is asked of. */
export interface SpanEventItem extends SpanItem {
  readonly event: SpanEvent;
  /** Its place among the events of the span, from 0. */
  readonly index: number;
}
/** What a condition on log records is asked of. */
export interface LogItem extends ScopeItem {
  readonly record: LogRecord;
}

const attributes = attributesField<{ readonly attributes: Attributes }>((item) => item.attributes);
const dropped = plain<{ readonly droppedAttributes: number }>(({ droppedAttributes }) => int(droppedAttributes));
const schemaUrl = plain<{ readonly schemaUrl: string }>((item) => item.schemaUrl);
const idField = (read: (span: Span) => Uint8Array): Field<Span> => plain((span) => hex(read(span)));

const resource: Fields<Resource> = { attributes, dropped_attributes_count: dropped, schema_url: schemaUrl };
const scope: Fields<Scope> = {
  name: plain(({ name }) => name),
  version: plain(({ version }) => version),
  attributes,
  dropped_attributes_count: dropped,
  schema_url: schemaUrl,
};

const kinds = { gauge: 1n, sum: 2n, histogram: 3n, exponential: 4n, summary: 5n };
const temporalities = { none: null, delta: 1n, cumulative: 2n };
const metric: Fields<Metric> = {
  name: plain(({ name }) => name),
  description: plain(({ help }) => help),
  unit: plain(({ unit }) => unit),
  type: plain(({ kind }) => kinds[kind]),
  aggregation_temporality: plain(({ temporality }) => temporalities[temporality]),
  is_monotonic: plain(({ kind, monotonic }) => (kind === "sum" ? monotonic : null)),
  metadata: attributesField(({ metadata }) => metadata),
};

const spanKinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const span: Fields<Span> = {
  name: plain(({ name }) => name),
  attributes,
  kind: plain(({ kind }) => int(kind)),
  "kind.string": plain(({ kind }) => pascalCase(spanKinds[kind] ?? "")),
  "kind.deprecated_string": plain(({ kind }) => (spanKinds[kind] ? `SPAN_KIND_${spanKinds[kind].toUpperCase()}` : "")),
  "status.code": plain(({ status }) => int(status.code)),
  "status.message": plain(({ status }) => status.message),
  "trace_id.string": idField(({ traceId }) => traceId),
  "span_id.string": idField(({ spanId }) => spanId),
  "parent_span_id.string": idField(({ parentSpanId }) => parentSpanId),
  trace_state: plain(({ traceState }) => traceState),
  flags: plain(({ flags }) => int(flags)),
  dropped_attributes_count: dropped,
  dropped_events_count: plain(({ droppedEvents }) => int(droppedEvents)),
  dropped_links_count: plain(({ droppedLinks }) => int(droppedLinks)),
};

const log: Fields<LogRecord> = {
  body: { get: ({ body }) => body, indexable: true },
  "body.string": plain(({ body }) => asString(body)),
  attributes,
  severity_number: plain(({ severity }) => int(severity)),
  severity_text: plain(({ severityText }) => severityText),
  event_name: plain(({ eventName }) => eventName),
  "trace_id.string": plain(({ traceId }) => hex(traceId)),
  "span_id.string": plain(({ spanId }) => hex(spanId)),
  flags: plain(({ flags }) => int(flags)),
  dropped_attributes_count: dropped,
};

/** A language: the fields of the item itself, with and without the context's name before them, and of what it belongs to. */
function language<T, U>(
  context: string,
  [own, of]: readonly [fields: Fields<U>, of: (item: T) => U],
  others: Fields<T>,
  functions: Functions<T> = {},
): Language<T> {
  return {
    context,
    fields: { ...fieldsOf("", own, of), ...fieldsOf(`${context}.`, own, of), ...others },
    functions: { ...commonFunctions, ...functions },
  };
}
const ofResource = fieldsOf<ResourceItem, Resource>("resource.", resource, (item) => item.resource);
const ofScope = <T>(of: (item: T) => Scope): Fields<T> => ({
  ...fieldsOf("scope.", scope, of),
  ...fieldsOf("instrumentation_scope.", scope, of),
});
const ofMetricScope = ofScope<{ readonly metric: Metric }>((item) => item.metric.scope);
const ofRecordScope = ofScope<{ readonly scope: Scope }>((item) => item.scope);

/** Conditions on resources. */
export const resourceLanguage = language<ResourceItem, Resource>("resource", [resource, (item) => item.resource], {});

/** Conditions on scopes. */
export const scopeLanguage = language<ScopeItem, Scope>("scope", [scope, (item) => item.scope], {
  ...ofResource,
  ...fieldsOf("instrumentation_scope.", scope, (item: ScopeItem) => item.scope),
});

/** Conditions on metrics. */
export const metricLanguage = language<MetricItem, Metric>(
  "metric",
  [metric, (item) => item.metric],
  { ...ofResource, ...ofMetricScope },
  {
    HasAttrKeyOnDatapoint: {
      parameters: ["text"],
      make: (key) => (item) => item.hasOnDatapoint(key as string),
    },
    HasAttrOnDatapoint: {
      parameters: ["text", "text"],
      make: (key, text) => (item) => item.hasOnDatapoint(key as string, text as string),
    },
  },
);

/** Conditions on data points. */
export const datapointLanguage = language<DatapointItem, DatapointItem>("datapoint", [{ attributes }, (item) => item], {
  ...fieldsOf("metric.", metric, (item: DatapointItem) => item.metric),
  ...ofResource,
  ...ofMetricScope,
});

/** Conditions on spans. */
export const spanLanguage = language<SpanItem, Span>(
  "span",
  [span, (item) => item.span],
  { ...ofResource, ...ofRecordScope },
  {
    IsRootSpan: {
      parameters: [],
      make: () => (item) => item.span.parentSpanId.every((byte) => byte === 0),
    },
  },
);

/** Conditions on events of spans. */
export const spanEventLanguage = language<SpanEventItem, SpanEventItem>(
  "spanevent",
  [
    {
      name: plain(({ event }) => event.name),
      attributes: attributesField(({ event }) => event.attributes),
      event_index: plain(({ index }) => int(index)),
      dropped_attributes_count: plain(({ event }) => int(event.droppedAttributes)),
    },
    (item) => item,
  ],
  { ...fieldsOf("span.", span, (item: SpanEventItem) => item.span), ...ofResource, ...ofRecordScope },
);

/** Conditions on log records. */
export const logLanguage = language<LogItem, LogRecord>("log", [log, (item) => item.record], {
  ...ofResource,
  ...ofRecordScope,
});

function pascalCase(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
