import type { Env } from "@sluice/component";
import { describeNode } from "./describe.ts";
import { type Expansion, expandTree } from "./expand.ts";
import { newBudget } from "./limits.ts";
import { isNull, type Located, nullAt, type Place } from "./located.ts";
import { merge } from "./merge.ts";
import type { Notes } from "./problems.ts";
import { createRetrieve, parseConfigUri } from "./providers.ts";
import { parseYaml } from "./yaml.ts";

/** The configuration as one tree, merged and expanded. */
export interface Documents {
  readonly root: Located;
  /** Whether every text could be read. If not, nothing was expanded. */
  readonly complete: boolean;
}

/** Reads the configurations behind the URIs, lays each over the ones before, and expands the result, reporting problems. */
export async function readDocuments(uris: readonly string[], env: Env, notes: Notes): Promise<Documents> {
  const { report, sources } = notes;
  const expansion: Expansion = { retrieve: createRetrieve(env), budget: newBudget(), report, sources };
  let root: Located | undefined;
  let complete = true;
  for (const uri of uris) {
    const document = await readDocument(uri, expansion);
    if (document === undefined) complete = false;
    else if (root === undefined || isNull(root)) root = document;
    else if (!isNull(document)) root = merge(root, document, report);
  }
  root ??= nullAt({ source: uris[0] ?? "configuration", line: 0, column: 0 });
  if (complete) root = await expandTree(expansion, root, []);
  return { root, complete };
}

async function readDocument(
  text: string,
  { retrieve, budget, report, sources }: Expansion,
): Promise<Located | undefined> {
  const { scheme, opaque } = parseConfigUri(text);
  const retrieved = await retrieve({ scheme, opaque });
  const fail = (place: Place, message: string): undefined => {
    report({ severity: "error", place, path: [], message });
    return undefined;
  };
  if (retrieved.kind !== "text") {
    const source = scheme === "file" ? opaque : text;
    sources.add(source);
    return fail({ source, line: 0, column: 0 }, retrieved.message);
  }
  sources.add(retrieved.source);
  const { node, problems } = parseYaml(retrieved.text, retrieved.source, budget);
  for (const { place, message } of problems) fail(place, message);
  if (problems.length > 0) return undefined;
  if (node.kind === "map" || isNull(node)) return node;
  return fail(node.place, `found ${describeNode(node)}, expected a map with receivers, exporters and service`);
}

/** The directory of the first configuration file as an absolute path; the working directory when none is a file. */
export function baseDirectory(uris: readonly string[], env: Env): string {
  const { cwd } = env.process;
  const file = uris.map(parseConfigUri).find(({ scheme }) => scheme === "file");
  const directory = file?.opaque.match(/^(.*)[/\\]/s)?.[1];
  if (directory === undefined || directory === ".") return cwd;
  if (directory === "" || /^(?:[A-Za-z]:)?[/\\]|^[A-Za-z]:$/.test(directory)) return directory === "" ? "/" : directory;
  return `${cwd}/${directory}`;
}
