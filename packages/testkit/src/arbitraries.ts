import {
  type Attributes,
  type AttributeValue,
  type BatchOf,
  batchOf,
  createCatalog,
  type Exemplar,
  type ExponentialPoint,
  type LogRecord,
  layoutOf,
  logsPart,
  type Metric,
  type MetricsPart,
  pointsPart,
  type Resource,
  type Scope,
  type Shape,
  type Span,
  STALE,
  shapeOf,
  tracesPart,
} from "@sluice/data";
import fc from "fast-check";

/** Random batches of metrics: every kind, several resources and scopes, columns of times, selections, stale points. */
export function arbitraryMetricsBatch(): fc.Arbitrary<BatchOf<"metrics">> {
  return fc.array(metricsPart, { maxLength: 3 }).map((parts) => batchOf("metrics", parts));
}
/** Random batches of spans. */
export function arbitraryTracesBatch(): fc.Arbitrary<BatchOf<"traces">> {
  return fc.array(recordsOf(span).map(tracesPart), { maxLength: 3 }).map((parts) => batchOf("traces", parts));
}
/** Random batches of log records. */
export function arbitraryLogsBatch(): fc.Arbitrary<BatchOf<"logs">> {
  return fc.array(recordsOf(logRecord).map(logsPart), { maxLength: 3 }).map((parts) => batchOf("logs", parts));
}
/** Random attributes with unique keys; values nest at most twice. */
export function arbitraryAttributes(): fc.Arbitrary<Attributes> {
  return attributes;
}

const text = fc.string({ unit: "grapheme", maxLength: 8 }).map((s) => s.toWellFormed());
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const count = fc.nat({ max: 1_000_000 });
const id = (length: number) =>
  fc.oneof(fc.uint8Array({ minLength: length, maxLength: length }), fc.constant(new Uint8Array(0)));
const time = fc.record({ ms: fc.integer({ min: 1, max: 4_102_444_800_000 }), ns: fc.nat({ max: 999_999 }) });
/** An int64 is a bigint only where a number would not do. */
const wide = int64.filter((value) => !Number.isSafeInteger(Number(value)));

const { attributes } = fc.letrec<{ value: AttributeValue; attributes: Attributes }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    text,
    fc.boolean(),
    fc.double({ noNaN: true }),
    wide,
    fc.uint8Array({ maxLength: 4 }),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.record({ map: tie("attributes") }),
  ),
  attributes: fc.uniqueArray(fc.record({ key: text, value: tie("value") }), {
    maxLength: 4,
    selector: ({ key }) => key,
  }),
}));
const resource: fc.Arbitrary<Resource> = fc.record({ attributes, droppedAttributes: uint32, schemaUrl: text });
const scope: fc.Arbitrary<Scope> = fc.record({
  name: text,
  version: text,
  schemaUrl: text,
  attributes,
  droppedAttributes: uint32,
});

/** Some scopes, no two equal, each with some items. */
function scoped<T>(items: fc.Arbitrary<T>): fc.Arbitrary<{ scope: Scope; items: T[] }[]> {
  const one = fc.record({ scope, items: fc.array(items, { minLength: 1, maxLength: 3 }) });
  return fc.uniqueArray(one, { minLength: 1, maxLength: 2, selector: (entry) => entry.scope.name });
}
function recordsOf<R>(record: fc.Arbitrary<R>) {
  const scopes = scoped(record).map((list) => list.map(({ scope, items }) => ({ scope, records: items })));
  return fc.record({ resource, scopes });
}

/** One point before it has a place: its form, and a number for each slot. */
interface Point {
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly values: readonly (number | bigint)[];
  readonly ragged: ExponentialPoint | undefined;
}
type Form = Omit<Point, "attributes">;

const numberForm: fc.Arbitrary<Form> = fc.oneof(
  fc.double().map((value) => ({ shape: shapeOf({ kind: "number" }), values: [value], ragged: undefined })),
  int64.map((value) => ({ shape: shapeOf({ kind: "int" }), values: [value], ragged: undefined })),
);
const ascending = (numbers: fc.Arbitrary<number>, maxLength: number) =>
  fc.uniqueArray(numbers, { maxLength, comparator: "SameValueZero" }).map((list) => Float64Array.from(list).sort());
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

const histogramForm: fc.Arbitrary<Form> = fc
  .record({
    bounds: ascending(finite, 5),
    steps: fc.array(count, { minLength: 6, maxLength: 6 }),
    sum: fc.option(finite),
    min: fc.option(finite),
    max: fc.option(finite),
  })
  .map(({ bounds, steps, sum, min, max }) => {
    const cumulative = steps.slice(0, bounds.length + 1).map((_, i) => steps.slice(0, i + 1).reduce((a, b) => a + b));
    const total = cumulative.at(-1) ?? 0;
    const flags = { inf: true, sum: sum !== null, count: true, min: min !== null, max: max !== null };
    const optional = [
      ...(sum === null ? [] : [sum]),
      total,
      ...(min === null ? [] : [min]),
      ...(max === null ? [] : [max]),
    ];
    return {
      shape: shapeOf({ kind: "histogram", bounds, ...flags }),
      values: [...cumulative, ...optional],
      ragged: undefined,
    };
  });

const summaryForm: fc.Arbitrary<Form> = ascending(fc.double({ min: 0, max: 1, noNaN: true }), 4).chain((bounds) =>
  fc
    .tuple(fc.array(fc.double(), { minLength: bounds.length, maxLength: bounds.length }), finite, count)
    .map(([values, sum, total]) => ({
      shape: shapeOf({ kind: "summary", bounds, sum: true, count: true }),
      values: [...values, sum, total],
      ragged: undefined,
    })),
);

const buckets = fc.record({
  offset: fc.integer({ min: -1000, max: 1000 }),
  counts: fc.array(count, { maxLength: 5 }).map((counts) => Float64Array.from(counts)),
});
const exponentialForm: fc.Arbitrary<Form> = fc
  .record({
    scale: fc.integer({ min: -10, max: 20 }),
    // Mostly as many as the buckets hold.
    astray: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: count }),
    sum: fc.option(finite, { nil: undefined }),
    zeroCount: count,
    zeroThreshold: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    positive: buckets,
    negative: buckets,
    min: fc.option(finite, { nil: undefined }),
    max: fc.option(finite, { nil: undefined }),
  })
  .map(({ astray, ...ragged }) => {
    const held = [...ragged.positive.counts, ...ragged.negative.counts].reduce((sum, each) => sum + each, 0);
    const total = ragged.zeroCount + held + astray;
    return { shape: shapeOf({ kind: "exponential" }), values: [], ragged: { ...ragged, count: total } };
  });

const forms: Readonly<Record<Metric["kind"], fc.Arbitrary<Form>>> = {
  gauge: numberForm,
  sum: numberForm,
  histogram: histogramForm,
  exponential: exponentialForm,
  summary: summaryForm,
};

/** A metric without its scope, and its points. */
const metric = fc.constantFrom<Metric["kind"]>("gauge", "sum", "histogram", "exponential", "summary").chain((kind) =>
  fc.record({
    metric: fc.record({
      name: text,
      kind: fc.constant(kind),
      monotonic: kind === "sum" ? fc.boolean() : fc.constant(false),
      temporality:
        kind === "gauge" || kind === "summary"
          ? fc.constant("none" as const)
          : fc.constantFrom("delta" as const, "cumulative" as const),
      unit: text,
      help: text,
      metadata: attributes,
    }),
    points: fc.array(
      fc.tuple(attributes, forms[kind]).map(([own, form]): Point => ({ attributes: own, ...form })),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);

const exemplar: fc.Arbitrary<Exemplar> = fc.record({
  slot: fc.constant(0),
  value: fc.double(),
  int: fc.constant(undefined),
  ms: time.map(({ ms }) => ms),
  ns: fc.nat({ max: 999_999 }),
  traceId: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined }),
  spanId: fc.option(fc.uint8Array({ minLength: 8, maxLength: 8 }), { nil: undefined }),
  attributes,
});

const metricsPart: fc.Arbitrary<MetricsPart> = fc
  .record({ resource, scopes: scoped(metric) })
  .chain((tree) => {
    const rows = tree.scopes.flatMap(({ scope, items }) =>
      items.flatMap((item) => item.points.map((point) => ({ metric: { ...item.metric, scope }, point }))),
    );
    const each = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: rows.length, maxLength: rows.length });
    return fc.record({
      resource: fc.constant(tree.resource),
      rows: fc.constant(rows),
      stale: each(fc.boolean()),
      anyStale: fc.boolean(),
      times: fc.oneof(each(time), time),
      start: fc.oneof(each(time), fc.constant(undefined)),
      chosen: fc.oneof(fc.constant(undefined), fc.subarray([...rows.keys()])),
      exemplars: each(fc.array(exemplar, { maxLength: 1 })),
    });
  })
  .map(({ resource, rows, stale, anyStale, times, start, chosen, exemplars }) => {
    const catalog = createCatalog(resource);
    const ids = rows.map(({ metric, point: { shape, attributes } }) => catalog.add({ metric, shape, attributes }));
    const numbers = rows.flatMap(({ point }) => point.values);
    const states = rows.flatMap(({ point }, row) => point.values.map(() => (stale[row] ? STALE : 0)));
    return pointsPart({
      layout: layoutOf(catalog, Int32Array.from(ids)),
      slots: Float64Array.from(numbers, Number),
      wide: mapOf(numbers, (value) =>
        typeof value === "bigint" && !Number.isSafeInteger(Number(value)) ? value : undefined,
      ),
      states: anyStale ? Uint8Array.from(states) : undefined,
      time: timesFrom(times),
      start: start && timesFrom(start),
      rows: chosen && Int32Array.from(chosen),
      ragged: mapOf(rows, ({ point }) => point.ragged),
      exemplars: mapOf(exemplars, (list) => (list.length > 0 ? list : undefined)),
    });
  });

type Time = { readonly ms: number; readonly ns: number };
function timesFrom(times: Time | readonly Time[]): MetricsPart["time"] {
  if ("ms" in times) return { ...times, msOf: undefined, nsOf: undefined };
  return { ms: 0, ns: 0, msOf: Float64Array.from(times, ({ ms }) => ms), nsOf: Int32Array.from(times, ({ ns }) => ns) };
}

/** By index, what `fn` makes something of; undefined when that is nothing. */
function mapOf<T, R>(items: readonly T[], fn: (item: T) => R | undefined): ReadonlyMap<number, R> | undefined {
  const found = new Map<number, R>();
  for (const [index, item] of items.entries()) {
    const value = fn(item);
    if (value !== undefined) found.set(index, value);
  }
  return found.size > 0 ? found : undefined;
}

const span: fc.Arbitrary<Span> = fc.record({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: id(8),
  traceState: text,
  flags: uint32,
  name: text,
  kind: fc.nat({ max: 5 }),
  start: time,
  end: time,
  attributes,
  droppedAttributes: uint32,
  events: fc.array(
    fc.record({
      ms: time.map(({ ms }) => ms),
      ns: fc.nat({ max: 999_999 }),
      name: text,
      attributes,
      droppedAttributes: uint32,
    }),
    { maxLength: 2 },
  ),
  droppedEvents: uint32,
  links: fc.array(
    fc.record({
      traceId: id(16),
      spanId: id(8),
      traceState: text,
      attributes,
      droppedAttributes: uint32,
      flags: uint32,
    }),
    { maxLength: 2 },
  ),
  droppedLinks: uint32,
  status: fc.record({ code: fc.nat({ max: 2 }), message: text }),
});

const logRecord: fc.Arbitrary<LogRecord> = fc.record({
  time,
  observed: time,
  severity: fc.nat({ max: 24 }),
  severityText: text,
  body: fc.oneof(
    text,
    attributes.map((map) => ({ map })),
  ),
  attributes,
  droppedAttributes: uint32,
  flags: uint32,
  traceId: id(16),
  spanId: id(8),
  eventName: text,
});
