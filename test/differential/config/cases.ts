import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One configuration, with the world it is read in. */
export interface Case {
  readonly name: string;
  /** By path; the configuration itself is config.yaml. */
  readonly files: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** Behind `--config config.yaml`. */
  readonly args: readonly string[];
}

const folder = join(import.meta.dirname, "testdata/cases");

/**
 * Reads every case. The first lines of a file may be `# env NAME=value`, `# file name: text` (both with \n for a line's end) and
 * `# arg: --flag`.
 */
export function readCases(): readonly Case[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return names.toSorted().map((name) => readCase(name.replace(".yaml", ""), readFileSync(join(folder, name), "utf8")));
}

function readCase(name: string, text: string): Case {
  const files: Record<string, string> = { "config.yaml": text };
  const variables: Record<string, string> = {};
  const args: string[] = [];
  for (const line of text.split("\n")) {
    const [, word, key = "", value = ""] = /^# (env|file|arg)(?: ([^=:]+))?[=:] ?(.*)$/.exec(line) ?? [];
    if (word === undefined) break;
    if (word === "env") variables[key] = value.replaceAll("\\n", "\n");
    if (word === "file") files[key] = value.replaceAll("\\n", "\n");
    if (word === "arg") args.push(value);
  }
  return { name, files, variables, args };
}
