import type { Env } from "@sluice/component";
import { type Converter, convertTree } from "./convert.ts";
import { describeNode } from "./describe.ts";
import { type Expansion, expandTree } from "./expand.ts";
import { hideUrls } from "./hide-urls.ts";
import { type Budget, newBudget } from "./limits.ts";
import { isNull, type Located, nullAt, type Place } from "./located.ts";
import { merge } from "./merge.ts";
import { nestKeys } from "./nest.ts";
import type { Notes, Report } from "./problems.ts";
import { absolutePath, createRetrieve, type Providers, parseConfigUri } from "./providers.ts";
import { readSetUri } from "./set.ts";
import { parseYaml, type TextOrigin } from "./yaml.ts";

/** What configurations are read from. */
export interface ReadOptions {
  /** In order, later ones over earlier ones. */
  readonly uris: readonly string[];
  readonly env: Env;
  readonly notes: Notes;
  /** Where texts come from, by scheme; all of upstream's unless told otherwise. */
  readonly providers?: Providers | undefined;
  /** What changes it at the end, in this order. */
  readonly converters?: readonly Converter[] | undefined;
  /** The gate `confmap.enableMergeAppendOption`. */
  readonly appendIds?: boolean | undefined;
}
/** The configuration as one tree, merged and expanded. */
export interface Documents {
  readonly root: Located;
  /** Whether every text could be read. If not, nothing was expanded. */
  readonly complete: boolean;
}

/** Reads the configurations behind the URIs, lays each over the ones before, and expands the result, reporting problems. */
export async function readDocuments(options: ReadOptions): Promise<Documents> {
  const { uris, env, notes, providers, converters = [], appendIds } = options;
  const { report, sources, files } = notes;
  const expansion = { retrieve: createRetrieve(env, providers, files), budget: newBudget(), report, sources };
  let root: Located | undefined;
  let complete = true;
  for (const uri of uris) {
    const document = await readDocument(uri, expansion);
    if (document === undefined) complete = false;
    else if (root === undefined || isNull(root)) root = document;
    else if (!isNull(document)) root = merge(root, document, { report, appendIds });
  }
  root ??= nullAt({ source: [...sources][0] ?? "configuration", line: 0, column: 0 });
  if (complete) root = await convertTree(await expandTree(expansion, root, []), converters, env, report);
  return { root, complete };
}

/** A text to be read as YAML. */
interface Text {
  readonly text: string;
  readonly source: string;
  readonly origin?: TextOrigin;
}

async function readDocument(uri: string, expansion: Expansion): Promise<Located | undefined> {
  const text = readSetUri(uri) ?? (await retrieveText(uri, expansion));
  if (text === undefined) return undefined;
  expansion.sources.add(text.source);
  return readText(text, expansion.budget, expansion.report);
}

async function retrieveText(uri: string, { retrieve, report, sources }: Expansion): Promise<Text | undefined> {
  const { scheme, opaque } = parseConfigUri(uri);
  const retrieved = await retrieve({ scheme, opaque });
  if (retrieved.kind === "text") return retrieved;
  const source = scheme === "file" ? opaque : hideUrls(uri);
  sources.add(source);
  report({ severity: "error", place: { source, line: 0, column: 0 }, path: [], message: retrieved.message });
  return undefined;
}

function readText({ text, source, origin }: Text, budget: Budget, report: Report): Located | undefined {
  let failed = false;
  const fail = (place: Place, message: string): void => {
    failed = true;
    report({ severity: "error", place, path: [], message });
  };
  const { node, problems } = parseYaml(text, source, budget, origin);
  for (const { place, message } of problems) fail(place, message);
  if (failed) return undefined;
  if (node.kind !== "map" && !isNull(node)) {
    fail(node.place, `found ${describeNode(node)}, expected a map with receivers, exporters and service`);
  }
  const nested = nestKeys(node, budget, fail);
  return failed ? undefined : nested;
}

/** The directory of the first configuration file as an absolute path; the working directory when none is a file. */
export function baseDirectory(uris: readonly string[], env: Env): string {
  const configs = uris.filter((uri) => readSetUri(uri) === undefined);
  const file = configs.map(parseConfigUri).find(({ scheme }) => scheme === "file");
  return file === undefined ? env.process.cwd : absolutePath(`${file.opaque}/..`, env);
}
