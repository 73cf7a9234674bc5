/** What is remembered, for how long, and what is shared. */
import {
  ABSENT,
  type BatchOf,
  batchOf,
  createCatalog,
  layoutOf,
  type MetricsPart,
  pointsPart,
  select,
  timesOf,
  toOtlp,
  VALUE,
  wirePart,
} from "@sluice/data";
import { createSimulation, metricsBatch, resourceOf } from "@sluice/testkit";
import { expect, test } from "vitest";
import { at, configOf, lineOf, setUp, ZERO } from "./series.testing.ts";

const counter = (name: string, value: number) => ({ name, kind: "sum", value }) as const;
/** The batch over the layout of another one: a source that shows the same points again. */
function again(batch: BatchOf<"metrics">, second: number, values: readonly number[]): BatchOf<"metrics"> {
  const [part] = batch.parts as [MetricsPart];
  return batchOf("metrics", [
    pointsPart({ ...part, slots: Float64Array.from(values), time: timesOf(ZERO + second * 1000) }),
  ]);
}
const startOf = ({ parts: [part] }: { readonly parts: readonly unknown[] }) => (part as MetricsPart).start;

test("state outlives catalogs: every batch has a new one", async () => {
  const { consume, lines } = setUp();
  await consume(at(0, counter("a", 5), counter("b", 1)));
  await consume(at(1, counter("b", 2), counter("a", 6)));
  expect(lines()).toEqual(["a 5@0<0 b 1@0<0", "b 2@1<0 a 6@1<0"]);
});

test("series of other resources, scopes, units and attributes are others", async () => {
  const { consume, lines } = setUp();
  const point = counter("a", 5);
  await consume(at(0, point));
  await consume(metricsBatch([point], { timeMs: ZERO + 1000, resource: { r: "1" } }));
  await consume(metricsBatch([point], { timeMs: ZERO + 2000, scope: "other" }));
  await consume(at(3, { ...point, unit: "s" }, { ...point, attributes: { x: "y" } }));
  expect(lines()).toEqual(["a 5@0<0", "a 5@1<1", "a 5@2<2", "a 5@3<3 a 5@3<3"]);
});

test("while nothing changes the start times are one object, and nothing else is copied", async () => {
  const { consume, sink } = setUp();
  const first = at(0, counter("a", 1), { name: "g", value: 1 });
  await consume(first);
  const second = again(first, 1, [2, 2]);
  await consume(second);
  await consume(again(first, 2, [1, 2]));
  const [one, two, three] = sink.batches.map(startOf);
  expect(two).toBe(one);
  expect(three).not.toBe(one);
  expect([...one!.msOf!]).toEqual([ZERO, 0]);
  const [part] = sink.batches[1]!.parts as [MetricsPart];
  expect(part.slots).toBe((second.parts[0] as MetricsPart).slots);
});

test("a batch without cumulative points goes on as it is, wire too", async () => {
  const { consume, sink } = setUp();
  const gauges = at(0, { name: "g", value: 1 });
  const wire = batchOf("metrics", [wirePart("metrics", toOtlp(gauges))]);
  for (const batch of [gauges, wire, batchOf("metrics", [])]) await consume(batch);
  expect(sink.batches[0]).toBe(gauges);
  expect(sink.batches[1]).toBe(wire);
  expect(sink.calls).toBe(3);
});

test("points on the wire are decoded", async () => {
  const { consume, lines } = setUp();
  for (const second of [0, 1])
    await consume(batchOf("metrics", [wirePart("metrics", toOtlp(at(second, counter("a", second))))]));
  expect(lines()).toEqual(["a 0@0<0", "a 1@1<0"]);
});

test("only the rows meant are looked at", async () => {
  const { consume, lines } = setUp({ strategy: "subtract_initial_point" });
  const whole = at(0, counter("a", 1), counter("b", 1), { name: "g", value: 7 });
  const [part] = whole.parts as [MetricsPart];
  await consume(batchOf("metrics", [select(part, Int32Array.of(1, 2))]));
  await consume(again(whole, 1, [5, 6, 8]));
  await consume(again(whole, 2, [7, 7, 9]));
  expect(lines()).toEqual(["g 7@0", "b 5@1<0 g 8@1", "a 2@2<1 b 6@2<0 g 9@2"]);
});

test("a batch of which nothing is left is not handed on", async () => {
  const { consume, sink, context } = setUp({ strategy: "subtract_initial_point" });
  await consume(at(0, counter("a", 1), counter("b", 1)));
  expect(sink.calls).toBe(0);
  expect(context.meter.value("processor_metric_start_time_dropped_points", { reason: "initial" })).toBe(2);
});

test("points that have a start time keep it, and are not remembered", async () => {
  const { consume, sink, context } = setUp();
  const batch = metricsBatch([counter("a", 5)], { timeMs: ZERO, startMs: ZERO - 1000 });
  await consume(batch);
  expect(sink.batches).toEqual([batch]);
  expect(context.meter.value("processor_metric_start_time_series")).toBe(0);
});

test("a start time that is the time itself is none", async () => {
  const { consume, lines } = setUp();
  for (const second of [0, 1])
    await consume(metricsBatch([counter("a", 5)], { timeMs: ZERO + second * 1000, startMs: ZERO + second * 1000 }));
  expect(lines()).toEqual(["a 5@0<0", "a 5@1<0"]);
});

test("start times row by row: those set stay, the others come", async () => {
  const { consume, lines } = setUp();
  const batch = at(5, counter("a", 5), counter("b", 6));
  const start = { ms: 0, ns: 0, msOf: Float64Array.of(ZERO, 0), nsOf: Int32Array.of(0, 0) };
  await consume(batchOf("metrics", [{ ...(batch.parts[0] as MetricsPart), start }]));
  expect(lines()).toEqual(["a 5@5<0 b 6@5<5"]);
});

test("start times that came with a part are not those of the next one", async () => {
  const { consume, lines } = setUp();
  const batch = at(5, counter("a", 5), counter("b", 6));
  const start = { ms: 0, ns: 0, msOf: Float64Array.of(ZERO, 0), nsOf: Int32Array.of(0, 0) };
  await consume(batchOf("metrics", [{ ...(batch.parts[0] as MetricsPart), start }]));
  await consume(again(batch, 6, [7, 8]));
  expect(lines()[1]).toBe("a 7@6<6 b 8@6<5");
});

test("fewer bounds, and then nothing more than those is compared", async () => {
  const { consume, lines } = setUp();
  const histogram = (...bounds: number[]) => ({
    name: "h",
    histogram: { bounds, counts: [...bounds, 9], sum: 9 },
  });
  await consume(at(0, histogram(1, 2, 3)));
  for (const second of [1, 2])
    await consume(at(second, histogram(1), { name: "g", value: 0 }, { name: "g", value: 0 }));
  expect(lines().map((line) => line.split("<")[1])).toEqual(["0", "0.999 g 0@1 g 0@1", "0.999 g 0@2 g 0@2"]);
});

test("one id twice in a part, at two moments", async () => {
  const { consume, lines } = setUp();
  const catalog = createCatalog(resourceOf());
  const { metric, shape } = identityOf(at(0, counter("a", 1)));
  const id = catalog.add({ metric, shape, attributes: [] });
  const time = { ms: 0, ns: 0, msOf: Float64Array.of(ZERO, ZERO), nsOf: Int32Array.of(5, 7) };
  const layout = layoutOf(catalog, Int32Array.of(id, id));
  await consume(batchOf("metrics", [pointsPart({ layout, slots: Float64Array.of(3, 2), time })]));
  expect(lines()).toEqual([`a 3@0+5ns<0+5ns a 2@0+7ns<-0.001+7ns`]);
});
function identityOf({ parts: [part] }: BatchOf<"metrics">) {
  const { catalog } = (part as MetricsPart).layout;
  return { metric: catalog.metric(0), shape: catalog.shape(0) };
}

test("a vanished series: its marker over the old layout has its start", async () => {
  const { consume, lines } = setUp();
  const first = at(0, counter("a", 1), counter("b", 1));
  await consume(first);
  const [{ layout }] = first.parts as [MetricsPart];
  const time = timesOf(ZERO + 1000);
  const gone = { layout, slots: new Float64Array(0), states: "stale", rows: Int32Array.of(1), time } as const;
  await consume(batchOf("metrics", [pointsPart(gone)]));
  expect(lines()[1]).toBe("b stale@1<0");
});

test("a distribution with some of its numbers: nothing can be taken away from it", async () => {
  const histogram = { name: "h", histogram: { bounds: [1], counts: [5, 6], sum: 7 } };
  const partly = (second: number) => {
    const [part] = at(second, histogram).parts as [MetricsPart];
    return batchOf("metrics", [{ ...part, states: Uint8Array.of(ABSENT, VALUE, VALUE, VALUE) }]);
  };
  for (const [strategy, expected] of [
    ["true_reset_point", ["0", "0"]],
    ["subtract_initial_point", []],
  ] as const) {
    const { consume, sink, context } = setUp({ strategy });
    await consume(at(0, histogram));
    await consume(partly(1));
    expect(sink.batches.map((batch) => lineOf(batch).split("<")[1])).toEqual(expected);
    const reason = { reason: "incomplete" };
    expect(context.meter.value("processor_metric_start_time_dropped_points", reason)).toBe(
      strategy === "subtract_initial_point" ? 1 : 0,
    );
  }
});

test("a batch that is tried again gives the same", async () => {
  for (const strategy of ["true_reset_point", "subtract_initial_point"] as const) {
    const { consume, sink } = setUp({ strategy });
    await consume(at(0, counter("a", 5)));
    await consume(at(1, counter("a", 7)));
    for (const batch of [at(2, counter("a", 6)), at(3, counter("a", 8))]) {
      sink.fail(new Error("not now"));
      await expect(consume(batch)).rejects.toThrow("not now");
      await consume(batch);
    }
    expect(sink.batches.slice(-2).map(lineOf), strategy).toEqual(["a 6@2<1.999", "a 8@3<1.999"]);
  }
});

test("series not seen for the interval are forgotten", async () => {
  const simulation = createSimulation({ start: ZERO });
  const { consume, lines, context, processor } = setUp({ gc_interval: 60_000 }, { simulation });
  const held = () => context.meter.value("processor_metric_start_time_series");
  await processor.start?.();
  await consume(at(0, counter("a", 1), counter("b", 1)));
  await simulation.advance(61_000);
  expect(held()).toBe(2);
  await consume(at(61, counter("a", 2)));
  await simulation.advance(60_000);
  expect(held()).toBe(1);
  await consume(at(121, counter("a", 3), counter("b", 3)));
  expect(lines().at(-1)).toBe("a 3@121<0 b 3@121<121");
  await simulation.advance(180_000);
  expect(held()).toBe(0);
  await processor.shutdown?.();
  expect(simulation.open()).toEqual([]);
});

test("a series that was forgotten begins anew, also over the layout of before", async () => {
  const simulation = createSimulation({ start: ZERO });
  const { consume, lines, processor } = setUp({ gc_interval: 1000 }, { simulation });
  await processor.start?.();
  const first = at(0, counter("a", 1));
  await consume(first);
  await simulation.advance(5000);
  await consume(again(first, 5, [2]));
  expect(lines()).toEqual(["a 1@0<0", "a 2@5<5"]);
  await processor.shutdown?.();
});

test("there is room for a share of the heap; what has none is passed on, or dropped where it would be wrong", async () => {
  for (const [strategy, expected] of [
    ["true_reset_point", "a0 1@0<0 a1 1@0<0 a2 1@0"],
    ["subtract_initial_point", undefined],
    ["start_time_metric", "a0 1@0<-1 a1 1@0<-1 a2 1@0<-1"],
  ] as const) {
    const simulation = createSimulation({ start: ZERO });
    const env = { ...simulation.env, process: { ...simulation.env.process, heapLimit: 4 * 1300 } };
    const { consume, lines, context } = setUp(
      { strategy },
      { simulation: { ...simulation, env }, host: { startedAt: ZERO - 1000 } },
    );
    await consume(at(0, counter("a0", 1), counter("a1", 1), counter("a2", 1)));
    expect(lines()[0], strategy).toBe(expected);
    expect(context.meter.value("processor_metric_start_time_untracked_points")).toBe(1);
    expect(context.log.records).toHaveLength(1);
  }
});

test("big exponential histograms count towards the room", async () => {
  const simulation = createSimulation({ start: ZERO });
  const env = { ...simulation.env, process: { ...simulation.env.process, heapLimit: 4 * 5000 } };
  const { consume, context } = setUp({}, { simulation: { ...simulation, env } });
  const none = { offset: 0, counts: new Float64Array(0) };
  const exponential = (buckets: number) => ({
    name: "e",
    exponential: {
      scale: 0,
      count: 1,
      sum: 1,
      zeroCount: 0,
      zeroThreshold: 0,
      positive: { offset: 0, counts: new Float64Array(buckets) },
      negative: none,
      min: undefined,
      max: undefined,
    },
  });
  const held = () => context.meter.value("processor_metric_start_time_series");
  await consume(at(0, exponential(10)));
  expect(held()).toBe(1);
  await consume(at(1, exponential(1000)));
  expect(held()).toBe(0);
  await consume(at(2, counter("a", 1)));
  expect(held()).toBe(1);
});

test("another strategy begins with nothing; another interval keeps what is known", async () => {
  const { consume, lines, processor } = setUp();
  await consume(at(0, counter("a", 1)));
  const interval = await processor.update!(configOf({ gc_interval: 5 }));
  expect(interval.changes).toEqual(["gc_interval changed"]);
  interval.apply();
  await consume(at(1, counter("a", 2)));
  (await processor.update!(configOf({ gc_interval: 5, strategy: "subtract_initial_point" }))).apply();
  await consume(at(2, counter("a", 3)));
  await consume(at(3, counter("a", 4)));
  expect(lines()).toEqual(["a 1@0<0", "a 2@1<0", "a 1@3<2"]);
});
