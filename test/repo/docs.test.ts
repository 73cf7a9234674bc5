/** What pages of docs say from code, and what is to be held of the code for that. */
import { join } from "node:path";
import { startProcess } from "@sluice/testkit";
import { describe, expect, test } from "vitest";
import { commandExamples } from "../../scripts/docs/commands.ts";
import { comparisonsIn } from "../../scripts/docs/differences.ts";
import { filesWithoutSubject, idleAdvice } from "../../scripts/docs/messages.ts";
import { verdicts } from "../../scripts/docs/migration.ts";
import { loadDefinitions, sluice } from "../../scripts/docs/sluice.ts";
import { root } from "../../scripts/packages.ts";
import { type Page, tryBlock } from "./examples.ts";
import { parseMarkdown } from "./markdown.ts";
import { ownFiles, read } from "./tree.ts";

const pages = ownFiles.filter((file) => file.startsWith("docs/") && file.endsWith(".md"));
const index = parseMarkdown(read("docs/README.md"));

test("every page is in the index", () => {
  const linked = new Set(index.links.map((link) => join("docs", link)));
  expect(pages.filter((page) => page !== "docs/README.md" && !linked.has(page))).toEqual([]);
});

test.each(pages)("%s begins with what it answers", (file) => {
  expect(read(file)).toMatch(/^# [^\n]+\n\n[A-Z][^\n]{30,400}\n/);
});

test.each([...pages, "README.md"])("%s has at most 400 lines", (file) => {
  expect(read(file).split("\n").length).toBeLessThanOrEqual(401);
});

test.each(pages)("%s calls nothing missing that is there", async (file) => {
  const types = (await loadDefinitions()).map(({ kind, type }) => `${kind} \`${type}\``);
  const claims = parseMarkdown(read(file))
    .prose.split("\n")
    .filter((line) => /\byet\b/.test(line) && !line.startsWith("|"));
  expect(claims.filter((line) => types.some((type) => line.toLowerCase().includes(type)))).toEqual([]);
  const discoveries = claims.flatMap((line) => [...line.matchAll(/`(\w+_sd_configs)`/g)].map(([, key = ""]) => key));
  for (const key of discoveries.filter((name) => name !== "file_sd_configs")) {
    const text = `receivers: {prometheus: {config: {scrape_configs: [{job_name: a, ${key}: [{}]}]}}}`;
    const { stderr } = await sluice(["validate", "--config", `yaml:${text}`]);
    expect(stderr).toContain(`${key} is not supported yet`);
  }
});

describe("examples of help texts", async () => {
  const definitions = await loadDefinitions();
  const scrape = "scrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]\n";
  const config = read("distributions/core/config.yaml");
  test.each(await commandExamples())("sluice %s", async (example) => {
    const configs = example.includes("--config") ? { "config.yaml": config, "new.yaml": config } : {};
    const files = { ...configs, "prometheus.yml": scrape, "scrape.yml": scrape };
    const page: Page = { files, variables: {}, printed: "" };
    const block = { language: "sh", words: [], text: `sluice ${example}` };
    expect(await tryBlock(block, page, definitions)).toBeUndefined();
  });
});

describe("messages", () => {
  test("all belong to a subject of the page", () => expect(filesWithoutSubject()).toEqual([]));
  test("all advice is about one", () => expect(idleAdvice()).toEqual([]));
});

test("every metric of a component in the distribution is among the collector's own metrics", async () => {
  const own = read("docs/own-metrics.md");
  const folders = (await loadDefinitions()).map(({ kind, type }) => `packages/${kind}-${type.replaceAll("_", "-")}`);
  const names = folders.flatMap((folder) => {
    const [, metrics = ""] = read(`${folder}/README.md`).split("<!-- metrics:begin -->");
    const [table = ""] = metrics.split("<!-- metrics:end -->");
    return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name);
  });
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !own.includes(`| \`${name}\` `))).toEqual([]);
});

test.each([...pages.filter((file) => file !== "docs/own-metrics.md"), "README.md"])(
  "%s names metrics that there are",
  (file) => {
    const own = read("docs/own-metrics.md");
    const pattern = /`((?:otelcol|sluice|prometheus_target)_\w+)(?:\{[^`]*\})?`/g;
    const names = [...parseMarkdown(read(file)).prose.matchAll(pattern)].map(([, name = ""]) => name);
    expect(names.filter((name) => !own.includes(`| \`${name}\` `))).toEqual([]);
  },
);

describe("differences are found", () => {
  const check = (text: string, ...expected: readonly (readonly [string, ...string[]])[]) =>
    test(text, () => {
      const found = comparisonsIn("packages/a/README.md", text);
      expect(found.map(({ heading, other, rows }) => [heading, other, ...rows.map((row) => row.join(";"))])).toEqual(
        expected,
      );
    });
  const line = "| --- | --- | --- |\n";
  check(`## What\n\n| Upstream | Here | Why |\n${line}| a | b | c |\n`, ["What", "Upstream", "a;b;c"]);
  check(`# A\n\n## B\n\ntext\n\n| Here | Prometheus |\n${line}| b | a \\| x |\n`, ["B", "Prometheus", "a | x;b;"]);
  check(`## What\n\n| Upstream | Here |\n${line}| [a](../b/x.md) | [b](#c) |\n`, [
    "What",
    "Upstream",
    "[a](../packages/b/x.md);[b](#c);",
  ]);
  check(`## What\n\n| Key | Here |\n${line}| a | b |\n`);
});

describe("configurations in the shape of AWS's", async () => {
  const found = await verdicts();
  const table = read("docs/migrate/from-adot.md");
  const named = /^unknown \w+ type "([^"]+)"|^(\w+) is not supported yet/;

  test("there are enough of them", () => expect(found.length).toBeGreaterThanOrEqual(9));
  test.each(found)("$file is valid, or says by name what is missing", ({ file, problems, valid }) => {
    const errors = problems.filter(({ severity }) => severity === "error");
    expect(errors.map(({ message }) => message).filter((message) => !named.test(message))).toEqual([]);
    expect(valid).toBe(errors.length === 0);
    const row = table.split("\n").find((line) => line.includes(`(adot-examples/${file})`));
    const names = errors.map(({ message }) => named.exec(message)!).map(([, type, key]) => `\`${type ?? key}\``);
    expect(names.filter((name) => !row?.includes(name))).toEqual([]);
    expect(row?.endsWith("| nothing |") || /\| nothing +\|$/.test(row ?? "")).toBe(valid);
  });

  test("the program itself says the same", async () => {
    const [missing] = found.filter(({ valid }) => !valid);
    const args = [
      "distributions/core/bin/sluice.mjs",
      "validate",
      "--config",
      `docs/migrate/adot-examples/${missing!.file}`,
    ];
    const ended = await startProcess({ command: process.execPath, args, cwd: root });
    expect(await ended.exited).toBe(1);
    for (const { message } of missing!.problems) expect(ended.stderr).toContain(message);
  });
});
