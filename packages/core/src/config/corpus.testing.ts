/**
 * Configurations as files, in testdata/good and testdata/bad. Lines of a file may hold:
 *
 * - `# env NAME=value`, `# file name: text` (with \n for a line's end), `# config: uri` for a further --config;
 * - `# types: otlp debug`: the only component types there are;  `# gates: a,-b`: what --feature-gates is given;
 * - `# schema: refuses` or `# schema: accepts`, as the last line of a bad one: whether a JSON Schema of the distribution sees that
 *   something is wrong. Without it there is nothing to see: the file is no YAML, or what it refers to is wrong.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Simulation } from "@sluice/testkit";
import type { Definitions } from "../definitions.ts";
import { createFeatureGates, type FeatureGates } from "../feature-gates.ts";
import { allDefinitions, definitions, world } from "./fixtures.testing.ts";

/** Of the corpus. */
export const testdata = join(import.meta.dirname, "../../testdata");

/** What a file of the corpus asks for. */
export interface CorpusFile {
  readonly text: string;
  readonly uris: readonly string[];
  readonly simulation: Simulation;
  readonly options: { readonly definitions: Definitions; readonly featureGates: FeatureGates };
  readonly schema: "refuses" | "accepts" | undefined;
}

/** Sets up the world that a file of the corpus asks for. */
export function readCorpusFile(directory: string, name: string): CorpusFile {
  const bytes = readFileSync(join(testdata, directory, name));
  const text = bytes.toString();
  const files: Record<string, string | Uint8Array> = { "config.yaml": bytes };
  const variables: Record<string, string> = {};
  const uris = ["config.yaml"];
  for (const [, word, key = "", value = ""] of text.matchAll(/^# (env|file|config)(?: ([^=:]+))?[=:] ?(.*)$/gm)) {
    if (word === "env") variables[key] = value;
    if (word === "file") files[key] = value.replaceAll("\\n", "\n");
    if (word === "config") uris.push(value);
  }
  const directive = (name: string) => new RegExp(`^# ${name}: (.*)$`, "m").exec(text)?.[1];
  const types = directive("types")?.split(" ");
  const featureGates = createFeatureGates();
  featureGates.applyFlag(directive("gates") ?? "");
  const schema = directive("schema");
  return {
    text,
    uris,
    simulation: world(files, variables),
    options: {
      definitions: types === undefined ? definitions : allDefinitions.filter(({ type }) => types.includes(type)),
      featureGates,
    },
    schema: schema === "refuses" || schema === "accepts" ? schema : undefined,
  };
}
