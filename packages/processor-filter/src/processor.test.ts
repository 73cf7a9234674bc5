import { join } from "node:path";
import { type Batch, batchOf, encodeMetrics, type Signal, wirePart } from "@sluice/data";
import { attributesOf, checkComponent, logsBatch, metricsBatch, tracesBatch } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { linesOf, setUp } from "./filtering.testing.ts";
import definition from "./index.ts";

checkComponent(definition, join(import.meta.dirname, ".."));

const options = { resource: { "service.name": "cart", env: "prod" }, scope: "io" };
const metrics = metricsBatch(
  [
    { name: "up", attributes: { a: "1" } },
    { name: "hits", kind: "sum", attributes: { a: "1" } },
    { name: "hits", kind: "sum", attributes: { a: "2", b: "x" } },
    { name: "size", histogram: { bounds: [1], counts: [1, 2] } },
  ],
  options,
);
const event = (name: string) => ({ ms: 0, ns: 0, name, attributes: attributesOf({ e: name }), droppedAttributes: 0 });
const traces = tracesBatch(
  [
    { name: "GET", kind: 2, attributes: attributesOf({ a: "1" }), events: [event("one"), event("two")] },
    { name: "PUT", kind: 3, attributes: attributesOf({ a: "2" }), parentSpanId: Uint8Array.of(1) },
  ],
  options,
);
const logs = logsBatch(
  [
    { body: "one", severity: 9, severityText: "INFO", attributes: attributesOf({ a: "1" }) },
    { body: "two", severity: 17, severityText: "ERROR", attributes: attributesOf({ a: "2" }) },
    { body: { map: attributesOf({ k: "v" }) }, attributes: [] },
  ],
  options,
);
const batches: Readonly<Record<Signal, Batch>> = { metrics, traces, logs };
const all = { metrics: linesOf(metrics), traces: linesOf(traces), logs: linesOf(logs) };
const nouns = { metrics: "datapoints", traces: "spans", logs: "logs" };

/** What a body drops of the batch above; nothing dropped is the same batch. */
function check(signal: Signal, yaml: string, dropped: readonly string[]): void {
  test(`${signal}: ${yaml}`, async () => {
    const { consume, sink, context } = await setUp(signal, yaml);
    await consume(batches[signal]);
    await consume(batches[signal]);
    const left = all[signal].filter((line) => !dropped.includes(line));
    expect(sink.batches.map(linesOf)).toEqual(left.length === 0 ? [] : [left, left]);
    if (dropped.length === 0) expect(sink.batches[0]).toBe(batches[signal]);
    const counted = context.meter.value(`otelcol_processor_filter_${nouns[signal]}_filtered`, { filter: "filter/x" });
    expect(counted).toBe(2 * dropped.length);
    expect(linesOf(batches[signal])).toEqual(all[signal]);
  });
}

describe("conditions on metrics", () => {
  check("metrics", "{}", []);
  check("metrics", `metrics: { metric: ['name == "up"'] }`, ["up{1}"]);
  check("metrics", `metrics: { metric: ['name == "up"', type == METRIC_DATA_TYPE_HISTOGRAM] }`, ["up{1}", "size"]);
  check("metrics", `metrics: { metric: ['IsMatch(name, "s$")'] }`, ["hits{1}", "hits{2}"]);
  check("metrics", `metrics: { metric: ['name == "z"'] }`, []);
  check("metrics", `metrics: { metric: ['HasAttrKeyOnDatapoint("b")'] }`, ["hits{1}", "hits{2}"]);
  check("metrics", `metrics: { metric: ['not HasAttrKeyOnDatapoint("a")'] }`, ["size"]);
  check("metrics", `metrics: { metric: ['HasAttrOnDatapoint("a", "1")'] }`, ["up{1}", "hits{1}", "hits{2}"]);
  check("metrics", `metrics: { metric: ['HasAttrOnDatapoint("a", "3")'] }`, []);
  check("metrics", `metrics: { datapoint: ['attributes["a"] == "1"'] }`, ["up{1}", "hits{1}"]);
  check("metrics", `metrics: { datapoint: ['metric.name == "hits" and attributes["b"] == nil'] }`, ["hits{1}"]);
  check("metrics", `metrics: { metric: ['name == "up"'], datapoint: ['attributes["b"] != nil'] }`, [
    "up{1}",
    "hits{2}",
  ]);
  check("metrics", `metrics: { metric: ['HasAttrOnDatapoint("b", "x")'], datapoint: ['metric.name == "up"'] }`, [
    "up{1}",
    "hits{1}",
    "hits{2}",
  ]);
  check("metrics", `metrics: { resource: ['attributes["env"] == "prod"'] }`, all.metrics);
  check("metrics", `metrics: { resource: ['attributes["env"] == "test"'] }`, []);
  check("metrics", `metrics: { metric: ['resource.attributes["env"] == "prod"'] }`, all.metrics);
  check("metrics", `logs: { log_record: ['body == "one"'] }`, []);
});

describe("conditions on spans", () => {
  check("traces", "traces: { span: [kind == SPAN_KIND_SERVER] }", ["GET{1}+one+two"]);
  check("traces", 'traces: { span: [IsRootSpan(), \'attributes["a"] == "2"\'] }', all.traces);
  check("traces", `traces: { span: ['scope.name == "other"'] }`, []);
  check("traces", `traces: { resource: ['attributes["env"] == "prod"'] }`, all.traces);
  check("traces", `traces: { resource: ['attributes["env"] == "test"'], span: ['name == "PUT"'] }`, ["PUT{2}"]);
});

test("conditions on events keep the span", async () => {
  const { consume, sink, context } = await setUp("traces", `traces: { spanevent: ['attributes["e"] == "one"'] }`);
  await consume(traces);
  expect(sink.batches.map(linesOf)).toEqual([["GET{1}+two", "PUT{2}"]]);
  expect(context.meter.value("otelcol_processor_filter_spans_filtered")).toBe(0);
  const idle = await setUp("traces", `traces: { spanevent: ['name == "three"', event_index > 1] }`);
  await idle.consume(traces);
  expect(idle.sink.batches[0]).toBe(traces);
});

describe("conditions on log records", () => {
  check("logs", "logs: { log_record: [severity_number < SEVERITY_NUMBER_WARN] }", ["one{1}", '{"k":"v"}']);
  check("logs", `logs: { log_record: ['body == "two"', 'body["k"] == "v"'] }`, ["two{2}", '{"k":"v"}']);
  check("logs", `logs: { resource: ['attributes["service.name"] == "cart"'] }`, all.logs);
  check("logs", `logs: { resource: ['attributes["service.name"] == "x"'], log_record: ['attributes["a"] == nil'] }`, [
    '{"k":"v"}',
  ]);
});

describe("conditions that tell what they are about", () => {
  check("metrics", `metric_conditions: ['metric.name == "up"', 'datapoint.attributes["b"] == "x"']`, [
    "up{1}",
    "hits{2}",
  ]);
  check("metrics", `metric_conditions: ['resource.attributes["env"] == "prod"']`, all.metrics);
  check("metrics", `metric_conditions: ['scope.name == "io"']`, all.metrics);
  check("metrics", `metric_conditions: ['instrumentation_scope.name == "x"', 'HasAttrKeyOnDatapoint("b")']`, [
    "hits{1}",
    "hits{2}",
  ]);
  check("metrics", `metric_conditions: [{ context: metric, conditions: ['name == "up"'] }]`, ["up{1}"]);
  check("metrics", `metric_conditions: [{ context: scope, conditions: ['name == "up"'] }]`, []);
  check("metrics", `metric_conditions: ["true"]`, all.metrics);
  check("traces", `trace_conditions: ['span.name == "GET"']`, ["GET{1}+one+two"]);
  check("traces", `trace_conditions: ['not IsRootSpan()']`, ["PUT{2}"]);
  check("traces", `trace_conditions: [{ conditions: ['scope.name == "io"'] }]`, all.traces);
  check("logs", `log_conditions: ['log.severity_text == "INFO"']`, ["one{1}"]);
  check("logs", `log_conditions: [{ context: log, conditions: ['attributes["a"] == "2"'] }]`, ["two{2}"]);
  check("logs", `log_conditions: [{ context: scope, conditions: ['name == "io"'] }]`, all.logs);
  check("logs", `log_conditions: ["false"]`, []);
});

test("a request kept as bytes is opened, and passes as it is when nothing is dropped", async () => {
  const wire = batchOf("metrics", [wirePart("metrics", encodeMetrics(metrics.parts))]);
  const { consume, sink } = await setUp("metrics", `metrics: { metric: ['name == "up"'] }`);
  await consume(wire);
  expect(sink.batches.map(linesOf)).toEqual([["hits{1}", "hits{2}", "size"]]);
  const idle = await setUp("metrics", `metrics: { metric: ['name == "z"'] }`);
  await idle.consume(wire);
  expect(idle.sink.batches[0]).toBe(wire);
});

describe("a condition that cannot be decided", () => {
  const body = (mode: string) => `error_mode: ${mode}\nlogs: { log_record: ['body["k"] == "v"', 'body == "two"'] }`;
  async function run(mode: string) {
    const { consume, sink, context } = await setUp("logs", body(mode));
    return { run: () => consume(logs), lines: () => sink.batches.map(linesOf), log: context.log.records, context };
  }
  test("is false and logged once a minute", async () => {
    const { run: again, lines, log, context } = await run("ignore");
    await again();
    await again();
    expect(lines()).toEqual([["one{1}"], ["one{1}"]]);
    const warning = { condition: 'body["k"] == "v"', error: "a key of body is asked of what has none such" };
    expect(log).toMatchObject([{ level: "warn", fields: warning }]);
    await context.simulation.advance(60_000);
    await again();
    expect(log).toHaveLength(2);
  });
  test("is false in silence", async () => {
    const { run: once, lines, log } = await run("silent");
    await once();
    expect([lines(), log]).toEqual([[["one{1}"]], []]);
  });
  test("refuses the batch for good", async () => {
    const { run: once, lines } = await run("propagate");
    await expect(once()).rejects.toThrow('cannot decide condition "body["k"] == "v""');
    await expect(once()).rejects.toMatchObject({ name: "PermanentError" });
    expect(lines()).toEqual([]);
  });
  test("has the mode of its group", async () => {
    const yaml = `error_mode: propagate\nlog_conditions: [{ error_mode: silent, conditions: ['log.body["k"] == "v"'] }]`;
    const { consume, sink } = await setUp("logs", yaml);
    await consume(logs);
    expect(sink.batches.map(linesOf)).toEqual([["one{1}", "two{2}"]]);
  });
});
