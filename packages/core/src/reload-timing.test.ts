import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createCollector } from "./collector.ts";
import { build, createWorld, get, type Reloadable, simpleYaml, startReloadable } from "./world.testing.ts";

const yaml = (value: string, port = 9001) => `
receivers: { in: }
exporters: { out: { value: ${value} }, out_live: { value: ${value} } }
service:
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { port: ${port} } } } }] } }
  pipelines: { metrics: { receivers: [in], exporters: [out, out_live] } }
`;
/** Keeps the next start of an exporter waiting; gives the way on. */
function hold({ gates }: Reloadable): () => void {
  const gate = Promise.withResolvers<void>();
  gates.set("start exporter out", gate.promise);
  return gate.resolve;
}

test("reloads never overlap: what is asked during one is done once, with the text of then", async () => {
  const world = await startReloadable(yaml("a"));
  const { running, simulation } = world;
  const go = hold(world);
  simulation.files.write("config.yaml", yaml("b"));
  const first = running.reload();
  await simulation.settle();
  simulation.files.write("config.yaml", yaml("c"));
  const others = [running.reload(), running.reload(), running.reload()];
  simulation.files.write("config.yaml", yaml("d"));
  await simulation.settle();
  expect(world.journaled("start")).toEqual(["start exporter out"]);
  go();
  // Asked in the moment in which the first one is done: the second one is under way.
  const late = first.then(() => running.reload());
  const kinds = (await simulation.run(Promise.all([first, ...others, late]))).map(({ kind }) => kind);
  expect(kinds).toEqual(["applied", "applied", "applied", "applied", "unchanged"]);
  const updates = ["apply exporter out_live", "apply exporter out_live", "apply exporter out_live"];
  expect(world.journaled("start", "apply")).toEqual([updates[0], "start exporter out", ...updates.slice(1)]);
  expect(await simulation.run(running.reload())).toMatchObject({ kind: "unchanged" });
});

test("a component that takes its time, and all that waits for it, are named once", async () => {
  const world = await startReloadable(yaml("a"));
  const { running, simulation } = world;
  const told = () => simulation.process.stderr.match(/still waiting for the component.*/g) ?? [];
  const go = hold(world);
  simulation.files.write("config.yaml", yaml("b"));
  const reloading = running.reload();
  await simulation.advance(29_000);
  expect(told()).toEqual([]);
  await simulation.advance(600_000);
  expect(told()).toEqual([expect.stringMatching(/"otelcol.component.id": "out".*"what": "start", "waited_ms": 30000/)]);
  go();
  expect(await simulation.run(reloading)).toMatchObject({ kind: "applied" });
  await simulation.advance(600_000);
  await world.stop();
  expect(told()).toHaveLength(1);
});

test("a file of a configuration that was refused counts among those that may mend it", async () => {
  const world = await startReloadable(yaml("a"));
  const { running, simulation } = world;
  expect(running.files).toEqual(["/sim/config.yaml"]);
  const parted = yaml("b").replace("receivers: { in: }", "receivers: $" + "{file:part.yaml}");
  expect(await world.reload(parted)).toMatchObject({ kind: "refused" });
  expect(running.files).toEqual(["/sim/config.yaml", "/sim/part.yaml"]);
  simulation.files.write("part.yaml", "{ in: }");
  world.faults.set("start exporter out", new Error("no room"));
  expect(await world.reload(parted)).toMatchObject({ kind: "refused" });
  expect(running.files).toEqual(["/sim/config.yaml", "/sim/part.yaml"]);
  expect(await world.reload(yaml("a"))).toMatchObject({ kind: "unchanged" });
  expect(running.files).toEqual(["/sim/config.yaml"]);
});

test("a stop during a reload gives it up before its next step", async () => {
  const world = await startReloadable(yaml("a"));
  const { running, simulation } = world;
  const go = hold(world);
  simulation.files.write("config.yaml", yaml("b"));
  const reloading = Promise.all([running.reload(), running.reload()]);
  await simulation.settle();
  const stopped = running.stop();
  await simulation.settle();
  expect(world.journaled("shutdown", "update")).toEqual([]);
  go();
  const stops = { kind: "refused", error: { message: "cannot reload a collector that stops" } };
  expect(await simulation.run(reloading)).toMatchObject([stops, stops]);
  await simulation.run(stopped);
  expect(world.instances.map(({ name, shutdowns }) => [name, shutdowns])).toEqual([
    ["exporter out", 1],
    ["exporter out_live", 1],
    ["receiver in", 1],
    ["exporter out", 1],
  ]);
  expect(simulation.open()).toEqual([]);
});

test("only what runs can be reloaded, and during a start it waits", async () => {
  const { simulation, definitions, gates } = createWorld();
  const { env, files, run } = simulation;
  files.write("config.yaml", yaml("a"));
  const collector = createCollector({ definitions, uris: ["config.yaml"], env, build });
  const refused = { kind: "refused", error: { message: "cannot reload a collector that does not run" } };
  expect(await collector.reload()).toMatchObject(refused);
  const gate = Promise.withResolvers<void>();
  gates.set("start exporter out", gate.promise);
  const started = collector.start();
  const reloading = collector.reload();
  files.write("config.yaml", yaml("b"));
  await simulation.settle();
  gate.resolve();
  await run(started);
  expect(await run(reloading)).toMatchObject({ kind: "unchanged" });
  await run(collector.stop());
  expect(await collector.reload()).toMatchObject({ kind: "refused" });
  const never = createCollector({ definitions, yaml: simpleYaml().replace("[in]", "[inn]"), env, build });
  const failed = run(never.start().catch(() => "failed"));
  expect(await never.reload()).toMatchObject(refused);
  expect(await failed).toBe("failed");
});

test("two collectors in one process reload side by side", async () => {
  const first = await startReloadable(yaml("a"));
  const other = createWorld(first.simulation);
  const { env, run } = first.simulation;
  const second = createCollector({ definitions: other.definitions, yaml: yaml("a", 9002), env, build });
  await run(second.start());
  other.journal.length = 0;
  expect(await first.reload(yaml("b"))).toMatchObject({ kind: "applied" });
  expect(await run(second.reload())).toMatchObject({ kind: "unchanged" });
  expect(other.journal).toEqual(["update exporter out_live", "apply exporter out_live"]);
  await run(other.next.get("in")!(metricsBatch([{ name: "a", value: 1 }])));
  expect([first.taken.length, other.taken.length]).toEqual([0, 2]);
  // The other's address is not one to hand over.
  expect(await first.reload(yaml("b", 9002))).toMatchObject({ kind: "refused" });
  expect(await run(get(env, 9001, "/metrics"))).toContain('sluice_reloads{outcome="refused"');
  await run(Promise.all([first.stop(), second.stop()]));
  expect(first.simulation.open()).toEqual([]);
});
