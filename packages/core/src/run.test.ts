import { ConfigError } from "@sluice/component";
import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createWorld, simpleYaml, type World } from "./world.testing.ts";

const lifecycleOf = ({ journal }: World) => journal.filter((line) => /^(start|shutdown|ready|not ready) /.test(line));

test("starts from extensions and exporters to receivers, and shuts down the other way round", async () => {
  const world = createWorld();
  const collector = world.collector(simpleYaml(["aid/one", "aid/two"]));
  await world.simulation.run(collector.start());
  await world.simulation.run(collector.stop());
  expect(lifecycleOf(world)).toEqual([
    "start extension aid/one",
    "start extension aid/two",
    "start exporter out",
    "start exporter out/second",
    "start processor step/b",
    "start processor step/a",
    "start receiver in",
    "ready aid/one",
    "ready aid/two",
    "not ready aid/two",
    "not ready aid/one",
    "shutdown receiver in",
    "shutdown processor step/a",
    "shutdown processor step/b",
    "shutdown exporter out",
    "shutdown exporter out/second",
    "shutdown extension aid/two",
    "shutdown extension aid/one",
  ]);
  expect(world.simulation.open()).toEqual([]);
});

test("what no pipeline names is not built", async () => {
  const world = createWorld();
  const collector = world.collector(simpleYaml());
  await world.simulation.run(collector.start());
  await world.simulation.run(collector.stop());
  expect(world.journal).toContain("create exporter out");
  expect(world.journal).not.toContain("create exporter out/unused");
});

test("extensions start after those they depend on", async () => {
  const world = createWorld();
  const yaml = simpleYaml(["aid/a", "aid/b", "aid/c"]).replace("aid/a: ", "aid/a: { after: [aid/c] }");
  const collector = world.collector(yaml);
  await world.simulation.run(collector.start());
  await world.simulation.run(collector.stop());
  expect(lifecycleOf(world).filter((line) => line.startsWith("start extension"))).toEqual([
    "start extension aid/c",
    "start extension aid/a",
    "start extension aid/b",
  ]);
});

async function checkNoStart(yaml: string, message: string) {
  const world = createWorld();
  const thrown = await world.simulation.run(
    world
      .collector(yaml)
      .start()
      .catch((error: unknown) => error),
  );
  expect(thrown).toBeInstanceOf(ConfigError);
  expect((thrown as Error).message).toContain(message);
  expect(lifecycleOf(world)).toEqual([]);
}
test("a configuration that cannot be used starts nothing", async () => {
  await checkNoStart(simpleYaml().replace("[in]", "[inn]"), 'the receiver "inn" is not configured');
  await checkNoStart(
    simpleYaml(["aid/a"]).replace("aid/a: ", "aid/a: { after: [aid/gone] }"),
    'the extension "aid/gone" is not configured',
  );
  const circle = simpleYaml(["aid/a", "aid/b"]).replace("aid/a: ", "aid/a: { after: [aid/b] }");
  await checkNoStart(circle.replace("aid/b: ", "aid/b: { after: [aid/a] }"), "aid/a -> aid/b -> aid/a");
  await checkNoStart(
    simpleYaml([], "{ metrics: { readers: [] } }"),
    "found an empty list, expected a reader, or level none",
  );
});

test("a component that cannot start is named, and everything is shut down", async () => {
  const world = createWorld();
  world.faults.set("start processor step/b", new Error("no room"));
  const collector = world.collector(simpleYaml(["aid"]));
  await expect(world.simulation.run(collector.start())).rejects.toMatchObject({
    message: 'cannot start processor "step/b"',
    cause: { message: "no room" },
  });
  expect(lifecycleOf(world)).toEqual([
    "start extension aid",
    "start exporter out",
    "start exporter out/second",
    "start processor step/b",
    "not ready aid",
    "shutdown receiver in",
    "shutdown processor step/a",
    "shutdown processor step/b",
    "shutdown exporter out",
    "shutdown exporter out/second",
    "shutdown extension aid",
  ]);
  expect(world.journal).toContain("aid hears processor step/b permanent_error");
  await world.simulation.run(collector.stop());
  expect(world.simulation.open()).toEqual([]);
});

test("an extension that is not there, or cannot do it, is named", async () => {
  const world = createWorld();
  const yaml = simpleYaml(["aid/a", "aid/b"]);
  const missing = world.collector(yaml.replace("aid/a: ", "aid/a: { asks: aid/c }"));
  await expect(world.simulation.run(missing.start())).rejects.toMatchObject({
    cause: { message: 'cannot use extension "aid/c": it is not in service::extensions (there: aid/a, aid/b)' },
  });
  const unable = world.collector(yaml.replace("aid/a: ", "aid/a: { asks: aid/b }"));
  await expect(world.simulation.run(unable.start())).rejects.toMatchObject({
    cause: { message: 'cannot use extension "aid/b": it does not provide httpClientAuth' },
  });
});

test("stop is safe twice, without start, and while starting; a collector starts once", async () => {
  const world = createWorld();
  const { run } = world.simulation;
  const collector = world.collector(simpleYaml());
  const started = collector.start();
  await run(Promise.all([collector.stop(), collector.stop(), started]));
  expect(world.journal.filter((line) => line === "shutdown receiver in")).toHaveLength(1);
  await expect(collector.ended).resolves.toBeUndefined();
  await expect(collector.start()).rejects.toThrow("cannot start a collector that was started or stopped before");
  const never = world.collector(simpleYaml());
  await never.stop();
  await expect(never.start()).rejects.toThrow("cannot start");
});

test("a failure to shut down is told, and keeps nothing else from shutting down", async () => {
  const world = createWorld();
  world.faults.set("shutdown receiver in", new Error("stuck"));
  world.faults.set("shutdown exporter out", new Error("lost"));
  const collector = world.collector(simpleYaml(["aid"]));
  await world.simulation.run(collector.start());
  await expect(world.simulation.run(collector.stop())).rejects.toThrow(
    'cannot shut down receiver "in"; cannot shut down exporter "out"',
  );
  expect(lifecycleOf(world)).toContain("shutdown exporter out/second");
  expect(lifecycleOf(world)).toContain("shutdown extension aid");
});

test("a fatal error ends the collector gracefully", async () => {
  const world = createWorld();
  const collector = world.collector(simpleYaml(["aid"]));
  await world.simulation.run(collector.start());
  world.contexts.get("exporter out")?.status("fatal_error", new Error("no way on"));
  const failure = await world.simulation.run(collector.ended);
  expect(failure).toMatchObject({ message: 'exporter "out" reported a fatal error', cause: { message: "no way on" } });
  expect(lifecycleOf(world)).toContain("shutdown receiver in");
  expect(world.journal).toContain("aid hears exporter out fatal_error");
  expect(world.simulation.process.stderr).toContain("stopping after a fatal error");
});

test("an extension hears every status, and its own faults stay its own", async () => {
  const world = createWorld();
  world.faults.set("aid hears exporter out starting", new Error("deaf"));
  world.faults.set("not ready aid", new Error("no"));
  const collector = world.collector(simpleYaml(["aid"]));
  await world.simulation.run(collector.start());
  await world.simulation.run(collector.stop());
  const heard = world.journal.filter((line) => line.startsWith("aid hears exporter out "));
  expect(heard.map((line) => line.split(" ").at(-1))).toEqual(["starting", "ok", "stopping", "stopped"]);
  expect(world.simulation.process.stderr).toContain("cannot take a status event");
});

test("two collectors run side by side", async () => {
  const world = createWorld();
  const other = createWorld(world.simulation);
  const yaml = (port: number) =>
    simpleYaml([], `{ metrics: { readers: [{ pull: { exporter: { prometheus: { port: ${port} } } } }] } }`);
  const collectors = [world.collector(yaml(9001)), other.collector(yaml(9002))];
  await world.simulation.run(Promise.all(collectors.map((collector) => collector.start())));
  await world.next.get("in")?.(metricsBatch([{ name: "a", value: 1 }]));
  expect(world.journal).toContain("consume exporter out metrics");
  expect(other.journal).not.toContain("consume exporter out metrics");
  expect(collectors.map(({ metricsAddresses }) => metricsAddresses)).toEqual([["127.0.0.1:9001"], ["127.0.0.1:9002"]]);
  await world.simulation.run(Promise.all(collectors.map((collector) => collector.stop())));
  expect(world.simulation.open()).toEqual([]);
});
