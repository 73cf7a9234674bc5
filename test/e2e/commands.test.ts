/** The commands besides running, as a user types them. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startProcess, temporaryFolder } from "@sluice/testkit";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseMarkdown } from "../repo/markdown.ts";
import { read } from "../repo/tree.ts";
import { launcher } from "./collector.ts";

const root = join(import.meta.dirname, "../..");

/** Runs the program to its end. */
async function sluice(args: readonly string[], cwd = root) {
  const ended = await startProcess({ command: process.execPath, args: [launcher, ...args], cwd });
  return { code: await ended.exited, stdout: ended.stdout, stderr: ended.stderr };
}

/** Commands of the distribution's README, without their comments. */
const documented = parseMarkdown(read("distributions/core/README.md"))
  .blocks.flatMap(({ language, text }) => (language === "sh" ? text.split("\n") : []))
  .map((line) => line.replace(/ +#.*/, ""))
  .filter((line) => line.startsWith("sluice "));

test.each(documented)("as documented: %s", async (line) => {
  const args = line.split(" ").slice(1);
  // What would run on is only asked for its help: that its flags are known.
  const runs = args[0] === "--config";
  const { code, stdout, stderr } = await sluice(runs ? [...args, "--help"] : args, join(root, "distributions/core"));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout === "").toBe(args[0] === "validate");
});

test("validate", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "bad.yaml"), "receivers: {nop: }\nexporters: {nop: {}}\nservice: {pipelin: }\n");
  const quiet = { code: 0, stdout: "", stderr: "" };
  expect(await sluice(["validate", "--config", "distributions/core/config.yaml"])).toEqual(quiet);
  const bad = await sluice(["validate", "--config", "bad.yaml"], folder);
  expect(bad).toMatchObject({ code: 1, stdout: "" });
  expect(bad.stderr).toContain(`\nbad.yaml:3:11: service::pipelin: unknown key; did you mean "pipelines"?
  3 | service: {pipelin: }
    |           ^
`);
  const github = await sluice(["validate", "--config=bad.yaml", "--format=github"], folder);
  expect(github.stdout).toMatch(/^::error file=bad\.yaml,line=3,col=11::service::pipelin: unknown key/m);
});

test("components are those of the manifest", async () => {
  const { stdout } = await sluice(["components"]);
  const manifest = parse(readFileSync(join(root, "distributions/core/manifest.yaml"), "utf8"));
  const listed = parse(stdout);
  for (const section of ["receivers", "processors", "exporters", "connectors", "extensions"]) {
    const modules = listed[section].map(({ module }: { module: string }) => module);
    expect([section, new Set(modules)]).toEqual([section, new Set(manifest[section])]);
  }
});

test("completion works in bash", async () => {
  const { stdout } = await sluice(["completion", "bash"]);
  const ask = 'COMP_WORDS=(sluice vali); COMP_CWORD=1; _sluice; printf "%s\\n" "${COMPREPLY[@]}"';
  expect(execFileSync("bash", ["--norc", "-c", `${stdout}\n${ask}`], { encoding: "utf8" })).toBe("validate\n");
});

test("a dry run tells what a reload would do, and opens nothing", async () => {
  const config = "distributions/core/config.yaml";
  const change = "yaml:{service: {telemetry: {logs: {level: debug}}}}";
  const { code, stdout } = await sluice(["--dry-run", "--from", config, "--config", config, "--config", change]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^service::telemetry changed: .*\n\d+ kept\n$/);
});
