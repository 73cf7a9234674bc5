import { type Consume, operationBoundsMs } from "@sluice/component";
import { createSimulation, createSink, logsBatch, metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createOperations } from "./operations.ts";
import { createWorld, simpleYaml } from "./world.testing.ts";

const batch = metricsBatch([{ name: "a" }, { name: "b" }]);

/** An exporter that takes so long, virtually. */
function setUp(ms = 0) {
  const simulation = createSimulation();
  const operations = createOperations(simulation.clock);
  const sink = createSink();
  const slow: Consume = async (given) => {
    if (ms > 0) await simulation.env.timers.sleep(ms);
    await sink.consume(given);
  };
  const consume = operations.observe("exporter/x", slow);
  return { simulation, operations, sink, consume };
}

test("nothing is recorded before somebody asks", async () => {
  const { simulation, operations, sink, consume } = setUp();
  await simulation.run(consume(batch));
  expect(operations.list()).toEqual([]);
  await simulation.run(consume(batch));
  const samples = [{ at: simulation.clock.now(), durationMs: 0, items: 2, error: undefined }];
  const taken = [1, 0, 0, 0, 0, 0, 0, 0, 0];
  expect(operations.list()).toEqual([{ name: "exporter/x/metrics", running: 0, taken, refused: 0, samples }]);
  expect(sink.batches).toEqual([batch, batch]);
});

/** The bucket into which a call of so many milliseconds goes. */
async function check(ms: number, expected: number): Promise<void> {
  const { simulation, operations, consume } = setUp(ms);
  operations.list();
  await simulation.run(consume(batch));
  const [operation] = operations.list();
  expect([ms, operation?.taken.indexOf(1), operation?.samples[0]?.durationMs]).toEqual([ms, expected, ms]);
}
test("latencies have upstream's bounds", async () => {
  expect(operationBoundsMs.map((ms) => ms * 1000)).toEqual([0, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]);
  await check(0, 0);
  await check(1, 3);
  await check(9, 3);
  await check(10, 4);
  await check(99_999, 7);
  await check(100_000, 8);
  await check(1e6, 8);
});

test("a clock that was set back makes no hole", async () => {
  const { operations, consume, simulation } = setUp();
  operations.list();
  const times = [5, 4];
  const odd = createOperations({ now: () => simulation.clock.now(), monotonic: () => times.shift() ?? 0 });
  odd.list();
  await odd.observe("a", consume)(batch);
  expect(odd.list()[0]?.taken[0]).toBe(1);
});

test("each signal is told apart; owners of one name are summed up", async () => {
  const { operations, consume } = setUp();
  operations.list();
  await consume(batch);
  await consume(logsBatch([{}]));
  await operations.observe("exporter/x", async () => {})(batch);
  await operations.observe("connector/y", async () => {})(batch);
  const seen = operations.list().map(({ name, taken }) => [name, taken[0]]);
  expect(seen).toEqual([
    ["connector/y/metrics", 1],
    ["exporter/x/logs", 1],
    ["exporter/x/metrics", 2],
  ]);
  operations.keep(new Set(["connector/y"]));
  expect(operations.list().map(({ name }) => name)).toEqual(["connector/y/metrics"]);
});

test("calls under way are counted, and refusals are passed on as they are", async () => {
  const { simulation, operations, sink, consume } = setUp(50);
  operations.list();
  const refusal = new Error("cannot send", { cause: new Error("x".repeat(5000)) });
  sink.fail(refusal);
  const call = consume(batch);
  expect(operations.list()[0]).toMatchObject({ running: 1, refused: 0 });
  await expect(simulation.run(call)).rejects.toBe(refusal);
  const [operation] = operations.list();
  expect(operation).toMatchObject({ running: 0, refused: 1, taken: [0, 0, 0, 0, 0, 0, 0, 0, 0] });
  expect(operation?.samples).toEqual([
    { at: simulation.clock.now() - 50, durationMs: 50, items: 2, error: `cannot send: ${"x".repeat(1011)}` },
  ]);
});

test("few samples are kept, the newest, of every bucket", async () => {
  const { simulation, operations, sink, consume } = setUp(20);
  operations.list();
  for (let turn = 0; turn < 100; turn++) {
    if (turn % 2 === 0) sink.fail(new Error(`no ${turn}`));
    await simulation.run(consume(batch)).catch(() => {});
  }
  const { samples, taken, refused } = operations.list()[0]!;
  expect([samples.length, taken[4], refused]).toEqual([20, 50, 50]);
  expect(samples.slice(0, 3).map(({ error }) => error)).toEqual([undefined, "no 98", undefined]);
  expect(samples.filter(({ error }) => error !== undefined)).toHaveLength(16);
});

test("a collector records at every instance that batches go through", async () => {
  const world = createWorld();
  const collector = world.collector(simpleYaml());
  await world.simulation.run(collector.start());
  const { host } = world.contexts.get("exporter out")!;
  expect(host.operations()).toEqual([]);
  await world.simulation.run(world.next.get("in")!(batch));
  expect(host.operations().map(({ name, taken }) => [name, taken[0]])).toEqual([
    ["exporter/out/metrics", 1],
    ["exporter/out/second/metrics", 1],
    ["processor/step/a/metrics", 1],
    ["processor/step/b/metrics", 1],
    ["receiver/in/metrics", 1],
  ]);
  await world.simulation.run(collector.stop());
});
