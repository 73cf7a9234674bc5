/** The schema that editors get, held against `validate` on every configuration of the repository that has only this distribution's components. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "@sluice/core";
import { createSimulation } from "@sluice/testkit";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../../scripts/packages.ts";
import { type Case, readCases } from "../differential/config/cases.ts";
import { build, definitions } from "./distribution.ts";
import { blindSpots } from "./schema-blind.ts";
import { read } from "./tree.ts";

/** Runs a command in a world with these files and variables. */
async function run(args: readonly string[], { files = {}, variables = {} }: Partial<Case> = {}) {
  const simulation = createSimulation();
  for (const [path, data] of Object.entries(files)) simulation.files.write(path, data);
  Object.assign(simulation.process.env, variables);
  const io = { env: simulation.env, onStopSignal: () => () => {}, exit: () => {} };
  const code = await runCli({ build, definitions, args, ...io });
  return { code, stdout: simulation.process.stdout, stderr: simulation.process.stderr };
}

const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
ajv.addVocabulary(["markdownDescription", "deprecationMessage"]);
const check = ajv.compile(JSON.parse((await run(["schema"])).stdout));
/** undefined: accepted. */
function judge(text: string): string | undefined {
  try {
    return check(parse(text, { merge: true })) ? undefined : JSON.stringify(check.errors);
  } catch (error) {
    return `no YAML: ${(error as Error).message}`;
  }
}

const blind = new Set(Object.values(blindSpots).flat());
const seen = new Set<string>();
/** `validate` and the schema say the same, but for the blind spots. */
async function compare(name: string, text: string, world: Partial<Case> = {}): Promise<void> {
  seen.add(name);
  const files = { ...world.files, "config.yaml": text };
  const { code, stderr } = await run(["validate", "--config", "config.yaml"], { ...world, files });
  const why = judge(text);
  const hint = "what only a component's own check finds is listed in schema-blind.ts\n";
  const expected = code !== 0 && blind.has(name) ? { code: 1, accepts: true } : { code, accepts: code === 0 };
  expect({ name, code, accepts: why === undefined }, hint + (why ?? stderr)).toEqual({ name, ...expected });
}

const list = (folder: string) => readdirSync(join(root, folder));
const indent = (text: string, by: number) => text.replaceAll(/^(?=.)/gm, " ".repeat(by));

/** A configuration with one component in use, of this body. */
function around(kind: string, type: string, body: string): string {
  const others = { receiver: "receivers:\n  nop: \n", exporter: "exporters:\n  nop: \n" };
  const rest = Object.entries(others).map(([other, text]) => (other === kind ? "" : text));
  const receivers = kind === "receiver" ? `${type}/own` : "nop";
  const exporters = kind === "exporter" ? `${type}/own` : "nop";
  const pipelines = `pipelines: {metrics: {receivers: [${receivers}], exporters: [${exporters}]}}`;
  const extensions = kind === "extension" ? `extensions: [${type}/own], ` : "";
  return `${rest.join("")}${kind}s:\n  ${type}/own:\n${body}\nservice: {${extensions}${pipelines}}\n`;
}

const components = definitions.map(({ kind, type }) => ({
  kind,
  type,
  folder: `${kind}-${type.replaceAll("_", "-")}`,
}));

describe("bodies of components", () => {
  const files = components.flatMap(({ folder, ...component }) => {
    const names = list(`packages/${folder}/testdata/config`).filter((name) => name.endsWith(".yaml"));
    return names.map((name) => ({
      name: `${folder}/${name}`,
      path: `packages/${folder}/testdata/config/${name}`,
      ...component,
    }));
  });
  test.each(files)("$name", ({ name, path, kind, type }) => compare(name, around(kind, type, indent(read(path), 4))));
});

/** Of a connector alone nothing can be made. */
const alone = components.filter(({ kind }) => kind !== "connector");
test.each(alone)("$kind $type with an empty body", async ({ kind, type }) => {
  for (const body of ["    {}", ""]) await compare(`${kind} ${type} {}`, around(kind, type, body));
});

describe("configurations of Prometheus", () => {
  const folder = "packages/receiver-prometheus/testdata/prometheus/config/testdata";
  const files = list(folder).filter((name) => /\.ya?ml$/.test(name));
  test.each(files)("%s", async (name) => {
    const text = read(`${folder}/${name}`);
    const jobs = /^scrape_config/m.test(text) ? "" : "\nscrape_configs: [{job_name: x}]\n";
    await compare(`prometheus/${name}`, around("receiver", "prometheus", `    config:\n${indent(text + jobs, 6)}`));
  });
});

describe("whole configurations", () => {
  const bad = "test/e2e/testdata/bad";
  const files = list(bad).filter((name) => name.endsWith(".yaml"));
  test.each(files)("e2e/%s", (name) => compare(`e2e/${name}`, read(`${bad}/${name}`)));
  test("that of the distribution", () => compare("core", read("distributions/core/config.yaml")));
});

describe("what the Go collector was asked, too", () => {
  // What else is on the command line no schema of one file can know.
  const cases = readCases().filter(({ args }) => args.length === 0);
  test.each(cases)("$name", ({ name, files, ...world }) =>
    compare(`differential/${name}`, files["config.yaml"]!, { files, ...world }),
  );
});

test("every blind spot was met", () => expect([...blind].filter((name) => !seen.has(name))).toEqual([]));
