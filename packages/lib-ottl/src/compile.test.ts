import { describe, expect, test } from "vitest";
import { compileCondition } from "./compile.ts";
import { datapointItem, logItem, metricItem, spanEventItem, spanItem } from "./items.testing.ts";
import type { Language } from "./language.ts";
import {
  datapointLanguage,
  logLanguage,
  metricLanguage,
  resourceLanguage,
  scopeLanguage,
  spanEventLanguage,
  spanLanguage,
} from "./languages.ts";
import { parseCondition } from "./parser.ts";

function checks<T>(language: Language<T>, item: T): (condition: string, expected: boolean | string) => void {
  return (condition, expected) => {
    test(`${condition} is ${expected}`, () => {
      const run = () => compileCondition(parseCondition(condition), language)(item);
      if (typeof expected === "boolean") expect(run()).toBe(expected);
      else expect(run).toThrow(expected);
    });
  };
}

describe("comparisons", () => {
  const check = checks(datapointLanguage, datapointItem);
  check('attributes["service"] == "cart"', true);
  check('attributes["service"] != "cart"', false);
  check('attributes["service"] < "card"', false);
  check('attributes["service"] > "car"', true);
  check('attributes["service"] <= "cart"', true);
  check('attributes["n"] == 7', true);
  check('attributes["n"] == 7.0', true);
  check('attributes["n"] > 6.5', true);
  check('attributes["n"] < -6', false);
  check('attributes["n"] == "7"', false);
  check('attributes["n"] != "7"', true);
  check('attributes["n"] < "8"', false);
  check('attributes["half"] == .5', true);
  check('attributes["half"] >= 1', false);
  check('attributes["yes"] == true', true);
  check('attributes["yes"] > false', true);
  check("true == true", true);
  check('attributes["bytes"] == 0xab0c', true);
  check('attributes["bytes"] > 0xab', true);
  check('attributes["bytes"] < 0xac', true);
  check('attributes["missing"] == nil', true);
  check('attributes["empty"] == nil', true);
  check('attributes["service"] != nil', true);
  check('nil == attributes["service"]', false);
  check('attributes["missing"] != "x"', true);
  check('attributes["missing"] < "x"', false);
  check("nil <= nil", true);
  check("nil < nil", false);
  check('attributes["list"] == attributes["list"]', true);
  check('attributes["list"] == attributes["map"]', false);
  check('attributes["list"] >= attributes["list"]', true);
  check('attributes["map"] != attributes["list"]', true);
  check("9223372036854775807 > 9223372036854775806", true);
});

describe("and, or, not", () => {
  const check = checks(datapointLanguage, datapointItem);
  check("true or false and false", true);
  check("(true or false) and false", false);
  check("not false", true);
  check("not (true and true)", false);
  check("not true or true", true);
  check('not attributes["n"] == 7', false);
  check("false or false or true", true);
});

describe("keys", () => {
  const check = checks(datapointLanguage, datapointItem);
  check('attributes["map"]["inner"] == "deep"', true);
  check('attributes["list"][1] == 2', true);
  check('attributes["missing"]["x"] == nil', true);
  check('attributes["list"][2] == nil', "a key of attributes is asked of what has none such");
  check('attributes["service"]["x"] == nil', "a key of attributes is asked of what has none such");
  check('attributes["map"][0] == nil', "a key of attributes is asked of what has none such");
  check('attributes["list"]["x"] == nil', "a key of attributes is asked of what has none such");
  check('attributes["bytes"][0] == nil', "a key of attributes is asked of what has none such");
  check('false and attributes["service"]["x"] == nil', false);
});

describe("functions", () => {
  const check = checks(datapointLanguage, datapointItem);
  check('IsMatch(attributes["service"], "^ca")', true);
  check('IsMatch(attributes["service"], "a.t$")', true);
  check('IsMatch(attributes["service"], "^art")', false);
  check('IsMatch(attributes["n"], "7")', true);
  check('IsMatch(attributes["yes"], "true")', true);
  check('IsMatch(attributes["bytes"], "^ab0c$")', true);
  check('IsMatch(attributes["list"], "a.*2")', true);
  check('IsMatch(attributes["missing"], ".*")', false);
  check('IsMatch(metric.name, "http") == true', true);
  check('HasPrefix(metric.name, "http_")', true);
  check('HasSuffix(metric.name, "http_")', false);
  check('HasPrefix(attributes["n"], "7")', "HasPrefix was given something else than a text");
  check('IsString(attributes["service"]) and not IsString(attributes["n"])', true);
  check('IsInt(attributes["n"]) and not IsInt(attributes["half"])', true);
  check('IsDouble(attributes["half"]) and not IsDouble(attributes["n"])', true);
  check('IsBool(attributes["yes"]) and not IsBool(attributes["n"])', true);
  check('IsList(attributes["list"]) and not IsList(attributes["map"]) and not IsList(nil)', true);
  check('IsMap(attributes["map"]) and not IsMap(attributes["list"]) and not IsMap(attributes["bytes"])', true);
});

describe("paths of data points, metrics, scopes and resources", () => {
  const point = checks(datapointLanguage, datapointItem);
  point('datapoint.attributes["n"] == 7', true);
  point('resource.attributes["service"] == "cart"', true);
  point("resource.dropped_attributes_count == 3", true);
  point('resource.schema_url == "https://schema"', true);
  point('metric.name == "http_requests" and metric.unit == "1" and metric.description == "Requests."', true);
  point('scope.name == "lib" and instrumentation_scope.version == "1.2" and scope.attributes["s"] == "scope"', true);
  const metric = checks(metricLanguage, metricItem);
  metric('name == "http_requests" and metric.name == name', true);
  metric("type == METRIC_DATA_TYPE_SUM", true);
  metric("aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE", true);
  metric("is_monotonic", "expected one of ==");
  metric("is_monotonic == true", true);
  metric('metadata["prometheus.type"] == "counter"', true);
  metric('HasAttrKeyOnDatapoint("le")', true);
  metric('HasAttrKeyOnDatapoint("quantile")', false);
  metric('HasAttrOnDatapoint("le", "1") and not HasAttrOnDatapoint("le", "2")', true);
  checks(resourceLanguage, datapointItem)('attributes["service"] == resource.attributes["service"]', true);
  const scope = checks(scopeLanguage, spanItem);
  scope('name == "lib" and scope.name == "lib" and resource.attributes["n"] == 7', true);
  const gauge = { ...metricItem, metric: { ...metricItem.metric, kind: "gauge", temporality: "none" } as const };
  const other = checks(metricLanguage, gauge);
  other("is_monotonic == nil and aggregation_temporality == nil and type == METRIC_DATA_TYPE_GAUGE", true);
});

describe("paths of spans and events", () => {
  const check = checks(spanLanguage, spanItem);
  check('name == "GET /" and span.name == name', true);
  check("kind == SPAN_KIND_SERVER and kind == 2", true);
  check('kind.string == "Server" and kind.deprecated_string == "SPAN_KIND_SERVER"', true);
  check('status.code == STATUS_CODE_ERROR and status.message == "oops"', true);
  check('trace_id.string == "01ff" and span_id.string == "02" and parent_span_id.string == "0000"', true);
  check('trace_state == "a=b"', true);
  check(
    "dropped_attributes_count == 0 and dropped_events_count == 0 and dropped_links_count == 0 and flags == 0",
    true,
  );
  check("IsRootSpan()", true);
  const event = checks(spanEventLanguage, spanEventItem);
  event('name == "exception" and attributes["kind"] == "io" and event_index == 1', true);
  event('spanevent.dropped_attributes_count == 1 and span.name == "GET /"', true);
});

describe("paths of log records", () => {
  const check = checks(logLanguage, logItem);
  check("severity_number == SEVERITY_NUMBER_INFO and severity_number < SEVERITY_NUMBER_WARN", true);
  check('severity_text == "Info" and event_name == "login"', true);
  check('body["service"] == "cart" and body["map"]["inner"] == "deep"', true);
  check('body["missing"] == nil', true);
  check('body["service"]["x"] == nil', "a key of body is asked of what has none such");
  check('IsMatch(body.string, "cart")', true);
  check("IsMap(body)", true);
  check('trace_id.string == "01" and span_id.string == "" and flags == 0', true);
  check('log.attributes["n"] == 7 and dropped_attributes_count == 0', true);
});
