import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { createEnv } from "@sluice/runtime";
import { createSimulation, temporaryFolder } from "@sluice/testkit";
import { expect, test } from "vitest";
import { attributeText, metricLines, serveOtlp } from "./otlp-server.testing.ts";
import { build, get, startTelemetry, telemetryConfig } from "./telemetry.testing.ts";
import { createTelemetry } from "./telemetry.ts";

const page = (port: number, more = "") => `{ pull: { exporter: { prometheus: { port: ${port}, ${more} } } } }`;
const readers = (...list: readonly string[]) => `metrics: { readers: [${list.join()}] }`;

/** Lines since the last call: level and message. */
function messages(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t").slice(1, 4).join(" ").replace("service ", ""));
}

test("loggers that were handed out follow level, form and place", async () => {
  const { simulation, telemetry, update } = await startTelemetry("metrics: { level: none }");
  const log = telemetry.logger();
  const { process } = simulation;
  log.debug("a");
  log.info("b");
  const changes = await update("{ metrics: { level: none }, logs: { level: debug, disable_caller: true } }");
  expect(changes).toEqual(["logs.level changed", "logs.disable_caller changed"]);
  log.debug("c");
  await simulation.advance(1);
  expect(messages(process.stderr).map((line) => line.replace(/ \{.*/, ""))).toEqual(["info b", "debug c"]);
  await update("{ metrics: { level: none }, logs: { output_paths: [stdout], encoding: json } }");
  log.info("d");
  await update(
    "{ metrics: { level: none }, logs: { output_paths: [stdout], encoding: json, disable_zap_resource: true } }",
  );
  log.info("e");
  await simulation.run(telemetry.close());
  const lines = process.stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["d", "e"]);
  expect(lines.map((line) => "resource" in JSON.parse(line))).toEqual([true, false]);
});

test("lines from before go to the places from before", async () => {
  const { simulation, telemetry } = await startTelemetry("metrics: { level: none }");
  const log = telemetry.logger();
  const yaml = "{ metrics: { level: none }, logs: { output_paths: [stdout] } }";
  const update = await simulation.run(telemetry.update(await telemetryConfig(yaml, simulation)));
  log.info("before");
  update.apply();
  log.info("after");
  await simulation.run(telemetry.close());
  const { stdout, stderr } = simulation.process;
  expect([stderr, stdout].map((text) => text.match(/before|after/g)?.join())).toEqual(["before", "after"]);
});

test("sampling starts anew when it changes, and what it swallows is counted", async () => {
  const logs = (more: string) => `logs: { sampling: { initial: 2, thereafter: 0, ${more} } }`;
  const { simulation, telemetry, update } = await startTelemetry(logs(""));
  const log = telemetry.logger();
  for (let i = 0; i < 5; i++) log.warn("again");
  await update(logs("tick: 1h"));
  for (let i = 0; i < 5; i++) log.warn("again");
  expect(await get(simulation, 8888)).toContain('\nsluice_log_records_sampled_out{level="warn"} 6\n');
  await simulation.advance(1);
  expect(simulation.process.stderr.match(/again/g)?.length).toBe(4);
  await update(`{ ${logs("tick: 1h")}, resource: { attributes: [{ name: team, value: a }] } }`);
  log.warn("again");
  await simulation.advance(1);
  expect(simulation.process.stderr.match(/again/g)?.length).toBe(4);
  await simulation.run(telemetry.close());
});

test("a page that stays is the same one, with its new style; others come and go", async () => {
  const { simulation, telemetry, update } = await startTelemetry(readers(page(9001), page(9002)));
  const counter = telemetry.meter({}, "s").counter("sent", { description: "Sent.", unit: "{item}" });
  counter.add(1);
  const next = readers(page(9003), page(9001, "without_type_suffix: false"));
  const changes = await update(`{ ${next}, resource: { attributes: [{ name: team, value: a }] } }`);
  expect(changes).toContain("resource.attributes added");
  expect(telemetry.addresses()).toEqual(["127.0.0.1:9003", "127.0.0.1:9001"]);
  counter.add(1);
  expect(await get(simulation, 9003)).toContain("\nsent 2\n");
  const shown = await get(simulation, 9001);
  expect(shown).toContain("\nsent_total 2\n");
  expect(shown).toMatch(/target_info{.*team="a"}/);
  await expect(get(simulation, 9002)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await simulation.run(telemetry.close());
  expect(simulation.open()).toEqual([]);
});

test("the instance id stays", async () => {
  const { simulation, telemetry, update } = await startTelemetry("{}");
  const id = async () => /service_instance_id="([^"]+)"/.exec(await get(simulation, 8888))?.[1];
  const before = await id();
  expect(before).toMatch(/^[0-9a-f-]{36}$/);
  await update("resource: { attributes: [{ name: team, value: a }] }");
  expect(await id()).toBe(before);
  await update("resource: { attributes: [{ name: service.instance.id, value: null }] }");
  expect(await id()).toBe(undefined);
  await simulation.run(telemetry.close());
});

test("what cannot be opened changes nothing and leaves nothing open", async () => {
  const { simulation, telemetry } = await startTelemetry(readers(page(9001)));
  const taken = await simulation.run(serveOtlp(simulation.env, 9004));
  const refused = async (yaml: string, message: string) => {
    const update = telemetry.update(await telemetryConfig(yaml, simulation));
    await expect(simulation.run(update)).rejects.toThrow(message);
  };
  await refused(readers(page(9003), page(9004)), 'cannot open metrics page at "localhost:9004"');
  await refused(`{ ${readers(page(9003))}, logs: { output_paths: [/none/x] } }`, 'cannot write log file "/none/x"');
  const otlp = "{ otlp: { protocol: http/protobuf, certificate: /none.pem } }";
  await refused(readers(page(9003), `{ periodic: { exporter: ${otlp} } }`), "cannot load the TLS settings");
  const unused = await simulation.run(telemetry.update(await telemetryConfig(readers(page(9003)), simulation)));
  await simulation.run(unused.discard!());
  expect(telemetry.addresses()).toEqual(["127.0.0.1:9001"]);
  await simulation.run(taken.listener.close());
  expect(simulation.open()).toEqual([expect.stringContaining("9001")]);
  await simulation.run(telemetry.close());
});

test("a level above counts from then on, and a view drops", async () => {
  const { simulation, telemetry, update } = await startTelemetry("metrics: { level: basic }");
  const counter = telemetry.meter({}, "s").counter("x", { description: "X.", unit: "1", level: "detailed" });
  counter.add(1);
  expect(await get(simulation, 8888)).not.toContain("\nx ");
  await update("metrics: { level: detailed }");
  counter.add(1);
  expect(await get(simulation, 8888)).toContain("\nx 1\n");
  const drop = "{ selector: { instrument_name: x }, stream: { aggregation: { drop: } } }";
  await update(`metrics: { level: detailed, views: [${drop}] }`);
  expect(await get(simulation, 8888)).not.toContain("\nx ");
  await simulation.run(telemetry.close());
});

test("a reader that stays keeps its pace, a changed one is replaced", async () => {
  const simulation = createSimulation();
  const server = await simulation.run(serveOtlp(simulation.env, 4318));
  const periodic = (interval: number) =>
    `{ periodic: { interval: ${interval}, exporter: { otlp: { protocol: http/protobuf, endpoint: "http://127.0.0.1:4318" } } } }`;
  const { telemetry, update } = await startTelemetry(readers(periodic(3000)), simulation);
  telemetry.meter({}, "s").counter("x", { description: "X.", unit: "1" }).add(1);
  await simulation.advance(2000);
  await update(readers(periodic(3000), page(9001)));
  await simulation.advance(1000);
  expect(server.received.length).toBe(1);
  await update(readers(periodic(500)));
  // The old one sends a last time.
  await simulation.advance(499);
  expect(server.received.length).toBe(2);
  await simulation.advance(1);
  expect(server.received.length).toBe(3);
  for (const request of server.received) expect(metricLines(request)).toContain("s x{} sum 1");
  await update(`{ ${readers(periodic(500))}, resource: { attributes: [{ name: team, value: a }] } }`);
  await simulation.advance(500);
  const teams = server.received.map(({ body }) =>
    attributeText(body.resource_metrics[0].resource.attributes).includes("team=a"),
  );
  expect(teams).toEqual([false, false, false, false, true]);
  await update("metrics: { level: none }");
  await simulation.run(telemetry.close());
  expect(server.received.length).toBe(6);
});

test("a file that was rotated away is made again", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "sluice.log");
  const yaml = `{ metrics: { level: none }, logs: { output_paths: [${JSON.stringify(path)}] } }`;
  const telemetry = createTelemetry(await telemetryConfig(yaml), createEnv(), build);
  await telemetry.start();
  const log = telemetry.logger();
  log.error("before");
  (await telemetry.update(await telemetryConfig(yaml))).apply();
  while (!(await readFile(path, "utf8")).includes("before"));
  await rename(path, `${path}.1`);
  log.error("after");
  await telemetry.close();
  const [old, current] = [await readFile(`${path}.1`, "utf8"), await readFile(path, "utf8")];
  expect([messages(old).length, messages(current).length]).toEqual([1, 1]);
  expect([old, current].map((text) => /before|after/.exec(text)?.[0])).toEqual(["before", "after"]);
});
