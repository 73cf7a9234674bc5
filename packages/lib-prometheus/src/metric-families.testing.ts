/** For tests: pages in protobuf, written by protobufjs, and random families for them. */
import fc from "fast-check";
import protobuf from "protobufjs";

type Field = [type: string, id: number, rule?: "repeated"];
const fields = (all: Record<string, Field>) => ({
  fields: Object.fromEntries(
    Object.entries(all).map(([name, [type, id, rule]]) => [
      name,
      rule === undefined ? { type, id } : { type, id, rule },
    ]),
  ),
});

/** The messages of io.prometheus.client, by the field numbers of its documentation. */
const schema = protobuf.Root.fromJSON({
  nested: {
    LabelPair: fields({ name: ["string", 1], value: ["string", 2] }),
    Timestamp: fields({ seconds: ["int64", 1], nanos: ["int32", 2] }),
    Exemplar: fields({ label: ["LabelPair", 1, "repeated"], value: ["double", 2], timestamp: ["Timestamp", 3] }),
    Gauge: fields({ value: ["double", 1] }),
    Counter: fields({ value: ["double", 1], exemplar: ["Exemplar", 2], created: ["Timestamp", 3] }),
    Quantile: fields({ quantile: ["double", 1], value: ["double", 2] }),
    Summary: fields({
      sampleCount: ["uint64", 1],
      sampleSum: ["double", 2],
      quantile: ["Quantile", 3, "repeated"],
      created: ["Timestamp", 4],
    }),
    Untyped: fields({ value: ["double", 1] }),
    Bucket: fields({
      cumulativeCount: ["uint64", 1],
      upperBound: ["double", 2],
      exemplar: ["Exemplar", 3],
      cumulativeCountFloat: ["double", 4],
    }),
    BucketSpan: fields({ offset: ["sint32", 1], length: ["uint32", 2] }),
    Histogram: fields({
      sampleCount: ["uint64", 1],
      sampleSum: ["double", 2],
      bucket: ["Bucket", 3, "repeated"],
      sampleCountFloat: ["double", 4],
      schema: ["sint32", 5],
      zeroThreshold: ["double", 6],
      zeroCount: ["uint64", 7],
      zeroCountFloat: ["double", 8],
      negativeSpan: ["BucketSpan", 9, "repeated"],
      negativeDelta: ["sint64", 10, "repeated"],
      negativeCount: ["double", 11, "repeated"],
      positiveSpan: ["BucketSpan", 12, "repeated"],
      positiveDelta: ["sint64", 13, "repeated"],
      positiveCount: ["double", 14, "repeated"],
      created: ["Timestamp", 15],
      exemplars: ["Exemplar", 16, "repeated"],
    }),
    Metric: fields({
      label: ["LabelPair", 1, "repeated"],
      gauge: ["Gauge", 2],
      counter: ["Counter", 3],
      summary: ["Summary", 4],
      untyped: ["Untyped", 5],
      timestampMs: ["int64", 6],
      histogram: ["Histogram", 7],
    }),
    MetricFamily: fields({
      name: ["string", 1],
      help: ["string", 2],
      type: ["uint32", 3],
      metric: ["Metric", 4, "repeated"],
      unit: ["string", 5],
    }),
  },
});
const MetricFamily = schema.lookupType("MetricFamily");

export interface ProtoTime {
  readonly seconds: number;
  readonly nanos: number;
}
export interface ProtoExemplar {
  readonly label: readonly { readonly name: string; readonly value: string }[];
  readonly value: number;
  readonly timestamp?: ProtoTime | undefined;
}
export interface ProtoHistogram {
  readonly sampleCount?: number | undefined;
  readonly sampleSum?: number | undefined;
  readonly bucket?:
    | readonly {
        readonly cumulativeCount?: number;
        readonly upperBound: number;
        readonly exemplar?: ProtoExemplar;
        readonly cumulativeCountFloat?: number;
      }[]
    | undefined;
  readonly sampleCountFloat?: number | undefined;
  readonly schema?: number | undefined;
  readonly zeroThreshold?: number | undefined;
  readonly zeroCount?: number | undefined;
  readonly zeroCountFloat?: number | undefined;
  readonly negativeSpan?: readonly { readonly offset: number; readonly length: number }[] | undefined;
  readonly negativeDelta?: readonly number[] | undefined;
  readonly negativeCount?: readonly number[] | undefined;
  readonly positiveSpan?: readonly { readonly offset: number; readonly length: number }[] | undefined;
  readonly positiveDelta?: readonly number[] | undefined;
  readonly positiveCount?: readonly number[] | undefined;
  readonly created?: ProtoTime | undefined;
  readonly exemplars?: readonly ProtoExemplar[] | undefined;
}
export interface ProtoMetric {
  readonly label?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly gauge?: { readonly value: number } | undefined;
  readonly counter?:
    | {
        readonly value: number;
        readonly exemplar?: ProtoExemplar | undefined;
        readonly created?: ProtoTime | undefined;
      }
    | undefined;
  readonly untyped?: { readonly value: number } | undefined;
  readonly summary?: {
    readonly sampleCount: number;
    readonly sampleSum: number;
    readonly quantile: readonly { readonly quantile: number; readonly value: number }[];
    readonly created?: ProtoTime | undefined;
  };
  readonly histogram?: ProtoHistogram | undefined;
  readonly timestampMs?: number | undefined;
}
/** A family as protobufjs takes it; `type` is the number of `MetricType`. */
export interface ProtoFamily {
  readonly name: string;
  readonly help?: string | undefined;
  readonly type: number;
  readonly metric: readonly ProtoMetric[];
  readonly unit?: string | undefined;
}

/** The families as a page: each behind its length. */
export function protobufPage(families: readonly ProtoFamily[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const family of families) MetricFamily.encodeDelimited(MetricFamily.fromObject(family), writer);
  return writer.finish();
}

const text = fc.string({
  unit: fc.constantFrom("a", "B", "7", "_", ".", '"', "\\", "\n", "ü", "{", " "),
  maxLength: 6,
});
const name = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z]{1,3}(?:_[a-z]{1,4})?$/) },
  { weight: 1, arbitrary: fc.constantFrom("a.b", "größe", 'q"x', "a\\b", "x y") },
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -3),
  fc.double(),
);
const count = fc.nat(1000);
const time = fc.record({ seconds: fc.integer({ min: 1, max: 2e9 }), nanos: fc.nat(999_999_999) });
const labels = fc
  .uniqueArray(fc.record({ name, value: text }), { selector: (label) => label.name, maxLength: 3 })
  .map((all) => all.filter((label) => label.name !== "le" && label.name !== "quantile"));
const withTime = fc.record({ label: labels, value: number, timestamp: time });
const exemplar = fc.oneof(withTime, fc.record({ label: labels, value: number }));
const created = fc.option(time, { nil: undefined });

/** Spans and as many counts: few buckets, sometimes far apart. */
const side = fc
  .array(fc.record({ offset: fc.oneof(fc.nat(3), fc.nat(40)), length: fc.nat(3) }), { maxLength: 3 })
  .chain((spans) => {
    const buckets = spans.reduce((sum, { length }) => sum + length, 0);
    return fc.record({
      first: fc.integer({ min: -30, max: 30 }),
      spans: fc.constant(spans),
      counts: fc.array(count, { minLength: buckets, maxLength: buckets }),
    });
  })
  .map(({ first, spans, counts }) => ({
    spans: spans.map(({ offset, length }, at) => ({ offset: at === 0 ? first : offset, length })),
    counts,
    sum: counts.reduce((sum, n) => sum + n, 0),
  }));
const deltas = (counts: readonly number[]): number[] => counts.map((n, at) => n - (counts[at - 1] ?? 0));

/** A native histogram that is right; `float` as the wire has it. */
const nativeHistogram: fc.Arbitrary<ProtoHistogram> = fc
  .record({
    positive: side,
    negative: side,
    zeroCount: count,
    zeroThreshold: fc.constantFrom(0, 1e-128, 0.001),
    schema: fc.integer({ min: -4, max: 8 }),
    sampleSum: number,
    float: fc.boolean(),
    created,
    exemplars: fc.array(exemplar, { maxLength: 3 }),
  })
  .map(({ positive, negative, zeroCount, float, ...rest }) => {
    // Clients mark an empty native histogram with an empty span.
    const positiveSpan = positive.spans.length === 0 ? [{ offset: 0, length: 0 }] : positive.spans;
    const spans = { positiveSpan, negativeSpan: negative.spans };
    const total = positive.sum + negative.sum + zeroCount;
    if (!float || total === 0) {
      const counts = { positiveDelta: deltas(positive.counts), negativeDelta: deltas(negative.counts) };
      return { ...rest, ...spans, ...counts, zeroCount, sampleCount: total };
    }
    const half = (n: number): number => n / 2;
    const counts = { positiveCount: positive.counts.map(half), negativeCount: negative.counts.map(half) };
    return { ...rest, ...spans, ...counts, zeroCountFloat: zeroCount / 2, sampleCountFloat: total / 2 };
  });

const classicHistogram: fc.Arbitrary<ProtoHistogram> = fc
  .record({
    bounds: fc.uniqueArray(fc.constantFrom<number>(-1, 0, 0.005, 0.5, 1, 2.5, 10, 1e6), { maxLength: 5 }),
    counts: fc.array(count, { minLength: 6, maxLength: 6 }),
    inf: fc.boolean(),
    sampleSum: number,
    exemplars: fc.array(fc.option(exemplar, { nil: undefined }), { minLength: 6, maxLength: 6 }),
    created,
  })
  .map(({ bounds, counts, inf, sampleSum, exemplars, created: since }) => {
    const all = [...bounds].sort((a, b) => a - b);
    if (inf) all.push(Number.POSITIVE_INFINITY);
    const sums: number[] = [];
    for (const at of all.keys()) sums.push((sums.at(-1) ?? 0) + counts[at]!);
    const sum = sums.at(-1) ?? 0;
    const bucket = all.map((upperBound, at) => ({
      upperBound,
      cumulativeCount: sums[at]!,
      ...(exemplars[at] && { exemplar: exemplars[at] }),
    }));
    const sampleCount = inf ? sum : sum + counts.at(-1)!;
    return { bucket, sampleCount, sampleSum, ...(since && { created: since }) };
  });
const both = fc
  .tuple(nativeHistogram, classicHistogram)
  .map(([native, { bucket }]) => ({ ...native, bucket: bucket! }));

const drop = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
const counter = fc.record({ value: number, exemplar: fc.option(exemplar, { nil: undefined }), created }).map(drop);
const summary = fc
  .record({
    sampleCount: count,
    sampleSum: number,
    quantile: fc.array(fc.record({ quantile: fc.constantFrom(0, 0.5, 0.99, 1), value: number }), { maxLength: 3 }),
    created,
  })
  .map(drop);

/** The value of one type; a family has histograms of one kind, as every client's. */
const values: readonly { readonly type: number; readonly value: fc.Arbitrary<ProtoMetric>; readonly most: number }[] = [
  { type: 0, value: counter.map((value) => ({ counter: value })), most: 3 },
  { type: 1, value: number.map((value) => ({ gauge: { value } })), most: 3 },
  { type: 2, value: summary.map((value) => ({ summary: value })), most: 3 },
  // Where there is no value, which is how 0 is written, Prometheus takes that of the untyped metric before.
  { type: 3, value: number.filter((value) => value !== 0).map((value) => ({ untyped: { value } })), most: 3 },
  { type: 4, value: classicHistogram.map((value) => ({ histogram: value })), most: 3 },
  // Prometheus forgets exemplars of all but the first native histogram of a family.
  { type: 4, value: nativeHistogram.map((value) => ({ histogram: drop(value) })), most: 1 },
  { type: 4, value: both.map((value) => ({ histogram: drop(value) })), most: 1 },
  { type: 5, value: nativeHistogram.map((value) => ({ histogram: drop(value) })), most: 1 },
  { type: 5, value: classicHistogram.map((value) => ({ histogram: value })), most: 2 },
];

/** A family of any type that Prometheus reads. */
export const family: fc.Arbitrary<ProtoFamily> = fc.constantFrom(...values).chain(({ type, value, most }) =>
  fc
    .record({
      name,
      help: fc.option(text, { nil: undefined }),
      unit: fc.option(fc.constantFrom("seconds", "x", ""), { nil: undefined }),
      metric: fc.array(
        fc.record({ value, label: labels, timestampMs: fc.option(fc.integer(), { nil: undefined, freq: 3 }) }),
        { maxLength: most, minLength: 0 },
      ),
    })
    .map(({ metric, ...rest }) => ({
      ...drop(rest),
      type,
      metric: metric.map(({ value: inner, ...own }) => ({ ...drop(own), ...inner })),
    })),
);
