import { expect, test } from "vitest";
import { createRegistry } from "./registry.ts";

const options = { description: "A thing.", unit: "1" };

test("asking twice gives the same instrument; the meter's labels win", () => {
  const registry = createRegistry();
  const one = registry.meter({ exporter: "a" }, "s");
  const two = registry.meter({ exporter: "b" }, "s");
  one.counter("x", options).add(1);
  one.counter("x", options).add(2, {});
  one.counter("x", options).add(3, { exporter: "forged", reason: "r" });
  one.counter("x", options).add(4, { reason: "r" });
  two.counter("x", options).add(5);
  const points = registry.read()[0]?.points.map(({ labels, value }) => ({ labels, value }));
  expect(points).toEqual([
    { labels: { exporter: "a" }, value: 3 },
    { labels: { exporter: "a", reason: "r" }, value: 7 },
    { labels: { exporter: "b" }, value: 5 },
  ]);
});

test("label order makes no second series; bad amounts change nothing", () => {
  const registry = createRegistry();
  const counter = registry.meter({}, "s").counter("x", options);
  counter.add(1, { a: "1", b: "2" });
  counter.add(1, { b: "2", a: "1" });
  for (const amount of [-1, Number.NaN]) counter.add(amount, { a: "1", b: "2" });
  expect(registry.read()[0]?.points).toMatchObject([{ value: 2 }]);
});

test("series are bounded; what is beyond is counted together", () => {
  const registry = createRegistry();
  const counter = registry.meter({ receiver: "r" }, "s").counter("x", options);
  for (let i = 0; i < 5000; i++) counter.add(1, { i: String(i) });
  const points = registry.read()[0]?.points ?? [];
  expect(points.length).toBe(2001);
  expect(points.at(-1)).toMatchObject({ labels: { otel_metric_overflow: "true", receiver: "r" }, value: 3000 });
});

test("a name has one type, and a faulty callback gives nothing", () => {
  const registry = createRegistry();
  const meter = registry.meter({}, "s");
  meter.counter("x", options).add(1);
  expect(() => meter.gauge("x", options)).toThrow('BUG: metric "x" is a counter and was asked for as a gauge');
  meter.observe("y", options, () => {
    throw new Error("no");
  });
  expect(registry.read().map(({ name, points }) => [name, points.length])).toEqual([
    ["x", 1],
    ["y", 0],
  ]);
});

test("callbacks with the same labels are summed", () => {
  const registry = createRegistry();
  for (const value of [2, 3]) registry.meter({ processor: "batch" }, "s").observe("x", options, () => value);
  expect(registry.read()[0]?.points).toMatchObject([{ labels: { processor: "batch" }, value: 5 }]);
});

const of = (registry: ReturnType<typeof createRegistry>, name: string) =>
  registry
    .read()
    .find((reading) => reading.name === name)
    ?.points.map(({ labels, value }) => [labels.state ?? "", value]);

test("a successor takes over what its predecessor observes, and gives it back", () => {
  const registry = createRegistry();
  const meters = [1, 2].map((value) => {
    const meter = registry.meter({ receiver: "r" }, "s", "receiver/r");
    meter.observe("x", options, () => [
      { value, labels: { state: "both" } },
      { value, labels: { state: `only ${value}` } },
    ]);
    meter.gauge("y", options).set(value);
    return meter;
  });
  const both = [
    ["only 1", 1],
    ["both", 2],
    ["only 2", 2],
  ];
  expect(of(registry, "x")).toEqual(both);
  expect(of(registry, "y")).toEqual([["", 2]]);
  meters[1]?.release();
  expect(of(registry, "x")).toEqual([
    ["both", 1],
    ["only 1", 1],
  ]);
  expect(of(registry, "y")).toEqual([["", 1]]);
  meters[0]?.release();
  meters[0]?.observe("x", options, () => 3);
  expect([of(registry, "x"), of(registry, "y")]).toEqual([[], []]);
});
test("a gauge that nobody has set hides nothing", () => {
  const registry = createRegistry();
  registry.meter({}, "s", "one").gauge("y", options).set(1);
  const next = registry.meter({}, "s", "one").gauge("y", options);
  expect(of(registry, "y")).toEqual([["", 1]]);
  next.set(0);
  expect(of(registry, "y")).toEqual([["", 0]]);
});
test("counters and histograms outlive their instance", () => {
  const registry = createRegistry();
  for (const amount of [1, 2]) {
    const meter = registry.meter({ exporter: "e" }, "s", "exporter/e");
    meter.counter("x", options).add(amount);
    meter.histogram("h", { ...options, bounds: [1] }).record(amount);
    meter.release();
  }
  expect(of(registry, "x")).toEqual([["", 3]]);
  expect(registry.read().find(({ name }) => name === "h")?.points).toMatchObject([{ value: 3, buckets: [1, 1] }]);
});

test("an instrument above the level counts nothing and is not shown", () => {
  const registry = createRegistry({ level: "basic", bounds: (_, own) => own });
  const asked: string[] = [];
  const meter = registry.meter({}, "s");
  const counters = (["basic", "normal", "detailed"] as const).map((level) => {
    meter.observe(`read ${level}`, { ...options, level }, () => asked.push(level));
    return meter.counter(level, { ...options, level });
  });
  const levels = (level: "none" | "basic" | "normal" | "detailed") => {
    registry.measure({ level, bounds: (_, own) => own });
    for (const counter of counters) counter.add(1);
    return registry
      .read()
      .flatMap(({ name, points }) => (name.startsWith("read") ? [] : [`${name} ${points[0]?.value}`]));
  };
  expect(levels("none")).toEqual(["basic 1"]);
  expect(levels("basic")).toEqual(["basic 2"]);
  expect(asked).toEqual(["basic", "basic"]);
  expect(levels("normal")).toEqual(["basic 3", "normal 1"]);
  expect(levels("detailed")).toEqual(["basic 4", "detailed 1", "normal 2"]);
});
test("a histogram whose bounds change starts again", () => {
  const registry = createRegistry();
  const histogram = registry.meter({}, "s").histogram("h", { ...options, bounds: [1, 2] });
  const points = () => registry.read()[0]?.points;
  histogram.record(1.5);
  registry.measure({ level: "normal", bounds: (_, own) => [...own] });
  histogram.record(5);
  expect(points()).toMatchObject([{ value: 6.5, buckets: [0, 1, 1] }]);
  registry.measure({ level: "normal", bounds: ({ name }) => (name === "h" ? [10] : []) });
  expect(points()).toEqual([]);
  histogram.record(5);
  expect(points()).toMatchObject([{ value: 5, buckets: [1, 0] }]);
});
