import { join } from "node:path";
import { type Batch, type BatchOf, batchOf, encodeLogs, type Signal, wirePart } from "@sluice/data";
import {
  attributesOf,
  checkComponent,
  configOf,
  createContext,
  logsBatch,
  metricsBatch,
  tracesBatch,
} from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import type { Config } from "./config.ts";
import definition from "./index.ts";
import { linesOf, setUp } from "./processing.testing.ts";
import { createProcessor } from "./processor.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

const resource = { "service.name": "cart", env: "prod" };
const options = { resource, scope: "io" };
const metrics = metricsBatch(
  [
    { name: "up", attributes: { a: "1" } },
    { name: "hits", attributes: { a: "2", b: "x" } },
    { name: "hits", attributes: { a: "3" } },
  ],
  options,
);
const traces = tracesBatch(
  [
    { name: "GET", kind: 2, attributes: attributesOf({ a: "1" }) },
    { name: "PUT", kind: 3, attributes: attributesOf({ a: "2", b: "x" }) },
  ],
  options,
);
const logs = logsBatch(
  [
    { body: "one", severity: 9, severityText: "INFO", attributes: attributesOf({ a: "1" }) },
    { body: "two", severity: 17, severityText: "ERROR", attributes: attributesOf({ a: "2", b: "x" }) },
  ],
  options,
);
const batches: Readonly<Record<Signal, Batch>> = { metrics, traces, logs };

/** What a block before `actions: [{key: a, action: delete}]` leaves of each item. */
function check(signal: Signal, block: string, expected: readonly string[]): void {
  test(`${signal}: ${block || "all"}`, async () => {
    const { consume, sink } = await setUp(signal, `actions: [{ key: a, action: delete }]\n${block}`);
    const before = linesOf(batches[signal]);
    await consume(batches[signal]);
    expect(sink.batches.map(linesOf)).toEqual([expected]);
    expect(linesOf(batches[signal])).toEqual(before);
  });
}

describe("include and exclude choose data points", () => {
  const all = ["up{}", "hits{b=x}", "hits{}"];
  const none = ["up{a=1}", "hits{a=2,b=x}", "hits{a=3}"];
  const strict = (keys: string) => `include: { match_type: strict, ${keys} }`;
  check("metrics", "", all);
  check("metrics", strict("metric_names: [up]"), ["up{}", "hits{a=2,b=x}", "hits{a=3}"]);
  check("metrics", "include: { match_type: regexp, metric_names: [^h] }", ["up{a=1}", "hits{b=x}", "hits{}"]);
  check("metrics", strict("attributes: [{ key: b, value: x }]"), ["up{a=1}", "hits{b=x}", "hits{a=3}"]);
  check("metrics", strict("resources: [{ key: env, value: prod }]"), all);
  check("metrics", strict("resources: [{ key: env, value: test }]"), none);
  check("metrics", strict("services: [cart]"), all);
  check("metrics", strict("libraries: [{ name: io }]"), all);
  check("metrics", strict("libraries: [{ name: other }]"), none);
  check("metrics", "exclude: { match_type: strict, metric_names: [hits] }", ["up{}", "hits{a=2,b=x}", "hits{a=3}"]);
  check("metrics", "exclude: { match_type: strict, services: [cart] }", none);
  check("metrics", "exclude: { match_type: strict, services: [other], metric_names: [up] }", all);
  check("metrics", `${strict("metric_names: [hits]")}\nexclude: { match_type: strict, attributes: [{ key: b }] }`, [
    "up{a=1}",
    "hits{a=2,b=x}",
    "hits{}",
  ]);
});

describe("include and exclude choose spans", () => {
  check("traces", "", ["GET{}", "PUT{b=x}"]);
  check("traces", "include: { match_type: strict, span_names: [GET] }", ["GET{}", "PUT{a=2,b=x}"]);
  check("traces", "include: { match_type: regexp, span_kinds: [CLIENT] }", ["GET{a=1}", "PUT{b=x}"]);
  check("traces", "include: { match_type: strict, services: [other] }", ["GET{a=1}", "PUT{a=2,b=x}"]);
  check("traces", "exclude: { match_type: strict, attributes: [{ key: a, value: '2' }] }", ["GET{}", "PUT{a=2,b=x}"]);
  check("traces", "exclude: { match_type: strict, libraries: [{ name: io }] }", ["GET{a=1}", "PUT{a=2,b=x}"]);
});

describe("include and exclude choose log records", () => {
  check("logs", "", ["one{}", "two{b=x}"]);
  check("logs", "include: { match_type: regexp, log_bodies: [^o] }", ["one{}", "two{a=2,b=x}"]);
  check("logs", "include: { match_type: strict, log_severity_texts: [ERROR] }", ["one{a=1}", "two{b=x}"]);
  check("logs", "include: { match_type: strict, log_severity_number: { min: 13 } }", ["one{a=1}", "two{b=x}"]);
  check("logs", "exclude: { match_type: strict, resources: [{ key: env }] }", ["one{a=1}", "two{a=2,b=x}"]);
});

test("the metadata of a request gives a value", async () => {
  const { consume, sink } = await setUp("logs", "actions: [{ key: t, action: upsert, from_context: metadata.X-T }]");
  for (const context of [undefined, new Map([["x-t", ["a", "b"]]])]) await consume({ ...logs, context });
  expect(sink.batches[0]).toEqual(logs);
  expect(linesOf(sink.batches[1]!)).toEqual(["one{a=1,t=a;b}", "two{a=2,b=x,t=a;b}"]);
});

test("a request kept as bytes is opened, and passes as it is when nothing changes", async () => {
  const wire: BatchOf<"logs"> = batchOf("logs", [wirePart("logs", encodeLogs(logs.parts))]);
  const { consume, sink } = await setUp("logs", "actions: [{ key: b, action: delete }]");
  await consume(wire);
  expect(linesOf(sink.batches[0]!)).toEqual(["one{a=1}", "two{a=2}"]);
  const idle = await setUp("logs", "actions: [{ key: z, action: delete }]");
  await idle.consume(wire);
  expect(idle.sink.batches[0]).toBe(wire);
});

test("a block that data of the signal cannot answer is refused", async () => {
  const yaml = "actions: [{ key: a, action: delete }]\ninclude: { match_type: strict, services: [a] }";
  const config = await configOf<Config>(definition, yaml);
  const context = createContext({ kind: "processor", signals: ["logs"] });
  const run = () => createProcessor(config, context, async () => {});
  expect(run).toThrow("include: services cannot be asked of logs");
});
