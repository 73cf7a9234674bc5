import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { build, createWorld, simpleYaml } from "../world.testing.ts";
import { runCli } from "./index.ts";

/** Runs the command line over a simulation; `signal` sends a stop signal. */
function start(...args: readonly string[]) {
  const world = createWorld(createSimulation());
  const { env } = world.simulation;
  const exits: number[] = [];
  const state = { signal: () => {}, listening: false };
  const code = runCli({
    build,
    definitions: world.definitions,
    env,
    args,
    exit: (code) => exits.push(code),
    onStopSignal(fn) {
      state.signal = fn;
      state.listening = true;
      return () => {
        state.listening = false;
      };
    },
  });
  return { world, code, exits, state };
}
async function check(args: readonly string[], expected: { code: number; stdout?: string; stderr?: string }) {
  const { world, code } = start(...args);
  expect(await world.simulation.run(code)).toBe(expected.code);
  const { stdout, stderr } = world.simulation.process;
  expect({ stdout, stderr }).toEqual({ stdout: expected.stdout ?? "", stderr: expected.stderr ?? "" });
}
const hint = 'Try "sluice --help".\n';

test("--version and --help", async () => {
  await check(["--version"], { code: 0, stdout: "sluice version 1.2.3\n" });
  await check(["--config", "x.yaml", "-v"], { code: 0, stdout: "sluice version 1.2.3\n" });
  const { world, code } = start("--help");
  expect(await code).toBe(0);
  await expect(world.simulation.process.stdout).toMatchFileSnapshot("../../testdata/help.golden.txt");
});

test("mistakes are told", async () => {
  const mistake = (message: string) => ({ code: 1, stderr: `sluice: ${message}\n${hint}` });
  await check([], mistake("found no --config, expected at least one"));
  await check(["--config"], mistake("--config needs a value, for example --config config.yaml"));
  await check(["--config="], mistake("--config needs a value, for example --config config.yaml"));
  await check(["--conifg=a"], mistake('unknown flag "--conifg"; did you mean "--config"?'));
  await check(["-x"], mistake('unknown flag "-x"'));
  await check(["validate"], mistake('unknown command "validate"; a configuration is given with --config'));
});

test("a configuration that cannot be used is told whole, with exit code 1", async () => {
  const { world, code } = start("--config", "yaml:{receivers: {im: }, service: {}}");
  expect(await world.simulation.run(code)).toBe(1);
  expect(world.simulation.process.stderr).toContain('unknown receiver type "im"; did you mean "in"?\n');
  expect(world.simulation.process.stdout).toBe("");
  expect(world.journal).toEqual([]);
});

test("a failure to start is told with its causes", async () => {
  const { world, code } = start(`--config=yaml:${simpleYaml()}`);
  world.faults.set("start receiver in", new Error("port in use\u001b[2J"));
  expect(await world.simulation.run(code)).toBe(1);
  expect(world.simulation.process.stderr).toContain('sluice: cannot start receiver "in": port in use\\u001b[2J\n');
});

test("a stop signal drains and ends with 0", async () => {
  const { world, code, exits, state } = start(`--config=yaml:${simpleYaml()}`);
  await world.simulation.settle();
  expect(world.journal).toContain("start receiver in");
  await world.simulation.advance(1);
  // Something must be under way, or Node would end the process.
  expect(world.simulation.open()).toHaveLength(1);
  state.signal();
  expect(await world.simulation.run(code)).toBe(0);
  expect(world.journal).toContain("shutdown exporter out");
  expect([exits, state.listening]).toEqual([[], false]);
  expect(world.simulation.open()).toEqual([]);
});

test("a second stop signal ends the process at once", async () => {
  const { world, exits, state } = start(`--config=yaml:${simpleYaml()}`);
  await world.simulation.settle();
  state.signal();
  expect(exits).toEqual([]);
  state.signal();
  expect(exits).toEqual([1]);
});
