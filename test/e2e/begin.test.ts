/** How a user begins: with a configuration made for a case, or of one there is, and an editor that knows it. */
import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, type RunningProcess, startProcess, temporaryFolder, waitFor } from "@sluice/testkit";
import { expect, onTestFinished, test } from "vitest";
import { parseMarkdown } from "../repo/markdown.ts";
import { read } from "../repo/tree.ts";
import { launcher } from "./collector.ts";
import { startSink } from "./sink.ts";
import { startTargets } from "./targets.ts";

/** Runs a command to its end. */
async function sluice(cwd: string, ...args: readonly string[]) {
  const ended = await startProcess({ command: process.execPath, args: [launcher, ...args], cwd });
  return { code: await ended.exited, stdout: ended.stdout, stderr: ended.stderr };
}

/** Runs config.yaml of a folder until the test ends, faster than one would, and listening where nobody else does. */
async function runConfig(cwd: string, ...more: readonly string[]): Promise<RunningProcess> {
  const reader = `{pull: {exporter: {prometheus: {host: localhost, port: ${await freePort()}}}}}`;
  const args = ["--config=config.yaml", `--set=service.telemetry.metrics.readers=[${reader}]`, ...more];
  const running = await startProcess({
    command: process.execPath,
    args: [launcher, ...args],
    cwd,
    ready: /everything is ready/,
    timeoutMs: 30_000,
  });
  onTestFinished(async () => {
    running.signal("SIGTERM");
    await running.exited;
  });
  return running;
}
const often = "--set=receivers.prometheus.config.global.scrape_interval=200ms";
const anyPort = "--set=extensions.health_check.endpoint=localhost:0";

/** A folder with the configuration of a case in it, which is valid. */
async function init(...args: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  const made = await sluice(folder, "init", ...args, "--output=config.yaml");
  expect(made).toEqual({ code: 0, stdout: "", stderr: "config.yaml written\n" });
  const quiet = { code: 0, stdout: "", stderr: "" };
  expect(await sluice(folder, "validate", "--config=config.yaml")).toEqual(quiet);
  return folder;
}

async function startApp() {
  const targets = await startTargets();
  targets.set("metrics", { body: "# TYPE rooms gauge\nrooms 3\n" });
  return targets.address;
}

test("init prometheus-to-remote-write", async () => {
  const [app, sink] = [await startApp(), await startSink()];
  const folder = await init(`--target=${app}`, "--endpoint", `http://${sink.address}/w`);
  await runConfig(folder, often, anyPort);
  const { labels } = await waitFor(() => sink.series("rooms")[0], { what: "a series" });
  expect(labels).toMatchObject({ job: "app", instance: app });
});

test("init file-discovery", async () => {
  const [app, sink] = [await startApp(), await startSink()];
  const folder = await temporaryFolder();
  await sluice(folder, "init", "file-discovery", `--endpoint=http://${sink.address}/w`, "--output=config.yaml");
  await mkdir(join(folder, "targets"));
  await writeFile(join(folder, "targets/a.yaml"), `- {targets: ["${app}"], labels: {floor: "7"}}\n`);
  expect(await sluice(folder, "validate", "--config=config.yaml")).toMatchObject({ code: 0 });
  await runConfig(folder, often, anyPort);
  const { labels } = await waitFor(() => sink.series("rooms")[0], { what: "a series" });
  expect(labels).toMatchObject({ job: "app", instance: app, floor: "7" });
});

test("init prometheus-to-debug", async () => {
  const folder = await init("prometheus-to-debug", `--target=${await startApp()}`);
  const running = await runConfig(folder, often);
  await waitFor(() => /Name: rooms\b/.test(running.output), { what: "a printed metric" });
});

test("init self", async () => {
  const folder = await init("self");
  const [file, port] = [join(folder, "config.yaml"), await freePort()];
  const text = (await readFile(file, "utf8")).replace("localhost:8888", `localhost:${port}`).replace("15s", "200ms");
  await writeFile(file, text);
  const reader = `{pull: {exporter: {prometheus: {host: localhost, port: ${port}}}}}`;
  const running = await runConfig(folder, `--set=service.telemetry.metrics.readers=[${reader}]`);
  await waitFor(() => /Name: otelcol_process_/.test(running.output), { what: "an own metric" });
});

test("convert: what Prometheus scraped and wrote, the collector does", async () => {
  const [app, sink, folder] = [await startApp(), await startSink(), await temporaryFolder()];
  await writeFile(
    join(folder, "prometheus.yml"),
    `# Ours.
global: {scrape_interval: 200ms}
scrape_configs:
- job_name: app
  static_configs: [{targets: ["${app}"]}]
  metric_relabel_configs:
  - {source_labels: [instance], regex: (.*):(\\d+)$, replacement: "$1-\${2}$$", target_label: where}
remote_write: [{url: "http://${sink.address}/w", authorization: {credentials: secret}}]
rule_files: [a.rules]
`,
  );
  const { code, stdout, stderr } = await sluice(folder, "convert", "prometheus.yml");
  expect(code).toBe(0);
  expect(stderr).toMatch(/^prometheus\.yml:9:1: rule_files: /);
  expect(await sluice(folder, "convert", "--strict", "prometheus.yml")).toEqual({ code: 1, stdout: "", stderr });
  await writeFile(join(folder, "config.yaml"), stdout);
  await runConfig(folder);
  const { labels } = await waitFor(() => sink.series("rooms")[0], { what: "a series" });
  expect(labels).toEqual({ __name__: "rooms", job: "app", instance: app, where: `${app.replace(":", "-")}$` });
  expect(sink.headers.authorization).toBe("Bearer secret");
});

test("convert: as documented", async () => {
  const shown = parseMarkdown(read("distributions/core/README.md")).blocks.map(({ text }) => text.trim());
  const folder = join(import.meta.dirname, "../../distributions/core");
  const { stdout, stderr } = await sluice(folder, "convert", "demo/prometheus.yml");
  expect(stderr).toBe("");
  expect(shown).toContain(readFileSync(join(folder, "demo/prometheus.yml"), "utf8").trim());
  expect(shown).toContain(stdout.trim());
});

test("schema: one that an editor finds with what init writes", async () => {
  const folder = await init("self");
  const { code, stdout, stderr } = await sluice(folder, "schema");
  expect([code, stderr]).toEqual([0, ""]);
  const { $schema, properties } = JSON.parse(stdout);
  expect($schema).toBe("https://json-schema.org/draft/2020-12/schema");
  expect(Object.keys(properties.receivers.properties)).toContain("prometheus");
  const [modeline] = (await readFile(join(folder, "config.yaml"), "utf8")).split("\n");
  expect(modeline).toBe("# yaml-language-server: $schema=./sluice.schema.json");
});
