/** Prometheus' own configurations, converted: the jobs that the receiver then sees are those that Prometheus reads. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineReceiver, t } from "@sluice/component";
import { type Definitions, runCli } from "@sluice/core";
import { createSimulation } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../../scripts/packages.ts";
import { build, definitions } from "./distribution.ts";

const folder = join(root, "packages/receiver-prometheus/testdata/prometheus");
const configs = join(folder, "config/testdata");
const yamlFiles = (path: string) => readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
const isGood = (name: string) => !/\.(?:bad|incompatible)\./.test(name);

/** A receiver that takes whatever it is given: shows what it would see. */
const anything = defineReceiver({
  type: "prometheus",
  stability: "alpha",
  signals: ["metrics"],
  config: t.object("Takes anything.", { config: t.any({ description: "Anything." }) }),
  create: () => ({}),
});
const lenient = [anything, ...definitions.filter(({ type }) => type !== "prometheus")];

async function run(
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  listed: Definitions = definitions,
) {
  const simulation = createSimulation();
  // What the files name.
  for (const name of yamlFiles(configs)) simulation.files.write(name, readFileSync(join(configs, name)));
  for (const name of yamlFiles(join(configs, "scrape_configs"))) {
    simulation.files.write(`scrape_configs/${name}`, readFileSync(join(configs, "scrape_configs", name)));
  }
  for (const name of ["valid_cert_file", "valid_key_file"]) simulation.files.write(name, "");
  for (const [path, text] of Object.entries(files)) simulation.files.write(path, text);
  const io = { env: simulation.env, onStopSignal: () => () => {}, exit: () => {} };
  const code = await runCli({ build, definitions: listed, args, ...io });
  return { code, stdout: simulation.process.stdout, stderr: simulation.process.stderr };
}

/** What may keep a converted configuration from working: names that are still missing, and files that Prometheus' tests lack too. */
const missing =
  /is not supported yet|vultr|no such file|found no (?:job|file)|no Prometheus scrape_configs|without a scheme/;

const examples = yamlFiles(join(folder, "documentation/examples")).filter((name) => name.startsWith("prometheus"));
const files = [
  ...yamlFiles(configs).map((name) => [`config/testdata/${name}`] as const),
  ...examples.map((name) => [`documentation/examples/${name}`] as const),
].filter(([name]) => isGood(name));

describe("converted", () => {
  test.each(files)("%s", async (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const before = parse(text, { merge: true }) as Readonly<Record<string, unknown>>;
    const converted = await run(["convert", "p.yml"], { "p.yml": text });
    expect(converted.code, converted.stderr).toBe(0);
    const config = { "c.yaml": converted.stdout };
    const seen = await run(
      ["print-config", "--config=c.yaml", "--format=json", "--mode=unredacted", "--validate=false"],
      config,
      lenient,
    );
    expect(seen.code, seen.stderr).toBe(0);
    const after = JSON.parse(seen.stdout).receivers.prometheus.config;
    const kept = ["global", "scrape_configs", "scrape_config_files"].filter((key) => Object.hasOwn(before, key));
    expect(after).toEqual(Object.fromEntries(kept.map((key) => [key, before[key]])));
    const { stderr } = await run(["validate", "--config", "c.yaml"], config);
    const errors = stderr.split("\n").filter((line) => line.startsWith("c.yaml:") && !missing.test(line));
    const [, warnings = ""] = stderr.split(/^\d+ warnings? in/m);
    expect(errors.filter((line) => !warnings.includes(line))).toEqual([]);
  });
});
