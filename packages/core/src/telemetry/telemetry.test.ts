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
  await expect(ownFamilies(body)).toMatchFileSnapshot("../../testdata/collector.golden.prom");
});
test("it is at localhost:8888 unless told otherwise", async () => {
  expect((await fetch("", "/metrics", "GET", 8888)).status).toBe("200");
  const { status, body, world } = await fetch("{ metrics: { address: ':9001' } }");
  expect(status).toBe("200");
  expect(body).toContain('target_info{service_instance_id="<uuid>",service_name="sluice",service_version="1.2.3"} 1');
  expect(body).toContain("\notelcol_process_uptime 1.5\n");
  expect(world.simulation.process.stderr).toContain(
    "deprecated: write readers: [{pull: {exporter: {prometheus: {host: ..., port: ...}}}}]",
  );
});
test("resource attributes stand on points where they are asked for", async () => {
  const check = async (labels: string, expected: string) => {
    const reader = `{ pull: { exporter: { prometheus: { port: 9001, with_resource_constant_labels: ${labels} } } } }`;
    const resource = "resource: { service.instance.id: null, team: a, teem: b }";
    const { body } = await fetch(`{ ${resource}, metrics: { readers: [${reader}] } }`);
    expect(body).toContain(`\notelcol_process_uptime{${expected}} 1.5\n`);
  };
  await check("{}", 'service_name="sluice",service_version="1.2.3",team="a",teem="b"');
  await check("{ included: [service.name] }", 'service_name="sluice"');
  await check('{ included: ["te?m", "*.name"], excluded: [team] }', 'service_name="sluice",teem="b"');
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
  const address = { host: "127.0.0.1", port: 9001 };
  const other = await world.simulation.network.serveHttp({ address, maxBodyBytes: 1 }, () => ({ status: 200 }));
  const telemetry = `{ metrics: { readers: [${oneReader}] } }`;
  const collector = world.collector(simpleYaml([], telemetry));
  await expect(world.simulation.run(collector.start())).rejects.toMatchObject({
    message: 'cannot open metrics page at "localhost:9001" (to change: service::telemetry::metrics::readers)',
    cause: { code: "EADDRINUSE" },
  });
  await other.close();
  expect(world.simulation.open()).toEqual([]);
});

test("a file that cannot be written is named", async () => {
  const world = createWorld();
  const logs = "logs: { output_paths: [/none/sluice.log] }";
  const collector = world.collector(simpleYaml([], `{ metrics: { level: none }, ${logs} }`));
  await expect(world.simulation.run(collector.start())).rejects.toMatchObject({
    message: 'cannot write log file "/none/sluice.log"',
    cause: { code: "ENOENT" },
  });
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

/** Without what the test's components measure. */
function ownFamilies(body: string): string {
  const lines = body.split("\n").filter((line) => /^(# (HELP|TYPE) )?(otelcol_|sluice_log_|target_info)/.test(line));
  return `${lines.join("\n")}\n`;
}
