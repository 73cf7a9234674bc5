/**
 * The batch and its invariants: identity once, numbers every time.
 *
 * A batch is a list of parts; a part is one source's data at one moment and is never written after it was handed on.
 * A metrics part is numbers over a layout; a layout is a list of ids; an id is one point's identity in a catalog.
 */

/** One attribute value, as in OTLP: `bigint` is an int64 of any size, `number` a double (whole or not), `null` the empty value. */
export type AttributeValue =
  | string
  | boolean
  | number
  | bigint
  | Uint8Array
  | null
  | readonly AttributeValue[]
  // Tell it from an array with `isList`: arrays have a `map` too.
  | { readonly map: Attributes };
/** Attributes in their source's order. Keys are unique by convention; duplicates on the wire are kept. */
export type Attributes = readonly { readonly key: string; readonly value: AttributeValue }[];

/** What emitted the data: one per catalog. */
export interface Resource {
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
  readonly schemaUrl: string;
}
/** The instrumentation scope a metric, span or record belongs to. */
export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
}

/** Identity of one metric; interned per catalog, so two ids of one metric give the same object. */
export interface Metric {
  readonly name: string;
  readonly kind: "gauge" | "sum" | "histogram" | "exponential" | "summary";
  readonly monotonic: boolean;
  readonly temporality: "none" | "delta" | "cumulative";
  readonly unit: string;
  readonly help: string;
  /** OTLP `Metric.metadata`; a scraped metric carries `prometheus.type`. */
  readonly metadata: Attributes;
  readonly scope: Scope;
}

/**
 * Where the numbers of a point stand, in canonical order whatever the page or the wire said; interned (`shapeOf`).
 * histogram: CUMULATIVE counts of the finite bounds ascending, then +Inf, sum, count, min, max, each only if its flag is set.
 * summary: quantile values (`bounds` holds the quantiles) ascending, then sum, count.
 * number and int: one slot. exponential: none (see `MetricsPart.ragged`).
 * A shape may be incomplete (no count, no +Inf): presence is identity. The OTLP encoder drops a histogram without count.
 */
export interface Shape {
  readonly kind: "number" | "int" | "histogram" | "summary" | "exponential";
  readonly bounds: Float64Array;
  readonly inf: boolean;
  readonly sum: boolean;
  readonly count: boolean;
  readonly min: boolean;
  readonly max: boolean;
  readonly slots: number;
}

/**
 * Every point one source (scrape target, OTLP resource) has shown: id -> identity. Append-only: an id once handed out never
 * changes its meaning and is never reused, so readers need no lock, no copy and no invalidation.
 * Owner: the receiver keeps one per source and resource and drops it with the source. When more than 3/4 of the ids are
 * unseen it starts a new one, copying the live rows; the old one lives while a layout in flight points at it.
 * A view (`view`) has the SAME ids and stores nothing per id.
 */
export interface Catalog {
  readonly resource: Resource;
  /** Ids are 0..size-1. Only grows. */
  readonly size: number;
  metric(id: number): Metric;
  shape(id: number): Shape;
  /** Made for the caller at each call and kept by nobody; may run relabelling and every view above. Ask once per id. */
  attributes(id: number): Attributes;
  /** 128-bit hash (32 hex digits) of resource, scope, metric and sorted attributes: for state that outlives a catalog. */
  key(id: number): string;
  /** The same object for all catalogs of one source: samples of one `order` must not overtake each other. */
  readonly order: object;
  /** Bytes held, for the owner's gauge; 0 for a view. */
  readonly bytes: number;
}

/**
 * Which points, in which order. Immutable, and the same object for as long as a source shows the same points: `===` is the
 * test for "nothing changed". Rows of one scope, then of one metric, are adjacent. An id may repeat (explicit timestamps).
 */
export interface Layout {
  readonly catalog: Catalog;
  readonly ids: Int32Array;
  /** First slot of each row; one entry more than rows, the last is the number of slots. */
  readonly at: Int32Array;
}

/** Milliseconds since 1970 plus 0..999_999 ns: exact for uint64 ns. Columns are by layout row and override the scalars. ms 0 and ns 0 = not set. */
export interface Times {
  readonly ms: number;
  readonly ns: number;
  readonly msOf: Float64Array | undefined;
  readonly nsOf: Int32Array | undefined;
}

/** A slot holds a number. */
export const VALUE = 0;
/** A slot's series went stale: write 0x7ff0000000000002 (remote write) or NoRecordedValue (OTLP). */
export const STALE = 1;
/** A slot has no sample: write nothing. */
export const ABSENT = 2;

/**
 * Numbers of one layout at one moment. Every column is indexed by row or slot of the LAYOUT, never by position in `rows`, so a
 * change of catalog or of `rows` leaves the columns alone. Nobody reads a slot whose state is not VALUE.
 */
export interface MetricsPart {
  readonly signal: "metrics";
  readonly form: "points";
  readonly layout: Layout;
  /** The rows meant, ascending; undefined = all. Filters, splits, samplers and stale markers differ only here. */
  readonly rows: Int32Array | undefined;
  /** One number a slot, ints too. May be a window of a buffer shared by one page. Empty when `states` is "stale". */
  readonly slots: Float64Array;
  /** int slots beyond 2^53 exactly, by slot; almost always undefined. */
  readonly wide: ReadonlyMap<number, bigint> | undefined;
  /** By slot: VALUE, STALE or ABSENT; undefined = all VALUE. "stale" = every slot of every row meant is STALE and `slots` is empty. */
  readonly states: Uint8Array | "stale" | undefined;
  readonly time: Times;
  readonly start: Times | undefined;
  /** Exponential points by row; an exponential row without an entry is STALE. */
  readonly ragged: ReadonlyMap<number, ExponentialPoint> | undefined;
  /** By row. */
  readonly exemplars: ReadonlyMap<number, readonly Exemplar[]> | undefined;
  /** OTLP point flags beyond NoRecordedValue, by row; almost always undefined. */
  readonly flags: ReadonlyMap<number, number> | undefined;
}
/** An exponential histogram's numbers; counts beyond 2^53 are not exact. */
export interface ExponentialPoint {
  readonly scale: number;
  readonly count: number;
  readonly sum: number | undefined;
  readonly zeroCount: number;
  readonly zeroThreshold: number;
  readonly positive: { readonly offset: number; readonly counts: Float64Array };
  readonly negative: { readonly offset: number; readonly counts: Float64Array };
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** What only a Prometheus native histogram says; missing = it came by OTLP: counts are whole, a reset is unknown. */
  readonly native?: NativeDetails;
}
/** A native histogram beyond its numbers. */
export interface NativeDetails {
  /** Counts may have fractions: it travels as a float histogram. */
  readonly float: boolean;
  /** Whether counting began anew before this point; a gauge has no resets. */
  readonly reset: "unknown" | "yes" | "no" | "gauge";
}
/** An example measurement; `slot` is relative to its row (0 = the row's first slot). `int` keeps an as_int value exactly. */
export interface Exemplar {
  readonly slot: number;
  readonly value: number;
  readonly int: bigint | undefined;
  readonly ms: number;
  readonly ns: number;
  readonly traceId: Uint8Array | undefined;
  readonly spanId: Uint8Array | undefined;
  readonly attributes: Attributes;
}

/**
 * One resource's spans or log records: wire bytes, an index, and edits on top. `record` decodes one record when first asked and
 * remembers it (invisible to others). The encoder copies the wire of every record that has no edit.
 */
export interface RecordsPart<S extends "traces" | "logs", R> {
  readonly signal: S;
  readonly form: "records";
  readonly resource: Resource;
  readonly scopes: readonly Scope[];
  /** Owned by the part: copied out of the request when a record may outlive it. */
  readonly wire: Uint8Array;
  /** start, end, scope index: three entries a record. */
  readonly index: Int32Array;
  readonly rows: Int32Array | undefined;
  /** Replaces the wire of a row. Copy the map to add to it; a record is a frozen plain object with all fields present. */
  readonly edits: ReadonlyMap<number, R> | undefined;
  record(row: number): R;
}
/** Spans of one resource. */
export type TracesPart = RecordsPart<"traces", Span>;
/** Log records of one resource. */
export type LogsPart = RecordsPart<"logs", LogRecord>;

/** A whole OTLP request kept as bytes because nobody looks inside. Checked and counted on receipt; `decode` once, remembered. */
export interface WirePart<S extends Signal = Signal> {
  readonly signal: S;
  readonly form: "wire";
  readonly wire: Uint8Array;
  /** Data points, spans or records. */
  readonly items: number;
  decode(): readonly Exclude<PartOf<S>, WirePart>[];
}

/** Something that happened during a span; time in milliseconds since 1970 and nanoseconds beyond. */
export interface SpanEvent {
  readonly ms: number;
  readonly ns: number;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
}
/** A span that this one has to do with; ids are empty arrays when unset. */
export interface SpanLink {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly traceState: string;
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
  readonly flags: number;
}
/** One span; ids are empty arrays when unset. `kind` and `status.code` are OTLP's numbers. */
export interface Span {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly start: { readonly ms: number; readonly ns: number };
  readonly end: { readonly ms: number; readonly ns: number };
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEvents: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinks: number;
  readonly status: { readonly code: number; readonly message: string };
}
/** One log record; `severity` is OTLP's number 0..24. */
export interface LogRecord {
  readonly time: { readonly ms: number; readonly ns: number };
  readonly observed: { readonly ms: number; readonly ns: number };
  readonly severity: number;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
  readonly flags: number;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly eventName: string;
}

/** What a batch is made of; nothing else decides which way it takes. */
export type Signal = "metrics" | "traces" | "logs";
/** One source's data at one moment, of any signal and form. */
export type Part = MetricsPart | TracesPart | LogsPart | WirePart;
/** The parts a batch of signal S may hold. */
export type PartOf<S extends Signal> = S extends "metrics"
  ? MetricsPart | WirePart<"metrics">
  : S extends "traces"
    ? TracesPart | WirePart<"traces">
    : LogsPart | WirePart<"logs">;

/** Parts of one signal. Merging is concatenation, splitting is `rows`; `context` is the client metadata that may pick a view. */
export interface BatchOf<S extends Signal> {
  readonly signal: S;
  readonly parts: readonly PartOf<S>[];
  /** Lower-case keys. */
  readonly context: ReadonlyMap<string, readonly string[]> | undefined;
}
/** A batch of any signal; `signal` tells which. */
export type Batch = BatchOf<"metrics"> | BatchOf<"traces"> | BatchOf<"logs">;
