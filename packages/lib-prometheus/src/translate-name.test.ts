import type { Metric } from "@sluice/data";
import { expect, test } from "vitest";
import { labelName, metricName, unitWords } from "./translate-name.ts";

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
  check("m", "", "gauge", "my_ns_m", "my-ns.");
  check("m", "", "gauge", "_0ns_m", "0ns");
  check("total", "", "counter", "total");
  check("a", "1", "sum", "a");
  check("a", " By / s ", "gauge", "a_bytes_per_second");
  check("a", "By/{x}", "gauge", "a_bytes");
  check("a.bytes.second", "By/s", "gauge", "a_bytes_second");
  check("a", "By/", "gauge", "a_bytes");
  check("a", "/", "gauge", "a");
  check("a", "1/mo", "counter", "a_per_month_total");
  check(":", "", "gauge", ":");
  check("constructor", "toString", "gauge", "constructor_toString");
  check("", "", "gauge", undefined);
  check("___", "", "gauge", undefined);
  check("日本", "", "gauge", undefined);
  check("日本", "s", "gauge", undefined);
  check("", "s", "gauge", undefined, "ns");
});

test("metric names without suffixes", () => {
  const check = (name: string, expected: string | undefined, namespace = "") =>
    expect(metricName(metric(name, "By", "counter"), namespace, "no-suffixes")).toBe(expected);
  check("system.io", "system_io");
  check("a__b", "a__b");
  check("a..b", "a_b");
  check("0start", "_0start");
  check("m", "ns_m", "ns");
  check("m", "my_ns_m", "my@ns!!");
  check(".a.b.", "a_b");
  check("_", "_");
  check("__a_", "__a_");
  check("a:b", "a:b");
  check("", undefined, "ns");
  check("._.", undefined);
  check("日本", undefined);
});

test("every unit of the tables", () => {
  const check = (units: string, prefix: string, expected: string) => {
    for (const pair of units.split(" ")) {
      const [unit = "", word] = pair.split("=");
      expect(metricName(metric("a", prefix + unit, "histogram"), "", "suffixes")).toBe(`${expected}_${word}`);
    }
  };
  check("d=days h=hours min=minutes s=seconds ms=milliseconds us=microseconds ns=nanoseconds", "", "a");
  check("By=bytes KiBy=kibibytes MiBy=mebibytes GiBy=gibibytes TiBy=tibibytes", "", "a");
  check("KBy=kilobytes MBy=megabytes GBy=gigabytes TBy=terabytes", "", "a");
  check("m=meters V=volts A=amperes J=joules W=watts g=grams Cel=celsius Hz=hertz %=percent", "", "a");
  check("s=second m=minute h=hour d=day w=week mo=month y=year", "1/", "a_per");
});

test("label names", () => {
  const check = (key: string, expected: string | undefined) => expect(labelName(key), key).toBe(expected);
  check("service.name", "service_name");
  check("plain", "plain");
  check("0digit", "key_0digit");
  check("_private", "_private");
  check("a__b", "a__b");
  check("__reserved__", "__reserved__");
  check("a..b", "a_b");
  check(".hidden", "_hidden");
  check("ends.", "ends_");
  check("___", "___");
  check("._", undefined);
  check("", undefined);
  check("日本", undefined);
});

test("names that keep what only Prometheus 3 allows", () => {
  const check = (name: string, unit: string, kind: Parameters<typeof metric>[2], suffixes: string, verbatim = name) =>
    expect(
      (["utf8-suffixes", "verbatim"] as const).map((strategy) => metricName(metric(name, unit, kind), "", strategy)),
    ).toEqual([suffixes, verbatim]);
  check("http.requests", "By", "counter", "http.requests_bytes_total");
  check("http.requests.total", "By", "counter", "http.requests_bytes_total");
  check("speed", "m/s", "gauge", "speed_meters_per_second");
  check("speed_meters_per_second", "m/s", "gauge", "speed_meters_per_second");
  check("load.ratio", "1", "gauge", "load_ratio");
  check("total", "", "counter", "total_total");
  check("日本", "s", "histogram", "日本_seconds");
  check("a", "°C", "gauge", "a_°C");
  check("a", "{x}", "gauge", "a");
  expect(metricName(metric("", "", "gauge"), "ns", "verbatim")).toBeUndefined();
  expect(metricName(metric("\ud800", "", "gauge"), "ns", "utf8-suffixes")).toBeUndefined();
  expect(metricName(metric("a.b", "", "gauge"), "n.s", "verbatim")).toBe("n.s_a.b");
  expect(["a.b", "", "\udc00"].map((key) => labelName(key, "verbatim"))).toEqual(["a.b", undefined, undefined]);
});

test("units in metadata are words", () => {
  const check = (unit: string, expected: string, verbatim = expected) =>
    expect((["suffixes", "verbatim"] as const).map((strategy) => unitWords(unit, strategy))).toEqual([
      expected,
      verbatim,
    ]);
  check("s", "seconds");
  check("By/s", "bytes_per_second");
  check("1", "");
  check("1/s", "per_second");
  check("{requests}", "");
  check("seconds", "seconds");
  check("light years", "light_years", "light years");
});
