import { expect, test } from "vitest";
import { metricsBatch } from "./batches.ts";
import { createContext } from "./context.ts";
import { createSink } from "./sink.ts";

test("a context remembers what it was told", () => {
  const context = createContext({ id: "a/b", extensions: { auth: { httpClientAuth: { headers: async () => ({}) } } } });
  context.log.warn("something happened", { count: 1 });
  context.status("recoverable_error", new Error("no"));
  expect(context.log.records).toEqual([{ level: "warn", message: "something happened", fields: { count: 1 } }]);
  expect(context.statuses).toEqual([{ status: "recoverable_error", error: new Error("no") }]);
  expect(context.id).toBe("a/b");
  expect(context.extension("auth", "httpClientAuth")).toBeDefined();
  expect(() => context.extension("other", "httpClientAuth")).toThrow('cannot use extension "other"');
});

test("a meter gives the values of its instruments", () => {
  const { meter } = createContext();
  const options = { description: "", unit: "1" };
  const counter = meter.counter("items", options);
  counter.add(1, { a: "1", b: "1" });
  counter.add(2, { b: "1", a: "1" });
  meter.counter("items", options).add(4, { a: "2" });
  meter.gauge("size", options).set(5);
  meter.gauge("size", options).set(6);
  meter.histogram("took", { ...options, bounds: [1] }).record(0.5);
  meter.observe("seen", options, () => [{ value: 7, labels: { a: "1" } }]);
  meter.observe("one", options, () => 8);
  meter.counter("idle", options);
  const check = (name: string, labels: Record<string, string>, expected: number) =>
    expect(meter.value(name, labels)).toBe(expected);
  check("items", {}, 7);
  check("items", { a: "1" }, 3);
  check("items", { a: "3" }, 0);
  check("size", {}, 6);
  check("took", {}, 1);
  check("seen", { a: "1" }, 7);
  check("one", {}, 8);
  check("idle", {}, 0);
  expect(() => meter.value("itms")).toThrow('no instrument "itms"; there are items, size');
  expect(() => meter.gauge("items", options)).toThrow('"items" is a counter already');
});

test("a sink takes batches, refuses when told to, and can be waited for", async () => {
  const sink = createSink();
  const batch = metricsBatch([{ name: "up", value: 1 }, { name: "down" }]);
  const refusal = new Error("no");
  sink.fail(refusal, 2);
  const waiting = sink.until(({ items }) => items === 4);
  await expect(sink.consume(batch)).rejects.toBe(refusal);
  await expect(sink.consume(batch)).rejects.toBe(refusal);
  await sink.consume(batch);
  await sink.consume(batch);
  await waiting;
  expect(sink.batches).toEqual([batch, batch]);
  expect(sink.calls).toBe(4);
});
