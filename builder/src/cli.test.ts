import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createProgress } from "./progress.ts";

const cli = join(import.meta.dirname, "cli.ts");

async function check(args: readonly string[], status: number, expected: string, manifest?: string) {
  const cwd = await temporaryFolder();
  if (manifest !== undefined) await writeFile(join(cwd, "manifest.yaml"), manifest);
  const ran = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: "utf8" });
  expect([ran.status, ran.stdout + ran.stderr]).toEqual([status, expect.stringContaining(expected)]);
  expect(ran.stderr).not.toMatch(/^ +at /m);
}

test("says what it can do", async () => {
  await check([], 0, "Usage: sluice-builder <command>");
  await check(["version"], 0, "sluice-builder 0.1.0");
});
test("says what makes no sense", async () => {
  const hint = '\nTry "sluice-builder --help".';
  const commands = "build, init, upgrade, new, generate, bundle";
  await check(["bild"], 1, `unknown command "bild", expected one of ${commands}${hint}`);
  await check(["build", "--confg", "x"], 1, `Unknown option '--confg'${hint}`);
  await check(["build", "--output", "tar"], 1, '--output: found "tar", expected one of folder,');
  await check(["build", "--set", "x=1"], 1, `--set: found "x=1", expected dist.<key>=<text>${hint}`);
  await check(["build", "--package-manager=yarn"], 1, '--package-manager: found "yarn", expected npm or pnpm');
  await check(["new", "receiver"], 1, `expected a kind and a type, such as: new receiver my_thing${hint}`);
  await check(["build"], 1, 'cannot read the manifest "manifest.yaml": ENOENT');
});
test("mistakes of the manifest are told with their lines, also without the name of the command", async () => {
  const manifest = "dist:\n  name: mine\nreceiver: []\n";
  await check(
    ["--config=manifest.yaml", "--skip-compilation=true"],
    1,
    "manifest.yaml:3:1: receiver: unknown key",
    manifest,
  );
  await check(
    ["build", "--set", "dist.version=x"],
    1,
    "--set: dist::version: expected a version such as 1.2.3",
    manifest,
  );
});
test("mistakes of the file system are told in a line", async () => {
  const manifest = "dist: { name: mine }\n";
  await check(["build", "--packages", "none"], 1, 'none": ENOENT: no such file or directory', manifest);
  await check(["build", "--output-path", "manifest.yaml"], 1, "ENOTDIR: not a directory", manifest);
});
test("a key that --set does not know is not looked for in the manifest", () =>
  check(["build", "--set", "dist.nme=x"], 1, "--set: dist::nme: unknown key", "dist: { name: mine }\n"));
test("a step that cannot be skipped is told", async () => {
  const args = ["build", "--skip-generate", "--ldflags=-s -w"];
  await check(args, 1, "cannot skip generating", "dist: { name: mine }\n");
  await check(args, 1, "--ldflags: left out\n", "dist: { name: mine }\n");
});

function told(isTerminal: boolean): string {
  const written: string[] = [];
  const clock = { now: 0 };
  const progress = createProgress({ isTerminal, write: (text) => void written.push(text), now: () => clock.now });
  progress.step("one");
  clock.now = 1234;
  progress.tell("between");
  progress.step("two");
  progress.end("done");
  progress.end();
  return written.join("");
}
test("progress is plain lines, but on a terminal", () => {
  expect(told(false)).toBe("between\none (1.2 s)\ndone (0.0 s)\n");
  const [clear, tick] = ["\r\x1b[2K", "\x1b[32m✓\x1b[0m"];
  const one = `  one ...${clear}between\n  one ...${clear}${tick} one (1.2 s)\n`;
  expect(told(true)).toBe(`${one}  two ...${clear}${tick} done (0.0 s)\n`);
});
