/** Beside each file of testdata/bad and testdata/environment stands what it prints, of testdata/good what it gives. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkTelemetry, telemetrySchema } from "../telemetry/config.ts";
import { type CorpusFile, readCorpusFile, testdata } from "./corpus.testing.ts";
import { checkEnvironment } from "./environment.ts";
import { load } from "./fixtures.testing.ts";
import { type LoadedConfig, loadConfig } from "./load.ts";
import { ConfigProblems, formatProblem, formatProblems } from "./problems.ts";

const names = (directory: string) => readdirSync(join(testdata, directory)).filter((name) => name.endsWith(".yaml"));

describe("bad", () => {
  test("there are enough of them", () => expect(names("bad").length).toBeGreaterThanOrEqual(180));

  test.each(names("bad"))("%s", async (name) => {
    const { uris, simulation, options } = readCorpusFile("bad", name);
    const error: unknown = await load(uris, simulation, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigProblems);
    const { message, problems } = error as ConfigProblems;
    expect(problems.some(({ severity }) => severity === "error")).toBe(true);
    expect(message).not.toContain("hunter2");
    await expect(`${message}\n`).toMatchFileSnapshot(join(testdata, "bad", name.replace(".yaml", ".txt")));
  });
});

describe("environment", () => {
  test.each(names("environment"))("%s", async (name) => {
    const { uris, simulation, options } = readCorpusFile("environment", name);
    const build = { command: "test", description: "Test", version: "1.0.0" };
    const checks = { telemetry: telemetrySchema, checkTelemetry, checkEnvironment };
    const text = await loadConfig({ ...options, ...checks, uris, env: simulation.env, build }).then(
      ({ warnings }) => formatProblems(warnings),
      (error: Error) => error.message,
    );
    await expect(`${text}\n`).toMatchFileSnapshot(join(testdata, "environment", name.replace(".yaml", ".txt")));
  });
});

test("of every bad one it is said whether a schema sees it, but of what is no YAML or refers to something", () => {
  const untagged = names("bad").filter((name) => readCorpusFile("bad", name).schema === undefined);
  const isText = ({ text, uris }: CorpusFile) =>
    uris.length > 1 || /^# (?:env|file) /m.test(text) || text.includes("${");
  const rest = untagged.filter((name) => !name.startsWith("yaml-") && !isText(readCorpusFile("bad", name)));
  expect(rest).toEqual(["empty.yaml", "not-utf8.yaml", "paths-clash.yaml", "paths-too-deep.yaml"]);
});

describe("good", () => {
  test.each(names("good"))("%s", async (name) => {
    const { uris, simulation, options } = readCorpusFile("good", name);
    const config = await load(uris, simulation, options);
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
