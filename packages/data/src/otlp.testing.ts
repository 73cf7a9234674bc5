/** What the OTLP tests share: an independent codec (protobufjs over testdata/otlp.proto) and random requests. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import protobuf from "protobufjs";

const root = protobuf.parse(readFileSync(new URL("../testdata/otlp.proto", import.meta.url), "utf8")).root;
export type Plain = Record<string, unknown>;
export type Request = "ExportMetricsServiceRequest" | "ExportTraceServiceRequest" | "ExportLogsServiceRequest";

/** Encodes a plain request with the oracle. */
export function oracleEncode(request: Request, plain: Plain): Uint8Array {
  const type = root.lookupType(request);
  return Uint8Array.from(type.encode(type.fromObject(plain)).finish());
}

/** Decodes with the oracle: every field there, 64-bit integers as text, bytes as lists. */
export function oracleDecode(request: Request, bytes: Uint8Array): Plain {
  const type = root.lookupType(request);
  const options = { longs: String, bytes: Array, defaults: true, arrays: true } as const;
  return normal(type.toObject(type.decode(bytes), options)) as Plain;
}

/** Messages that mean the same when they are empty and when they are missing. */
const EMPTY_IS_NOTHING = new Set(["positive", "negative", "status"]);
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, item]) => [key, isNothing(key, item) ? null : normal(item)]);
  return Object.fromEntries(entries);
}
function isNothing(key: string, value: unknown): boolean {
  if (!EMPTY_IS_NOTHING.has(key) || value === null || typeof value !== "object") return false;
  return Object.values(value).every((item) => (Array.isArray(item) ? item.length === 0 : item === 0 || item === ""));
}

const text = fc
  .oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 60 }))
  .map((s) => s.toWellFormed());
const uint64 = fc
  .oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.constantFrom(0n, 1n, 1_700_000_000_123_456_789n))
  .map(String);
const int64 = fc
  .oneof(
    fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
    fc.integer().map(BigInt),
    fc.constantFrom(0n, -1n, -(1n << 63n)),
  )
  .map(String);
const uint32 = fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const double = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60),
);
const bytes = (max: number) => fc.uint8Array({ maxLength: max });
const id = (length: number) =>
  fc.oneof(fc.uint8Array({ minLength: length, maxLength: length }), fc.constant(new Uint8Array(0)));
const maybe = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined }).map((v) => (v === undefined ? {} : { [key]: v }));
const merge = (...arbitraries: fc.Arbitrary<Plain>[]) =>
  fc.tuple(...arbitraries).map((parts) => Object.assign({}, ...parts) as Plain);

const { value: anyValue, keyValue } = fc.letrec<{ value: Plain; keyValue: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: bytes(6) }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("value"), { maxLength: 3 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie("keyValue"), { maxLength: 3 }) }) }),
  ),
  keyValue: fc.record({ key: text, value: tie("value") }),
}));
const attributes = fc.array(keyValue, { maxLength: 4 });

const exemplar = merge(
  fc.record({ timeUnixNano: uint64, filteredAttributes: attributes, traceId: id(16), spanId: id(8) }),
  fc.oneof(fc.record({ asDouble: double }), fc.record({ asInt: int64 })),
);
const exemplars = fc.array(exemplar, { maxLength: 2 });
const point = fc.record({ startTimeUnixNano: uint64, timeUnixNano: uint64, attributes });
/** Flags without NoRecordedValue. */
const flags = uint32.map((n) => ({ flags: (n & ~1) >>> 0 }));
const stale = uint32.map((n) => ({ flags: (n | 1) >>> 0 }));

const numberPoint = fc.oneof(
  merge(point, flags, fc.record({ exemplars }), fc.oneof(fc.record({ asDouble: double }), fc.record({ asInt: int64 }))),
  merge(point, flags),
  merge(point, stale),
);
const small = fc.bigInt({ min: 0n, max: 1n << 44n }).map(String);
const buckets = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 8 })
  .chain((bounds) =>
    fc.record({
      explicitBounds: fc.constant(
        bounds.toSorted((a, b) => a - b).filter((bound, i, all) => i === 0 || bound !== all[i - 1]),
      ),
      bucketCounts: fc.array(small, { minLength: bounds.length + 1, maxLength: bounds.length + 1 }),
    }),
  )
  .map(({ explicitBounds, bucketCounts }) => ({
    explicitBounds,
    bucketCounts: bucketCounts.slice(0, explicitBounds.length + 1),
  }));
const histogramPoint = fc.oneof(
  merge(
    point,
    flags,
    fc.record({ exemplars, count: small }),
    maybe("sum", double),
    maybe("min", double),
    maybe("max", double),
    fc.oneof(buckets, fc.constant({})),
  ),
  merge(point, stale),
);
const exponentialBuckets = fc.record({
  offset: fc.integer(),
  bucketCounts: fc.array(fc.oneof(fc.nat().map(String), small), { maxLength: 6 }),
});
const exponentialPoint = fc.oneof(
  merge(
    point,
    flags,
    fc.record({
      exemplars,
      count: small,
      scale: fc.integer({ min: -11, max: 20 }),
      zeroCount: small,
      zeroThreshold: double,
    }),
    maybe("sum", double),
    maybe("min", double),
    maybe("max", double),
    maybe("positive", exponentialBuckets),
    maybe("negative", exponentialBuckets),
  ),
  merge(point, stale, fc.record({ exemplars })),
);
const quantileValues = fc
  .uniqueArray(fc.double({ noNaN: true, min: 0, max: 1 }), { maxLength: 4, comparator: "SameValueZero" })
  .chain((quantiles) =>
    fc.tuple(
      ...quantiles
        .toSorted((a, b) => a - b)
        .map((quantile) => fc.record({ quantile: fc.constant(quantile), value: double })),
    ),
  );
const summaryPoint = fc.oneof(
  merge(
    point,
    flags,
    fc.record({ count: small, sum: double, quantileValues: quantileValues as fc.Arbitrary<unknown[]> }),
  ),
  merge(point, stale),
);

const some = (item: fc.Arbitrary<Plain>) => fc.array(item, { minLength: 1, maxLength: 4 });
const temporality = fc.record({ aggregationTemporality: fc.nat({ max: 2 }) });
const data = fc.oneof(
  fc.record({ gauge: fc.record({ dataPoints: some(numberPoint) }) }),
  fc.record({ sum: merge(fc.record({ dataPoints: some(numberPoint), isMonotonic: fc.boolean() }), temporality) }),
  fc.record({ histogram: merge(fc.record({ dataPoints: some(histogramPoint) }), temporality) }),
  fc.record({ exponentialHistogram: merge(fc.record({ dataPoints: some(exponentialPoint) }), temporality) }),
  fc.record({ summary: fc.record({ dataPoints: some(summaryPoint) }) }),
) as fc.Arbitrary<Plain>;
const metric = merge(fc.record({ name: text, description: text, unit: text, metadata: attributes }), data);

/** Scopes and resources: numbered, so that no two are equal and the decoder has nothing to put together. */
const numbered = (key: string, items: fc.Arbitrary<Plain[]>) =>
  items.map((list) => list.map((item, i) => ({ ...item, [key]: `${(item[key] as string | undefined) ?? ""}#${i}` })));
const request = (outer: string, middle: string, inner: string, items: fc.Arbitrary<Plain[]>) => {
  const scope = fc.record({ name: text, version: text, attributes, droppedAttributesCount: uint32 });
  const scoped = fc.record({ scope, schemaUrl: text, [inner]: items }) as fc.Arbitrary<Plain>;
  const resource = fc.record({ attributes, droppedAttributesCount: uint32 });
  const resources = fc.record({
    resource,
    schemaUrl: text,
    [middle]: numbered("schemaUrl", some(scoped)),
  }) as fc.Arbitrary<Plain>;
  return fc.record({ [outer]: fc.array(resources, { maxLength: 3 }) }) as fc.Arbitrary<Plain>;
};

export const metricsRequest = request("resourceMetrics", "scopeMetrics", "metrics", numbered("name", some(metric)));

const event = fc.record({ timeUnixNano: uint64, name: text, attributes, droppedAttributesCount: uint32 });
const link = fc.record({
  traceId: bytes(17),
  spanId: bytes(9),
  traceState: text,
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
});
const span = fc.record({
  traceId: bytes(17),
  spanId: bytes(9),
  parentSpanId: bytes(9),
  traceState: text,
  flags: uint32,
  name: text,
  kind: fc.integer({ min: -1, max: 7 }),
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(event, { maxLength: 2 }),
  droppedEventsCount: uint32,
  links: fc.array(link, { maxLength: 2 }),
  droppedLinksCount: uint32,
  status: fc.record({ code: fc.integer({ min: -1, max: 3 }), message: text }),
}) as fc.Arbitrary<Plain>;
export const tracesRequest = request("resourceSpans", "scopeSpans", "spans", some(span));

const log = merge(
  fc.record({
    timeUnixNano: uint64,
    observedTimeUnixNano: uint64,
    severityNumber: fc.integer({ min: -1, max: 25 }),
    severityText: text,
    attributes,
    droppedAttributesCount: uint32,
    flags: uint32,
    traceId: bytes(17),
    spanId: bytes(9),
    eventName: text,
  }),
  maybe(
    "body",
    anyValue.filter((value) => Object.keys(value).length > 0),
  ),
);
export const logsRequest = request("resourceLogs", "scopeLogs", "logRecords", some(log));

/** Breaks bytes: cuts them, or changes some. */
export const damaged = (whole: fc.Arbitrary<Uint8Array>) =>
  fc
    .tuple(whole, fc.nat(), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }), fc.boolean())
    .map(([bytes, at, changes, cut]) => {
      const broken = cut ? bytes.slice(0, at % (bytes.length + 1)) : bytes.slice();
      for (const [place, byte] of changes) if (broken.length > 0) broken[place % broken.length] = byte;
      return broken;
    });
