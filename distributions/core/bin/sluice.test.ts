import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningProcess, startProcess } from "@sluice/testkit";
import { expect, test } from "vitest";

const launcher = join(import.meta.dirname, "sluice.mjs");
const config = `yaml:{
  receivers: {nop: }, exporters: {nop: },
  service: {telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: [nop], exporters: [nop]}}}}`;
/** As on a Node that cannot turn into another program. */
const withoutExecve = ["--import", "data:text/javascript,process.execve = undefined"];
const ready = /everything is ready/;

type Env = Readonly<Record<string, string>>;
const start = (args: readonly string[], nodeArgs: readonly string[] = [], until?: RegExp, env: Env = {}) =>
  startProcess({
    command: process.execPath,
    args: [...nodeArgs, launcher, ...args],
    env,
    ...(until && { ready: until }),
  });

test("--version is the distribution's", async () => {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, "../package.json"), "utf8"));
  const sluice = await start(["--version"]);
  expect(await sluice.exited).toBe(0);
  expect(sluice.output).toBe(`sluice version ${version}\n`);
});

async function checkMistake(nodeArgs: readonly string[]) {
  const sluice = await start(["--conifg=x"], nodeArgs);
  expect(await sluice.exited).toBe(1);
  expect(sluice.stderr).toContain('did you mean "--config"?');
}
test("mistakes end with 1", async () => {
  await checkMistake([]);
  await checkMistake(withoutExecve);
});

async function checkStop(sluice: RunningProcess, signal: "SIGINT" | "SIGTERM") {
  sluice.signal(signal);
  expect(await sluice.exited).toBe(0);
  expect(sluice.output.match(/shutting down/g)).toHaveLength(1);
  expect(sluice.output).toContain("shutdown complete");
}
test("a stop signal drains, once, also through a launcher that stays", async () => {
  await checkStop(await start(["--config", config], [], ready), "SIGTERM");
  await checkStop(await start(["--config", config], withoutExecve, ready), "SIGINT");
  await checkStop(await start(["--config", config], withoutExecve, ready), "SIGTERM");
});

/** The collector says this about its memory when it is started with these variables. */
async function checkMemory(env: Env, expected: RegExp) {
  const sluice = await start(["--config", config], [], ready, { NODE_OPTIONS: "", SLUICE_HEAP_MIB: "", ...env });
  await checkStop(sluice, "SIGTERM");
  expect(/\{.*"heap_limit_mib".*\}/.exec(sluice.output)?.[0]).toMatch(expected);
}
test("the heap follows the memory that may be used, unless the user says otherwise", async () => {
  const limit = '"memory_limit_mib": [0-9]+, "memory_limit_from": "[^"]+"';
  await checkMemory({}, new RegExp(`"heap_limit_mib": [0-9]+, "heap_limit_from": "memory limit", ${limit}`));
  await checkMemory({ SLUICE_HEAP_MIB: "123" }, /"heap_limit_mib": 12[0-9], "heap_limit_from": "SLUICE_HEAP_MIB"/);
  await checkMemory(
    { NODE_OPTIONS: "--max-old-space-size=150" },
    /"heap_limit_mib": 15[0-9], "heap_limit_from": "NODE_OPTIONS"/,
  );
  const sluice = await start(["--config", config], [], undefined, { SLUICE_HEAP_MIB: "512M" });
  expect(await sluice.exited).toBe(1);
  expect(sluice.stderr).toBe('SLUICE_HEAP_MIB: found "512M", expected a number of MiB, such as 512\n');
});

test("the configuration to begin with is accepted", async () => {
  // Its ports may be taken here: what counts is that nothing is wrong with what is written.
  const file = join(import.meta.dirname, "../config.yaml");
  const apart =
    "yaml:{extensions: {health_check: {endpoint: 'localhost:0'}}, service: {telemetry: {metrics: {level: none}}}}";
  await checkStop(await start(["--config", file, "--config", apart], [], ready), "SIGTERM");
});
