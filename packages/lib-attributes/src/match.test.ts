import type { LogRecord, Span } from "@sluice/data";
import { type AttributeRecord, attributesOf, logsBatch, resourceOf, scopeOf, tracesBatch } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { compileMatch, type Match } from "./match.ts";
import { type MatchConfig, strangeKeys, validateMatch } from "./match-schema.ts";

function blockOf(config: Partial<MatchConfig>): MatchConfig {
  return {
    match_type: "strict",
    regexp: undefined,
    services: [],
    span_names: [],
    span_kinds: [],
    metric_names: [],
    log_bodies: [],
    log_severity_texts: [],
    log_severity_number: undefined,
    attributes: [],
    resources: [],
    libraries: [],
    ...config,
  };
}
const regexp = { match_type: "regexp" } as const;

type Ask = (match: Match) => boolean;
function check(config: Partial<MatchConfig>, ask: Ask, expected: boolean): void {
  expect(validateMatch(blockOf(config), [])).toEqual([]);
  expect(ask(compileMatch(blockOf(config)))).toBe(expected);
}
const ofResource =
  (attributes: AttributeRecord): Ask =>
  ({ resource }) =>
    resource(resourceOf(attributes));
const ofAttributes =
  (record: AttributeRecord): Ask =>
  ({ attributes }) =>
    attributes(attributesOf(record));
const ofScope =
  (name: string, version: string): Ask =>
  ({ scope }) =>
    scope({ ...scopeOf(name), version });
const ofSpan = (given: Partial<Span>): Ask => {
  const [part] = tracesBatch([given]).parts;
  return ({ span }) => span((part as Extract<typeof part, { form: "records" }>).record(0));
};
const ofLog = (given: Partial<LogRecord>): Ask => {
  const [part] = logsBatch([given]).parts;
  return ({ log }) => log((part as Extract<typeof part, { form: "records" }>).record(0));
};

test("services", () => {
  check({ services: ["a", "b"] }, ofResource({ "service.name": "b" }), true);
  check({ services: ["a"] }, ofResource({ "service.name": "ab" }), false);
  check({ ...regexp, services: ["^a"] }, ofResource({ "service.name": "ab" }), true);
  check({ services: ["7"] }, ofResource({ "service.name": 7n }), true);
  check({ services: ["a"] }, ofResource({}), false);
  check({ services: ["<nil-service-name>"] }, ofResource({}), true);
});

test("resources, of which all must match", () => {
  check({ resources: [{ key: "a", value: "x" }] }, ofResource({ a: "x" }), true);
  check(
    {
      resources: [
        { key: "a", value: "x" },
        { key: "b", value: undefined },
      ],
    },
    ofResource({ a: "x" }),
    false,
  );
  check(
    {
      resources: [
        { key: "a", value: "x" },
        { key: "b", value: null },
      ],
    },
    ofResource({ a: "x", b: 1n }),
    true,
  );
  check({ services: ["s"], resources: [{ key: "a", value: "x" }] }, ofResource({ a: "x" }), false);
});

test("attributes by value and type", () => {
  const strict = (value: unknown, of: AttributeRecord, expected: boolean) =>
    check({ attributes: [{ key: "a", value }] }, ofAttributes(of), expected);
  strict("x", { a: "x" }, true);
  strict("1", { a: 1n }, false);
  strict(1, { a: 1n }, true);
  strict(1, { a: 1 }, true);
  strict(1, { a: "1" }, false);
  strict(0.5, { a: 0.5 }, true);
  strict(true, { a: true }, true);
  strict(["x", 1], { a: ["x", 1n] }, true);
  strict({ b: "x" }, { a: { map: attributesOf({ b: "x" }) } }, true);
  strict(undefined, { a: null }, true);
  strict(undefined, { b: "x" }, false);
});

test("attributes by pattern, as text", () => {
  const pattern = (value: string, of: AttributeRecord[string], expected: boolean) =>
    check({ ...regexp, attributes: [{ key: "a", value }] }, ofAttributes({ a: of }), expected);
  pattern("x", "axb", true);
  pattern("^12$", 12n, true);
  pattern("^true$", true, true);
  pattern("^0.5$", 0.5, true);
  pattern("^1000000000000000000000$", 1e21, true);
  pattern("^0.0000001$", 1e-7, true);
  pattern("^-0.00000015$", -1.5e-7, true);
  pattern("^-12.5$", -12.5, true);
  pattern("^120$", 120, true);
  pattern("^0$", 0, true);
  pattern("^-0$", -0, true);
  pattern("^NaN$", Number.NaN, true);
  pattern("^\\+Inf$", Number.POSITIVE_INFINITY, true);
  pattern("^-Inf$", Number.NEGATIVE_INFINITY, true);
  pattern(".*", ["x"], false);
  pattern(".*", null, false);
  pattern(".*", Uint8Array.of(1), false);
  pattern(".*", { map: [] }, false);
});

test("libraries, of which one must match", () => {
  const libraries = [
    { name: "a", version: undefined },
    { name: "b", version: "1" },
    { name: "c", version: "" },
  ];
  const of = (name: string, version: string, expected: boolean) =>
    check({ libraries }, ofScope(name, version), expected);
  of("a", "", true);
  of("a", "9", true);
  of("b", "1", true);
  of("b", "2", false);
  of("c", "", true);
  of("c", "1", false);
  of("d", "1", false);
  check({ ...regexp, libraries: [{ name: "^io\\.", version: "^1\\." }] }, ofScope("io.x", "1.2"), true);
});

test("names of metrics and spans, kinds of spans", () => {
  check({ metric_names: ["up"] }, ({ metricName }) => metricName("up"), true);
  check({ metric_names: ["up"] }, ({ metricName }) => metricName("up2"), false);
  check({ ...regexp, metric_names: ["up"] }, ({ metricName }) => metricName("sup2"), true);
  check({ services: ["x"] }, ({ metricName }) => metricName("any"), true);
  check({ span_names: ["a"] }, ofSpan({ name: "a" }), true);
  check({ span_names: ["a"] }, ofSpan({ name: "b" }), false);
  check({ span_kinds: ["SPAN_KIND_SERVER"] }, ofSpan({ kind: 2 }), true);
  check({ span_kinds: ["SPAN_KIND_SERVER"] }, ofSpan({ kind: 3 }), false);
  check({ ...regexp, span_kinds: ["CLIENT|SERVER"] }, ofSpan({ kind: 3 }), true);
  check({ ...regexp, span_kinds: ["SPAN"] }, ofSpan({ kind: 9 }), false);
  check({ span_names: ["a"], span_kinds: ["SPAN_KIND_SERVER"] }, ofSpan({ name: "a", kind: 3 }), false);
});

test("bodies and severities of log records", () => {
  check({ log_bodies: ["a"] }, ofLog({ body: "a" }), true);
  check({ ...regexp, log_bodies: ["deep"] }, ofLog({ body: { map: attributesOf({ a: "deep" }) } }), true);
  check({ log_bodies: ["a"] }, ofLog({ body: "b" }), false);
  check({ log_severity_texts: ["INFO"] }, ofLog({ severityText: "INFO" }), true);
  check({ log_severity_texts: ["INFO"] }, ofLog({ severityText: "info" }), false);
  const severity = (match_undefined: boolean) => ({ log_severity_number: { min: 9, match_undefined } });
  check(severity(false), ofLog({ severity: 9 }), true);
  check(severity(false), ofLog({ severity: 8 }), false);
  check(severity(false), ofLog({ severity: 0 }), false);
  check(severity(true), ofLog({ severity: 0 }), true);
});

describe("tells what is wrong", () => {
  function wrong(config: Partial<MatchConfig>, path: readonly (string | number)[], message: string): void {
    test(message, () =>
      expect(validateMatch(blockOf(config), ["x"])).toMatchObject([{ path: ["x", ...path], message }]),
    );
  }
  wrong({}, [], "asks for nothing; expected something to compare, such as services");
  wrong(
    { span_names: ["a"], log_bodies: ["b"] },
    [],
    "asks for span_names and log_bodies, which neither data points nor spans nor log records have all",
  );
  wrong(
    { span_kinds: ["server"] },
    ["span_kinds", 0],
    'found "server", expected one of SPAN_KIND_CLIENT, SPAN_KIND_CONSUMER, SPAN_KIND_INTERNAL, SPAN_KIND_PRODUCER, SPAN_KIND_SERVER',
  );
  const open = "error parsing regexp: missing closing ): `(`";
  wrong({ ...regexp, services: ["a", "("] }, ["services", 1], open);
  wrong({ ...regexp, attributes: [{ key: "a", value: "(" }] }, ["attributes", 0, "value"], open);
  wrong({ ...regexp, libraries: [{ name: "(", version: undefined }] }, ["libraries", 0, "name"], open);
  wrong({ ...regexp, libraries: [{ name: "a", version: "(" }] }, ["libraries", 0, "version"], open);
  wrong(
    { ...regexp, resources: [{ key: "a", value: 1 }] },
    ["resources", 0, "value"],
    "is no text; with match_type regexp it must be a pattern",
  );
  test("of one signal", () => {
    const message = "metric_names cannot be asked of traces";
    expect(validateMatch(blockOf({ metric_names: ["a"] }), [], ["traces"])).toEqual([{ path: [], message }]);
  });
});

test("knows what data of a signal cannot answer", () => {
  const all = blockOf({
    services: ["a"],
    span_names: ["a"],
    span_kinds: ["SPAN_KIND_SERVER"],
    metric_names: ["a"],
    log_bodies: ["a"],
    log_severity_texts: ["a"],
    log_severity_number: { min: 0, match_undefined: false },
    attributes: [{ key: "a", value: 1 }],
    resources: [{ key: "a", value: 1 }],
    libraries: [{ name: "a", version: undefined }],
  });
  const logs = ["log_bodies", "log_severity_texts", "log_severity_number"];
  expect(strangeKeys(all, "metrics").toSorted()).toEqual([...logs, "span_kinds", "span_names"].toSorted());
  expect(strangeKeys(all, "traces").toSorted()).toEqual([...logs, "metric_names"].toSorted());
  expect(strangeKeys(all, "logs").toSorted()).toEqual(["metric_names", "services", "span_kinds", "span_names"]);
});
