/**
 * Configurations as files. A file's first lines may hold `# env NAME=value`, `# file name: text` (with \n for a line's end) and
 * `# config: uri` for a further --config. Beside each file of testdata/bad stands what it prints, of testdata/good what it gives.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Simulation } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { load, world } from "./fixtures.testing.ts";
import type { LoadedConfig } from "./load.ts";
import { ConfigProblems, formatProblem } from "./problems.ts";

const testdata = join(import.meta.dirname, "../../testdata");

function read(directory: string, name: string): { readonly uris: readonly string[]; readonly simulation: Simulation } {
  const bytes = readFileSync(join(testdata, directory, name));
  const files: Record<string, string | Uint8Array> = { "config.yaml": bytes };
  const variables: Record<string, string> = {};
  const uris = ["config.yaml"];
  for (const [, word, key = "", value = ""] of bytes
    .toString()
    .matchAll(/^# (env|file|config)(?: ([^=:]+))?[=:] ?(.*)$/gm)) {
    if (word === "env") variables[key] = value;
    if (word === "file") files[key] = value.replaceAll("\\n", "\n");
    if (word === "config") uris.push(value);
  }
  return { uris, simulation: world(files, variables) };
}
const names = (directory: string) => readdirSync(join(testdata, directory)).filter((name) => name.endsWith(".yaml"));

describe("bad", () => {
  test("there are enough of them", () => expect(names("bad").length).toBeGreaterThanOrEqual(60));

  test.each(names("bad"))("%s", async (name) => {
    const { uris, simulation } = read("bad", name);
    const error: unknown = await load(uris, simulation).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigProblems);
    const { message, problems } = error as ConfigProblems;
    expect(problems.some(({ severity }) => severity === "error")).toBe(true);
    expect(message).not.toContain("hunter2");
    await expect(`${message}\n`).toMatchFileSnapshot(join(testdata, "bad", name.replace(".yaml", ".txt")));
  });
});

describe("good", () => {
  test.each(names("good"))("%s", async (name) => {
    const { uris, simulation } = read("good", name);
    const config = await load(uris, simulation);
    const text = JSON.stringify(summary(config), undefined, 2);
    await expect(`${text}\n`).toMatchFileSnapshot(join(testdata, "good", name.replace(".yaml", ".json")));
  });
});

function summary(config: LoadedConfig<unknown>): object {
  const { receivers, processors, exporters, connectors, extensions, warnings, ...rest } = config;
  const bodies = (components: ReadonlyMap<string, { readonly used: boolean; readonly config: unknown }>) =>
    Object.fromEntries([...components].map(([id, { config, used }]) => [id, { used, config }]));
  return {
    receivers: bodies(receivers),
    processors: bodies(processors),
    exporters: bodies(exporters),
    connectors: bodies(connectors),
    extensions: bodies(extensions),
    ...rest,
    root: undefined,
    files: undefined,
    warnings: warnings.map((problem) => `${problem.severity}: ${formatProblem(problem)}`),
  };
}
