/**
 * Tries what documents show. What stands behind the language of a block says how it is meant:
 *
 * - `yaml` is a configuration, whole or in part: what is missing of it is completed with a pipeline of `nop`;
 * - `yaml fragment=service::telemetry` stands below that path; `yaml over=config.yaml` is laid over that file; `yaml invalid` must be refused; `yaml other` is no configuration;
 * - `file=name` gives a block a name, for blocks below it on the page; `env:NAME=value` sets a variable from there on;
 * - `sh` holds commands: those that begin with `sluice` are run, `> name` behind one keeps what it prints. `sh fails`: they fail;
 * - `text output` (or `yaml output`) is what the command, or the refused configuration, above it prints; a line `...` stands for any.
 */
import type { AnyDefinition } from "@sluice/component";
import { parse } from "yaml";
import { type Ended, sluice } from "../../scripts/docs/sluice.ts";
import type { Block } from "./markdown.ts";

/** What the blocks of a page so far have left behind. */
export interface Page {
  readonly files: Record<string, string>;
  readonly variables: Record<string, string>;
  /** What was printed last. */
  printed: string;
}

const nothing =
  "yaml:{receivers: {nop: }, exporters: {nop: }, service: {pipelines: {metrics: {receivers: [nop], exporters: [nop]}}}}";

/** What is wrong with a block; undefined when all is well, or when there is nothing to try. */
export async function tryBlock(
  block: Block,
  page: Page,
  definitions: readonly AnyDefinition[],
): Promise<string | undefined> {
  const { language, words, text } = block;
  for (const word of words) {
    const [, name, value = ""] = /^env:(\w+)=(.*)$/.exec(word) ?? [];
    if (name !== undefined) page.variables[name] = value;
  }
  const file = wordOf(words, "file");
  if (file !== undefined) page.files[file] = text;
  if (words.includes("output")) return printedProblem(block, page);
  if (language === "yaml") return yamlProblem(block, page, definitions);
  if (language === "sh" && !words.includes("unchecked")) return shellProblem(block, page, definitions);
  return undefined;
}

async function yamlProblem({ words, text }: Block, page: Page, definitions: readonly AnyDefinition[]) {
  if (words.includes("other")) {
    parse(text);
    return undefined;
  }
  const below = wordOf(words, "fragment");
  const whole = below === undefined ? text : nest(below.split("::"), text);
  const shape: { readonly dist?: unknown; readonly service?: { readonly pipelines?: unknown } } | null = parse(whole, {
    uniqueKeys: false,
  });
  // A manifest of a distribution: the builder's tests read those.
  if (shape?.dist !== undefined) return undefined;
  const isInvalid = words.includes("invalid");
  const name = wordOf(words, "file") ?? "config.yaml";
  const under = wordOf(words, "over");
  const first = under === undefined ? [] : ["--config", under];
  const rest = shape?.service?.pipelines === undefined && !isInvalid ? ["--config", nothing] : [];
  const args = [isInvalid ? "validate" : "print-config", ...first, "--config", name, ...rest];
  const ended = await sluice(args, { ...page, files: { ...page.files, [name]: whole } }, definitions);
  page.printed = ended.stderr;
  if (isInvalid) return ended.code === 0 ? "is valid, and should not be" : undefined;
  return ended.code === 0 ? undefined : ended.stderr;
}

/** What stands behind "name=". */
function wordOf(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

function nest(path: readonly string[], text: string): string {
  return path.reduceRight((inner, key) => `${key}:\n${inner.replaceAll(/^(?=.)/gm, "  ")}`, text);
}

async function shellProblem({ text, words }: Block, page: Page, definitions: readonly AnyDefinition[]) {
  for (const line of text.replaceAll("\\\n", " ").split("\n")) {
    const [, command] = /^sluice (.*?)(?:\s+#.*)?$/.exec(line) ?? [];
    if (command === undefined) continue;
    const [, before = command, kept] = /^(.*?)\s+> (\S+)$/.exec(command) ?? [];
    const { code, stdout, stderr } = await run(argumentsOf(before), page, definitions);
    page.printed = stdout + stderr;
    if (kept !== undefined) page.files[kept] = stdout;
    if ((code !== 0) !== words.includes("fails")) return `sluice ${before}: ended with ${code}\n${stderr}`;
  }
  return undefined;
}

/** Runs a command; a collector that would run on only draws its plan. */
async function run(args: readonly string[], page: Page, definitions: readonly AnyDefinition[]): Promise<Ended> {
  const runsOn = args[0]?.startsWith("--") && !args.some((one) => /^--(?:dry-run|version|help)$/.test(one));
  return sluice(runsOn ? [...args, "--dry-run"] : args, page, definitions);
}

/** Words of a shell's line, with its quotes taken off. */
function argumentsOf(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, a: string | undefined, b: string | undefined) => a ?? b ?? ""),
  );
}

function printedProblem({ language, text }: Block, { printed }: Page): string | undefined {
  // The formatter puts blanks inside of the braces of YAML.
  const plain = (one: string) => (language === "yaml" ? one.replaceAll(/([[{]) +| +(?=[\]}])/g, "$1") : one).trim();
  const escaped = plain(text).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = escaped.replaceAll(/^\\\.\\\.\\\.$/gm, "[^]*?");
  return new RegExp(`^${pattern}$`).test(plain(printed)) ? undefined : `printed was:\n${printed}`;
}
