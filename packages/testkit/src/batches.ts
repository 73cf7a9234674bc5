import {
  type Attributes,
  type AttributeValue,
  type BatchOf,
  batchOf,
  createCatalog,
  EXPONENTIAL,
  type ExponentialPoint,
  INT,
  type LogRecord,
  layoutOf,
  logsPart,
  type Metric,
  NUMBER,
  pointsPart,
  type RecordsSpec,
  type Resource,
  type Scope,
  type Shape,
  type Span,
  STALE,
  shapeOf,
  timesOf,
  tracesPart,
} from "@sluice/data";
import { START_MS } from "./sim-time.ts";

/** Attributes as a test writes them. */
export type AttributeRecord = Readonly<Record<string, AttributeValue>>;

/** What the items of a batch have in common. */
export interface BatchOptions {
  readonly resource?: AttributeRecord;
  readonly scope?: string;
  /** Milliseconds since 1970; default: the first moment of a simulation. */
  readonly timeMs?: number;
  /** Start of the cumulative points. */
  readonly startMs?: number;
}

/** One point as a test writes it: with `value` a gauge unless told otherwise, or one of the other forms. */
export interface PointSpec extends Partial<Pick<Metric, "kind" | "monotonic" | "temporality" | "unit" | "help">> {
  readonly name: string;
  readonly attributes?: AttributeRecord;
  /** A bigint is an OTLP int. */
  readonly value?: number | bigint;
  /** Cumulative counts, the last one of +Inf. */
  readonly histogram?: {
    readonly bounds: readonly number[];
    readonly counts: readonly number[];
    readonly sum?: number;
  };
  readonly summary?: { readonly quantiles: AttributeNumbers; readonly sum: number; readonly count: number };
  readonly exponential?: ExponentialPoint;
  readonly stale?: boolean;
}
type AttributeNumbers = Readonly<Record<string, number>>;

/** A batch of one part with these points, in this order. */
export function metricsBatch(points: readonly PointSpec[], options: BatchOptions = {}): BatchOf<"metrics"> {
  const catalog = createCatalog(resourceOf(options.resource));
  const scope = scopeOf(options.scope);
  const forms = points.map(formOf);
  const ids = points.map((point, row) => {
    const attributes = attributesOf(point.attributes);
    return catalog.add({ metric: metricOf(point, scope), shape: forms[row]!.shape, attributes });
  });
  const numbers = forms.flatMap(({ values }) => values);
  const wide = new Map<number, bigint>();
  numbers.forEach((value, slot) => {
    if (typeof value === "bigint" && !Number.isSafeInteger(Number(value))) wide.set(slot, value);
  });
  const states = points.flatMap(({ stale }, row) => forms[row]!.values.map(() => (stale ? STALE : 0)));
  const ragged = points.flatMap(({ exponential }, row) => (exponential ? [[row, exponential] as const] : []));
  const part = pointsPart({
    layout: layoutOf(catalog, Int32Array.from(ids)),
    slots: Float64Array.from(numbers, Number),
    time: timesOf(options.timeMs ?? START_MS),
    start: options.startMs === undefined ? undefined : timesOf(options.startMs),
    wide: wide.size > 0 ? wide : undefined,
    states: states.includes(STALE) ? Uint8Array.from(states) : undefined,
    ragged: ragged.length > 0 ? new Map(ragged) : undefined,
  });
  return batchOf("metrics", [part]);
}

/** A batch of one part with these spans; what is not said is empty. */
export function tracesBatch(spans: readonly Partial<Span>[], options: BatchOptions = {}): BatchOf<"traces"> {
  const time = { ms: options.timeMs ?? START_MS, ns: 0 };
  const records = spans.map((span) => ({ ...emptySpan, start: time, end: time, ...span }));
  return batchOf("traces", [tracesPart(recordsOf(records, options))]);
}

/** A batch of one part with these records; what is not said is empty. */
export function logsBatch(records: readonly Partial<LogRecord>[], options: BatchOptions = {}): BatchOf<"logs"> {
  const time = { ms: options.timeMs ?? START_MS, ns: 0 };
  const full = records.map((record) => ({ ...emptyLogRecord, time, observed: time, ...record }));
  return batchOf("logs", [logsPart(recordsOf(full, options))]);
}

/** A list of attributes from a record, in its order. */
export function attributesOf(record: AttributeRecord = {}): Attributes {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

/** A resource with these attributes. */
export function resourceOf(attributes: AttributeRecord = {}): Resource {
  return { attributes: attributesOf(attributes), droppedAttributes: 0, schemaUrl: "" };
}

/** A scope of this name. */
export function scopeOf(name = ""): Scope {
  return { name, version: "", schemaUrl: "", attributes: [], droppedAttributes: 0 };
}

function recordsOf<R>(records: readonly R[], { resource, scope }: BatchOptions): RecordsSpec<R> {
  return { resource: resourceOf(resource), scopes: [{ scope: scopeOf(scope), records }] };
}

function metricOf(point: PointSpec, scope: Scope): Metric {
  const kind = point.kind ?? kindOf(point);
  const cumulative = kind === "sum" || kind === "histogram" || kind === "exponential";
  return {
    name: point.name,
    kind,
    monotonic: point.monotonic ?? kind === "sum",
    temporality: point.temporality ?? (cumulative ? "cumulative" : "none"),
    unit: point.unit ?? "",
    help: point.help ?? "",
    metadata: [],
    scope,
  };
}

function kindOf({ histogram, summary, exponential }: PointSpec): Metric["kind"] {
  if (histogram) return "histogram";
  if (summary) return "summary";
  return exponential ? "exponential" : "gauge";
}

function formOf(point: PointSpec): { readonly shape: Shape; readonly values: readonly (number | bigint)[] } {
  const { histogram, summary, exponential, value = 0 } = point;
  if (histogram) {
    const { bounds, counts, sum } = histogram;
    const flags = { inf: true, sum: sum !== undefined, count: true };
    const shape = shapeOf({ kind: "histogram", bounds: Float64Array.from(bounds), ...flags });
    return { shape, values: [...counts, ...(sum === undefined ? [] : [sum]), counts.at(-1) ?? 0] };
  }
  if (summary) {
    const quantiles = Object.entries(summary.quantiles).sort(([a], [b]) => Number(a) - Number(b));
    const bounds = Float64Array.from(quantiles, ([quantile]) => Number(quantile));
    const shape = shapeOf({ kind: "summary", bounds, sum: true, count: true });
    return { shape, values: [...quantiles.map(([, number]) => number), summary.sum, summary.count] };
  }
  if (exponential) return { shape: EXPONENTIAL, values: [] };
  return { shape: typeof value === "bigint" ? INT : NUMBER, values: [value] };
}

const none = new Uint8Array(0);
const unset = { ms: 0, ns: 0 };
const emptySpan: Span = {
  traceId: none,
  spanId: none,
  parentSpanId: none,
  traceState: "",
  flags: 0,
  name: "",
  kind: 0,
  start: unset,
  end: unset,
  attributes: [],
  droppedAttributes: 0,
  events: [],
  droppedEvents: 0,
  links: [],
  droppedLinks: 0,
  status: { code: 0, message: "" },
};
const emptyLogRecord: LogRecord = {
  time: unset,
  observed: unset,
  severity: 0,
  severityText: "",
  body: null,
  attributes: [],
  droppedAttributes: 0,
  flags: 0,
  traceId: none,
  spanId: none,
  eventName: "",
};
