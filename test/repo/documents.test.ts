import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { AnyDefinition, BuildInfo } from "@sluice/component";
import { t } from "@sluice/component";
import { ConfigProblems, checkComponentConfig, loadConfig } from "@sluice/core";
import { createSimulation } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { componentOf, definitionIn, root } from "../../scripts/packages.ts";
import { anchorOf, parseMarkdown, tableAfter } from "./markdown.ts";
import { ownFiles, packages, read } from "./tree.ts";

const documents = ownFiles.filter((file) => file.endsWith(".md") && !/\/(testdata|templates)\//.test(file));

function linkProblem(file: string, link: string): string | undefined {
  if (/^https?:\/\//.test(link)) return URL.canParse(link) ? undefined : "is no URL";
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : normalize(join(dirname(file), path));
  if (path.startsWith("/") || target.startsWith("..")) return "leads out of the repository";
  if (!existsSync(join(root, target))) return "leads nowhere";
  if (anchor === undefined) return undefined;
  return parseMarkdown(read(target)).headings.some((heading) => anchorOf(heading) === anchor)
    ? undefined
    : "names no heading";
}

test.each(documents)("the links of %s lead somewhere", (file) => {
  const problems = parseMarkdown(read(file)).links.flatMap((link) => {
    const problem = linkProblem(file, link);
    return problem === undefined ? [] : [`${link} ${problem}`];
  });
  expect(problems).toEqual([]);
});

const build: BuildInfo = { command: "sluice", description: "Sluice", version: "0.0.0" };
const sections = ["receivers", "processors", "exporters", "connectors", "extensions"];
const telemetry = { ...t.any({ description: "Whatever." }), properties: {} };

/** Every problem of a YAML example: of the whole, if it has pipelines, else of each component it shows. */
async function exampleProblems(text: string, definitions: readonly AnyDefinition[]): Promise<readonly string[]> {
  const { env } = createSimulation();
  const example: Record<string, Record<string, unknown>> = parse(text);
  // A manifest of a distribution: the builder's tests read those.
  if (example.dist !== undefined) return [];
  const unknown = Object.keys(example).filter((key) => key !== "service" && !sections.includes(key));
  if (unknown.length > 0) return [`${unknown.join(", ")}: no section of a configuration`];
  if (example.service?.pipelines !== undefined) {
    const loaded = loadConfig({ uris: [`yaml:${text}`], env, definitions, telemetry, build });
    return loaded.then(
      () => [],
      (error: unknown) => {
        if (error instanceof ConfigProblems) return [error.message];
        throw error;
      },
    );
  }
  const problems: string[] = [];
  for (const section of sections) {
    for (const [id, body] of Object.entries(example[section] ?? {})) {
      const [type = ""] = id.split("/");
      const definition = definitions.find((one) => `${one.kind}s` === section && one.type === type);
      if (definition === undefined) problems.push(`${section}.${id}: no such component`);
      const checked = definition && (await checkComponentConfig(definition, stringify(body), env));
      if (checked && "problems" in checked) problems.push(checked.problems);
    }
  }
  return problems;
}

describe("YAML examples are valid", async () => {
  const folders = packages.map(({ folder }) => folder).filter((folder) => componentOf(folder) !== undefined);
  const definitions = await Promise.all(folders.map(definitionIn));
  for (const file of documents) {
    const examples = parseMarkdown(read(file)).blocks.filter(({ language }) => language === "yaml");
    test.each(examples.map(({ text }) => text))(`${file}: %s`, async (text) => {
      expect(await exampleProblems(text, definitions)).toEqual([]);
    });
  }
});

describe("ARCHITECTURE.md", () => {
  const text = read("ARCHITECTURE.md");
  test("names what is there", () => {
    const paths = [...text.matchAll(/`((?:packages|distributions|builder|scripts|test)\/[^`*]*)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
  test("is one page", () => expect(text.split("\n").length).toBeLessThanOrEqual(121));

  const walk = tableAfter(text, "The walk of a batch");
  test("walks a batch through at most nine files", () => {
    expect(walk.length).toBeGreaterThan(5);
    expect(walk.length).toBeLessThanOrEqual(9);
  });
  test.each(walk)("shows what is in %s %s", (_number, where, _what, lookFor) => {
    const [file = ""] = parseMarkdown(where ?? "").links;
    const [, words = ""] = /^`(.*)`$/.exec(lookFor ?? "") ?? [];
    expect(read(file)).toContain(words === "" ? undefined : words.replaceAll("\\|", "|"));
  });
});
