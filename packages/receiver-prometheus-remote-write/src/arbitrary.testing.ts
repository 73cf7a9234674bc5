/** Random requests: few series, so that they come again in other places, at other times, as other things. */
import fc from "fast-check";
import { bitsOf, fixed, type SeriesSpec, STALE_BITS } from "./messages.testing.ts";

const NAMES = ["up", "rpc_total", "h_bucket", "h_count", "h", "temperature.celsius"];
const name = fc.constantFrom(...NAMES);
const value = fc.constantFrom("", "a", "b", "1.0", "é");
const labels = fc
  .record(
    {
      __name__: name,
      job: fc.constantFrom("api", "ns/api", "/"),
      instance: fc.constantFrom("a:1", "b:2"),
      le: value,
      otel_scope_name: fc.constantFrom("lib", ""),
      otel_scope_x: fc.constantFrom("1"),
      path: value,
    },
    { requiredKeys: ["__name__"] },
  )
  .map((of) => Object.entries(of).toSorted(([a], [b]) => (a < b ? -1 : 1)));
const ms = fc.oneof(fc.constantFrom(1000, 2000, 3000), fc.maxSafeInteger());
const bits = fc.oneof(
  fc.double().map(bitsOf),
  fc.constantFrom(STALE_BITS, "7ff8000000000001", "fff8000000000123", "8000000000000000"),
);
const startMs = fc.constantFrom(0, 0, 500);
const sample = fc.record({ value: bits.filter((it) => it !== "7ff8000000000000"), ms, startMs });

const side = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 3 })), {
    maxLength: 3,
  })
  .map((runs) => ({
    spans: runs.map(([offset, counts], i) => ({ offset: i === 0 ? offset - 3 : offset, length: counts.length })),
    counts: runs.flatMap(([, counts]) => counts),
  }));
type Side = { readonly spans: readonly object[]; readonly counts: readonly number[] };
const fields = (which: string, { spans, counts }: Side, float: boolean) => ({
  [`${which}_spans`]: spans,
  [`${which}_${float ? "counts" : "deltas"}`]: float ? counts : counts.map((n, i) => n - (counts[i - 1] ?? 0)),
});
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const exponential = fc
  .record({
    schema: fc.integer({ min: -4, max: 12 }),
    positive: side,
    negative: side,
    float: fc.boolean(),
    reset: fc.nat({ max: 3 }),
    ms,
    startMs,
  })
  .map(({ schema, positive, negative, float, reset, ms: at, startMs: start }) => ({
    ...(float
      ? { count_float: 7.5, zero_count_float: 0.5 }
      : { count_int: 2 + sum(positive.counts) + sum(negative.counts), zero_count_int: 2 }),
    sum: fixed(1.5),
    schema,
    zero_threshold: 1e-9,
    ...fields("positive", positive, float),
    ...fields("negative", negative, float),
    reset_hint: reset,
    timestamp: at,
    start_timestamp: start,
  }));
const custom = fc
  .record({
    bounds: fc.uniqueArray(fc.integer({ min: -5, max: 5 }), { maxLength: 4 }),
    count: fc.nat({ max: 9 }),
    ms,
    startMs,
  })
  .map(({ bounds, count, ms: at, startMs: start }) => ({
    count_int: count,
    sum: fixed(-2),
    schema: -53,
    positive_spans: [{ offset: bounds.length, length: 1 }],
    positive_deltas: [count],
    custom_values: bounds.toSorted((a, b) => a - b),
    timestamp: at,
    start_timestamp: start,
  }));
const stale = ms.map((at) => ({ count_int: 0, sum: fixed(STALE_BITS), timestamp: at }));
const exemplar = fc.record({
  labels: fc.constantFrom(
    [],
    [["trace_id", "0123456789abcdef0123456789abcdef"]],
    [
      ["trace_id", "ABC"],
      ["x", "y"],
    ],
  ) as fc.Arbitrary<[string, string][]>,
  value: fc.double({ noNaN: true }),
  ms,
});

const numbers = fc.record({
  labels,
  samples: fc.array(sample, { minLength: 1, maxLength: 3 }),
  created: fc.constantFrom(0, 0, 700),
});
const series: fc.Arbitrary<SeriesSpec> = fc.oneof(
  { weight: 4, arbitrary: numbers },
  {
    weight: 2,
    arbitrary: fc.record({
      labels,
      histograms: fc.array(fc.oneof(exponential, custom, stale), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ labels, exemplars: fc.array(exemplar, { minLength: 1, maxLength: 2 }) }) },
);

const meta = fc.option(fc.record({ type: fc.nat({ max: 7 }), help: value, unit: value }), { nil: undefined });

/** The series of a request; of 2.0 they have metadata too, all of one name the same. */
export const arbitraryRequest: fc.Arbitrary<SeriesSpec[]> = fc
  .tuple(fc.array(series, { maxLength: 12 }), fc.tuple(...NAMES.map(() => meta)))
  .map(([list, metas]) =>
    list.map((spec) => {
      const own = metas[NAMES.indexOf(new Map(spec.labels as [string, string][]).get("__name__")!)];
      return { ...spec, ...(own && { meta: own }) };
    }),
  );
