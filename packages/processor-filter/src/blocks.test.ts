import type { Batch, Signal } from "@sluice/data";
import { attributesOf, logsBatch, metricsBatch, tracesBatch } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { linesOf, setUp } from "./filtering.testing.ts";

const options = { resource: { "service.name": "cart", env: "prod" } };
const batches: Readonly<Record<Signal, Batch>> = {
  metrics: metricsBatch([{ name: "up" }, { name: "hits" }, { name: "hits_total" }], options),
  traces: tracesBatch(
    [
      { name: "GET", attributes: attributesOf({ a: "1" }) },
      { name: "PUT", kind: 2 },
    ],
    options,
  ),
  logs: logsBatch(
    [
      { body: "one", severity: 9, severityText: "INFO", attributes: attributesOf({ a: "1" }) },
      { body: "two", severity: 17, severityText: "ERROR" },
      { body: "three" },
    ],
    options,
  ),
};

/** What a block leaves; nothing is left = nothing is handed on. */
function check(signal: Signal, yaml: string, left: readonly string[]): void {
  test(yaml, async () => {
    const { consume, sink } = await setUp(signal, yaml);
    await consume(batches[signal]);
    expect(sink.batches.flatMap(linesOf)).toEqual(left);
    expect(sink.batches).toHaveLength(left.length === 0 ? 0 : 1);
  });
}

describe("blocks on metrics", () => {
  const all = ["up", "hits", "hits_total"];
  const block = (name: string, keys: string, type = "strict") =>
    `metrics: { ${name}: { match_type: ${type}, ${keys} } }`;
  check("metrics", block("include", "metric_names: [hits]"), ["hits"]);
  check("metrics", block("include", "metric_names: [hits]", "regexp"), ["hits", "hits_total"]);
  check("metrics", block("exclude", "metric_names: [hits]"), ["up", "hits_total"]);
  check("metrics", block("exclude", "metric_names: [^u, l$]", "regexp"), ["hits"]);
  check("metrics", block("include", "metric_names: []"), all);
  check("metrics", block("include", "resource_attributes: [{ key: env, value: prod }]"), all);
  check("metrics", block("include", "resource_attributes: [{ key: env, value: test }]"), []);
  check("metrics", block("exclude", "resource_attributes: [{ key: env, value: p.*d }]", "regexp"), []);
  // Each of the two questions drops by itself.
  check("metrics", block("exclude", "metric_names: [up], resource_attributes: [{ key: env, value: prod }]"), []);
  check("metrics", block("include", "metric_names: [up], resource_attributes: [{ key: env }]"), ["up"]);
  check(
    "metrics",
    "metrics: { include: { match_type: regexp, metric_names: [hits] }, exclude: { match_type: strict, metric_names: [hits] } }",
    ["hits_total"],
  );
});

describe("blocks on spans", () => {
  check("traces", "spans: { include: { match_type: strict, span_names: [GET] } }", ["GET{1}"]);
  check("traces", "spans: { include: { match_type: strict, services: [cart] } }", ["GET{1}", "PUT"]);
  check("traces", "spans: { include: { match_type: strict, services: [other] } }", []);
  check("traces", "spans: { exclude: { match_type: strict, attributes: [{ key: a }] } }", ["PUT"]);
  check("traces", "spans: { exclude: { match_type: regexp, span_kinds: [SERVER], services: [cart] } }", ["GET{1}"]);
  check("traces", "spans: { exclude: { match_type: strict, span_names: [PUT], services: [other] } }", [
    "GET{1}",
    "PUT",
  ]);
  check("traces", "spans: { exclude: { match_type: strict, libraries: [{ name: '' }] } }", []);
});

describe("blocks on log records", () => {
  const all = ["one{1}", "two", "three"];
  const block = (name: string, keys: string, type = "strict") => `logs: { ${name}: { match_type: ${type}, ${keys} } }`;
  check("logs", block("include", "bodies: [one]"), ["one{1}"]);
  check("logs", block("exclude", "bodies: [o]", "regexp"), ["three"]);
  check("logs", block("include", "record_attributes: [{ key: a, value: '1' }]"), ["one{1}"]);
  check("logs", block("include", "resource_attributes: [{ key: env, value: prod }]"), all);
  check("logs", block("include", "resource_attributes: [{ key: env, value: test }]"), []);
  check("logs", block("exclude", "resource_attributes: [{ key: env, value: prod }], bodies: [two]"), [
    "one{1}",
    "three",
  ]);
  check("logs", block("exclude", "severity_texts: [ERROR]"), ["one{1}", "three"]);
  check("logs", block("include", "severity_number: { min: 9 }"), ["one{1}", "two"]);
  check("logs", block("include", "severity_number: { min: Warn2 }"), ["two"]);
  check("logs", block("include", "severity_number: { min: FATAL4, match_undefined: true }"), ["three"]);
  check("logs", block("include", "severity_number: { match_undefined: true }"), all);
  check("logs", "logs: { include: { match_type: strict } }", all);
});
