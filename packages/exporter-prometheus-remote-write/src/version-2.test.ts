import { type BatchOf, batchOf, type Exemplar, type MetricsPart } from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type Answer, gauge, resource, setUp } from "./exporter.testing.ts";

const now = 1_767_225_600_000;
const version2 = "protobuf_message: io.prometheus.write.v2.Request";
const counter: PointSpec = { name: "c", kind: "sum", value: 3, help: "Things", unit: "By" };
const native: PointSpec = {
  name: "n",
  exponential: {
    scale: 3,
    count: 6,
    sum: 12.5,
    zeroCount: 1,
    zeroThreshold: 0,
    min: undefined,
    max: undefined,
    positive: { offset: 2, counts: Float64Array.of(2, 0, 3) },
    negative: { offset: 0, counts: new Float64Array(0) },
  },
};

function withExemplars(batch: BatchOf<"metrics">, exemplars: readonly Partial<Exemplar>[]): BatchOf<"metrics"> {
  const blank = {
    slot: 0,
    value: 0,
    int: undefined,
    ms: 0,
    ns: 0,
    traceId: undefined,
    spanId: undefined,
    attributes: [],
  };
  const part = batch.parts[0] as MetricsPart;
  return batchOf("metrics", [{ ...part, exemplars: new Map([[0, exemplars.map((each) => ({ ...blank, ...each }))]]) }]);
}

test("a request of 2.0: headers, symbols once and in use, metadata, start times", async () => {
  const { sim, send, instance, requests } = await setUp(version2);
  await send([counter, { ...counter, attributes: { a: "" } }, gauge, native], { startMs: now - 1000 });
  await sim.run(instance.shutdown!());
  const [request] = requests;
  expect(request!.headers).toMatchObject({
    "content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "2.0.0",
  });
  const used = request!.timeseries.flatMap(({ labels, metadata }) => [
    ...labels.flatMap(({ name, value }) => [name, value]),
    metadata!.help,
    metadata!.unit,
  ]);
  expect(request!.symbols[0]).toBe("");
  expect(request!.symbols.toSorted()).toEqual([...new Set(["", ...used])].toSorted());
  const shown = request!.timeseries.map(({ labels, metadata, samples, histograms }) => [
    labels.find(({ name }) => name === "__name__")!.value,
    metadata,
    [...samples, ...histograms].map((each) => now - Number(each.start_timestamp)),
  ]);
  const things = { type: 1, help: "Things", unit: "bytes" };
  expect(shown).toEqual([
    ["c_bytes_total", things, [1000]],
    ["m", { type: 2, help: "", unit: "" }, [now]],
    ["n", { type: 3, help: "", unit: "" }, [1000]],
  ]);
});

test("a start after the sample is none", async () => {
  const { sim, send, instance, requests } = await setUp(version2);
  await send([counter, native], { startMs: now + 1 });
  await sim.run(instance.shutdown!());
  const { timeseries } = requests[0]!;
  expect(
    timeseries
      .flatMap(({ samples, histograms }) => [...samples, ...histograms])
      .map((each) => Number(each.start_timestamp)),
  ).toEqual([0, 0]);
});

test("exemplars stand with their series, in both versions", async () => {
  const histogram: PointSpec = { name: "h", histogram: { bounds: [1, 5], counts: [1, 2, 3], sum: 9 } };
  const check = async (yaml: string, point: PointSpec, exemplars: Partial<Exemplar>[], expected: string[]) => {
    const { sim, consume, instance, requests } = await setUp(`target_info: { enabled: false }\n${yaml}`);
    await consume(withExemplars(metricsBatch([point], { resource }), exemplars));
    await sim.run(instance.shutdown!());
    const shown = requests[0]!.timeseries.flatMap(({ labels, exemplars: own }) =>
      own.map((each) => {
        const le = labels.find(({ name }) => name === "le")?.value ?? "";
        const text = each.labels.map(({ name, value }) => `${name}=${value}`).join(",");
        return `${le} {${text}} @${Number(each.timestamp) - now}`;
      }),
    );
    expect(shown).toEqual(expected);
  };
  const traceId = Uint8Array.from({ length: 16 }, (_, i) => i);
  const spanId = Uint8Array.from({ length: 8 }, () => 255);
  const attributes = [{ key: "user.id", value: "7" }];
  for (const yaml of ["", version2]) {
    await check(
      yaml,
      counter,
      [{ value: 1, ms: now - 5, attributes, traceId, spanId }],
      [" {span_id=ffffffffffffffff,trace_id=000102030405060708090a0b0c0d0e0f,user_id=7} @-5"],
    );
    // Too long: the ids stay. No time: the sample's.
    await check(
      yaml,
      counter,
      [{ spanId, attributes: [{ key: "a", value: "x".repeat(128) }] }],
      [" {span_id=ffffffffffffffff} @0"],
    );
    await check(
      yaml,
      histogram,
      [
        { slot: 1, value: 3 },
        { slot: 2, value: 30 },
        { slot: 1, value: 4, ms: now - 9 },
      ],
      ["5 {} @-9", "5 {} @0", "+Inf {} @0"],
    );
    await check(
      yaml,
      native,
      [
        { value: 3, ms: now - 1 },
        { value: 4, ms: now - 2 },
      ],
      [" {} @-2", " {} @-1"],
    );
    await check(`${yaml}\nconvert_explicit_histograms_to_nhcb: true`, histogram, [{ slot: 1, value: 3 }], [" {} @0"]);
  }
});

test("what a backend wrote is delivered, the rest rejected", async () => {
  const check = async (answer: Answer, delivered: number, rejected: number, metrics: readonly number[]) => {
    const { ctx, sim, send, instance, value } = await setUp(`${version2}\ntarget_info: { enabled: false }`, [answer]);
    await send([counter, gauge, native]);
    await sim.run(instance.shutdown!());
    expect([value("accepted"), value("delivered"), value("rejected")]).toEqual([3, delivered, rejected]);
    const own = ["samples", "histograms", "exemplars"].map((what) =>
      ctx.meter.value(`otelcol_exporter_prometheusremotewrite_written_${what}`),
    );
    expect(own).toEqual(metrics);
    const logs = ctx.log.records.filter(({ message }) => message === "request rejected by the backend, dropping data");
    expect(logs).toHaveLength(rejected > 0 ? 1 : 0);
  };
  await check({ status: 204 }, 3, 0, [2, 1, 0]);
  await check({ status: 200, body: "not to be read" }, 3, 0, [2, 1, 0]);
  // A header that is missing is 0.
  await check({ status: 204, written: { samples: 2 } }, 2, 1, [2, 0, 0]);
  await check({ status: 204, written: { samples: 1, histograms: 1 } }, 2, 1, [1, 1, 0]);
  await check({ status: 204, written: { exemplars: 0 } }, 0, 3, [0, 0, 0]);
  await check({ status: 204, written: { samples: 900 } }, 3, 0, [900, 0, 0]);
  await check({ status: 400, written: { samples: 2 }, body: "one is too old" }, 2, 1, [2, 0, 0]);
  await check({ status: 400 }, 0, 3, [0, 0, 0]);
  await check({ status: 400, headers: { "X-Prometheus-Remote-Write-Samples-Written": "many" } }, 0, 3, [0, 0, 0]);
});

test("2.0 and retries: a part that was written is sent again with the whole", async () => {
  const { sim, send, instance, requests, value } = await setUp(version2, [
    { status: 500, written: { samples: 1 } },
    { status: 429 },
    { status: 204 },
  ]);
  await send([counter, gauge]);
  await sim.run(instance.shutdown!());
  expect(requests.map(({ version, series }) => [version, series.length])).toEqual([
    ["2.0", 2],
    ["2.0", 2],
    ["2.0", 2],
  ]);
  expect([value("delivered"), value("rejected")]).toEqual([2, 0]);
});

test("neighbours of a lane travel as one request with one table of symbols", async () => {
  const { sim, send, instance, requests } = await setUp(`${version2}\ntarget_info: { enabled: false }`, [
    { status: 503 },
    { status: 204 },
  ]);
  for (let i = 0; i < 4; i++)
    await send([{ ...counter, attributes: { shared: "x", own: `${i}` } }, native], { timeMs: now + i });
  await sim.run(instance.shutdown!());
  const last = requests.at(-1)!;
  expect(last.times).toEqual([1, 1, 2, 2, 3, 3].map((i) => now + i));
  expect(new Set(last.symbols).size).toBe(last.symbols.length);
  expect(last.series[2]).toBe("__name__=c_bytes_total,instance=i-1,job=app,own=2,shared=x");
});

test("names in UTF-8 go out as they are, with suffixes or without", async () => {
  const check = async (strategy: string, expected: string) => {
    const { sim, send, instance, requests } = await setUp(
      `${version2}\ntranslation_strategy: ${strategy}\nnamespace: a.b\ntarget_info: { enabled: false }`,
    );
    await send([{ ...counter, name: "http.größe", attributes: { "é.x": "1" } }]);
    await sim.run(instance.shutdown!());
    expect(requests[0]!.series).toEqual([expected]);
  };
  await check("NoTranslation", "__name__=a.b_http.größe,instance=i-1,job=app,é.x=1");
  await check("NoUTF8EscapingWithSuffixes", "__name__=a.b_http.größe_bytes_total,instance=i-1,job=app,é.x=1");
  await check("UnderscoreEscapingWithSuffixes", "__name__=a_b_http_gr_e_bytes_total,_x=1,instance=i-1,job=app");
});
