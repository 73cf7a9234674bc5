import { defineReceiver, t } from "@sluice/component";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { definitions } from "../config/fixtures.testing.ts";
import type { Definitions } from "../definitions.ts";
import { createWorld } from "../world.testing.ts";
import { optionsFor, runCommand } from "./cli.testing.ts";
import { runCli } from "./index.ts";
import { cases } from "./init/cases.ts";

const prometheus = defineReceiver({
  type: "prometheus",
  signals: ["metrics"],
  stability: "beta",
  config: t.object("Scrapes.", { config: t.any({ description: "Jobs." }) }),
  create: () => ({}),
});
const all: Definitions = [...definitions, prometheus];
const run = (args: readonly string[], listed = all, files: Readonly<Record<string, string>> = {}) =>
  runCommand(["init", ...args], { files, options: { definitions: listed } });

test.each(cases.map(({ name }) => name))("%s is valid", async (name) => {
  const { code, stdout, stderr } = await run([name]);
  expect([code, stderr]).toEqual([0, ""]);
  await expect(stdout).toMatchFileSnapshot(`../../testdata/init/${name}.golden.yaml`);
  const options = { definitions: all };
  const checked = await runCommand(["validate", "--config", "c.yaml"], { files: { "c.yaml": stdout }, options });
  expect(checked).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("the first case is the default; what is given is filled in", async () => {
  const { stdout } = await run(["--target=a:1", "--endpoint", "https://b/${env:PATH}", "--target", "${env:HOST}"]);
  expect(stdout).toContain('targets: ["a:1", "${env:HOST}"]');
  expect(stdout).toContain('endpoint: "https://b/${env:PATH}"');
});

test("--list has what the distribution has", async () => {
  expect((await run(["--list"])).stdout.split("\n").map((line) => line.split(" ")[0])).toEqual([
    ...cases.map(({ name }) => name),
    "",
  ]);
  expect((await run(["--list"], definitions)).stdout).toBe("");
  const { code, stderr } = await run(["self"], definitions);
  expect([code, stderr]).toEqual([1, expect.stringContaining("self needs the receiver prometheus, which this")]);
});

test("mistakes are told", async () => {
  const fails = async (args: readonly string[], message: string) => {
    const { code, stdout, stderr } = await run(args, all, { "there.yaml": "precious" });
    expect([code, stdout, stderr]).toEqual([1, "", `sluice: ${message}\nTry "sluice init --help".\n`]);
  };
  await fails(["slef"], 'unknown case "slef"; did you mean "self"?');
  await fails(
    ["amp"],
    'unknown case "amp"; there are prometheus-to-remote-write, file-discovery, prometheus-to-debug, self',
  );
  await fails(["self", "--target=a:1"], "self takes no --target");
  await fails(["self", "--endpoint=http://a"], "self takes no --endpoint");
  await fails(
    ["--endpoint=backend:9090"],
    'found --endpoint "backend:9090", expected a URL, for example http://localhost:9090/api/v1/write',
  );
  await fails(["--target=http://a"], 'found --target "http://a", expected host:port, for example localhost:9100');
  await fails(["--output=there.yaml"], 'found "there.yaml", which is there already; write over it with --force');
});

test("--output writes a file; over another only with --force", async () => {
  const simulation = createSimulation();
  createWorld(simulation);
  const init = (...args: readonly string[]) =>
    simulation.run(runCli(optionsFor(simulation, ["init", "self", ...args], { options: { definitions: all } })));
  const { stdout } = await run(["self"]);
  expect(await init("--output", "c.yaml")).toBe(0);
  expect(simulation.files.readText("c.yaml")).toBe(stdout);
  simulation.files.write("c.yaml", `${stdout}# A longer file.`);
  expect(await init("--output", "c.yaml")).toBe(1);
  expect(await init("--output", "c.yaml", "--force")).toBe(0);
  expect(simulation.files.readText("c.yaml")).toBe(stdout);
  expect(simulation.process.stdout).toBe("");
  expect(await init("--output", "no/c.yaml")).toBe(1);
  expect(simulation.process.stderr).toContain('cannot write "no/c.yaml": ');
});
