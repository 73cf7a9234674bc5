/** What an application sends here and by way of OTLP and a collector are the same bytes. */
import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Problem } from "@sluice/component";
import { type BatchOf, batchOf, decodeMetrics } from "@sluice/data";
import exporter from "@sluice/exporter-prometheus-remote-write";
import { configOf, createContext } from "@sluice/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemsOf } from "./check-options.ts";
import { componentConfig } from "./component-config.ts";
import { type PrometheusRemoteWriteOptions, settingsOf } from "./options.ts";
import { resourceOf, Source } from "./source.ts";

/** The requests that a batch becomes. */
async function requestsOf(batch: BatchOf<"metrics">, version: "1.0" | "2.0"): Promise<Uint8Array[]> {
  const settings = settingsOf({ endpoint: "http://backend:9090/write", remoteWriteVersion: version });
  const ctx = createContext({ kind: "exporter", id: "prometheus_remote_write", signals: ["metrics"] });
  const { env } = ctx.simulation;
  const bodies: Uint8Array[] = [];
  await env.net.serveHttp({ address: { host: "backend", port: 9090 }, maxBodyBytes: 1e7 }, async (request) => {
    bodies.push(Uint8Array.from(await request.body()));
    return { status: 400 };
  });
  const component = exporter.create(componentConfig(settings.destinations[0]!, settings, false), ctx);
  await ctx.simulation.run(Promise.resolve(component.start?.()));
  await ctx.simulation.run(component.consume(batch).catch(() => {}));
  await ctx.simulation.run(Promise.resolve(component.shutdown?.()));
  return bodies;
}

const time = fc.tuple(fc.integer({ min: 1, max: 2e9 }), fc.integer({ min: 0, max: 999_999_999 }));
const text = fc.oneof(
  fc.constantFrom("a", "b", "a.b", "a_b", "le", "job", "__name__", ""),
  fc.string({ unit: "grapheme", maxLength: 5 }),
);
// Texts, and whole numbers that OTLP has as such.
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
  fc.array(text, { maxLength: 2 }),
);
const attributes = fc.dictionary(text, value, { maxKeys: 3 });
const pointOf = (of: fc.Arbitrary<unknown>) => fc.record({ startTime: time, endTime: time, attributes, value: of });
const histogram = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 })
  .map((bounds) => bounds.sort((a, b) => a - b))
  .chain((boundaries) =>
    fc.record({
      buckets: fc.record({
        boundaries: fc.constant(boundaries),
        counts: fc.array(fc.nat(100), { minLength: boundaries.length + 1, maxLength: boundaries.length + 1 }),
      }),
      sum: fc.option(fc.double(), { nil: undefined }),
      count: fc.nat(1000),
      min: fc.option(fc.double(), { nil: undefined }),
      max: fc.option(fc.double(), { nil: undefined }),
    }),
  );
const side = fc.record({
  offset: fc.integer({ min: -20, max: 20 }),
  bucketCounts: fc.array(fc.nat(9), { maxLength: 5 }),
});
const exponential = fc.record({
  count: fc.nat(1000),
  sum: fc.double(),
  scale: fc.integer({ min: -6, max: 20 }),
  zeroCount: fc.nat(5),
  positive: side,
  negative: side,
});
const numbers = { points: pointOf(fc.double()), kinds: [2, 3] };
const kinds = fc.constantFrom(
  numbers,
  { points: pointOf(histogram), kinds: [0] },
  { points: pointOf(exponential), kinds: [1] },
);
const metric = kinds.chain(({ points, kinds: [first, ...more] }) =>
  fc.record({
    descriptor: fc.record({
      name: text,
      description: text,
      unit: fc.constantFrom("", "s", "By", "1", "{x}", "m/s"),
      // Doubles: of whole numbers OTLP would cut off fractions.
      valueType: fc.constant(1),
    }),
    aggregationTemporality: fc.constant(1),
    dataPointType: fc.constantFrom(first, ...more),
    isMonotonic: fc.boolean(),
    dataPoints: fc.array(points, { maxLength: 3, size: "max" }),
  }),
);
const scope = fc.record({ name: text, version: fc.option(text, { nil: undefined }) });
const metrics = fc.record({
  resource: fc.record({
    attributes: fc.dictionary(fc.oneof(fc.constantFrom("service.name", "service.instance.id", "host"), text), text, {
      maxKeys: 4,
    }),
  }),
  scopeMetrics: fc.array(fc.record({ scope, metrics: fc.array(metric, { maxLength: 4, size: "max" }) }), {
    minLength: 1,
    maxLength: 2,
  }),
});

test.each(["1.0", "2.0"] as const)("remote write %s", async (version) => {
  let sent = 0;
  const property = fc.asyncProperty(metrics, async (given) => {
    const collected = given as unknown as ResourceMetrics;
    const { part } = new Source(resourceOf(collected.resource)).convert(collected.scopeMetrics, 0);
    const byOtlp = decodeMetrics(ProtobufMetricsSerializer.serializeRequest(collected)!);
    const [ours, theirs] = await Promise.all([
      requestsOf(batchOf("metrics", part === undefined ? [] : [part]), version),
      requestsOf(batchOf("metrics", byOtlp), version),
    ]);
    sent += theirs.length;
    expect(ours).toEqual(theirs);
  });
  await fc.assert(property, { numRuns: 150 });
  expect(sent).toBeGreaterThan(50);
});

describe("what the constructor takes, the collector takes", () => {
  const check = (input: PrometheusRemoteWriteOptions) =>
    test(JSON.stringify(input), () => {
      const options = { endpoint: "http://backend:9090/write", ...input };
      const settings = settingsOf(options);
      const config = componentConfig(settings.destinations[0]!, settings, false);
      const refused = (exporter.validate!(config, createContext({})) as readonly Problem[]).length > 0;
      expect(problemsOf(options).length > 0).toBe(refused);
    });
  for (const name of ["a", "_", "1", "\u00e91", "a b", "", "\u00e4", "-", ":", "\ud800"])
    check({ externalLabels: { [name]: "x" } });
  for (const name of ["a", "X-Y", "a b", "", "\u00e4", "Content-Type", "user-agent", "Host"])
    check({ headers: { [name]: "x" } });
  for (const value of ["", "a\tb", "a\nb", "\u00e4", "\u65e5", "\x7f", "\0"]) check({ headers: { a: value } });
  for (const proxyUrl of ["http://p", "https://p:1", "socks5h://p", "ftp://p", "http://"]) check({ proxyUrl });
  check({ endpoint: "HTTPS://x" });
  check({ endpoint: "x" });
  check({ tls: { cert: "c" } });
  check({ tls: { key: "k", certFile: "c" } });
  check({ tls: { ca: "c", caFile: "c" } });
});

test("what options do not speak of has the collector's default", async () => {
  const settings = settingsOf({ endpoint: "http://backend:9090/write" });
  const yaml = [
    'endpoint: "http://backend:9090/write"',
    "timeout: 10s",
    "retry_on_failure: {initial_interval: 500ms, max_interval: 5s, max_elapsed_time: 1m}",
    "remote_write_queue: {enabled: false, queue_size: 1, num_consumers: 1}",
  ];
  const config = await configOf(exporter, yaml.join("\n"));
  expect(componentConfig(settings.destinations[0]!, settings, false)).toEqual(config);
});
