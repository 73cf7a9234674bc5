import {
  ABSENT,
  CUSTOM_BUCKETS,
  type ExponentialPoint,
  type MetricsPart,
  STALE,
  view,
  withCatalog,
} from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bitsOf, decodeWhole, histogramText, type PlainHistogram } from "./decode.testing.ts";
import type { Naming } from "./naming.ts";
import { RequestEncoder } from "./request-encoder.ts";
import { versionedKey, type WriteVersion } from "./version.ts";

const naming: Naming = {
  strategy: "suffixes",
  namespace: "",
  externalLabels: [],
  isConstantLabel: () => false,
  scopeLabels: false,
  targetInfo: false,
};
const buckets = (offset: number, ...counts: number[]) => ({ offset, counts: Float64Array.from(counts) });
const point: ExponentialPoint = {
  scale: 0,
  count: 7,
  sum: 1.5,
  zeroCount: 1,
  zeroThreshold: 0,
  positive: buckets(0, 1, 2),
  negative: buckets(0, 3),
  min: undefined,
  max: undefined,
};
const plain: PlainHistogram = {
  schema: 0,
  float: false,
  count: 7,
  sum: bitsOf(1.5),
  zeroThreshold: 1e-128,
  zeroCount: 1,
  // Bucket i + 1 of Prometheus is bucket i of OTLP.
  positive: new Map([
    [1, 1],
    [2, 2],
  ]),
  negative: new Map([[1, 3]]),
  reset: 0,
  customBounds: [],
};
const stale: PlainHistogram = {
  ...plain,
  count: 0,
  sum: "7ff0000000000002",
  zeroThreshold: 0,
  zeroCount: 0,
  positive: new Map(),
  negative: new Map(),
};

function encode(
  spec: PointSpec,
  change: (part: MetricsPart) => MetricsPart,
  more: Partial<Naming>,
  version: WriteVersion,
) {
  const batch = metricsBatch([spec], { resource: { "service.name": "app" } });
  const parts = batch.parts.map((part) => change(part as MetricsPart));
  const encoder = new RequestEncoder({ ...naming, ...more }, 3e6, undefined, 1, version);
  return encoder.encode({ ...batch, parts }, versionedKey(version, ""));
}
const same = (part: MetricsPart) => part;

/** What a point becomes in both versions: histograms as their texts, samples as numbers of bits, reasons for dropping. */
function check(
  spec: PointSpec,
  expected: readonly (string | PlainHistogram)[],
  { change = same, more = {} }: { change?: (part: MetricsPart) => MetricsPart; more?: Partial<Naming> } = {},
): void {
  for (const version of ["1.0", "2.0"] as const) {
    const { items, dropped } = encode(spec, change, more, version);
    const found = items.flatMap((item) => {
      const decoded = decodeWhole([item]);
      expect(item.items).toBe(decoded.length);
      expect(item.histograms).toBe(decoded.filter(({ bits }) => bits.startsWith("{")).length);
      return decoded.map(({ bits, series }) =>
        bits.startsWith("{") ? bits : `${/__name__=(\w+)/.exec(series)![1]} ${bits}`,
      );
    });
    const reasons = [...dropped].map(([reason, { items: count, points }]) => `${reason} ${count} ${points}`);
    expect([...found, ...reasons]).toEqual(
      expected.map((each) => (typeof each === "string" ? each : histogramText(each))),
    );
  }
}
const exponential = (more: Partial<ExponentialPoint>): PointSpec => ({ name: "h", exponential: { ...point, ...more } });

describe("exponential histograms", () => {
  test("become native ones", () => {
    check(exponential({}), [plain]);
    check(exponential({ zeroThreshold: 0.5 }), [{ ...plain, zeroThreshold: 0.5 }]);
    check(exponential({ sum: undefined }), [{ ...plain, sum: bitsOf(0) }]);
    check(exponential({ sum: Number.NaN }), [{ ...plain, sum: bitsOf(Number.NaN) }]);
    check(exponential({ sum: -0 }), [{ ...plain, sum: bitsOf(-0) }]);
    check(exponential({ count: 13, positive: buckets(-9, 4, 0, 0, 0, 5) }), [
      {
        ...plain,
        count: 13,
        positive: new Map([
          [-8, 4],
          [-4, 5],
        ]),
      },
    ]);
    check(exponential({ count: 2 ** 53, positive: buckets(0, 2 ** 53, 1, 2 ** 52) }), [
      {
        ...plain,
        count: 2 ** 53,
        positive: new Map([
          [1, 2 ** 53],
          [2, 1],
          [3, 2 ** 52],
        ]),
      },
    ]);
    check(exponential({ positive: buckets(0), negative: buckets(0), count: 0, zeroCount: 0 }), [
      { ...plain, count: 0, zeroCount: 0, positive: new Map(), negative: new Map() },
    ]);
  });
  test("with too fine buckets are made coarser, with too wide ones refused", () => {
    check(exponential({ scale: 8 }), [{ ...plain, schema: 8 }]);
    check(exponential({ scale: 9, count: 19, positive: buckets(-3, 1, 2, 4, 8) }), [
      {
        ...plain,
        count: 19,
        schema: 8,
        positive: new Map([
          [-1, 1],
          [0, 6],
          [1, 8],
        ]),
      },
    ]);
    check(exponential({ scale: 20, positive: buckets(4095, 1, 2) }), [
      {
        ...plain,
        schema: 8,
        positive: new Map([
          [1, 1],
          [2, 2],
        ]),
      },
    ]);
    check(exponential({ scale: -4 }), [{ ...plain, schema: -4 }]);
    check(exponential({ scale: -5 }), ["native_histogram_scale 1 1"]);
  });
  test("whose buckets hold more or less than is counted are refused", () => {
    const refused = ["invalid_histogram 1 1"];
    for (const count of [6, 8]) check(exponential({ count }), refused);
    check(exponential({ zeroCount: 0 }), refused);
    check(exponential({ count: 8, scale: -5 }), refused);
    // Observations of NaN are in no bucket.
    check(exponential({ count: 8, sum: Number.NaN }), [{ ...plain, count: 8, sum: bitsOf(Number.NaN) }]);
    check(exponential({ count: 6, sum: Number.NaN }), refused);
    // Beyond 2^53 nobody can tell.
    check(exponential({ count: 2 ** 53 }), [{ ...plain, count: 2 ** 53 }]);
  });
  test("from Prometheus stay what they were", () => {
    const native = (float: boolean, reset: "unknown" | "yes" | "no" | "gauge") => ({ native: { float, reset } });
    check(exponential(native(false, "no")), [{ ...plain, zeroThreshold: 0, reset: 2 }]);
    check(exponential(native(false, "yes")), [{ ...plain, zeroThreshold: 0, reset: 1 }]);
    check(exponential({ ...native(true, "gauge"), count: 0.5, zeroCount: 0.25, positive: buckets(0, 0.25) }), [
      {
        ...plain,
        zeroThreshold: 0,
        float: true,
        count: 0.5,
        zeroCount: 0.25,
        positive: new Map([[1, 0.25]]),
        reset: 3,
      },
    ]);
  });
  test("that are stale say so by their sum", () => {
    check(exponential({}), [stale], { change: (part) => ({ ...part, ragged: undefined }) });
    check(exponential({}), [stale], { change: (part) => ({ ...part, states: "stale" }) });
  });
  test("of delta temporality are refused", () => {
    check({ ...exponential({}), temporality: "delta" }, ["delta_temporality 1 1"]);
    check({ ...exponential({}), temporality: "none" }, ["delta_temporality 1 1"]);
  });
});

describe("histograms with explicit bounds", () => {
  const spec: PointSpec = { name: "h", histogram: { bounds: [1, 5, 10], counts: [1, 1, 4, 6], sum: 20 } };
  const custom: PlainHistogram = {
    ...stale,
    schema: -53,
    count: 6,
    sum: bitsOf(20),
    positive: new Map([
      [0, 1],
      [2, 3],
      [3, 2],
    ]),
    customBounds: [1, 5, 10],
  };
  const classic = [
    ...[1, 1, 4, 6].map((count) => `h_bucket ${bitsOf(count)}`),
    `h_sum ${bitsOf(20)}`,
    `h_count ${bitsOf(6)}`,
  ];
  const instead = { more: { customBuckets: "instead" } } as const;
  const slots = (...values: number[]) => ({
    change: (part: MetricsPart) => ({ ...part, slots: Float64Array.from(values) }),
  });
  const states = (...list: number[]) => ({
    change: (part: MetricsPart) => ({ ...part, states: Uint8Array.from(list) }),
  });

  test("become native ones with custom buckets when asked", () => {
    check(spec, classic);
    check(spec, [custom], instead);
    check(spec, [custom, ...classic], { more: { customBuckets: "beside" } });
    check(
      { name: "h", histogram: { bounds: [], counts: [4] } },
      [{ ...custom, count: 4, sum: bitsOf(0), positive: new Map([[0, 4]]), customBounds: [] }],
      instead,
    );
  });
  test("that are native ones by birth are written so without being asked", () => {
    const metadata = [{ key: "prometheus.type", value: "histogram" }, CUSTOM_BUCKETS];
    const marked = (part: MetricsPart): MetricsPart => ({
      ...part,
      layout: withCatalog(part.layout, view(part.layout.catalog, { metric: (metric) => ({ ...metric, metadata }) })),
    });
    check(spec, [custom], { change: marked });
    check(spec, [custom], { change: marked, more: { customBuckets: "beside" } });
  });
  test("with fractions are float ones", () => {
    check(
      spec,
      [
        {
          ...custom,
          float: true,
          count: 6.5,
          positive: new Map([
            [0, 1],
            [2, 3],
            [3, 2.5],
          ]),
        },
      ],
      {
        ...instead,
        ...slots(1, 1, 4, 6.5, 20, 6.5),
      },
    );
  });
  test("whose counts fall or are none are refused", () => {
    for (const values of [
      [2, 1, 4, 6, 20, 6],
      [1, 1, 4, 3, 20, 3],
      [1, Number.NaN, 4, 6, 20, 6],
      [1, 1, 4, 6, 20, Number.POSITIVE_INFINITY],
    ]) {
      check(spec, ["invalid_histogram 1 1"], { ...instead, ...slots(...values) });
    }
    check(spec, ["invalid_histogram 1 1"], { ...instead, ...states(0, ABSENT, 0, 0, 0, 0) });
  });
  test("that are stale or absent in whole or part", () => {
    check(spec, [stale], { ...instead, change: (part) => ({ ...part, states: "stale" }) });
    check(spec, [stale], { ...instead, ...states(0, 0, 0, 0, STALE, 0) });
    check(spec, [], { ...instead, ...states(...Array.from({ length: 6 }, () => ABSENT)) });
    check(spec, [{ ...custom, sum: bitsOf(0) }], { ...instead, ...states(0, 0, 0, 0, ABSENT, 0) });
  });
});

test("what one source writes twice is written once, histograms too", () => {
  const twice = (part: MetricsPart): MetricsPart => ({
    ...part,
    layout: { ...part.layout, ids: Int32Array.of(0, 0), at: Int32Array.of(0, 0, 0) },
    ragged: new Map([
      [0, point],
      [1, { ...point, count: 99 }],
    ]),
  });
  check(exponential({}), [plain, "duplicate_series 1 1"], { change: twice });
});

test("a dropped point leaves its series to another one", () => {
  const both = (part: MetricsPart): MetricsPart => ({
    ...part,
    layout: { ...part.layout, ids: Int32Array.of(0, 0), at: Int32Array.of(0, 0, 0) },
    ragged: new Map([
      [0, { ...point, scale: -9 }],
      [1, point],
    ]),
  });
  check(exponential({}), [plain, "native_histogram_scale 1 1"], { change: both });
});

test("any times and counts keep their bits", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
      fc.array(fc.nat({ max: 2 ** 53 }), { maxLength: 5 }),
      (ms, counts) => {
        const count = counts.reduce((sum, each) => sum + each, 4);
        const batch = metricsBatch([exponential({ count, positive: buckets(3, ...counts) })], { timeMs: ms });
        for (const version of ["1.0", "2.0"] as const) {
          const { items } = new RequestEncoder(naming, 3e6, undefined, 1, version).encode(
            batch,
            versionedKey(version, ""),
          );
          const [found] = decodeWhole(items);
          expect(found!.ms).toBe(ms);
          const positive = new Map(counts.map((each, i) => [4 + i, each] as const).filter(([, each]) => each > 0));
          expect(found!.bits).toBe(histogramText({ ...plain, count, positive }));
        }
      },
    ),
    { numRuns: 100 },
  );
});
