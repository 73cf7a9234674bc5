import type { Metric } from "@sluice/data";
import { expect, test } from "vitest";
import { labelName, metricName } from "./names.ts";

const metric = (name: string, unit: string, kind: "gauge" | "counter" | "sum" | "histogram"): Metric => ({
  name,
  kind: kind === "counter" ? "sum" : kind,
  monotonic: kind === "counter",
  temporality: kind === "gauge" ? "none" : "cumulative",
  unit,
  help: "",
  metadata: [],
  scope: { name: "", version: "", schemaUrl: "", attributes: [], droppedAttributes: 0 },
});

test("metric names with suffixes", () => {
  const check = (
    name: string,
    unit: string,
    kind: Parameters<typeof metric>[2],
    expected: string | undefined,
    namespace = "",
  ) => expect(metricName(metric(name, unit, kind), namespace, "suffixes"), `${name} ${unit} ${kind}`).toBe(expected);
  check("system.io", "By", "counter", "system_io_bytes_total");
  check("system.io.total", "By", "counter", "system_io_bytes_total");
  check("system_io_bytes_total", "By", "counter", "system_io_bytes_total");
  check("network.dropped", "{packets}", "counter", "network_dropped_total");
  check("hw.gpu.utilization", "1", "gauge", "hw_gpu_utilization_ratio");
  check("hw.gpu.ratio.utilization", "1", "gauge", "hw_gpu_utilization_ratio");
  check("hw.gpu.utilization", "1", "counter", "hw_gpu_utilization_total");
  check("hw.fan.speed", "rpm", "gauge", "hw_fan_speed_rpm");
  check("speed", "m/s", "gauge", "speed_meters_per_second");
  check("speed", "km/h", "gauge", "speed_km_per_hour");
  check("rate", "{packets}/s", "gauge", "rate_per_second");
  check("broken", "{packets}/{time}", "gauge", "broken");
  check("odd unit", "__bad/__units", "gauge", "odd_unit_bad_per_units");
  check("latency", "ms", "histogram", "latency_milliseconds");
  check("latency.seconds", "s", "histogram", "latency_seconds");
  check("percent used", "%", "gauge", "percent_used");
  check("a:b::c", "", "gauge", "a:b::c");
  check("0start", "", "gauge", "_0start");
  check("a__b---c", "", "gauge", "a_b_c");
  check("m", "", "gauge", "ns_m", "ns");
  check("constructor", "toString", "gauge", "constructor_toString");
  check("", "", "gauge", undefined);
  check("___", "", "gauge", undefined);
  check("日本", "", "gauge", undefined);
});

test("metric names without suffixes", () => {
  const check = (name: string, expected: string | undefined, namespace = "") =>
    expect(metricName(metric(name, "By", "counter"), namespace, "no-suffixes")).toBe(expected);
  check("system.io", "system_io");
  check("a__b", "a__b");
  check("a..b", "a_b");
  check("0start", "_0start");
  check("m", "ns_m", "ns");
  check("_", undefined);
});

test("label names", () => {
  const check = (key: string, expected: string | undefined) => expect(labelName(key), key).toBe(expected);
  check("service.name", "service_name");
  check("plain", "plain");
  check("0digit", "key_0digit");
  check("_private", "key_private");
  check("__reserved__", "__reserved__");
  check("a..b", "a_b");
  check(".hidden", "key_hidden");
  check("___", undefined);
  check("", undefined);
  check("日本", undefined);
});
