import { createSimulation, metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createWorld, simpleYaml } from "../world.testing.ts";
import { attributeText, type Plain, serveOtlp } from "./otlp-server.testing.ts";
import { spanOf } from "./own-spans.ts";

await import("@sluice/lib-http");

function check(name: string, error: string | undefined, expected: string | undefined) {
  const { env } = createSimulation();
  const sent = spanOf(name, { at: 1_700_000_000_000.5, durationMs: 2, items: 3, error }, env.random);
  if (sent === undefined) return expect(undefined, name).toBe(expected);
  const { name: shown, attributes, status, start, end, traceId, spanId } = sent.record;
  const text = attributes.map(({ key, value }) => `${key}=${value as string | bigint}`).join();
  expect(`${shown} ${text} ${status.code}${status.message}`, name).toBe(expected);
  expect([start, end]).toEqual([
    { ms: 1_700_000_000_000, ns: 500_000 },
    { ms: 1_700_000_000_002, ns: 500_000 },
  ]);
  expect([traceId.length, spanId.length]).toEqual([16, 8]);
}

test("receivers and exporters make upstream's spans", () => {
  check(
    "exporter/a/b/metrics",
    undefined,
    "exporter/a/b/metrics exporter=a/b,data_type=metrics,items.sent=3,items.failed=0 0",
  );
  check("exporter/a/logs", "no", "exporter/a/logs exporter=a,data_type=logs,items.sent=0,items.failed=3 2no");
  check(
    "receiver/in/metrics",
    undefined,
    "receiver/in/MetricsReceived accepted_metric_points=3,refused_metric_points=0 0",
  );
  check("receiver/in/traces", "no", "receiver/in/TraceDataReceived accepted_spans=0,refused_spans=3 2no");
  check("receiver/in/logs", undefined, "receiver/in/LogsReceived accepted_log_records=3,refused_log_records=0 0");
  check("processor/batch/logs", undefined, undefined);
});

test("a collector sends the spans of what it does", async () => {
  const world = createWorld();
  const { simulation } = world;
  const server = await simulation.run(serveOtlp(simulation.env, 4318));
  const otlp = '{ otlp: { protocol: http/protobuf, endpoint: "http://127.0.0.1:4318" } }';
  const traces = `traces: { processors: [{ batch: { exporter: ${otlp} } }] }`;
  const collector = world.collector(simpleYaml([], `{ metrics: { level: none }, ${traces} }`));
  await simulation.run(collector.start());
  await simulation.run(world.next.get("in")!(metricsBatch([{ name: "a" }, { name: "b" }])));
  await simulation.run(collector.stop());
  const spans = server.received.flatMap(({ target, body }) =>
    body.resource_spans.flatMap(({ scope_spans }: Plain) =>
      scope_spans.flatMap(({ scope, spans }: Plain) =>
        spans.map(({ name }: Plain) => `${target} ${attributeText(scope.attributes)} ${name}`),
      ),
    ),
  );
  const about = (kind: string, id: string) =>
    `/v1/traces otelcol.component.id=${id},otelcol.component.kind=${kind},otelcol.signal=metrics`;
  expect(spans.length).toBe(3);
  expect(new Set(spans)).toEqual(
    new Set([
      `${about("receiver", "in")} receiver/in/MetricsReceived`,
      `${about("exporter", "out")} exporter/out/metrics`,
      `${about("exporter", "out/second")} exporter/out/second/metrics`,
    ]),
  );
});
