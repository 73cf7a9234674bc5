import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createFeatureGates } from "../feature-gates.ts";
import { runCommand } from "./cli.testing.ts";

const gates = createFeatureGates()
  .list()
  .map(({ id }) => id)
  .join(" ");
const script = async (shell: string) => (await runCommand(["completion", shell])).stdout.replace(gates, "<gates>");
const { stdout: bash } = await runCommand(["completion", "bash"]);

/** What bash offers for the last word of a command line, cut into words as bash does. */
function check(line: string, expected: string, cwd = "/"): void {
  const words = line.match(/=|[^ =]+|(?<= )$/g)!;
  const ask = `${bash}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_sluice
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = execFileSync("bash", ["--norc", "-c", ask], { cwd, encoding: "utf8" });
  expect([line, offered.trim().split("\n").sort().join(" ")]).toEqual([line, expected]);
}

test("bash: commands and flags", () => {
  check("sluice va", "validate");
  check("sluice --w", "--watch");
  check("sluice print-config --an", "--annotate");
  check("sluice print-initial-config --an", "--annotate");
  check("sluice --config x.yaml --set a=b valid", "validate");
  check("sluice --watch validate --deny", "--deny-warnings");
  check("sluice validate --watch", "");
});

test("bash: values", () => {
  check("sluice validate --format ", "github json text");
  check("sluice validate --format=j", "json");
  check("sluice validate --format=", "github json text");
  check("sluice print-config --mode u", "unredacted");
  check("sluice print-config --mode unredacted --form", "--format");
  check("sluice completion z", "zsh");
  check("sluice help comp", "completion components");
  check("sluice featuregate service.A", "service.AllowNoPipelines");
  check("sluice --set ", "");
});

test("bash: files", async () => {
  const folder = await temporaryFolder();
  for (const name of ["a.yaml", "a b.yaml", "c.yaml"]) await writeFile(join(folder, name), "");
  check("sluice --config a", "a b.yaml a.yaml", folder);
  check("sluice validate --config=c", "c.yaml", folder);
  check("sluice --dry-run --from c", "c.yaml", folder);
});

test("zsh and fish", async () => {
  await expect(await script("zsh")).toMatchFileSnapshot("../../testdata/completion.golden.zsh");
  await expect(await script("fish")).toMatchFileSnapshot("../../testdata/completion.golden.fish");
  const { code, stderr } = await runCommand(["completion", "csh"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('found "csh", expected bash, zsh, fish')]);
  expect((await runCommand(["completion"])).stderr).toContain("found no shell, expected bash, zsh, fish");
});
