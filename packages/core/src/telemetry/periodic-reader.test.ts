import { createEnv } from "@sluice/runtime";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { attributeText, metricLines, type Plain, serveOtlp } from "./otlp-server.testing.ts";
import { build, startTelemetry, telemetryConfig } from "./telemetry.testing.ts";
import { createTelemetry } from "./telemetry.ts";

const periodic = (text: string, port = 4318) =>
  `{ periodic: { ${text} exporter: { otlp: { protocol: http/protobuf, endpoint: "http://127.0.0.1:${port}" } } } }`;
const item = { description: "Sent.", unit: "{item}" };

/** Own telemetry that sends to a server of the simulation. */
async function start(yaml = `metrics: { readers: [${periodic("interval: 2000,")}] }`) {
  const simulation = createSimulation();
  const server = await simulation.run(serveOtlp(simulation.env, 4318));
  const started = await startTelemetry(yaml, simulation);
  const meter = started.telemetry.meter({ exporter: "a" }, "@sluice/one");
  return { ...started, server, meter };
}
const own = (lines: readonly string[]) => lines.filter((line) => line.startsWith("@sluice/one"));

test("what is sent is what the page shows, over a real connection", async () => {
  const env = createEnv();
  const server = await serveOtlp(env);
  const headers = "headers: [{ name: X-Key, value: k }], headers_list: 'x-more=a%20b', compression: gzip";
  const otlp = `{ protocol: http/protobuf, endpoint: "http://${server.listener.address}/v1/metrics", ${headers} }`;
  const yaml = `{ resource: { service.instance.id: null }, metrics: { readers: [{ periodic: { exporter: { otlp: ${otlp} } } }] } }`;
  const telemetry = createTelemetry(await telemetryConfig(yaml), env, build);
  await telemetry.start();
  const meter = telemetry.meter({ exporter: "a" }, "@sluice/one");
  meter.counter("sent", item).add(3, { host: "h" });
  meter.counter("spent", { description: "Spent.", unit: "s" }).add(0.5);
  meter.gauge("size", { description: "Size.", unit: "By" }).set(7);
  meter.histogram("took", { description: "Time.", unit: "s", bounds: [0.5, 1] }).record(0.75);
  await telemetry.close();
  await server.listener.close();

  const [request] = server.received;
  expect(server.received.length).toBe(1);
  expect(request?.target).toBe("/v1/metrics");
  expect(request?.headers).toMatchObject({
    "content-type": "application/x-protobuf",
    "user-agent": "sluice/1.2.3",
    "x-key": "k",
    "x-more": "a b",
  });
  expect(own(metricLines(request!))).toEqual([
    "@sluice/one sent{host=h,exporter=a} sum 3",
    "@sluice/one size{exporter=a} gauge 7",
    "@sluice/one spent{exporter=a} sum 0.5",
    "@sluice/one took{exporter=a} histogram 1 0.75 0.5,1 0,1,0",
  ]);
  const [{ resource, scope_metrics }] = request!.body.resource_metrics;
  expect(attributeText(resource.attributes)).toBe("service.name=sluice,service.version=1.2.3");
  const sent = scope_metrics.find(({ scope }: { scope: { name: string } }) => scope.name === "@sluice/one").metrics[0];
  expect(sent).toMatchObject({ name: "sent", unit: "{item}", description: "Sent." });
  expect(sent.sum).toMatchObject({ is_monotonic: true, aggregation_temporality: 2 });
  const [point] = sent.sum.data_points;
  expect(Number(point.start_time_unix_nano)).toBeLessThanOrEqual(Number(point.time_unix_nano));
});

test("sums go on from one sending to the next, and a last one is at the end", async () => {
  const { simulation, telemetry, server, meter } = await start();
  const counter = meter.counter("sent", item);
  const sums = () => server.received.map((request) => own(metricLines(request))[0]?.split(" ").at(-1));
  counter.add(1);
  await simulation.advance(1999);
  expect(sums()).toEqual([]);
  await simulation.advance(1);
  counter.add(1);
  await simulation.advance(2000);
  counter.add(1);
  await simulation.run(telemetry.close());
  expect(sums()).toEqual(["1", "2", "3"]);
  const times = server.received.map(({ body }) => {
    const points = body.resource_metrics[0].scope_metrics.flatMap(({ metrics }: Plain) =>
      metrics.flatMap(({ sum }: Plain) => sum?.data_points ?? []),
    );
    return points.map((point: Plain) => (point.time_unix_nano - point.start_time_unix_nano) / 1e6);
  });
  expect(times.map((each) => [...new Set(each)])).toEqual([[2000], [4000], [4000]]);
  await simulation.advance(60_000);
  expect(server.received.length).toBe(3);
});

test("a backend that refuses is told of, and the next sending holds everything", async () => {
  const { simulation, telemetry, server, meter } = await start();
  server.answers.push({ status: 503, body: "busy" }, { status: 400 });
  meter.counter("sent", item).add(1);
  await simulation.advance(6000);
  expect(server.received.length).toBe(3);
  const lines = simulation.process.stderr.split("\n").filter((line) => line.includes("cannot send own metrics"));
  expect(lines.length).toBe(2);
  expect(lines[0]).toContain('"to": "http://127.0.0.1:4318/v1/metrics"');
  expect(lines[0]).toContain("503 Service Unavailable: busy");
  await simulation.run(telemetry.close());
});

test("a backend that does not answer holds nothing up", async () => {
  const simulation = createSimulation();
  const options = { address: { host: "127.0.0.1", port: 4318 }, maxBodyBytes: 1 << 20 };
  await simulation.run(simulation.env.net.serveHttp(options, () => new Promise(() => {})));
  const { telemetry } = await startTelemetry(
    `metrics: { readers: [${periodic("interval: 1000, timeout: 500,")}] }`,
    simulation,
  );
  await simulation.advance(3000);
  expect(simulation.process.stderr.match(/cannot send own metrics/g)?.length).toBe(2);
  await simulation.run(telemetry.close());
});

test("the console exporter prints a line a time", async () => {
  const { simulation, telemetry, meter } = await start(
    "metrics: { readers: [{ periodic: { interval: 1000, exporter: { console: } } }] }",
  );
  meter.counter("sent", item).add(1);
  await simulation.advance(1000);
  const [line = ""] = simulation.process.stdout.split("\n");
  const { metrics, resource } = JSON.parse(line);
  expect(resource["service.name"]).toBe("sluice");
  expect(metrics.find(({ name }: { name: string }) => name === "sent")).toMatchObject({
    type: "counter",
    points: [{ labels: { exporter: "a" }, value: 1 }],
  });
  await simulation.run(telemetry.close());
});

test("level none sends nothing", async () => {
  const { simulation, telemetry, server } = await start(
    `metrics: { level: none, readers: [${periodic("interval: 1000,")}] }`,
  );
  await simulation.advance(5000);
  await simulation.run(telemetry.close());
  expect(server.received).toEqual([]);
});
