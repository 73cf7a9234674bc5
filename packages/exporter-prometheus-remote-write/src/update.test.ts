import type { Capabilities } from "@sluice/component";
import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { gauge, type Received, resource, setUp } from "./exporter.testing.ts";

const noon = 1_767_268_800_000;
const elsewhere = "endpoint: http://other:9090/api/v1/write";
const labels = (requests: readonly Received[]): string[] => requests.flatMap(({ series }) => series);
const at = "instance=i-1,job=app";

test("a queue filled for a dead endpoint drains into the new one, in order, at once", async () => {
  const { sim, requests, serve, instance, send, value, update } = await setUp("", [
    { status: 503, headers: { "retry-after": "200" } },
  ]);
  const other = await serve("other");
  for (let i = 0; i < 20; i++) {
    await send([gauge], { timeMs: noon + i });
    await sim.advance(100);
  }
  expect([requests.length, value("queued")]).toEqual([1, 20]);
  const next = await update(elsewhere);
  expect(next.changes).toEqual(["endpoint changed"]);
  await sim.advance(100);
  expect(requests).toHaveLength(1);
  next.apply();
  await sim.advance(100);
  expect([value("delivered"), value("queued")]).toEqual([20, 0]);
  const times = other.flatMap((request) => request.times);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(labels(other)).toHaveLength(20);
  await sim.run(instance.shutdown!());
  expect(sim.network.connections).toBe(0);
});

test("a request under way ends by the old client; then its connections close", async () => {
  const { sim, requests, serve, send, value, update } = await setUp("");
  const other = await serve("other");
  sim.network.fault("backend:9090", { latencyMs: 1000 });
  await send([gauge]);
  await sim.advance(500);
  (await update(elsewhere)).apply();
  await send([gauge]);
  await sim.advance(1000);
  expect([requests.length, other.length]).toEqual([0, 0]);
  await sim.advance(4000);
  expect([requests.length, other.length, value("delivered")]).toEqual([1, 1, 2]);
  sim.network.fault("backend:9090");
  await sim.settle();
  expect(sim.open().filter((line) => line.startsWith("connection"))).toEqual(["connection to other:9090"]);
});

test("an equal configuration changes nothing and keeps the connection", async () => {
  const yaml = "headers: {X-A: secret}\nexternal_labels: {a: b}\nsending_queue: {num_consumers: 1}";
  const { sim, requests, send, update, instance } = await setUp(yaml);
  for (let i = 0; i < 3; i++) {
    await send([gauge]);
    await sim.advance(100);
    const next = await update(yaml);
    expect(next.changes).toEqual([]);
    if (i === 0) await next.discard!();
    else next.apply();
  }
  // Over the old connection, since there can be no other.
  sim.network.fault("backend:9090", { refuse: true });
  await send([gauge]);
  await sim.advance(100);
  expect(requests).toHaveLength(4);
  await sim.run(instance.shutdown!());
});

test("what changes is named, and nothing that is secret", async () => {
  const check = async (before: string, after: string, expected: string[]) => {
    const { update } = await setUp(before);
    expect((await update(after)).changes, `${before} -> ${after}`).toEqual(expected);
  };
  await check("headers: {X-A: one, X-B: x}", "headers: {X-A: two, X-C: x}", [
    "headers.X-A changed",
    "headers.X-B removed",
    "headers.X-C added",
  ]);
  await check("", "timeout: 7s", ["timeout changed"]);
  await check("", "sending_queue: {}", ["sending_queue added"]);
  await check("sending_queue: {}", "sending_queue: {num_consumers: 3}", ["sending_queue.num_consumers changed"]);
  await check("", "include_metadata_keys: [X-A]", ["include_metadata_keys[0] added"]);
  await check("external_labels: {a: b}", "external_labels: {a: c}", ["external_labels.a changed"]);
  await check("tls: {ca_pem: a}", "tls: {ca_pem: b}", ["tls.ca_pem changed"]);
});

test("a configuration that cannot be used leaves the old one in force", async () => {
  const { sim, send, value, update, instance } = await setUp("");
  await expect(update(`${elsewhere}\ntls: {ca_file: no.pem}`)).rejects.toThrow("cannot load the TLS settings");
  await expect(update("auth: {authenticator: nobody}")).rejects.toThrow("nobody");
  await send([gauge]);
  await sim.run(instance.shutdown!());
  expect(value("delivered")).toBe(1);
  await expect(update("")).rejects.toThrow("exporter is not started");
});

test("a given back configuration leaves the old one in force", async () => {
  const { sim, requests, send, update } = await setUp("");
  const next = await update(`${elsewhere}\nexternal_labels: {a: b}`);
  await next.discard!();
  await send([gauge]);
  await sim.advance(100);
  expect(labels(requests)).toEqual([`__name__=m,${at}`]);
});

test("an endpoint that changes leaves what is remembered of series", async () => {
  const { ctx, sim, send, update, serve } = await setUp("");
  const other = await serve("other");
  const batch = metricsBatch([gauge, { name: "n", value: 1 }], { resource });
  const remembered = () => ctx.meter.value("sluice_exporter_series");
  expect(remembered()).toBe(0);
  await send([gauge]);
  const instance = await setUp("");
  expect(instance.ctx.meter.value("sluice_exporter_series")).toBe(0);
  await instance.instance.consume(batch);
  expect(instance.ctx.meter.value("sluice_exporter_series")).toBe(2);
  const bytes = instance.ctx.meter.value("sluice_exporter_series_bytes");
  expect(bytes).toBeGreaterThan(100);
  (await instance.update("timeout: 9s\nheaders: {X-A: b}\nmax_batch_size_bytes: 1000")).apply();
  expect(instance.ctx.meter.value("sluice_exporter_series_bytes")).toBe(bytes);
  (await instance.update("namespace: shop")).apply();
  expect(instance.ctx.meter.value("sluice_exporter_series")).toBe(0);
  (await update(elsewhere)).apply();
  expect(remembered()).toBe(1);
  await sim.advance(100);
  expect(other).toHaveLength(0);
});

test("each key that shapes series holds for what comes after; what is queued keeps its names", async () => {
  const check = async (yaml: string, expected: string) => {
    const { sim, requests, instance, update } = await setUp("remote_write_queue: {num_consumers: 1}");
    const more = { resource: { ...resource, zone: "a" }, scope: "lib" };
    const batch = metricsBatch([{ ...gauge, unit: "s" }], more);
    sim.network.fault("backend:9090", { refuse: true });
    await instance.consume(batch);
    (await update(`remote_write_queue: {num_consumers: 3}\n${yaml}`)).apply();
    await instance.consume(batch);
    sim.network.fault("backend:9090");
    await sim.run(instance.shutdown!());
    const names = labels(requests);
    expect(names[0], yaml).toBe(`__name__=m_seconds,${at},otel_scope_name=lib`);
    expect(names.slice(2).join(" "), yaml).toBe(expected);
  };
  const info = `__name__=target_info,${at},zone=a`;
  const metric = `__name__=m_seconds,${at},otel_scope_name=lib`;
  await check(
    "namespace: shop",
    `__name__=shop_m_seconds,${at},otel_scope_name=lib ${info.replace("target", "shop_target")}`,
  );
  await check(
    "external_labels: {b: c}",
    `__name__=m_seconds,b=c,${at},otel_scope_name=lib ${info.replace("info,", "info,b=c,")}`,
  );
  await check("add_metric_suffixes: false", `__name__=m,${at},otel_scope_name=lib ${info}`);
  await check(
    "translation_strategy: UnderscoreEscapingWithoutSuffixes",
    `__name__=m,${at},otel_scope_name=lib ${info}`,
  );
  await check("resource_constant_labels: {included: [zone]}", `${metric},zone=a ${info}`);
  await check(
    "resource_to_telemetry_conversion: {enabled: true}",
    `${metric},service_instance_id=i-1,service_name=app,zone=a ${info}`,
  );
  await check("target_info: {enabled: false}", metric);
  await check("disable_scope_info: true", `__name__=m_seconds,${at} ${info}`);
});

test("sizes of requests, metadata and the keys of client metadata change too", async () => {
  const { sim, requests, instance, update } = await setUp("include_metadata_keys: [X-Old]");
  const parts = () => metricsBatch([gauge, { name: "n", value: 1 }], { resource }).parts;
  const context = new Map([
    ["x-old", ["1"]],
    ["x-new", ["2"]],
  ]);
  sim.network.fault("backend:9090", { refuse: true });
  await instance.consume({ signal: "metrics", parts: parts(), context });
  (await update("include_metadata_keys: [X-New]\nsend_metadata: true\nmax_batch_size_bytes: 50")).apply();
  await instance.consume({ signal: "metrics", parts: parts(), context });
  sim.network.fault("backend:9090");
  await sim.run(instance.shutdown!());
  expect(requests.map(({ headers }) => [headers["x-old"], headers["x-new"]])).toEqual([
    ["1", undefined],
    [undefined, "2"],
    [undefined, "2"],
    [undefined, "2"],
  ]);
  expect(requests.flatMap(({ metadata }) => metadata)).toHaveLength(2);
});

test("files that changed under an equal configuration are read again", async () => {
  const yaml = "tls: {ca_file: /ca.pem}";
  const { sim, update } = await setUp("");
  sim.files.write("/ca.pem", "one");
  (await update(yaml)).apply();
  expect((await update(yaml)).changes).toEqual([]);
  sim.files.write("/ca.pem", "two");
  const next = await update(yaml);
  expect(next.changes).toEqual(["content of TLS files changed"]);
  next.apply();
  expect((await update(yaml)).changes).toEqual([]);
  (await update("tls: {ca_file: /ca.pem, reload_interval: 1m}")).apply();
  sim.files.write("/ca.pem", "three");
  expect((await update("tls: {ca_file: /ca.pem, reload_interval: 1m}")).changes).toEqual([]);
});

test("an authenticator that was replaced is asked from then on", async () => {
  const auth = (token: string) => ({ httpClientAuth: { headers: async () => ({ Authorization: token }) } });
  const extensions: Record<string, Partial<Capabilities>> = { login: auth("old") };
  const yaml = "auth: {authenticator: login}";
  const { sim, requests, send, update } = await setUp(yaml, [{ status: 204 }], { extensions });
  await send([gauge]);
  await sim.advance(100);
  expect((await update(yaml)).changes).toEqual([]);
  extensions.login = auth("new");
  const next = await update(yaml);
  expect(next.changes).toEqual(["authenticator replaced"]);
  next.apply();
  await send([gauge]);
  await sim.advance(100);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(["old", "new"]);
});

test("many random changes under load: nothing lost, nothing twice, series in order", async () => {
  const { sim, requests, everywhere, serve, instance, send, value, update } = await setUp("");
  const other = await serve("other", [{ status: 503 }, { status: 204 }, { status: 429 }, { status: 204 }]);
  const next = (i: number) =>
    [
      i % 3 === 0 ? elsewhere : "endpoint: http://backend:9090/api/v1/write",
      `remote_write_queue: {num_consumers: ${1 + ((i * 7) % 5)}, queue_size: ${200 - (i % 90)}, enabled: ${i % 10 !== 9}}`,
      `timeout: ${5 + (i % 2)}s`,
      i % 5 === 0 ? "resource_constant_labels: {excluded: [zone]}" : "",
    ].join("\n");
  const sending: Promise<void>[] = [];
  for (let i = 0; i < 100; i++) {
    for (const name of ["a", "b", "c"]) {
      sending.push(send([{ name, value: i }], { timeMs: noon + i, resource: { ...resource, "service.name": name } }));
    }
    if (i % 2 === 0) (await update(next(i))).apply();
    await sim.advance(i % 7 === 0 ? 0 : 20);
    expect(value("accepted")).toBe(value("delivered") + value("queued"));
  }
  await sim.run(Promise.all(sending), 600_000);
  await sim.run(instance.shutdown!(), 600_000);
  expect([value("delivered"), value("rejected"), value("dropped"), value("queued")]).toEqual([300, 0, 0, 0]);
  expect(Math.min(requests.length, other.length)).toBeGreaterThan(10);
  const taken = everywhere.filter(({ status }) => status === 204);
  const samples = taken.flatMap((request) => request.times.map((time, i) => ({ time, series: request.series[i]! })));
  for (const name of ["a", "b", "c"]) {
    const times = samples.filter(({ series }) => series.startsWith(`__name__=${name},`)).map(({ time }) => time);
    expect(times).toEqual(Array.from({ length: 100 }, (_, i) => noon + i));
  }
});
