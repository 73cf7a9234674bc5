/** Every configuration and command that a document shows is tried. */
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDefinitions } from "../../scripts/docs/sluice.ts";
import { componentOf, definitionIn } from "../../scripts/packages.ts";
import { type Page, tryBlock } from "./examples.ts";
import { type Block, parseMarkdown } from "./markdown.ts";
import { documents, read } from "./tree.ts";

const definitions = await loadDefinitions();
const isTried = ({ language, words }: Block) => /^(?:yaml|sh)$/.test(language) || words.includes("output");

/** The components of the core distribution, and the one that a README is about. */
async function definitionsFor(file: string) {
  const folder = dirname(file);
  const own = componentOf(folder);
  const isThere = definitions.some(({ kind, type }) => own === undefined || (kind === own.kind && type === own.type));
  return isThere ? definitions : [...definitions, await definitionIn(folder)];
}

describe.each(documents)("%s", (file) => {
  const { blocks } = parseMarkdown(read(file));
  const page: Page = { files: { "config.yaml": read("distributions/core/config.yaml") }, variables: {}, printed: "" };
  // In order: a block may need what those before it left.
  test.for(blocks.filter(isTried).map((block) => [block.text, block] as const))("%s", async ([, block]) => {
    expect(await tryBlock(block, page, await definitionsFor(file))).toBeUndefined();
  });
  if (!blocks.some(isTried)) test("shows nothing to try", () => {});
});

describe("a block", () => {
  const tried = (info: string, text: string, page: Page = { files: {}, variables: {}, printed: "" }) => {
    const [block] = parseMarkdown(`\`\`\`${info}\n${text}\n\`\`\`\n`).blocks;
    return tryBlock(block!, page, definitions);
  };
  const check = (info: string, text: string, problem?: string) =>
    test(`${info}: ${text}`, async () => {
      const found = await tried(info, text);
      if (problem === undefined) expect(found).toBeUndefined();
      else expect(found).toContain(problem);
    });
  check("yaml", "exporters: {debug: {verbosity: basic}}");
  check("yaml", "exporters: {debug: {verbosity: loud}}", 'found "loud"');
  check("yaml", "service: {telemetry: {logs: {levle: info}}}", "unknown key");
  check("yaml fragment=service::telemetry", "logs: {level: debug}");
  check("yaml fragment=service::telemetry", "logs: {levle: debug}", "unknown key");
  check("yaml invalid", "exporters: {debug: {verbosity: loud}}");
  check(
    "yaml invalid",
    "{receivers: {nop: }, exporters: {nop: }, service: {pipelines: {logs: {receivers: [nop], exporters: [nop]}}}}",
    "is valid",
  );
  check("yaml env:LEVEL=basic", "exporters: {debug: {verbosity: '${env:LEVEL}'}}");
  check("yaml other", "scrape_configs: []");
  check("sh", "curl -s localhost");
  check("sh", "sluice components");
  check("sh", "sluice compnents", "unknown command");
  check("sh fails", "sluice compnents");
  check("sh fails", "sluice components", "ended with 0");
  check("sh unchecked", "sluice compnents");
  test("is what was printed", async () => {
    const page: Page = { files: {}, variables: {}, printed: "" };
    await tried("sh", "sluice completion bash > script", page);
    expect(page.files.script).toContain("complete");
    await tried("sh", "sluice --version", page);
    expect(await tried("text output", "sluice version 0.1.0", page)).toBeUndefined();
    expect(await tried("text output", "sluice version 9", page)).toContain("0.1.0");
    expect(await tried("text output", "...", page)).toBeUndefined();
    page.printed = "a: [{b: c}]";
    expect(await tried("yaml output", "a: [{ b: c }]", page)).toBeUndefined();
    expect(await tried("yaml output", "a: [{ b: d }]", page)).toContain("b: c");
  });
});
