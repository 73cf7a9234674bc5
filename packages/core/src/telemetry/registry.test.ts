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
