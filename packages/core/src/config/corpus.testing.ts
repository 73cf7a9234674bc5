/**
 * Configurations as files. A file's first lines may hold `# env NAME=value`, `# file name: text` (with \n for a line's end) and
 * `# config: uri` for a further --config.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Simulation } from "@sluice/testkit";
import { world } from "./fixtures.testing.ts";

/** Of the corpus. */
export const testdata = join(import.meta.dirname, "../../testdata");

/** Sets up the world that a file of the corpus asks for. */
export function readCorpusFile(
  directory: string,
  name: string,
): { readonly uris: readonly string[]; readonly simulation: Simulation } {
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
