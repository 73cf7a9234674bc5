/** A running collector takes another configuration: when it is told, and when a file changes. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningProcess, startProcess, temporaryFolder, waitFor } from "@sluice/testkit";
import { expect, test } from "vitest";
import { launcher } from "./collector.ts";

const broken = "receivers: {nop: {nosuch: 1}}\n";
const config = (exporters: string) => `receivers: {nop: }
exporters: {${exporters
  .split(", ")
  .map((id) => `${id}: `)
  .join(", ")}}
service:
  telemetry: {logs: {encoding: json}, metrics: {level: none}}
  pipelines: \${file:pipelines.yaml}
`;
const pipelines = (exporters: string) => `metrics: {receivers: [nop], exporters: [${exporters}]}\n`;

async function start(args: readonly string[]) {
  const folder = await temporaryFolder();
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write("pipelines.yaml", pipelines("nop"));
  await write("config.yaml", config("nop"));
  const process = await startProcess({
    command: globalThis.process.execPath,
    args: [launcher, "--config", "config.yaml", ...args],
    cwd: folder,
    ready: /everything is ready/,
    timeoutMs: 30_000,
  });
  return { folder, process, write };
}

/** Waits for one more line with this message, and gives it. */
async function nextLine(process: RunningProcess, message: string, count = 1): Promise<string> {
  const lines = () => process.stderr.split("\n").filter((line) => line.includes(`"msg":"${message}"`));
  return waitFor(() => lines()[count - 1], { what: `line ${count} of "${message}"` });
}
const reloaded = "reloaded the configuration";
const refused = "cannot reload the configuration; the one before stays in force";

async function stop(process: RunningProcess): Promise<void> {
  process.signal("SIGTERM");
  expect(await process.exited).toBe(0);
}

test("SIGHUP: a good file is put in force, a broken one is told and leaves the one before", async () => {
  const { process, write } = await start([]);
  await write("config.yaml", config("nop, nop/second"));
  await write("pipelines.yaml", pipelines("nop, nop/second"));
  process.signal("SIGHUP");
  expect(await nextLine(process, reloaded)).toContain('exporter \\"nop/second\\" added');
  await write("config.yaml", broken);
  process.signal("SIGHUP");
  expect(await nextLine(process, refused)).toContain("config.yaml:1:19: receivers::nop::nosuch: unknown key");
  await write("config.yaml", config("nop"));
  await write("pipelines.yaml", pipelines("nop"));
  process.signal("SIGHUP");
  expect(await nextLine(process, reloaded, 2)).toContain('exporter \\"nop/second\\" removed');
  await stop(process);
});

test("--watch: a file written in place, one replaced by rename, an include, and a broken one", async () => {
  const { folder, process, write } = await start(["--watch"]);
  await write("config.yaml", config("nop, nop/second").replace("encoding: json", "encoding: json, level: debug"));
  expect(await nextLine(process, reloaded)).toContain("service::telemetry changed");
  await write("pipelines.yaml", pipelines("nop/second"));
  expect(await nextLine(process, reloaded, 2)).toContain('exporter \\"nop/second\\" added');
  await write("new.yaml", broken);
  await rename(join(folder, "new.yaml"), join(folder, "config.yaml"));
  expect(await nextLine(process, refused)).toContain("config.yaml:1:19");
  await write("new.yaml", config("nop, nop/second, nop/third"));
  await write("pipelines.yaml", pipelines("nop/third"));
  await rename(join(folder, "new.yaml"), join(folder, "config.yaml"));
  await waitFor(() => process.stderr.includes('exporter \\"nop/third\\" added'), { what: "the third exporter" });
  await stop(process);
});

test("without --watch a file may change", async () => {
  const { process, write } = await start([]);
  await write("config.yaml", broken);
  process.signal("SIGHUP");
  await nextLine(process, refused);
  expect(process.stderr.split(refused)).toHaveLength(2);
  await stop(process);
});
