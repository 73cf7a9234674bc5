import { batchOf, type ExponentialPoint, type MetricsPart } from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import protobufjs from "protobufjs";
import { expect, test } from "vitest";
import { protobuf, setUp } from "./exporter.testing.ts";

/** The messages of io.prometheus.client, by the field numbers of its documentation. */
const { root } = protobufjs.parse(`syntax = "proto2";
message LabelPair { optional string name = 1; optional string value = 2; }
message Timestamp { optional int64 seconds = 1; optional int32 nanos = 2; }
message Exemplar { repeated LabelPair label = 1; optional double value = 2; optional Timestamp timestamp = 3; }
message Gauge { optional double value = 1; }
message Counter { optional double value = 1; optional Exemplar exemplar = 2; optional Timestamp created = 3; }
message Quantile { optional double quantile = 1; optional double value = 2; }
message Summary { optional uint64 count = 1; optional double sum = 2; repeated Quantile quantile = 3; optional Timestamp created = 4; }
message Bucket { optional uint64 count = 1; optional double bound = 2; optional Exemplar exemplar = 3; optional double count_float = 4; }
message Span { optional sint32 offset = 1; optional uint32 length = 2; }
message Histogram {
  optional uint64 count = 1; optional double sum = 2; repeated Bucket bucket = 3; optional double count_float = 4;
  optional sint32 schema = 5; optional double zero_threshold = 6; optional uint64 zero_count = 7; optional double zero_count_float = 8;
  repeated Span negative_span = 9; repeated sint64 negative_delta = 10; repeated double negative_count = 11;
  repeated Span positive_span = 12; repeated sint64 positive_delta = 13; repeated double positive_count = 14;
  optional Timestamp created = 15;
}
message Metric {
  repeated LabelPair label = 1; optional Gauge gauge = 2; optional Counter counter = 3; optional Summary summary = 4;
  optional Gauge untyped = 5; optional int64 timestamp_ms = 6; optional Histogram histogram = 7;
}
message MetricFamily { optional string name = 1; optional string help = 2; optional int32 type = 3; repeated Metric metric = 4; }`);
const family = root.lookupType("MetricFamily");

const at = { resource: {}, timeMs: 5000, startMs: 1500 };

/** The families that protobufjs reads from the page. */
async function read(points: PointSpec[], yaml = "", more: Partial<MetricsPart> = {}): Promise<unknown[]> {
  const { consume, ask } = await setUp(yaml);
  const part = metricsBatch(points, at).parts[0] as MetricsPart;
  await consume(batchOf("metrics", [{ ...part, ...more }]));
  const answer = await ask("/metrics", { accept: protobuf });
  expect(answer.headers["content-type"]).toContain("encoding=delimited");
  const reader = protobufjs.Reader.create(answer.body);
  const families = [];
  while (reader.pos < reader.len) families.push(family.toObject(family.decodeDelimited(reader), { longs: Number }));
  return families;
}
const created = { seconds: 1, nanos: 500_000_000 };

test("every kind but histograms", async () => {
  const points: PointSpec[] = [
    { name: "c", kind: "sum", value: 3, attributes: { b: "2", a: "1" }, help: "h" },
    { name: "g", value: 0.5 },
    { name: "s", summary: { quantiles: { "0.5": 1 }, sum: 2, count: 3 } },
  ];
  const label = [
    { name: "a", value: "1" },
    { name: "b", value: "2" },
  ];
  const summary = { count: 3, sum: 2, quantile: [{ quantile: 0.5, value: 1 }], created };
  const expected = (times: object) => [
    { name: "c_total", help: "h", type: 0, metric: [{ label, counter: { value: 3, created }, ...times }] },
    { name: "g", help: "", type: 1, metric: [{ gauge: { value: 0.5 }, ...times }] },
    { name: "s", help: "", type: 2, metric: [{ summary, ...times }] },
  ];
  expect(await read(points)).toEqual(expected({}));
  expect(await read(points, "send_timestamps: true")).toEqual(expected({ timestampMs: 5000 }));
});

test("classic histograms", async () => {
  const check = async (counts: number[], expected: object) => {
    const [only] = await read([{ name: "h", histogram: { bounds: [1], counts, sum: 9 } }]);
    expect(only).toEqual({ name: "h", help: "", type: 4, metric: [{ histogram: { sum: 9, created, ...expected } }] });
  };
  const infinite = Number.POSITIVE_INFINITY;
  await check([1, 3], {
    count: 3,
    bucket: [
      { count: 1, bound: 1 },
      { count: 3, bound: infinite },
    ],
  });
  await check([0.5, 3], {
    countFloat: 3,
    bucket: [
      { countFloat: 0.5, bound: 1 },
      { countFloat: 3, bound: infinite },
    ],
  });
});

test("exponential histograms are native ones", async () => {
  const point: ExponentialPoint = {
    scale: 1,
    count: 12,
    sum: 3,
    zeroCount: 1,
    zeroThreshold: 0,
    positive: { offset: -1, counts: Float64Array.of(1, 3, 2) },
    negative: { offset: 9, counts: Float64Array.of(5) },
    min: undefined,
    max: undefined,
  };
  const check = async (more: Partial<ExponentialPoint>, expected: object) => {
    const [only] = await read([{ name: "h", exponential: { ...point, ...more } }]);
    expect(only).toMatchObject({ name: "h", type: 4, metric: [{ histogram: { ...expected, created } }] });
  };
  const spans = { positiveSpan: [{ offset: 0, length: 3 }], negativeSpan: [{ offset: 10, length: 1 }] };
  await check(
    {},
    {
      count: 12,
      sum: 3,
      schema: 1,
      zeroThreshold: 1e-128,
      zeroCount: 1,
      ...spans,
      positiveDelta: [1, 2, -1],
      negativeDelta: [5],
    },
  );
  await check({ scale: 9 }, { schema: 8, positiveSpan: [{ offset: 0, length: 2 }], positiveDelta: [1, 4] });
  await check({ zeroThreshold: 0.25, sum: undefined }, { zeroThreshold: 0.25 });
  const native = { float: true, reset: "unknown" } as const;
  await check({ native }, { countFloat: 12, zeroCountFloat: 1, positiveCount: [1, 3, 2], negativeCount: [5] });
});

test("exemplars of counters and buckets", async () => {
  const exemplar = {
    slot: 0,
    value: 2,
    int: undefined,
    ms: 1500,
    ns: 7,
    traceId: undefined,
    spanId: undefined,
    attributes: [{ key: "k", value: "v" }],
  };
  const exemplars = new Map([[0, [exemplar]]]);
  const shown = { label: [{ name: "k", value: "v" }], value: 2, timestamp: { seconds: 1, nanos: 500_000_007 } };
  expect(await read([{ name: "c", kind: "sum", value: 1 }], "", { exemplars })).toMatchObject([
    { metric: [{ counter: { exemplar: shown } }] },
  ]);
  expect(await read([{ name: "h", histogram: { bounds: [1], counts: [0, 1] } }], "", { exemplars })).toMatchObject([
    { metric: [{ histogram: { bucket: [{ count: 0 }, { count: 1, exemplar: shown }] } }] },
  ]);
});
