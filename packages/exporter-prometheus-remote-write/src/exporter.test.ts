import { join } from "node:path";
import { type BatchOf, batchOf, layoutOf, type MetricsPart, pointsPart, view, withCatalog } from "@sluice/data";
import { attributesOf, checkComponent, metricsBatch, type PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { type Answer, gauge, resource, series, setUp } from "./exporter.testing.ts";
import exporter from "./index.ts";

checkComponent(exporter, join(import.meta.dirname, ".."), { config: "endpoint: http://backend:9090/api/v1/write" });

test("headers of remote write 1.0, and the user's", async () => {
  const { sim, send, requests } = await setUp("headers: {X-Scope-OrgID: 7}");
  await send([gauge]);
  await sim.advance(100);
  expect(requests[0]!.headers).toMatchObject({
    "content-encoding": "snappy",
    "content-type": "application/x-protobuf",
    "user-agent": "sluice-under-test/0.0.0",
    "x-prometheus-remote-write-version": "0.1.0",
    "x-scope-orgid": "7",
  });
});

test("each key that shapes series does so", async () => {
  const counter: PointSpec = {
    name: "io",
    value: 1,
    kind: "sum",
    monotonic: true,
    temporality: "cumulative",
    unit: "By",
  };
  const at = "instance=i-1,job=app";
  const more = { resource: { ...resource, "cloud.zone": "a", "cloud.id": "b" }, scope: "lib" };
  const plain = "disable_scope_info: true\ntarget_info: {enabled: false}\n";
  const check = async (yaml: string, points: PointSpec[], options: object, expected: string[]) =>
    expect(await series(yaml, points, options), yaml).toEqual(expected);
  await check("", [counter], {}, [`__name__=io_bytes_total,${at}`]);
  await check("add_metric_suffixes: false", [counter], {}, [`__name__=io,${at}`]);
  await check("translation_strategy: UnderscoreEscapingWithoutSuffixes", [counter], {}, [`__name__=io,${at}`]);
  await check("namespace: ns", [counter], {}, [`__name__=ns_io_bytes_total,${at}`]);
  await check("external_labels: {a: x, job: other}", [gauge], {}, [`__name__=m,a=x,${at}`]);
  await check("", [gauge], more, [
    `__name__=m,${at},otel_scope_name=lib`,
    `__name__=target_info,cloud_id=b,cloud_zone=a,${at}`,
  ]);
  await check(plain, [gauge], more, [`__name__=m,${at}`]);
  await check(`${plain}resource_to_telemetry_conversion: {enabled: true}`, [gauge], more, [
    `__name__=m,cloud_id=b,cloud_zone=a,${at},service_instance_id=i-1,service_name=app`,
  ]);
  await check(
    `${plain}resource_to_telemetry_conversion: {enabled: true, exclude_service_attributes: true}`,
    [gauge],
    more,
    [`__name__=m,cloud_id=b,cloud_zone=a,${at}`],
  );
  await check(`${plain}resource_constant_labels: {included: ["cloud.*"], excluded: ["*.id"]}`, [gauge], more, [
    `__name__=m,cloud_zone=a,${at}`,
  ]);
});

test("max_batch_size_bytes ends requests", async () => {
  const { sim, send, instance, requests } = await setUp(
    "max_batch_size_bytes: 200\nremote_write_queue: {num_consumers: 1}",
  );
  await send(Array.from({ length: 20 }, (_, i) => ({ name: `m${i}`, value: i })));
  await sim.run(instance.shutdown!());
  expect(requests.length).toBeGreaterThan(3);
  expect(requests.flatMap((request) => request.series)).toHaveLength(20);
});

test("metadata when first seen and each minute", async () => {
  const { sim, instance, requests } = await setUp("send_metadata: true");
  const batch = metricsBatch([{ ...gauge, help: "Some help.", unit: "By" }], { resource });
  for (const waitMs of [100, 30_000, 31_000]) {
    await instance.consume(batch);
    await sim.advance(waitMs);
  }
  await instance.consume(batch);
  await sim.run(instance.shutdown!());
  expect(requests.map(({ metadata }) => metadata)).toEqual([
    ["m_bytes 2 Some help. bytes"],
    [],
    [],
    ["m_bytes 2 Some help. bytes"],
  ]);
});

test("metadata has the type of the page, and a metric of a new layout is not said again", async () => {
  const { sim, instance, requests } = await setUp("send_metadata: true\ndisable_scope_info: true");
  const sum = { value: 1, kind: "sum", temporality: "cumulative" } as const;
  const first = metricsBatch(
    [
      { ...sum, name: "up_and_down", monotonic: false },
      { ...sum, name: "counter", monotonic: true },
      { name: "histogram", histogram: { bounds: [1], counts: [1, 2] } },
      { name: "summary", summary: { quantiles: { 0.5: 1 }, sum: 1, count: 1 } },
      { ...sum, name: "delta", temporality: "delta" },
    ],
    { resource },
  );
  const [part] = first.parts as MetricsPart[];
  await instance.consume(first);
  await sim.advance(100);
  const layout = layoutOf(part!.layout.catalog, part!.layout.ids.slice(0, 1));
  await instance.consume(batchOf("metrics", [pointsPart({ layout, slots: Float64Array.of(1), time: part!.time })]));
  await sim.advance(100);
  const typed = ["unknown", "info", "stateset"].map((type) => ({
    signal: "metrics" as const,
    parts: metricsBatch([{ ...gauge, name: type }], { resource }).parts.map((each) => {
      const { layout } = each as MetricsPart;
      const metadata = attributesOf({ "prometheus.type": type });
      const scraped = view(layout.catalog, { metric: (metric) => ({ ...metric, metadata }) });
      return { ...(each as MetricsPart), layout: withCatalog(layout, scraped) };
    }),
    context: undefined,
  }));
  for (const batch of typed) await instance.consume(batch);
  await sim.run(instance.shutdown!());
  expect(requests.map(({ metadata }) => metadata.map((line) => line.trim()))).toEqual([
    ["up_and_down 2", "counter_total 1", "histogram 3", "summary 5"],
    [],
    ["unknown 0"],
    ["info 6", "stateset 7"],
  ]);
});

test("each tenant is told metadata", async () => {
  const { sim, instance, requests } = await setUp("send_metadata: true\ninclude_metadata_keys: [X-Tenant]");
  const { parts } = metricsBatch([gauge], { resource });
  for (const tenant of ["a", "b", "a"]) {
    await instance.consume(batchOf("metrics", parts, new Map([["x-tenant", [tenant]]])));
  }
  await sim.run(instance.shutdown!());
  expect(requests.flatMap(({ headers, metadata }) => metadata.map(() => headers["x-tenant"]))).toEqual(["a", "b"]);
});

test("metadata is split at max_batch_size_bytes", async () => {
  const { sim, instance, requests } = await setUp("send_metadata: true\nmax_batch_size_bytes: 500");
  const points = Array.from({ length: 20 }, (_, i) => ({ ...gauge, name: `m${i}`, help: "h".repeat(90) }));
  await instance.consume(metricsBatch(points, { resource }));
  await sim.run(instance.shutdown!());
  expect(requests.flatMap(({ metadata }) => metadata)).toHaveLength(20);
  expect(Math.max(...requests.map(({ metadata }) => metadata.length))).toBeLessThanOrEqual(6);
});

test("client metadata that cannot stand in a header is refused, and blocks nothing", async () => {
  const { sim, instance, value } = await setUp("include_metadata_keys: [X-Tenant]");
  for (const tenant of ["a\r\nb", "c"]) {
    const { parts } = metricsBatch([gauge], { resource });
    await instance.consume(batchOf("metrics", parts, new Map([["x-tenant", [tenant]]])));
  }
  await sim.advance(1000);
  expect([value("delivered"), value("rejected"), value("queued")]).toEqual([1, 1, 0]);
});

test("the section http takes the place of the keys beside it", async () => {
  const { sim, send, requests } = await setUp(
    "timeout: 1s\nhttp: {endpoint: 'http://backend:9090/', headers: {X-A: 1e3}}",
  );
  await send([gauge]);
  await sim.advance(100);
  expect(requests[0]!.headers).toMatchObject({ "x-a": "1e3" });
});

test("external labels and the namespace are made valid", async () => {
  const yaml = "external_labels: {my.label: 1, __x__: y}\nnamespace: my-shop";
  expect(await series(yaml, [gauge])).toEqual(["__name__=my_shop_m,__x__=y,instance=i-1,job=app,my_label=1"]);
});

test("client metadata becomes headers, and different ones never share a request", async () => {
  const { sim, instance, requests } = await setUp("include_metadata_keys: [X-Tenant]");
  for (const tenant of ["a", "b", undefined]) {
    const context = tenant === undefined ? undefined : new Map([["x-tenant", [tenant]]]);
    const { parts } = metricsBatch([gauge], { resource });
    await instance.consume(batchOf("metrics", parts, context) as BatchOf<"metrics">);
  }
  await sim.run(instance.shutdown!());
  expect(requests.map(({ headers }) => headers["x-tenant"])).toEqual(["a", "b", undefined]);
});

test("5xx, 429 and broken connections are tried again; other answers are final", async () => {
  const check = async (answers: Answer[], delivered: number, rejected: number) => {
    const { sim, send, value, ctx } = await setUp("", [...answers, { status: 204 }]);
    await send([gauge]);
    await sim.advance(120_000);
    expect([value("delivered"), value("rejected"), value("queued")], JSON.stringify(answers)).toEqual([
      delivered,
      rejected,
      0,
    ]);
    return ctx;
  };
  await check([{ status: 500 }, { status: 503 }, { status: 429 }], 1, 0);
  await check([{ status: 429, headers: { "retry-after": "60" } }], 1, 0);
  for (const status of [301, 400, 401, 404, 413]) await check([{ status, body: "no" }], 0, 1);
  const ctx = await check([{ status: 400, body: "out of bounds\n" }], 0, 1);
  expect(ctx.log.records).toMatchObject([
    { level: "error", fields: { error: { message: "remote write request failed: 400 Bad Request: out of bounds" } } },
  ]);
});

test("a backend that is down for a minute loses nothing, and order is kept", async () => {
  const { sim, send, value, requests, instance } = await setUp("");
  sim.network.fault("backend:9090", { refuse: true });
  for (let i = 0; i < 60; i++) {
    await send([{ name: `m${i}`, value: i }]);
    await sim.advance(1000);
  }
  expect(value("queued")).toBe(60);
  sim.network.fault("backend:9090");
  await sim.advance(60_000);
  await sim.run(instance.shutdown!());
  expect(value("delivered")).toBe(60);
  expect(new Set(requests.flatMap((request) => request.series)).size).toBe(60);
});

test("when stopped it says its account, once", async () => {
  const { ctx, sim, send, instance } = await setUp("", [{ status: 400 }, { status: 204 }]);
  const delta: PointSpec = { name: "d", value: 1, kind: "sum", monotonic: true, temporality: "delta" };
  await send([gauge, delta]);
  await sim.advance(1000);
  await send([gauge]);
  await sim.run(instance.shutdown!());
  await sim.run(instance.shutdown!());
  const stopped = ctx.log.records.filter(({ message }) => message === "exporter stopped");
  const fields = { accepted: 3, delivered: 1, rejected: 1, dropped: { delta_temporality: 1 }, queued: 0 };
  expect(stopped).toMatchObject([{ level: "info", fields }]);
});

test("what cannot be written is counted by reason and said once a minute", async () => {
  const { send, value, ctx, sim } = await setUp("");
  const delta: PointSpec = { name: "d", value: 1, kind: "sum", monotonic: true, temporality: "delta" };
  await send([delta, gauge]);
  await send([delta]);
  await sim.advance(1000);
  expect(value("dropped")).toBe(2);
  expect(value("accepted")).toBe(3);
  expect(ctx.meter.value("sluice_exporter_dropped_items", { reason: "delta_temporality" })).toBe(2);
  expect(ctx.log.records).toHaveLength(1);
  expect(ctx.log.records[0]!.fields?.advice).toContain("deltatocumulative");
});
