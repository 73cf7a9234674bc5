import { dirname } from "node:path";
import { checkComponent, type PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { pageOf, resource, setUp } from "./exporter.testing.ts";
import exporter from "./index.ts";

checkComponent(exporter, dirname(import.meta.dirname));

const identity = 'instance="i-1",job="app"';
const every: PointSpec[] = [
  { name: "z.gauge", value: -0.5, help: 'a \\ "help"\nof two lines' },
  { name: "requests", kind: "sum", value: 3, unit: "By", attributes: { code: 200 } },
  { name: "requests", kind: "sum", value: 1e21, unit: "By", attributes: { code: 100 } },
  { name: "open", kind: "sum", monotonic: false, value: 7n },
  { name: "latency", unit: "s", histogram: { bounds: [0.1, 1, 1e6], counts: [1, 2, 2, 4], sum: 5.5 } },
  { name: "size", summary: { quantiles: { "0.5": 1, "0.99": Number.NaN }, sum: 12, count: 3 } },
];

test("every kind, families and series in order", async () => {
  expect(await pageOf(every)).toBe(`# TYPE latency_seconds histogram
latency_seconds_bucket{${identity},le="0.1"} 1
latency_seconds_bucket{${identity},le="1"} 2
latency_seconds_bucket{${identity},le="1e+06"} 2
latency_seconds_bucket{${identity},le="+Inf"} 4
latency_seconds_sum{${identity}} 5.5
latency_seconds_count{${identity}} 4
# TYPE open gauge
open{${identity}} 7
# TYPE requests_bytes_total counter
requests_bytes_total{code="100",${identity}} 1e+21
requests_bytes_total{code="200",${identity}} 3
# TYPE size summary
size{${identity},quantile="0.5"} 1
size{${identity},quantile="0.99"} NaN
size_sum{${identity}} 12
size_count{${identity}} 3
# HELP z_gauge a \\\\ "help"\\nof two lines
# TYPE z_gauge gauge
z_gauge{${identity}} -0.5
`);
});

test("nothing to show is an empty page", async () => {
  expect(await pageOf([])).toBe("");
});

test("numbers as both formats have them", async () => {
  const { send, page } = await setUp("without_scope_info: true");
  const check = async (value: number | bigint, expected: string) => {
    await send([{ name: "m", value }], { resource: {} });
    expect(await page()).toBe(`# TYPE m gauge\nm ${expected}\n`);
  };
  await check(0, "0");
  await check(-0, "-0");
  await check(0.1, "0.1");
  await check(1e-7, "1e-7");
  await check(2n ** 63n - 1n, "9223372036854776000");
  await check(Number.NaN, "NaN");
  await check(Number.POSITIVE_INFINITY, "+Inf");
  await check(Number.NEGATIVE_INFINITY, "-Inf");
});

test("times are told when asked for", async () => {
  const yaml = "send_timestamps: true\nenable_open_metrics: true";
  const at = { resource: {}, timeMs: 1_700_000_000_123 };
  const point: PointSpec = { name: "m", value: 1 };
  expect(await pageOf([point], yaml, undefined, at)).toContain("m 1 1700000000123\n");
  expect(await pageOf([point], yaml, "application/openmetrics-text", at)).toContain("m 1 1700000000.123\n");
  expect(await pageOf([point], yaml, undefined, { resource: {}, timeMs: 0 })).toContain("m 1\n");
});

test("only the page is there, and only to be read", async () => {
  const { ask } = await setUp();
  const check = async (path: string, method: string, status: number) =>
    expect((await ask(path, {}, method)).status, `${method} ${path}`).toBe(status);
  await check("/metrics", "GET", 200);
  await check("/metrics?x=1", "GET", 200);
  await check("/metrics", "HEAD", 200);
  await check("/metrics", "POST", 405);
  await check("/metrics", "DELETE", 405);
  await check("/", "GET", 404);
  await check("/metrics/", "GET", 404);
  await check("/favicon.ico", "GET", 404);
  expect((await ask("/metrics", {}, "PUT")).headers.allow).toBe("GET, HEAD");
});

test("a page is compressed for who takes it", async () => {
  const { send, ask, page } = await setUp();
  await send(Array.from({ length: 50 }, (_, n): PointSpec => ({ name: "m", value: n, attributes: { n } })));
  // The client inflates what it asked for.
  const answer = await ask("/metrics", { "accept-encoding": "gzip" });
  expect(answer.headers).toMatchObject({ vary: "Accept-Encoding", "content-encoding": "gzip" });
  expect(new TextDecoder().decode(answer.body)).toBe(await page());
});

test("a series goes at once when it is stale, and when it was not updated for long", async () => {
  const { send, page, sim, value, account } = await setUp("metric_expiration: 1m");
  const a: PointSpec = { name: "a", value: 1 };
  const b: PointSpec = { name: "b", histogram: { bounds: [1], counts: [1, 2] } };
  await send([a, b]);
  await sim.advance(50_000);
  await send([a]);
  expect(value("sluice_exporter_prometheus_series")).toBe(2);
  await sim.advance(20_000);
  expect(await page()).toBe(`# TYPE a gauge\na{${identity}} 1\n`);
  expect(value("sluice_exporter_prometheus_series")).toBe(1);
  await send([{ ...a, stale: true }], { timeMs: 2e12 });
  expect(await page()).toBe("");
  expect(value("sluice_exporter_prometheus_series_bytes")).toBe(0);
  expect(account()).toEqual({ accepted: 6, delivered: 6, dropped: 0 });
});

test("what expired goes also when nobody looks", async () => {
  const { send, sim, value } = await setUp("metric_expiration: 1m");
  for (let n = 0; n < 20; n++) {
    await send([{ name: "m", value: n, attributes: { n } }]);
    await sim.advance(15_000);
  }
  expect(value("sluice_exporter_prometheus_series")).toBeLessThan(8);
});

test("an older stale point, or one of another source at the same time, takes nothing away", async () => {
  const { send, page } = await setUp();
  const point: PointSpec = { name: "m", value: 1 };
  await send([point], { timeMs: 2000 });
  await send([{ ...point, stale: true }], { timeMs: 1000 });
  await send([{ ...point, stale: true }], { timeMs: 2000 });
  expect(await page()).toContain("m{");
  await send([{ ...point, stale: true }], { timeMs: 3000 });
  expect(await page()).toBe("");
});

test("other names begin the page anew, other settings do not", async () => {
  const { send, page, update } = await setUp();
  await send([{ name: "m", value: 1 }]);
  expect(await update("send_timestamps: true")).toEqual(["send_timestamps changed"]);
  expect(await page()).toMatch(/^m\{.*\} 1 \d+$/m);
  expect(await update("namespace: ns")).toEqual(["namespace changed", "send_timestamps changed"]);
  expect(await page()).toBe("");
  await send([{ name: "m", value: 2 }]);
  expect(await page()).toBe(`# TYPE ns_m gauge\nns_m{${identity}} 2\n`);
});

test("a resource's other attributes are target_info, as long as it has series", async () => {
  const { send, page } = await setUp();
  const rich = { ...resource, "host.name": "h", "os type": "linux" };
  const check = async (labels: string | undefined) => {
    const info = (await page()).split("\n").filter((line) => line.includes("target_info"));
    const head = ["# HELP target_info Target metadata", "# TYPE target_info gauge"];
    expect(info).toEqual(labels === undefined ? [] : [...head, `target_info{${labels}} 1`]);
  };
  await send([{ name: "m", value: 1 }], { resource: rich });
  await check(`host_name="h",${identity},os_type="linux"`);
  await send([{ name: "m", value: 1 }], { resource: { ...rich, "host.name": "other" }, timeMs: 2e12 });
  await check(`host_name="other",${identity},os_type="linux"`);
  await send([{ name: "m", value: 1, stale: true }], { resource: rich, timeMs: 3e12 });
  await check(undefined);
  await send([{ name: "m", value: 1 }], { resource: { "host.name": "h" } });
  await check(undefined);
});

test("labels of the configuration, of the resource and of the scope", async () => {
  const check = async (yaml: string, expected: string) => {
    const options = { resource: { ...resource, "cloud.region": "eu", "cloud.account": "1" }, scope: "lib" };
    const page = await pageOf([{ name: "m", value: 1, attributes: { own: "o" } }], yaml, undefined, options);
    expect(/^m\{(.*)\} 1$/m.exec(page)?.[1]).toBe(expected);
  };
  await check("", `${identity},otel_scope_name="lib",own="o"`);
  await check("without_scope_info: true", `${identity},own="o"`);
  const bare = "without_scope_info: true\n";
  await check(`${bare}const_labels: {own: c, another label: x}`, `another_label="x",${identity},own="o"`);
  await check(`${bare}resource_constant_labels: {included: ["cloud.r*"]}`, `cloud_region="eu",${identity},own="o"`);
  await check(
    `${bare}resource_constant_labels: {excluded: ["cloud.r*", service.*]}`,
    `cloud_account="1",${identity},own="o"`,
  );
  await check(
    `${bare}resource_to_telemetry_conversion: {enabled: true, exclude_service_attributes: true}`,
    `cloud_account="1",cloud_region="eu",${identity},own="o"`,
  );
});
