import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { watchFiles } from "./watch.ts";

function start(files: string[], since = Number.POSITIVE_INFINITY) {
  const simulation = createSimulation();
  for (const path of ["/etc/a.yaml", "/etc/b.yaml", "/more/c.yaml"]) simulation.files.write(path, "1");
  const state = { changes: 0, during: () => {} };
  const changed = async () => {
    state.changes++;
    state.during();
  };
  const watch = watchFiles({ env: simulation.env, files: () => files, since, changed });
  const check = async (changes: number) => {
    await simulation.advance(10_000);
    expect(state.changes).toBe(changes);
  };
  const watching = () => simulation.open().filter((line) => line.startsWith("watch"));
  return { simulation, state, watch, check, watching };
}

test("a file that is written, removed and made again", async () => {
  const { simulation, check } = start(["/etc/a.yaml"]);
  await check(0);
  simulation.files.write("/etc/a.yaml", "2");
  simulation.files.write("/etc/a.yaml", "22");
  await check(1);
  simulation.files.remove("/etc/a.yaml");
  await check(2);
  simulation.files.write("/etc/a.yaml", "3");
  await check(3);
});

test("what gives no notice is seen at the next look", async () => {
  const simulation = createSimulation();
  simulation.files.write("/etc/a.yaml", "1");
  const changes: number[] = [];
  const files = { ...simulation.env.files, watch: () => ({ cancel() {} }) };
  const changed = async () => void changes.push(simulation.clock.monotonic());
  const env = { ...simulation.env, files };
  watchFiles({ env, files: () => ["/etc/a.yaml"], since: Number.POSITIVE_INFINITY, changed });
  await simulation.advance(100);
  simulation.files.write("/etc/a.yaml", "22");
  await simulation.advance(4_900);
  expect(changes).toEqual([]);
  await simulation.advance(15_000);
  expect(changes).toHaveLength(1);
});

test("what else happens in the directory does not count", async () => {
  const { simulation, check } = start(["/etc/a.yaml"]);
  simulation.files.write("/etc/b.yaml", "2");
  simulation.files.write("/etc/log.txt", "2");
  await check(0);
});

test("the files meant may be others after a change", async () => {
  const files = ["/etc/a.yaml"];
  const { simulation, state, check, watching } = start(files);
  await check(0);
  state.during = () => void files.splice(0, 1, "/more/c.yaml");
  simulation.files.write("/etc/a.yaml", "2");
  await check(1);
  expect(watching()).toEqual(["watch on /more"]);
  simulation.files.write("/etc/a.yaml", "3");
  await check(1);
  simulation.files.write("/more/c.yaml", "2");
  await check(2);
});

test("a change while another is dealt with is dealt with, too", async () => {
  const { simulation, state, check } = start(["/etc/a.yaml"]);
  await check(0);
  state.during = () => {
    if (state.changes === 1) simulation.files.write("/etc/a.yaml", "333");
  };
  simulation.files.write("/etc/a.yaml", "22");
  await check(2);
});

test("a relative path, and a file written since", async () => {
  const simulation = createSimulation();
  simulation.files.write("/sim/a.yaml", "1");
  const changes: number[] = [];
  const changed = async () => void changes.push(1);
  watchFiles({ env: simulation.env, files: () => ["a.yaml"], since: simulation.clock.now() - 1, changed });
  await simulation.settle();
  expect(changes).toHaveLength(1);
  expect(simulation.open()).toContain("watch on /sim");
});

test("nothing is left when it is cancelled, at any time", async () => {
  const early = start(["/etc/a.yaml"]);
  early.watch.cancel();
  await early.check(0);
  const late = start(["/etc/a.yaml"]);
  await late.simulation.settle();
  late.simulation.files.write("/etc/a.yaml", "2");
  await late.simulation.settle();
  late.watch.cancel();
  await late.check(0);
  expect([...early.simulation.open(), ...late.simulation.open()]).toEqual([]);
});
