import { metricsBatch } from "@sluice/testkit";
import { expect, test } from "vitest";
import { get, type Reloadable, startReloadable } from "./world.testing.ts";

/** Everything in it is updated, replaced or added by `next`. */
const yaml = `
receivers: { in: , in_live: }
processors: { step: , step_live: }
exporters: { out: , out_live: }
connectors: { join: , join_live: }
extensions: { aid: , aid_live: }
service:
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { port: 9001 } } } }] } }
  extensions: [aid, aid_live]
  pipelines:
    metrics/a: { receivers: [in, in_live], processors: [step, step_live], exporters: [join, join_live] }
    metrics/b: { receivers: [join, join_live], exporters: [out, out_live] }
`;
const ids = ["in", "step", "out", "join", "aid"];
const next = ids
  .reduce((text, id) => text.replace(`${id}: ,`, `${id}: { value: new }, ${id}/added: ,`), yaml)
  .replace(/(\w+)_live: }/g, "$1_live: { value: new } }")
  .replace("port: 9001", "port: 9002")
  .replace("[in, ", "[in, in/added, ")
  .replace("exporters: [out, ", "exporters: [out, out/added, ");
const batch = metricsBatch([{ name: "a", value: 1 }]);

/** Sends through every receiver, and expects that the exporters of the first configuration take it. */
async function expectUntouched(world: Reloadable) {
  world.taken.length = 0;
  for (const id of ["in", "in_live"]) await world.simulation.run(world.next.get(id)!(batch));
  const both = ["out", "out_live"];
  expect(world.taken.map(({ exporter }) => exporter)).toEqual([...both, ...both, ...both, ...both]);
  const page = await world.simulation.run(get(world.simulation.env, 9001, "/metrics"));
  expect(page).toMatch(/sluice_reloads\{outcome="refused"[^}]*\} 1\n/);
  expect(page).not.toContain("part_value");
  expect(world.running.metricsAddresses).toEqual(["127.0.0.1:9001"]);
  await world.stop();
  expect(world.simulation.open()).toEqual([]);
  for (const { name, starts, shutdowns } of world.instances) {
    expect([name, shutdowns]).toEqual([name, 1]);
    expect(starts).toBeLessThanOrEqual(1);
  }
}

/** Lets one thing fail during the reload; expects that everything made ready before is given back. */
async function checkFault(what: string, message: string) {
  const world = await startReloadable(yaml);
  const first = new Map(world.next);
  world.faults.set(what, new Error("no room"));
  const result = await world.reload(next);
  expect(result).toMatchObject({ kind: "refused", error: { message, cause: { message: "no room" } } });
  world.faults.clear();
  const journal = world.journaled("create", "start", "update", "apply", "discard", "shutdown");
  const named = (verb: string) =>
    journal.filter((line) => line.startsWith(`${verb} `)).map((line) => line.slice(verb.length + 1));
  expect(named("apply")).toEqual([]);
  const made = named("create").filter((name) => what !== `create ${name}`);
  expect(named("shutdown").toSorted()).toEqual(made.toSorted());
  expect(named("discard")).toEqual(
    named("update")
      .filter((name) => what !== `update ${name}`)
      .toReversed(),
  );
  // The way into the pipelines of those that were running all the time.
  for (const [id, way] of first) world.next.set(id, way);
  await expectUntouched(world);
}

test("a component that cannot be created leaves everything as it was", async () => {
  await checkFault("create extension aid", 'cannot create extension "aid"');
  await checkFault("create exporter out", 'cannot create exporter "out"');
  await checkFault("create receiver in/added", 'cannot create receiver "in/added"');
});

test("a component that cannot start leaves everything as it was", async () => {
  await checkFault("start extension aid", 'cannot start extension "aid"');
  await checkFault("start exporter out/added", 'cannot start exporter "out/added"');
  await checkFault("start connector join", 'cannot start connector "join"');
  await checkFault("start processor step", 'cannot start processor "step"');
  await checkFault("start receiver in", 'cannot start receiver "in"');
  await checkFault("start receiver in/added", 'cannot start receiver "in/added"');
});

test("a component that cannot take its configuration leaves everything as it was", async () => {
  await checkFault("update extension aid_live", 'cannot change extension "aid_live"');
  await checkFault("update exporter out_live", 'cannot change exporter "out_live"');
  await checkFault("update connector join_live", 'cannot change connector "join_live"');
  await checkFault("update processor step_live", 'cannot change processor "step_live"');
  await checkFault("update receiver in_live", 'cannot change receiver "in_live"');
});

test("own telemetry that cannot be changed leaves everything as it was", async () => {
  const world = await startReloadable(yaml);
  const taken = await world.simulation.network.serveHttp(
    { address: { host: "127.0.0.1", port: 9002 }, maxBodyBytes: 0 },
    () => ({ status: 200 }),
  );
  const first = new Map(world.next);
  const result = await world.reload(next);
  expect(result).toMatchObject({ kind: "refused", error: { message: expect.stringContaining("9002") } });
  await taken.close();
  expect(world.journaled("start", "update", "apply")).toEqual([]);
  for (const [id, way] of first) world.next.set(id, way);
  await expectUntouched(world);
});

test("a configuration that cannot be used touches nothing", async () => {
  const world = await startReloadable(yaml);
  const broken = next.replace("[aid, aid_live]", "[aid, ade_live]");
  expect(await world.reload(broken)).toMatchObject({ kind: "refused", error: { name: "ConfigError" } });
  expect(world.journal).toEqual([]);
  await expectUntouched(world);
});

test("a fatal error of what is new refuses it, one of what leaves ends nothing", async () => {
  const world = await startReloadable(yaml);
  const gate = Promise.withResolvers<void>();
  world.gates.set("start receiver in", gate.promise);
  const old = world.contexts.get("exporter out")!;
  const reloading = world.reload(next);
  await world.simulation.settle();
  const made = world.contexts.get("exporter out")!;
  expect(made).not.toBe(old);
  made.status("fatal_error", new Error("no way on"));
  gate.resolve();
  expect(await reloading).toMatchObject({
    kind: "refused",
    error: { message: 'exporter "out" reported a fatal error' },
  });
  world.gates.clear();
  expect(await world.reload(next)).toMatchObject({ kind: "applied" });
  old.status("fatal_error", new Error("too late"));
  await world.simulation.settle();
  expect(world.journaled("not ready")).toEqual([]);
  world.contexts.get("exporter out")!.status("fatal_error", new Error("now"));
  await expect(world.simulation.run(world.running.ended)).resolves.toMatchObject({ cause: { message: "now" } });
});

test("what cannot be given back is logged, and keeps nothing else from being given back", async () => {
  const world = await startReloadable(yaml);
  world.faults.set("start receiver in", new Error("no room"));
  world.faults.set("discard exporter out_live", new Error("stuck"));
  world.faults.set("shutdown exporter out/added", new Error("stuck"));
  expect(await world.reload(next)).toMatchObject({ kind: "refused" });
  expect(world.journaled("discard").length).toBe(4);
  expect(world.simulation.process.stderr).toContain("cannot give back what was made ready");
});

test("an update that fails when it is applied is told, and the others are applied", async () => {
  const world = await startReloadable(yaml);
  world.faults.set("apply exporter out_live", new Error("oops"));
  expect(await world.reload(next)).toMatchObject({ kind: "applied" });
  expect(world.journaled("apply")).toHaveLength(5);
  expect(world.simulation.process.stderr).toContain("BUG: an update failed when it was applied");
});
