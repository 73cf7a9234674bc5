import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DiagLogger, DiagLogLevel, diag } from "@opentelemetry/api";
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { temporaryFolder, waitFor } from "@sluice/testkit";
import { afterEach, describe, expect, test } from "vitest";
import { collection, counter, metric, startBackend } from "./backend.testing.ts";
import { PrometheusRemoteWriteExporter } from "./exporter.ts";
import type { PrometheusRemoteWriteOptions } from "./options.ts";

const quick = { retry: { initialIntervalMillis: 1, maxIntervalMillis: 1 } };
const create = (options: PrometheusRemoteWriteOptions) => new PrometheusRemoteWriteExporter({ ...quick, ...options });
const send = (exporter: PrometheusRemoteWriteExporter, metrics: ResourceMetrics): Promise<string> =>
  new Promise((resolve) =>
    exporter.export(metrics, ({ code, error }) => resolve(code === 0 ? "success" : error!.message)),
  );

/** What is said through `diag` during a test. */
function listenToDiag(): { level: string; message: string }[] {
  const said: { level: string; message: string }[] = [];
  const at =
    (level: string) =>
    (_namespace: string, ...words: unknown[]) =>
      said.push({ level, message: words.join(" ") });
  const logger = Object.fromEntries(["error", "warn", "info", "debug", "verbose"].map((level) => [level, at(level)]));
  diag.setLogger(logger as unknown as DiagLogger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  return said;
}
afterEach(() => diag.disable());

describe("an export", () => {
  test.each(["1.0", "2.0"] as const)("by %s", async (remoteWriteVersion) => {
    const { endpoint, received } = await startBackend();
    const exporter = create({
      endpoint,
      remoteWriteVersion,
      headers: { "X-Scope-OrgID": "t1" },
      externalLabels: { cluster: "eu" },
    });
    expect(await send(exporter, collection([counter("orders", { "a.b": "x" }, { "a.b": "y" })]))).toBe("success");
    const [{ lines, headers, series }] = received as [(typeof received)[number]];
    expect(lines).toEqual([
      'orders_total{a_b="x",cluster="eu",job="app"} 1',
      'orders_total{a_b="y",cluster="eu",job="app"} 2',
    ]);
    expect(headers).toMatchObject({
      "x-scope-orgid": "t1",
      "user-agent": "sluice-sdk-exporter/0.1.0",
      "x-prometheus-remote-write-version": remoteWriteVersion === "1.0" ? "0.1.0" : "2.0.0",
    });
    expect(series[0]!.samples[0]).toMatchObject({
      timestampMs: 1_700_000_000_250,
      startMs: remoteWriteVersion === "1.0" ? 0 : 1_699_999_940_000,
    });
    expect(exporter.counts).toEqual({
      exports: 1,
      failedExports: 0,
      samples: { delivered: 2, rejected: 0, dropped: {} },
    });
    await exporter.shutdown();
  });

  test("with every naming option", async () => {
    const { endpoint, received } = await startBackend();
    const exporter = create({
      endpoint,
      namespace: "ns",
      addMetricSuffixes: false,
      resourceToTelemetryConversion: { enabled: true, excludeServiceAttributes: true },
    });
    await send(exporter, collection([counter("c")], { "service.name": "app", zone: "z" }));
    expect(received[0]!.lines).toEqual(['ns_c{job="app",zone="z"} 1', 'ns_target_info{job="app",zone="z"} 1']);
  });

  test("of numbers that are none, and of names that are hostile", async () => {
    const { endpoint, received } = await startBackend();
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value, i) =>
      metric(`g${i}`, 2, value),
    );
    const hostile = [counter("\u{1F600}"), counter("a\0b\ud800", { "": "x", __name__: "evil", "\n": "y" })];
    const exporter = create({ endpoint });
    expect(await send(exporter, collection([...special, ...hostile]))).toBe("success");
    // Of the others nothing is left that Prometheus could take.
    expect(received[0]!.lines).toEqual(['g0{job="app"} NaN', 'g1{job="app"} Infinity', 'g2{job="app"} -Infinity']);
    expect(exporter.counts.samples.dropped).toEqual({ invalid_name: 1, invalid_label: 1 });
  });

  test("of what the SDK would never give", async () => {
    const { endpoint } = await startBackend();
    const exporter = create({ endpoint });
    const bad = [
      undefined,
      {},
      { resource: {}, scopeMetrics: 5 },
      collection([{ ...counter("x"), dataPoints: 5 } as never]),
    ];
    for (const each of bad) expect(await send(exporter, each as ResourceMetrics)).not.toBe("success");
    expect(await send(exporter, collection([counter("c")]))).toBe("success");
    expect(exporter.counts).toMatchObject({ exports: 5, failedExports: 4 });
  });

  test("of nothing sends nothing", async () => {
    const { endpoint, received } = await startBackend();
    expect(await send(create({ endpoint }), collection([]))).toBe("success");
    expect(received).toEqual([]);
  });

  test("waits for a resource that is still being found", async () => {
    const { endpoint, received } = await startBackend();
    const { resource, ...rest } = collection([counter("c")]);
    const found = { ...resource, attributes: { "service.name": "app" }, asyncAttributesPending: true };
    const waitForAsyncAttributes = async () => void Object.assign(found.attributes, { "service.instance.id": "late" });
    await send(create({ endpoint }), { resource: { ...found, waitForAsyncAttributes } as never, ...rest });
    expect(received[0]!.lines).toContain('c_total{instance="late",job="app"} 1');
  });
});

describe("what goes wrong", () => {
  test("a refusal is told with the backend's words, and not tried again", async () => {
    const { endpoint, received } = await startBackend([400]);
    const exporter = create({ endpoint });
    const told = await send(exporter, collection([counter("c")]));
    expect(told).toMatch(/^cannot export metrics: http:\/\/127.0.0.1:\d+\/api\/v1\/write: .*400.*no thanks/);
    expect(received).toHaveLength(1);
    expect(exporter.counts).toEqual({
      exports: 1,
      failedExports: 1,
      samples: { delivered: 0, rejected: 1, dropped: {} },
    });
  });

  test("an overload is tried again", async () => {
    const { endpoint, received } = await startBackend([503, 429, 204]);
    expect(await send(create({ endpoint }), collection([counter("c")]))).toBe("success");
    expect(received).toHaveLength(3);
  });

  test("not without retry, and not for ever", async () => {
    const { endpoint } = await startBackend([503]);
    const metrics = collection([counter("c")]);
    expect(await send(create({ endpoint, retry: { enabled: false } }), metrics)).toContain("503");
    const retry = { initialIntervalMillis: 1, maxIntervalMillis: 1, maxElapsedMillis: 20 };
    expect(await send(create({ endpoint, retry }), metrics)).toContain("503");
  });

  test("a file that is missing is told, and looked for again", async () => {
    const { endpoint } = await startBackend();
    const caFile = join(await temporaryFolder(), "ca.pem");
    const exporter = create({ endpoint, tls: { caFile } });
    const metrics = collection([counter("c")]);
    for (const _ of [1, 2]) expect(await send(exporter, metrics)).toContain("cannot read CA file");
    await writeFile(caFile, "");
    expect(await send(exporter, metrics)).toBe("success");
  });

  test("one backend does not wait for another, nor fail with it", async () => {
    const [good, bad] = [await startBackend(), await startBackend([400])];
    const exporter = create({ endpoints: [{ endpoint: bad.endpoint }, { endpoint: good.endpoint }] });
    const told = await send(exporter, collection([counter("c")]));
    expect([told.includes(bad.endpoint), told.includes(good.endpoint)]).toEqual([true, false]);
    expect(good.received).toHaveLength(1);
  });

  test("deltas", async () => {
    const { endpoint, received } = await startBackend();
    const delta = { ...counter("d"), aggregationTemporality: 0 } as MetricData;
    expect(await send(create({ endpoint }), collection([delta, counter("c")]))).toContain("and these are deltas: d;");
    expect(received[0]!.lines).toEqual(['c_total{job="app"} 1']);
  });

  test("a callback that throws is said, and does no harm", async () => {
    const said = listenToDiag();
    const { endpoint } = await startBackend();
    const exporter = create({ endpoint });
    exporter.export(collection([counter("c")]), () => {
      throw new Error("oops");
    });
    await exporter.forceFlush();
    expect(said).toContainEqual({ level: "error", message: "the callback of an export threw Error: oops" });
  });

  test("is said once a minute", async () => {
    const said = listenToDiag();
    const { endpoint } = await startBackend([400]);
    const exporter = create({ endpoint });
    for (let i = 0; i < 5; i++) await send(exporter, collection([counter("c")]));
    const errors = said.filter(({ level }) => level === "error").map(({ message }) => message.split(" {")[0]);
    expect(errors).toEqual(["request rejected by the backend, dropping data", "cannot export metrics"]);
  });
});

describe("the end", () => {
  test("a full queue refuses at once", async () => {
    const { endpoint, received } = await startBackend([0]);
    const exporter = create({ endpoint, queueSize: 2, flushTimeoutMillis: 1 });
    const told: string[] = [];
    for (let i = 0; i < 4; i++) void send(exporter, collection([counter("c")])).then((text) => told.push(text));
    await waitFor(() => told.length === 2 && received.length === 1, { what: "two refusals" });
    expect(told[0]).toContain("queue is full: 2 exports wait for the backend");
    await exporter.shutdown();
  });

  test("a queue has room again for what is done", async () => {
    const { endpoint } = await startBackend();
    const exporter = create({ endpoint, queueSize: 1 });
    for (let i = 0; i < 3; i++) expect(await send(exporter, collection([counter("c")]))).toBe("success");
  });

  test("exports go in order", async () => {
    const { endpoint, received } = await startBackend([503, 204]);
    const exporter = create({ endpoint });
    const names = ["a", "b", "c"];
    await Promise.all(names.map((name) => send(exporter, collection([counter(name)]))));
    expect(received.map(({ lines }) => lines[0]![0])).toEqual(["a", ...names]);
  });

  test("a flush waits for all, results told", async () => {
    const { endpoint } = await startBackend();
    const exporter = create({ endpoint });
    const told: number[] = [];
    for (let i = 0; i < 3; i++) exporter.export(collection([counter("c")]), ({ code }) => told.push(code));
    await exporter.forceFlush();
    expect(told).toEqual([0, 0, 0]);
  });

  test("but not for ever", async () => {
    const said = listenToDiag();
    const { endpoint } = await startBackend([0]);
    const exporter = create({ endpoint, flushTimeoutMillis: 20 });
    exporter.export(collection([counter("c")]), () => {});
    await exporter.forceFlush();
    await exporter.shutdown();
    expect(said.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  test("a second flush has not the whole time again", async () => {
    const { endpoint } = await startBackend([0]);
    const exporter = create({ endpoint, flushTimeoutMillis: 400 });
    const order: string[] = [];
    exporter.export(collection([counter("c")]), () => {});
    await exporter.forceFlush();
    const later = new Promise<void>((resolve) => setTimeout(resolve, 300)).then(() => order.push("later"));
    await exporter.shutdown().then(() => order.push("shut down"));
    await later;
    expect(order).toEqual(["shut down", "later"]);
  });

  test("after a shutdown nothing is taken", async () => {
    const { endpoint, received } = await startBackend();
    const exporter = create({ endpoint });
    await Promise.all([exporter.shutdown(), exporter.shutdown(), exporter.forceFlush()]);
    expect(await send(exporter, collection([counter("c")]))).toBe("cannot export metrics: the exporter is shut down");
    expect(received).toEqual([]);
  });
});

test("the reader is told what to collect", () => {
  const endpoint = "http://backend";
  const [plain, native] = [create({ endpoint }), create({ endpoint, nativeHistograms: true })];
  expect(plain.selectAggregationTemporality("COUNTER" as never)).toBe(1);
  expect(plain.selectAggregation("HISTOGRAM" as never)).toEqual({ type: 0 });
  expect(native.selectAggregation("HISTOGRAM" as never)).toEqual({ type: 5 });
  expect(native.selectAggregation("COUNTER" as never)).toEqual({ type: 0 });
});
