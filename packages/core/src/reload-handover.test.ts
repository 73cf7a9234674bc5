import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { get, type Reloadable, startReloadable } from "./world.testing.ts";

const batch = metricsBatch([{ name: "a", value: 1 }]);
interface Parts {
  readonly in?: string;
  readonly step?: string;
  readonly out?: string;
  readonly aid?: string;
}
/** One pipeline of plain components with these settings. */
const simple = ({ in: receiver = "", step = "", out = "", aid = "" }: Parts = {}) => `
receivers: { in: { ${receiver} }, in/kept: }
processors: { step: { ${step} } }
exporters: { out: { ${out} } }
extensions: { aid: { ${aid} }, aid/kept: }
service:
  extensions: [aid, aid/kept]
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { port: 9001 } } } }] } }
  pipelines: { metrics: { receivers: [in, in/kept], processors: [step], exporters: [out] } }
`;
const page = ({ simulation }: Reloadable) => simulation.run(get(simulation.env, 9001, "/metrics"));

test("a batch that is inside goes its old way, the next one the new; nothing shuts down around it", async () => {
  const world = await startReloadable(simple());
  const { simulation, gates, taken } = world;
  const gate = Promise.withResolvers<void>();
  gates.set("consume processor step metrics", gate.promise);
  const sent = world.next.get("in/kept")!(batch);
  await simulation.settle();
  expect(await world.reload(simple({ step: "value: new", out: "value: new" }))).toMatchObject({ kind: "applied" });
  gates.clear();
  await simulation.run(world.next.get("in/kept")!(batch));
  expect(taken).toHaveLength(1);
  expect(world.journaled("shutdown")).toEqual([]);
  gate.resolve();
  await sent;
  await simulation.settle();
  expect(taken).toHaveLength(2);
  expect(world.journaled("shutdown")).toEqual(["shutdown processor step", "shutdown exporter out"]);
});

test("a batch that never comes out is waited for ten seconds", async () => {
  const world = await startReloadable(simple());
  const { simulation, gates } = world;
  gates.set("consume exporter out metrics", new Promise(() => {}));
  void world.next.get("in/kept")!(batch);
  await simulation.settle();
  await world.reload(simple({ out: "value: new" }));
  await simulation.advance(9_999);
  expect(world.journaled("shutdown")).toEqual([]);
  await simulation.advance(1);
  expect(world.journaled("shutdown")).toEqual(["shutdown exporter out"]);
});

test("a removed exporter with a dead backend keeps neither a reload nor what it needs from going on, and a stop waits for it", async () => {
  const auth = "value: auth";
  const world = await startReloadable(simple({ out: "asks: aid", aid: auth }));
  const { simulation, gates } = world;
  const drained = Promise.withResolvers<void>();
  gates.set("shutdown exporter out", drained.promise);
  expect(await world.reload(simple({ aid: auth }))).toMatchObject({ kind: "applied" });
  gates.delete("shutdown exporter out");
  expect(await world.reload(simple())).toMatchObject({ kind: "applied" });
  expect(world.journaled("shutdown")).toEqual(["shutdown exporter out"]);
  const stopped = world.stop();
  await simulation.settle();
  const last = [
    "shutdown receiver in",
    "shutdown receiver in/kept",
    "shutdown processor step",
    "shutdown exporter out",
  ];
  expect(world.journaled("shutdown")).toEqual(last);
  drained.resolve();
  await stopped;
  // The extension that it used comes after it, and before those that are there still.
  expect(world.journaled("shutdown")).toEqual([
    "shutdown extension aid",
    "shutdown extension aid/kept",
    "shutdown extension aid",
  ]);
  expect(simulation.open()).toEqual([]);
});

test("an extension that waits to go, behind an exporter that drains, gives its port to another", async () => {
  const world = await startReloadable(simple({ aid: "port: 9002" }));
  const { simulation, gates } = world;
  gates.set("shutdown exporter out", new Promise(() => {}));
  const gone = simple({ out: "value: new" }).replaceAll("aid:", "aid/none:").replaceAll("[aid,", "[aid/none,");
  expect(await world.reload(gone)).toMatchObject({ kind: "applied" });
  const back = simple({ out: "value: new", aid: "port: 9002, value: back" });
  expect(await world.reload(back)).toMatchObject({ kind: "applied" });
  expect(await simulation.run(get(simulation.env, 9002, "/"))).toContain("back");
});

test("what drains after one reload goes before what a later one retires", async () => {
  const world = await startReloadable(simple());
  const drained = Promise.withResolvers<void>();
  world.gates.set("shutdown processor step", drained.promise);
  await world.reload(simple({ step: "value: new" }));
  world.gates.clear();
  await world.reload(simple({ step: "value: new", out: "value: new" }));
  await world.simulation.settle();
  expect(world.journaled("shutdown")).toEqual(["shutdown processor step"]);
  drained.resolve();
  await world.simulation.settle();
  expect(world.journaled("shutdown")).toEqual(["shutdown exporter out"]);
});

test("statuses: who is replaced is not heard, who goes is; a new extension hears how all fare", async () => {
  const world = await startReloadable(simple());
  await world.reload(simple({ out: "value: new" }));
  expect(world.journaled("aid hears")).toEqual(["aid hears exporter out ok"]);
  await world.reload(simple({ out: "value: new", aid: "value: new" }));
  const heard = world.journaled("aid hears", "aid/kept hears");
  const all = [
    "extension aid/kept",
    "receiver in",
    "receiver in/kept",
    "processor step",
    "exporter out",
    "extension aid",
  ];
  const toNew = heard.filter((line) => line.startsWith("aid hears")).map((line) => line.slice("aid hears ".length));
  expect(toNew.toSorted()).toEqual(all.map((name) => `${name} ok`).toSorted());
  expect(heard.filter((line) => line.startsWith("aid/kept"))).toEqual(["aid/kept hears extension aid ok"]);
  await world.reload(simple({ out: "value: new", aid: "value: new" }).replace("[in, in/kept]", "[in]"));
  expect(world.journaled("aid/kept hears")).toEqual([
    "aid/kept hears receiver in/kept stopping",
    "aid/kept hears receiver in/kept stopped",
  ]);
});

test("a processor of several pipelines goes unheard as long as one is left", async () => {
  const two = `${simple()}    `.replace(
    "pipelines: {",
    "pipelines: { metrics/b: { receivers: [in], processors: [step], exporters: [out] },",
  );
  const world = await startReloadable(two);
  await world.reload(simple());
  expect(world.journaled("shutdown", "aid hears processor")).toEqual(["shutdown processor step"]);
});

test("ready is told to what is new, not ready to what is left at the end", async () => {
  const world = await startReloadable(simple());
  const gate = Promise.withResolvers<void>();
  world.gates.set("start exporter out", gate.promise);
  const reloading = world.reload(simple({ aid: "value: new", out: "value: new" }));
  await world.simulation.settle();
  // The pipelines from before are up while the others are made ready.
  expect(world.journaled("ready", "not ready")).toEqual(["ready aid"]);
  gate.resolve();
  await reloading;
  expect(world.journaled("ready", "not ready")).toEqual([]);
  await world.stop();
  expect(world.journaled("ready", "not ready")).toEqual(["not ready aid/kept", "not ready aid"]);
});

test("the host shows what is in force", async () => {
  const world = await startReloadable(simple());
  const { host } = world.contexts.get("receiver in/kept")!;
  expect([host.pipelines().map(({ id }) => id), host.extensions()]).toEqual([["metrics"], ["aid", "aid/kept"]]);
  world.faults.set("start receiver in", new Error("no"));
  const next = simple({ in: "value: new" })
    .replace("[aid, aid/kept]", "[aid/kept]")
    .replace("{ metrics: { receivers", "{ metrics/b: { receivers");
  await world.reload(next);
  expect(host.extensions()).toEqual(["aid", "aid/kept"]);
  world.faults.clear();
  await world.reload(next);
  expect([host.pipelines().map(({ id }) => id), host.extensions()]).toEqual([["metrics/b"], ["aid/kept"]]);
});

test("gauges pass to the successor and leave with the last", async () => {
  const world = await startReloadable(simple({ out: "value: x" }));
  const gauges = async () => (await page(world)).split("\n").filter((line) => line.startsWith("part_value"));
  const drained = Promise.withResolvers<void>();
  world.gates.set("shutdown exporter out", drained.promise);
  await world.reload(simple({ out: "value: xyz" }));
  expect(await gauges()).toEqual([expect.stringMatching(/exporter="out".* 3$/)]);
  drained.resolve();
  await world.simulation.settle();
  expect(await gauges()).toEqual([expect.stringMatching(/exporter="out".* 3$/)]);
  world.faults.set("start receiver in", new Error("no"));
  await world.reload(simple({ out: "value: xxxxx", in: "value: x" }));
  expect(await gauges()).toEqual([expect.stringMatching(/exporter="out".* 3$/)]);
  await world.reload(simple());
  expect(await gauges()).toEqual([]);
});

test("listeners hand over: another handler, a removed holder, ports swapped; a reload that fails gives them back", async () => {
  const yaml = (a: string, b: string, live: string) => `
receivers: { in/a: { ${a} }, in/b: { ${b} }, in_live/a: { ${live} }, in_live/b: { port: ${live.includes("84") ? 83 : 84}, value: b } }
exporters: { out: }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { metrics: { receivers: [in/a, in/b, in_live/a, in_live/b], exporters: [out] } }
`;
  const world = await startReloadable(yaml("port: 81", "port: 82", "port: 83"));
  const { run, env, open } = world.simulation;
  const answers = async () => {
    const texts: string[] = [];
    for (const port of [81, 82, 83, 84]) texts.push((await run(get(env, port, "/"))).split("\r\n\r\n")[1]!.trim());
    return texts;
  };
  const first = ["receiver in/a", "receiver in/b", "receiver in_live/a", "receiver in_live/b b"];
  expect(await answers()).toEqual(first);
  world.faults.set("update receiver in_live/b", new Error("no"));
  const swapped = yaml("port: 82, value: x", "port: 81", "port: 84");
  expect(await world.reload(swapped)).toMatchObject({ kind: "refused" });
  expect(await answers()).toEqual(first);
  world.faults.clear();
  expect(await world.reload(swapped)).toMatchObject({ kind: "applied" });
  expect(await answers()).toEqual(["receiver in/b", "receiver in/a x", "receiver in_live/b b", "receiver in_live/a"]);
  const clash = yaml("port: 82, value: y", "port: 82, value: z", "port: 84");
  expect(await world.reload(clash)).toMatchObject({ kind: "refused", error: { cause: { code: "EADDRINUSE" } } });
  // Of one that stays.
  const stolen = yaml("port: 84", "port: 81", "port: 84");
  expect(await world.reload(stolen)).toMatchObject({ kind: "refused", error: { code: "EADDRINUSE" } });
  expect(await answers()).toEqual(["receiver in/b", "receiver in/a x", "receiver in_live/b b", "receiver in_live/a"]);
  await world.stop();
  expect(open()).toEqual([]);
});
