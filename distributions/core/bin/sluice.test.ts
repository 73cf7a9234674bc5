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

const start = (args: readonly string[], nodeArgs: readonly string[] = [], until?: RegExp) =>
  startProcess({ command: process.execPath, args: [...nodeArgs, launcher, ...args], ...(until && { ready: until }) });

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

test("the configuration to begin with is accepted", async () => {
  // Its ports may be taken here: what counts is that nothing is wrong with what is written.
  const file = join(import.meta.dirname, "../config.yaml");
  const apart =
    "yaml:{extensions: {health_check: {endpoint: 'localhost:0'}}, service: {telemetry: {metrics: {level: none}}}}";
  await checkStop(await start(["--config", file, "--config", apart], [], ready), "SIGTERM");
});
