import { expect, test } from "vitest";
import { createRegistry } from "./registry.ts";
import { telemetryConfig } from "./telemetry.testing.ts";
import { applyViews, boundsBy } from "./views.ts";

/** What is left of some metrics after views: "name{labels} value", and a histogram's bounds. */
async function check(views: string, ...expected: readonly string[]) {
  const { metrics } = await telemetryConfig(`metrics: { level: detailed, views: ${views} }`);
  const registry = createRegistry({ level: "detailed", bounds: boundsBy(metrics.views) });
  const meter = registry.meter({ exporter: "a" }, "@sluice/one");
  const sent = meter.counter("sent", { description: "Sent.", unit: "{item}" });
  for (const host of ["x", "y"]) sent.add(host === "x" ? 1 : 2, { host });
  const size = meter.gauge("size", { description: "Size.", unit: "By" });
  for (const host of ["x", "y"]) size.set(host === "x" ? 1 : 2, { host });
  meter.histogram("took", { description: "Time.", unit: "s", bounds: [1, 2] }).record(1.5);
  const lines = applyViews(registry.read(), metrics.views).flatMap(({ name, description, bounds, points }) =>
    points.map(({ labels, value, buckets }) => {
      const text = Object.entries(labels)
        .map(([key, label]) => `${key}=${label}`)
        .sort()
        .join();
      const end = buckets === undefined ? "" : ` ${bounds.join()} ${buckets.join()}`;
      return `${name}{${text}} ${value}${end}${description.endsWith(".") ? "" : ` (${description})`}`;
    }),
  );
  expect(lines).toEqual(expected);
}
const sent = ["sent{exporter=a,host=x} 1", "sent{exporter=a,host=y} 2"];
const size = ["size{exporter=a,host=x} 1", "size{exporter=a,host=y} 2"];
const took = "took{exporter=a} 1.5 1,2 0,1,0";

test("a view drops what it selects", async () => {
  const drop = "stream: { aggregation: { drop: } }";
  await check(`[{ selector: { instrument_name: se* }, ${drop} }]`, ...size, took);
  await check(`[{ selector: { instrument_type: observable_gauge }, ${drop} }]`, ...sent, took);
  await check(`[{ selector: { unit: s }, ${drop} }]`, ...sent, ...size);
  await check(`[{ selector: { meter_name: "@sluice/one", instrument_type: counter }, ${drop} }]`, ...size, took);
  await check(`[{ selector: { meter_name: "@sluice/two" }, ${drop} }]`, ...sent, ...size, took);
  await check(`[{ ${drop} }]`);
});
test("a view renames, and takes labels away", async () => {
  await check(
    "[{ selector: { instrument_name: took }, stream: { name: time, description: Mine } }]",
    ...sent,
    ...size,
    "time{exporter=a} 1.5 1,2 0,1,0 (Mine)",
  );
  const keys = (which: string, list: string) =>
    `[{ selector: { instrument_name: "s*" }, stream: { attribute_keys: { ${which}: [${list}] } } }]`;
  await check(keys("excluded", "host"), "sent{exporter=a} 3", "size{exporter=a} 2", took);
  await check(keys("included", "exporter"), "sent{exporter=a} 3", "size{exporter=a} 2", took);
});
test("each view makes one metric", async () => {
  const two = "[{ selector: { instrument_name: took } }, { selector: { instrument_name: took }, stream: { name: b } }]";
  await check(two, ...sent, ...size, took, took.replace("took", "b"));
});
test("a view sets a histogram's bounds", async () => {
  const view = "stream: { aggregation: { explicit_bucket_histogram: { boundaries: [0.5, 1.5] } } }";
  await check(
    `[{ selector: { instrument_name: took }, ${view} }]`,
    ...sent,
    ...size,
    "took{exporter=a} 1.5 0.5,1.5 0,1,0",
  );
});

test("what views cannot do is said", async () => {
  const fails = (views: string, message: string, level = "detailed") =>
    expect(telemetryConfig(`metrics: { level: ${level}, views: ${views} }`)).rejects.toThrow(message);
  await fails("[{ }]", "metrics::views: found views at level normal, expected level detailed", "normal");
  await fails("[{ stream: { name: x } }]", "views::0::stream::name: expected a selector with a whole instrument_name");
  await fails("[{ stream: { aggregation: { } } }]", "expected one of default, drop, explicit_bucket_histogram");
  await fails("[{ stream: { aggregation: { base2_exponential_bucket_histogram: } } }]", "unknown key");
  const boundaries = "explicit_bucket_histogram: { boundaries: [2, 1] }";
  await fails(`[{ stream: { aggregation: { ${boundaries} } } }]`, "boundaries: expected ascending numbers");
});
