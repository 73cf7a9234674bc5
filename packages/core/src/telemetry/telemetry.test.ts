import { expect, test } from "vitest";
import { createWorld, get, simpleYaml } from "../world.testing.ts";

const oneReader = "{ pull: { exporter: { prometheus: { port: 9001 } } } }";

/** Starts a collector with this telemetry, asks for a page, and stops it. */
async function fetch(telemetry: string, path = "/metrics", method = "GET", port = 9001) {
  const world = createWorld();
  world.simulation.process.memory = { rss: 5e7, heapUsed: 1e7, heapTotal: 2e7, external: 1e6 };
  world.simulation.process.cpuSeconds = 0.25;
  const collector = world.collector(simpleYaml([], telemetry));
  await world.simulation.run(collector.start());
  await world.simulation.advance(1500);
  const answer = await world.simulation.run(get(world.simulation.env, port, path, method));
  await world.simulation.run(collector.stop());
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: head.split(" ")[1], head, body: body.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<uuid>"), world };
}

test("the page shows the process and the pipelines", async () => {
  const resource = "resource: { team: a, service.name: mine, service.instance.id: null }";
  const { body } = await fetch(`{ ${resource}, metrics: { readers: [${oneReader}] } }`);
  await expect(unchunked(body)).toMatchFileSnapshot("../../testdata/collector.golden.prom");
});
test("it is at localhost:8888 unless told otherwise", async () => {
  expect((await fetch("", "/metrics", "GET", 8888)).status).toBe("200");
  const { status, body, world } = await fetch("{ metrics: { address: ':9001' } }");
  expect(status).toBe("200");
  expect(body).toContain('service_instance_id="<uuid>",service_name="sluice",service_version="1.2.3"');
  expect(world.simulation.process.stderr).toContain("deprecated: use readers with pull.exporter.prometheus");
});
test("only GET and HEAD of /metrics are answered", async () => {
  const telemetry = `{ metrics: { readers: [${oneReader}] } }`;
  expect((await fetch(telemetry, "/metrics?x=1")).status).toBe("200");
  expect((await fetch(telemetry, "/metrics", "HEAD")).status).toBe("200");
  expect((await fetch(telemetry, "/metrics", "POST")).status).toBe("405");
  expect((await fetch(telemetry, "/")).status).toBe("404");
});
test("a port in use is named, and everything is shut down", async () => {
  const world = createWorld();
  const telemetry = `{ metrics: { readers: [${oneReader}, ${oneReader}] } }`;
  const collector = world.collector(simpleYaml([], telemetry));
  await expect(world.simulation.run(collector.start())).rejects.toMatchObject({
    message: 'cannot open metrics page at "localhost:9001" (to change: service::telemetry::metrics::readers)',
    cause: { code: "EADDRINUSE" },
  });
  expect(world.simulation.open()).toEqual([]);
});

test("lines go to files and standard streams", async () => {
  const world = createWorld();
  world.simulation.files.makeDirectory("/var/log");
  const logs = "logs: { encoding: json, output_paths: [stdout, /var/log/sluice.json], initial_fields: { team: a } }";
  const collector = world.collector(simpleYaml([], `{ metrics: { level: none }, ${logs} }`));
  await world.simulation.run(collector.start());
  await world.simulation.run(collector.stop());
  const { stdout, stderr } = world.simulation.process;
  const messages = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(messages.map(({ msg }) => msg)).toEqual([
    "starting",
    "everything is ready",
    "shutting down",
    "shutdown complete",
  ]);
  expect(messages[0]).toMatchObject({ level: "info", caller: "service", team: "a", version: "1.2.3" });
  expect(world.simulation.files.readText("/var/log/sluice.json")).toBe(stdout);
  expect(stderr).toBe("");
});

async function checkProblem(telemetry: string, ...messages: readonly string[]) {
  const world = createWorld();
  const thrown = await world.simulation.run(world.collector(simpleYaml([], telemetry)).start().catch(String));
  for (const message of messages) expect(thrown).toContain(message);
}
test("what is not supported is said", async () => {
  await checkProblem(
    "{ metrics: { readers: [{ periodic: { interval: 1 } }] } }",
    "readers::0::periodic: periodic readers are not yet supported; use pull",
  );
  await checkProblem(
    "{ metrics: { readers: [{}] } }",
    "readers::0: found no exporter, expected pull.exporter.prometheus",
  );
  await checkProblem("{ metrics: { address: there } }", 'address: found "there", expected host:port');
  await checkProblem(
    `{ metrics: { address: ":1", readers: [${oneReader}] } }`,
    "found address and readers, expected readers only",
  );
  await checkProblem(
    "{ traces: { processors: [{ batch: {} }] } }",
    "traces::processors: own traces are not yet supported",
  );
  await checkProblem("{ resource: { a: { b: c } } }", "resource::a: expected text or null");
  await checkProblem(
    "{ resource: { a: b, attributes: [{ name: c }] } }",
    "resource: found attributes and further keys",
    "attributes::0: expected {name, value}",
  );
  await checkProblem(
    "{ logs: { level: loud, tone: 1 }, metrics: { level: Normal } }",
    'found "loud"',
    "logs::tone: unknown key",
    'found "Normal"',
  );
});

function unchunked(body: string): string {
  return body.replaceAll("\r\n", "\n");
}
