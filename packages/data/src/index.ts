export { asString, attribute, isList, sameAttributes, sameValue } from "./attributes.ts";
export { type AppendCatalog, createCatalog, type PointIdentity } from "./catalog.ts";
export { type Column, createColumn, type IntColumn, intColumn, UNSET } from "./column.ts";
export { CUSTOM_BUCKETS, isCustomBuckets } from "./custom-buckets.ts";
export { type BucketSpan, type Buckets, downscale, fromSpans, toSpans } from "./exponential.ts";
export { Hash128 } from "./hash.ts";
export { keyOf } from "./identity.ts";
export { isoTime } from "./iso-time.ts";
export { layoutOf, withCatalog } from "./layout.ts";
export {
  ABSENT,
  type Attributes,
  type AttributeValue,
  type Batch,
  type BatchOf,
  type Catalog,
  type Exemplar,
  type ExponentialPoint,
  type Layout,
  type LogRecord,
  type LogsPart,
  type Metric,
  type MetricsPart,
  type NativeDetails,
  type Part,
  type PartOf,
  type RecordsPart,
  type Resource,
  type Scope,
  type Shape,
  type Signal,
  type Span,
  type SpanEvent,
  type SpanLink,
  STALE,
  type Times,
  type TracesPart,
  VALUE,
  type WirePart,
} from "./model.ts";
export { toOtlp, wirePart } from "./otlp.ts";
export { compactLogs, decodeLogs, encodeLogs, logsPart } from "./otlp-logs.ts";
export { decodeMetrics } from "./otlp-metrics-decode.ts";
export { encodeMetrics } from "./otlp-metrics-encode.ts";
export { isWritable } from "./otlp-points-encode.ts";
export { compactTraces, decodeTraces, encodeTraces, tracesPart } from "./otlp-traces.ts";
export {
  batchOf,
  itemCount,
  ownBytes,
  type PointsSpec,
  pointsPart,
  rowCount,
  sampleCount,
  select,
} from "./part.ts";
export type { RecordsSpec } from "./records.ts";
export { EXPONENTIAL, INT, NUMBER, type ShapeSpec, shapeOf, slotOf } from "./shape.ts";
export { msAt, nsAt, timesOf } from "./time.ts";
export { type ViewRules, view } from "./view.ts";
export { MAX_DEPTH, WireError, WireReader } from "./wire-reader.ts";
export { WireWriter } from "./wire-writer.ts";
