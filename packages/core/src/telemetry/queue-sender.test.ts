import { Secret } from "@sluice/component";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { attributeText, type Plain, type Received, serveOtlp } from "./otlp-server.testing.ts";
import { get, startTelemetry } from "./telemetry.testing.ts";

const otlp = '{ otlp: { protocol: http/protobuf, endpoint: "http://127.0.0.1:4318" } }';
const batch = (text = "") =>
  `logs: { sampling: { enabled: false }, processors: [{ batch: { ${text} exporter: ${otlp} } }] }`;

async function start(yaml: string) {
  const simulation = createSimulation();
  const server = await simulation.run(serveOtlp(simulation.env, 4318));
  const started = await startTelemetry(yaml, simulation);
  return { ...started, server, log: started.telemetry.logger() };
}
const bodies = (received: readonly Received[]) =>
  received.map(({ body }) =>
    body.resource_logs.flatMap(({ scope_logs }: Plain) =>
      scope_logs.flatMap(({ log_records }: Plain) => log_records.map((record: Plain) => record.body.string_value)),
    ),
  );

test("records are sent with their component, severity and fields", async () => {
  const { simulation, telemetry, server, log } = await start(batch());
  log.info("everything is ready", { ready: true, count: 3, ratio: 0.5, nothing: undefined });
  const receiver = telemetry.logger({ kind: "receiver", id: "in", signals: new Set(["metrics"] as const) });
  const error = new Error("cannot send", { cause: new Error("refused") });
  receiver.error("dropping data", { error, password: new Secret("hunter2"), list: [1, { a: "b" }] });
  receiver.debug("below the level");
  await simulation.advance(1000);
  const [{ target, body }] = server.received as [Received];
  expect(target).toBe("/v1/logs");
  const [{ resource, scope_logs }] = body.resource_logs;
  expect(attributeText(resource.attributes)).toContain("service.name=sluice");
  const shown = scope_logs.map(({ scope, log_records }: Plain) => [
    `${scope.name} ${attributeText(scope.attributes)}`,
    ...log_records.map(
      (record: Plain) =>
        `${record.severity_number} ${record.severity_text} ${record.body.string_value} ${attributeText(record.attributes)}`,
    ),
  ]);
  expect(shown).toEqual([
    ["@sluice/core ", "9 info everything is ready ready=true,count=3,ratio=0.5"],
    [
      "@sluice/core otelcol.component.id=in,otelcol.component.kind=receiver,otelcol.signal=metrics",
      '17 error dropping data error=cannot send: refused,password="[REDACTED]",list=[1,{"a":"b"}]',
    ],
  ]);
  await simulation.run(telemetry.close());
});

test("what was logged before the start is sent too", async () => {
  const simulation = createSimulation();
  const server = await simulation.run(serveOtlp(simulation.env, 4318));
  const { createTelemetry } = await import("./telemetry.ts");
  const { build, telemetryConfig } = await import("./telemetry.testing.ts");
  const telemetry = createTelemetry(await telemetryConfig(batch()), simulation.env, build);
  telemetry.logger().info("early");
  await simulation.run(telemetry.start());
  telemetry.logger().info("late");
  await simulation.run(telemetry.close());
  expect(bodies(server.received)).toEqual([["early", "late"]]);
});

test("a full batch goes at once, the rest after the delay", async () => {
  const { simulation, telemetry, server, log } = await start(batch("max_export_batch_size: 3, schedule_delay: 5000,"));
  for (const message of ["a", "b", "c", "d"]) log.info(message);
  await simulation.advance(10);
  expect(bodies(server.received)).toEqual([["a", "b", "c"]]);
  await simulation.advance(5000);
  expect(bodies(server.received)).toEqual([["a", "b", "c"], ["d"]]);
  await simulation.run(telemetry.close());
});

test("a batch that is not taken is sent again, in order; what overflows is counted", async () => {
  const { simulation, telemetry, server, log } = await start(
    batch("max_export_batch_size: 2, max_queue_size: 3, schedule_delay: 100,"),
  );
  server.answers.push({ status: 503 }, { status: 503, headers: { "retry-after": "20" } });
  for (const message of ["a", "b", "c", "d", "e"]) log.info(message);
  await simulation.advance(1100);
  expect(bodies(server.received)).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
  await simulation.advance(19_000);
  expect(server.received.length).toBe(2);
  await simulation.advance(2000);
  expect(bodies(server.received).slice(2)).toEqual([["a", "b"], ["c"]]);
  expect(await get(simulation, 8888)).toContain('\nsluice_telemetry_dropped_items{otel_signal="logs"} 2\n');
  const told = simulation.process.stderr.match(/cannot send own logs/g);
  expect(told?.length).toBe(2);
  await simulation.run(telemetry.close());
});

test("a batch that is refused for good is dropped and counted, and told of only in lines", async () => {
  const { simulation, telemetry, server, log } = await start(batch());
  server.answers.push({ status: 400, body: "no" });
  log.info("a");
  await simulation.advance(1000);
  log.info("b");
  await simulation.advance(1000);
  expect(bodies(server.received)).toEqual([["a"], ["b"]]);
  expect(simulation.process.stderr).toContain("400 Bad Request: no");
  expect(await get(simulation, 8888)).toContain('\nsluice_telemetry_dropped_items{otel_signal="logs"} 1\n');
  await simulation.run(telemetry.close());
});

test("at the end what waits is tried once", async () => {
  const { simulation, telemetry, server, log } = await start(batch("max_export_batch_size: 1, schedule_delay: 60000,"));
  server.answers.push({ status: 200 }, { status: 200 }, { status: 503 });
  for (const message of ["a", "b", "c", "d"]) log.info(message);
  await simulation.run(telemetry.close());
  expect(bodies(server.received)).toEqual([["a"], ["b"], ["c"]]);
  expect(simulation.open()).toEqual([expect.stringContaining("4318")]);
});

test("simple sends at once; console prints lines", async () => {
  const { simulation, telemetry, server, log } = await start(
    `logs: { processors: [{ simple: { exporter: ${otlp} } }, { simple: { exporter: { console: } } }] }`,
  );
  log.warn("careful", { n: 1 });
  await simulation.advance(10);
  expect(bodies(server.received)).toEqual([["careful"]]);
  expect(JSON.parse(simulation.process.stdout)).toMatchObject({
    severityText: "warn",
    body: "careful",
    attributes: { n: "1" },
  });
  await simulation.run(telemetry.close());
});
