import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ABSENT,
  createCatalog,
  decodeMetrics,
  EXPONENTIAL,
  type Exemplar,
  type ExponentialPoint,
  encodeMetrics,
  INT,
  layoutOf,
  type Metric,
  type MetricsPart,
  NUMBER,
  pointsPart,
  type Shape,
  STALE,
  select,
  shapeOf,
  slotOf,
  timesOf,
  VALUE,
} from "./index.ts";
import { attrs, metricOf, resourceOf, rowsOf, testScope } from "./model.testing.ts";
import { oracleDecode, oracleEncode, type Plain } from "./otlp.testing.ts";

/** Any OTLP can say: complete shapes, whole counts, one state a point (and ABSENT only for numbers). */
interface RandomRow {
  readonly shape: Shape;
  readonly slots: readonly number[];
  readonly wide: bigint | undefined;
  readonly state: number;
  readonly exponential: ExponentialPoint | undefined;
  readonly exemplars: readonly Exemplar[];
  readonly flags: number;
  readonly time: readonly [number, number];
  readonly start: readonly [number, number];
}

const double = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY));
const whole = fc.maxSafeNat();
const time = fc.tuple(
  fc.oneof(fc.constant(0), fc.nat(), fc.integer({ min: 1, max: 18_446_744_073_708 })),
  fc.nat({ max: 999_999 }),
);
const stateOf = (...states: number[]) => fc.constantFrom(VALUE, VALUE, ...states);
const exemplar = (slot: number): fc.Arbitrary<Exemplar> =>
  fc.record({
    slot: fc.constant(slot),
    value: fc.double({ noNaN: true, min: 100, max: 1e9 }),
    int: fc.constant(undefined),
    ms: fc.nat(),
    ns: fc.nat({ max: 999_999 }),
    traceId: fc.constantFrom(undefined, Uint8Array.of(1, 2)),
    spanId: fc.constantFrom(undefined, Uint8Array.of(3)),
    attributes: fc.constantFrom(attrs({}), attrs({ a: "b" })),
  });
const common = (slot = 0) => ({
  wide: fc.constant(undefined),
  exponential: fc.constant(undefined),
  exemplars: fc.array(exemplar(slot), { maxLength: 2 }),
  flags: fc.constantFrom(0, 2, 0xffff_fffe),
  time,
  start: time,
});

const numberRow = fc.record({
  ...common(),
  shape: fc.constant(NUMBER),
  slots: fc.tuple(double),
  state: stateOf(STALE, ABSENT),
});
const intRow = fc.oneof(
  fc.record({
    ...common(),
    shape: fc.constant(INT),
    slots: fc.tuple(fc.maxSafeInteger().map((n) => n + 0)),
    state: stateOf(STALE),
  }),
  fc.record({
    ...common(),
    shape: fc.constant(INT),
    slots: fc.constant([0]),
    wide: fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    state: fc.constant(VALUE),
  }),
);
const histogramRow = fc
  .record({
    bounds: fc
      .uniqueArray(fc.double({ noNaN: true, max: 99, min: -1e9 }), { maxLength: 6 })
      .map((bounds) => Float64Array.from(bounds).sort()),
    inf: fc.boolean(),
    sum: fc.boolean(),
    min: fc.boolean(),
    max: fc.boolean(),
  })
  .chain(({ bounds, inf, ...flags }) => {
    const shape = shapeOf({ kind: "histogram", bounds, inf: inf || bounds.length > 0, count: true, ...flags });
    const buckets = bounds.length + Number(shape.inf);
    const slots = fc
      .tuple(
        fc.array(fc.nat(), { minLength: buckets, maxLength: buckets }),
        fc.array(double, { minLength: 3, maxLength: 3 }),
        whole,
      )
      .map(([counts, doubles, count]) => {
        const cumulative = counts.map((_, i) => counts.slice(0, i + 1).reduce((a, b) => a + b, 0));
        const [sum, min, max] = doubles as [number, number, number];
        return [
          ...cumulative,
          ...(shape.sum ? [sum] : []),
          count,
          ...(shape.min ? [min] : []),
          ...(shape.max ? [max] : []),
        ];
      });
    return fc.record({ ...common(bounds.length), shape: fc.constant(shape), slots, state: stateOf(STALE) });
  });
const summaryRow = fc.uniqueArray(fc.double({ noNaN: true, min: 0, max: 1 }), { maxLength: 4 }).chain((quantiles) => {
  const shape = shapeOf({ kind: "summary", bounds: Float64Array.from(quantiles).sort(), sum: true, count: true });
  const values = fc.array(double, { minLength: quantiles.length + 1, maxLength: quantiles.length + 1 });
  const slots = fc.tuple(values, whole).map(([doubles, count]) => [...doubles, count]);
  return fc.record({
    ...common(),
    exemplars: fc.constant([]),
    shape: fc.constant(shape),
    slots,
    state: stateOf(STALE),
  });
});
const buckets = fc.record({
  offset: fc.integer(),
  counts: fc.array(whole, { maxLength: 5 }).map((counts) => Float64Array.from(counts)),
});
const exponentialPoint: fc.Arbitrary<ExponentialPoint> = fc.record({
  scale: fc.integer({ min: -20, max: 20 }),
  count: whole,
  sum: fc.option(double, { nil: undefined }),
  zeroCount: whole,
  zeroThreshold: double,
  positive: buckets,
  negative: buckets,
  min: fc.option(double, { nil: undefined }),
  max: fc.option(double, { nil: undefined }),
});
const exponentialRow = fc.record({
  ...common(),
  shape: fc.constant(EXPONENTIAL),
  slots: fc.constant([]),
  state: fc.constant(VALUE),
  exponential: fc.option(exponentialPoint, { nil: undefined }),
});

const rowsOfKind: Readonly<Record<Metric["kind"], fc.Arbitrary<RandomRow>>> = {
  gauge: fc.oneof(numberRow, intRow),
  sum: fc.oneof(numberRow, intRow),
  histogram: histogramRow,
  exponential: exponentialRow,
  summary: summaryRow,
};
const aggregated = (kind: Metric["kind"]) => kind === "sum" || kind === "histogram" || kind === "exponential";
const family = fc.constantFrom(...(Object.keys(rowsOfKind) as Metric["kind"][])).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    monotonic: kind === "sum" ? fc.boolean() : fc.constant(false),
    temporality: aggregated(kind) ? fc.constantFrom("none", "delta", "cumulative") : fc.constant("none" as const),
    scope: fc.nat({ max: 1 }),
    rows: fc.array(rowsOfKind[kind], { minLength: 1, maxLength: 4 }),
  }),
);

function partOf(families: readonly (typeof family extends fc.Arbitrary<infer F> ? F : never)[]): MetricsPart {
  const catalog = createCatalog({ ...resourceOf({ service: "x" }), schemaUrl: "url", droppedAttributes: 3 });
  const sorted = families.toSorted((a, b) => a.scope - b.scope);
  const ids: number[] = [];
  const all: RandomRow[] = [];
  for (const [i, { rows, scope, ...kind }] of sorted.entries()) {
    const metric = metricOf(`m${i}`, {
      ...kind,
      unit: "s",
      metadata: attrs({ k: "v" }),
      scope: { ...testScope, version: `${scope}` },
    });
    for (const row of rows) {
      ids.push(catalog.add({ metric, shape: row.shape, attributes: attrs({ row: `${ids.length}` }) }));
      all.push(row);
    }
  }
  const layout = layoutOf(catalog, Int32Array.from(ids));
  const entries = <T>(pick: (row: RandomRow) => T | undefined) =>
    new Map(all.flatMap((row, i) => (pick(row) === undefined ? [] : [[i, pick(row)!] as const])));
  return pointsPart({
    layout,
    slots: Float64Array.from(all.flatMap(({ slots }) => slots)),
    states: Uint8Array.from(all.flatMap(({ slots, state }) => slots.map(() => state))),
    wide: new Map(all.flatMap(({ wide }, i) => (wide === undefined ? [] : [[layout.at[i]!, wide] as const]))),
    time: {
      ms: 0,
      ns: 0,
      msOf: Float64Array.from(all, (row) => row.time[0]),
      nsOf: Int32Array.from(all, (row) => row.time[1]),
    },
    start: {
      ms: 0,
      ns: 0,
      msOf: Float64Array.from(all, (row) => row.start[0]),
      nsOf: Int32Array.from(all, (row) => row.start[1]),
    },
    ragged: entries((row) => row.exponential),
    exemplars: entries((row) => (row.exemplars.length > 0 ? row.exemplars : undefined)),
    flags: entries((row) => (row.flags > 0 ? row.flags : undefined)),
  });
}
const randomPart = fc.array(family, { maxLength: 5 }).map(partOf);

test("random parts come back from OTLP as they were, whole, selected and stale", () => {
  fc.assert(
    fc.property(randomPart, fc.array(fc.boolean()), (part, choice) => {
      const check = (given: MetricsPart) =>
        expect(decodeMetrics(encodeMetrics([given])).flatMap(rowsOf)).toEqual(rowsOf(given));
      check(part);
      check(select(part, Int32Array.from([...part.layout.ids.keys()].filter((row) => choice[row] ?? false))));
      check({ ...part, slots: new Float64Array(0), states: "stale", wide: undefined });
    }),
    { numRuns: 200 },
  );
});

const HISTOGRAM = shapeOf({ kind: "histogram", bounds: Float64Array.of(1, 2), inf: true, sum: true, count: true });
function onePoint(shape: Shape, slots: number[], states?: number[]): MetricsPart {
  const catalog = createCatalog(resourceOf());
  const kind = shape.kind === "number" || shape.kind === "int" ? "gauge" : shape.kind;
  const id = catalog.add({ metric: metricOf("m", { kind, temporality: "none" }), shape, attributes: [] });
  const more = states === undefined ? {} : { states: Uint8Array.from(states) };
  return pointsPart({
    layout: layoutOf(catalog, Int32Array.of(id)),
    slots: Float64Array.from(slots),
    time: timesOf(1),
    ...more,
  });
}
/** The first data point as the oracle reads it. */
function pointOf(bytes: Uint8Array): Plain | undefined {
  const request = oracleDecode("ExportMetricsServiceRequest", bytes);
  const points = JSON.stringify(request).match(/"dataPoints":\[(\{.*?\})\]/);
  return points === null ? undefined : (JSON.parse(points[1]!.replace(/\}\],.*/, "}")) as Plain);
}

describe("nasty 6: incomplete histograms", () => {
  const check = (part: MetricsPart, expected: Plain | undefined) => {
    const point = pointOf(encodeMetrics([part]));
    if (expected === undefined) expect(point).toBeUndefined();
    else expect(point).toMatchObject(expected);
  };
  const of = (flags: Partial<Shape>, bounds: number[] = [1, 2]) =>
    shapeOf({ kind: "histogram", bounds: Float64Array.from(bounds), ...flags });

  test("without count there is no point", () => {
    check(onePoint(of({ inf: true, sum: true }), [1, 2, 3, 9]), undefined);
    check(onePoint(HISTOGRAM, [1, 2, 3, 9, 3], [0, 0, 0, 0, ABSENT]), undefined);
  });
  test("a missing +Inf is the count", () => {
    check(onePoint(of({ count: true }), [1, 2, 5]), {
      count: "5",
      bucketCounts: ["1", "1", "3"],
      explicitBounds: [1, 2],
    });
    check(onePoint(HISTOGRAM, [1, 2, 0, 9, 5], [0, 0, ABSENT, 0, 0]), {
      count: "5",
      bucketCounts: ["1", "1", "3"],
      sum: 9,
    });
  });
  test("a missing bucket goes into the next one", () => {
    check(onePoint(HISTOGRAM, [1, 2, 5, 9, 5], [ABSENT, 0, 0, 0, 0]), {
      bucketCounts: ["2", "3"],
      explicitBounds: [2],
    });
    check(onePoint(HISTOGRAM, [1, 2, 5, 9, 5], [STALE, ABSENT, 0, 0, 0]), { bucketCounts: ["5"], explicitBounds: [] });
  });
  test("a missing sum is not there", () => {
    expect(pointOf(encodeMetrics([onePoint(HISTOGRAM, [1, 2, 5, 9, 5], [0, 0, 0, ABSENT, 0])]))).not.toHaveProperty(
      "sum",
    );
  });
  test("no buckets at all is not one bucket", () => {
    check(onePoint(of({ count: true }, []), [5]), { bucketCounts: [], explicitBounds: [] });
    check(onePoint(of({ inf: true, count: true }, []), [5, 5]), { bucketCounts: ["5"], explicitBounds: [] });
  });
  test("counts that go down are broken, and not negative", () => {
    check(onePoint(HISTOGRAM, [5, 2, 3, 9, 3]), { bucketCounts: ["5", "0", "1"] });
  });
});

test("nasty 8: ints that a calculation left out of range are drawn into it", () => {
  const check = (value: number, expected: string) =>
    expect(pointOf(encodeMetrics([onePoint(INT, [value])]))).toMatchObject({ asInt: expected });
  check(-1, "-1");
  check(1.9, "1");
  check(-1.9, "-1");
  check(2 ** 60, "1152921504606846976");
  check(-(2 ** 63), "-9223372036854775808");
  check(1e300, "9223372036854775807");
  check(-1e300, "-9223372036854775808");
  check(Number.NaN, "0");
});

describe("what OTLP may say but means nothing", () => {
  const decoded = (point: Plain, kind = "histogram") => {
    const metrics = [{ name: "m", [kind]: { dataPoints: [point] } }];
    const request = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
    const [part] = decodeMetrics(oracleEncode("ExportMetricsServiceRequest", request));
    return { part: part!, shape: part!.layout.catalog.shape(0), slots: [...part!.slots] };
  };
  const check = (point: Plain, bounds: number[], slots: number[]) => {
    const found = decoded(point);
    expect([[...found.shape.bounds], found.slots]).toEqual([bounds, slots]);
  };

  test("buckets that contradict themselves are left out, the rest stays", () => {
    check({ count: 5, explicitBounds: [1, 2], bucketCounts: [1, 2] }, [], [5]);
    check({ count: 5, explicitBounds: [1, 2] }, [], [5]);
    check({ count: 5, explicitBounds: [2, 1], bucketCounts: [1, 2, 2] }, [], [5]);
    check({ count: 5, explicitBounds: [1, 1], bucketCounts: [1, 2, 2] }, [], [5]);
    check({ count: 5, explicitBounds: [Number.NaN], bucketCounts: [1, 4], sum: 2 }, [], [2, 5]);
  });
  test("a last bound of +Inf is the last bucket", () => {
    check({ count: 5, explicitBounds: [1, Number.POSITIVE_INFINITY], bucketCounts: [1, 4, 0] }, [1], [1, 5, 5]);
    check({ count: 5, explicitBounds: [Number.POSITIVE_INFINITY], bucketCounts: [5, 0] }, [], [5, 5]);
  });
  test("quantiles out of order are put in order, and values go with them", () => {
    const quantileValues = [
      { quantile: 0.9, value: 9 },
      { quantile: Number.NaN, value: 7 },
      { quantile: 0.5, value: 5 },
    ];
    const { shape, slots } = decoded({ count: 3, sum: 4, quantileValues }, "summary");
    expect([[...shape.bounds], slots]).toEqual([
      [0.5, 0.9, Number.NaN],
      [5, 9, 7, 4, 3],
    ]);
  });
  test("exemplars stand at the bucket of their value", () => {
    const exemplars = [0, 1, 1.5, 99].map((asDouble) => ({ asDouble }));
    const { part, shape } = decoded({ count: 1, explicitBounds: [1, 2], bucketCounts: [1, 0, 0], exemplars });
    expect(part.exemplars!.get(0)!.map(({ slot }) => slot)).toEqual([0, 0, 1, slotOf(shape, "inf")]);
  });
});
