import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createWorld, simpleYaml } from "../world.testing.ts";
import { optionsFor, runCommand } from "./cli.testing.ts";
import { runCli } from "./index.ts";

/** Starts a collector over a simulation, with its configuration in "config.yaml"; `stop` and `reload` send signals. */
function start(args: readonly string[] = ["--config", "config.yaml"], yaml = simpleYaml()) {
  const world = createWorld(createSimulation());
  const exits: number[] = [];
  const signals = { stop: () => {}, reload: () => {}, listening: 0 };
  const listen = (name: "stop" | "reload") => (fn: () => void) => {
    signals[name] = fn;
    signals.listening++;
    return () => void signals.listening--;
  };
  const options = optionsFor(world.simulation, args, {
    files: { "config.yaml": yaml },
    options: {
      definitions: world.definitions,
      exit: (code) => exits.push(code),
      onStopSignal: listen("stop"),
      onReloadSignal: listen("reload"),
    },
  });
  return { world, code: runCli(options), exits, signals };
}

interface Expected {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}
async function check(args: readonly string[], { code = 0, stdout = "", stderr = "" }: Expected) {
  expect(await runCommand(args)).toEqual({ code, stdout, stderr });
}
const version = { stdout: "sluice version 1.2.3\n" };
const mistake = (message: string, command = "sluice") => ({
  code: 1,
  stderr: `sluice: ${message}\nTry "${command} --help".\n`,
});

test("--version and --help", async () => {
  await check(["--version"], version);
  await check(["-version"], version);
  await check(["--config", "x.yaml", "-v"], version);
  const { stdout } = await runCommand(["--help"]);
  await expect(stdout).toMatchFileSnapshot("../../testdata/help.golden.txt");
  await check(["-h"], { stdout });
  await check(["help"], { stdout });
  const { stdout: ofValidate } = await runCommand(["help", "validate"]);
  await expect(ofValidate).toMatchFileSnapshot("../../testdata/help-validate.golden.txt");
  await check(["validate", "--help"], { stdout: ofValidate });
  await check(["--config", "x", "validate", "-h"], { stdout: ofValidate });
  expect((await runCommand(["help", "print-initial-config"])).stdout).toContain(
    "Also:\n  sluice print-initial-config\n",
  );
});

test("mistakes are told", async () => {
  await check([], mistake("found no --config, expected at least one"));
  await check(["--config"], mistake("--config needs a value, for example --config config.yaml"));
  await check(["--config="], mistake("--config needs a value, for example --config config.yaml"));
  await check(["--conifg=a"], mistake('unknown flag "--conifg"; did you mean "--config"?'));
  await check(["-conifg=a"], mistake('unknown flag "-conifg"; did you mean "--config"?'));
  await check(["-x"], mistake('unknown flag "-x"'));
  await check(["--watch=maybe"], mistake('--watch is either on or off, found "maybe", expected true or false'));
  await check(["--from", "a", "--config", "b"], mistake("--from needs --dry-run"));
  await check(["run"], mistake('unknown command "run"; a configuration is given with --config'));
  await check(["valdate"], mistake('unknown command "valdate"; did you mean "validate"?'));
  await check(["help", "vlidate"], mistake('unknown command "vlidate"; did you mean "validate"?', "sluice help"));
  await check(["validate", "x"], mistake('unexpected argument "x"', "sluice validate"));
  const format = mistake('found --format "yml"; did you mean "yaml"?', "sluice components");
  await check(["components", "--format=yml"], format);
  const none = mistake('found --format "table"; expected text or json or github', "sluice validate");
  await check(["validate", "--format", "table"], none);
  await check(["--feature-gates", "nosuch", "--config=x"], {
    code: 1,
    stderr: expect.stringMatching(/^unknown feature gate "nosuch"; there are /) as unknown as string,
  });
  await check(["--config=x", "--set", "a"], {
    code: 1,
    stderr: 'cannot set "a": found no "=", expected key=value\n',
  });
});

test("a configuration that cannot be used is told whole, with exit code 1", async () => {
  const { world, code } = start(["--config", "yaml:{receivers: {im: }, service: {}}"]);
  expect(await world.simulation.run(code)).toBe(1);
  expect(world.simulation.process.stderr).toContain('unknown receiver type "im"; did you mean "in"?\n');
  expect(world.simulation.process.stdout).toBe("");
  expect(world.journal).toEqual([]);
});

test("all --config come first, then all --set", async () => {
  const { world, code, signals } = start([
    "--set=receivers::in/b=",
    "--set",
    "exporters.nosuch=",
    "--config=config.yaml",
  ]);
  expect(await world.simulation.run(code)).toBe(1);
  const { stderr } = world.simulation.process;
  expect(stderr).toMatch(/^1 problem in the configuration:\n--set exporters\.nosuch:1:1: .*unknown exporter type/);
  expect(signals.listening).toBe(0);
});

test("a failure to start is told first and last, with its causes", async () => {
  const { world, code } = start();
  world.faults.set("start receiver in", new Error("port in use\u001b[2J"));
  expect(await world.simulation.run(code)).toBe(1);
  const lines = world.simulation.process.stderr.trimEnd().split("\n");
  const failure = 'cannot start receiver "in": port in use\\u001b[2J';
  const at = lines.findIndex((line) => line.includes("cannot start"));
  expect(lines[at]).toContain("port in use");
  expect(lines.findIndex((line) => line.includes("shutting down"))).toBeGreaterThan(at);
  expect(lines.at(-1)).toBe(`sluice: ${failure}`);
});

test("a stop signal drains and ends with 0", async () => {
  const { world, code, exits, signals } = start();
  await world.simulation.settle();
  expect(world.journal).toContain("start receiver in");
  await world.simulation.advance(1);
  // Something must be under way, or Node would end the process.
  expect(world.simulation.open()).toHaveLength(1);
  signals.stop();
  expect(await world.simulation.run(code)).toBe(0);
  expect(world.journal).toContain("shutdown exporter out");
  expect([exits, signals.listening]).toEqual([[], 0]);
  expect(world.simulation.open()).toEqual([]);
});

/** How often memory was given back when a collector with a heap of `heapUsed` bytes has run for so long. */
async function checkReleases(heapUsed: number, milliseconds: number, expected: number) {
  const simulation = createSimulation();
  const { definitions } = createWorld(simulation);
  const state = { releases: 0, stop: () => {} };
  simulation.process.memory = { ...simulation.process.memory, heapUsed };
  const process = { ...simulation.env.process, releaseMemory: () => void state.releases++ };
  const options = optionsFor(simulation, ["--config", "config.yaml"], {
    files: { "config.yaml": simpleYaml() },
    options: {
      definitions,
      env: { ...simulation.env, process },
      onStopSignal(fn) {
        state.stop = fn;
        return () => {};
      },
    },
  });
  const code = runCli(options);
  await simulation.settle();
  await simulation.advance(milliseconds);
  state.stop();
  await simulation.run(code);
  expect(state.releases).toBe(expected);
  expect(simulation.open()).toEqual([]);
}

test("memory that only the start needed is given back once, if that is quick", async () => {
  await checkReleases(12e6, 999, 0);
  await checkReleases(12e6, 60_000, 1);
  await checkReleases(99e6, 60_000, 0);
});

test("a second stop signal ends the process at once", async () => {
  const { world, exits, signals } = start();
  await world.simulation.settle();
  signals.stop();
  expect(exits).toEqual([]);
  signals.stop();
  expect(exits).toEqual([1]);
});

/** Writes a configuration with one component more, then one that is broken; both are told in the log. */
async function checkReloads(args: readonly string[], take: (signals: { reload: () => void }) => void) {
  const { world, code, signals } = start(args);
  const { simulation } = world;
  await simulation.advance(1000);
  const write = async (text: string) => {
    simulation.files.write("config.yaml", text);
    take(signals);
    await simulation.advance(1000);
  };
  await write(simpleYaml().replace("exporters: [out,", "exporters: [out, out/unused,"));
  expect(world.journal.at(-1)).toBe("start exporter out/unused");
  expect(simulation.process.stderr).toContain("reloaded the configuration");
  const happened = world.journal.length;
  await write("receivers: {nosuch: }");
  expect(simulation.process.stderr).toContain("cannot reload the configuration; the one before stays in force");
  expect(simulation.process.stderr).toContain("unknown receiver type");
  expect(world.journal.slice(happened)).toEqual([]);
  signals.stop();
  expect(await simulation.run(code)).toBe(0);
  expect(simulation.open()).toEqual([]);
}

test("SIGHUP reloads; a configuration that cannot be used leaves the one before in force", async () => {
  await checkReloads(["--config", "config.yaml"], (signals) => signals.reload());
});

test("with --watch a change of the file reloads, too", async () => {
  await checkReloads(["--watch", "--config", "config.yaml"], () => {});
});

test("--dry-run tells what a reload would do, and starts nothing", async () => {
  const files = {
    "old.yaml": simpleYaml(),
    "new.yaml": simpleYaml(["aid"]).replace("exporters: [out, out/second]", "exporters: [out]"),
    "bad.yaml": "receivers: {nosuch: }",
  };
  const plan = await runCommand(["--dry-run", "--from", "old.yaml", "--config", "new.yaml"], { files });
  expect(plan).toEqual({
    code: 0,
    stdout: expect.stringContaining('extension "aid" added\n') as unknown as string,
    stderr: "",
  });
  expect(plan.stdout).toContain('exporter "out/second" removed\n');
  expect(plan.stdout).toContain('pipeline "metrics" rewired: exporters: out, out/second -> out\n');
  const same = await runCommand(["--dry-run", "--from", "old.yaml", "--config", "old.yaml"], { files });
  expect(same.stdout).toBe("nothing changes\n5 kept\n");
  // What else is on the command line holds before and after.
  const set = ["--set", "exporters.out/third=", "--set", "service.pipelines.metrics.exporters=[out/third]"];
  const both = await runCommand(["--dry-run", ...set, "--from", "old.yaml", "--config", "old.yaml"], { files });
  expect(both.stdout).toBe("nothing changes\n4 kept\n");
  const whole = await runCommand(["--dry-run", "--config", "old.yaml"], { files });
  expect(whole.stdout).toMatch(/receiver "in" added\n[\s\S]*5 added\n$/);
  const bad = await runCommand(["--dry-run", "--config", "bad.yaml"], { files });
  expect([bad.code, bad.stdout]).toEqual([1, ""]);
  expect(bad.stderr).toContain('bad.yaml:1:13: receivers::nosuch: unknown receiver type "nosuch"');
});
