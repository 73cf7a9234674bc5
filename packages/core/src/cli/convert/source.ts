import { ConfigError } from "@sluice/component";
import { Alias, type Document, isMap, isScalar, LineCounter, type Node, type Pair, parseDocument, Scalar } from "yaml";
import { newBudget } from "../../config/limits.ts";
import type { LocatedMap, Place } from "../../config/located.ts";
import { ConfigProblems } from "../../config/problems.ts";
import { resolvePlain } from "../../config/scalar.ts";
import { parseYaml } from "../../config/yaml.ts";
import { doubleDollars, markVariables } from "./dollars.ts";

/** A file of Prometheus or vmagent, as text, as nodes of that text, and as a tree with places. */
export interface Source {
  readonly name: string;
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly root: LocatedMap;
  /** Its keys at the top, in their order. */
  readonly pairs: readonly TopPair[];
}
export interface TopPair {
  readonly key: string;
  readonly pair: YamlPair;
  readonly place: Place;
}
export type YamlPair = Pair<Node, Node | null>;
/** Something that the converted configuration does not do, or not as before. */
export interface Note {
  readonly place: Place;
  readonly message: string;
}

/** Reads the text of a file. Throws `ConfigProblems` for what is no YAML, and `ConfigError` for what is no configuration of a scraper. */
export function readSource(name: string, written: string, mayHaveVariables: boolean): Source {
  const plain = written.replace(/^\uFEFF/, "").replaceAll(/\r(?!\n)/g, "\n");
  const text = mayHaveVariables ? markVariables(plain) : plain;
  const { node, problems } = parseYaml(text, name, newBudget());
  if (problems.length > 0) {
    throw new ConfigProblems(problems.map((problem) => ({ severity: "error", path: [], ...problem })));
  }
  if (node.kind !== "map") throw new ConfigError(`${name}: found no map, expected global and scrape_configs`);
  if (node.entries.has("receivers") && node.entries.has("service")) {
    throw new ConfigError(`${name}: found a collector's configuration, expected one of Prometheus or vmagent`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: "failsafe",
    uniqueKeys: false,
    resolveKnownTags: false,
  });
  const pairs = isMap(document.contents) ? (document.contents.items as YamlPair[]) : [];
  return {
    name,
    text,
    document: document as Document,
    lines,
    root: node,
    pairs: pairs.map((pair) => ({ key: keyOf(pair), pair, place: placeOf({ name, lines }, pair.key) })),
  };
}

export function keyOf({ key }: YamlPair): string {
  return isScalar(key) ? contentOf(key) : "";
}

/** The text of a scalar, unquoted and unfolded. */
export function contentOf({ value }: Scalar): string {
  return typeof value === "string" ? value : "";
}

export function placeOf({ name, lines }: Pick<Source, "name" | "lines">, node: Node): Place {
  const { line, col } = lines.linePos(node.range?.[0] ?? 0);
  return { source: name, line, column: col };
}

/** A node as YAML on one line, with the values that it has and "$" doubled: for what can no longer refer to it. */
export function inlineText(document: Document, node: Node | null): string {
  if (node instanceof Alias) return inlineText(document, node.resolve(document) ?? null);
  if (node === null) return "null";
  if (isScalar(node)) return scalarText(node);
  if (isMap(node)) {
    const entries = (node.items as YamlPair[]).map((pair) => {
      const key = keyOf(pair) === "<<" ? "<<" : JSON.stringify(keyOf(pair));
      return `${key}: ${inlineText(document, pair.value)}`;
    });
    return `{${entries.join(", ")}}`;
  }
  const { items } = node as unknown as { readonly items: readonly (Node | null)[] };
  return `[${items.map((item) => inlineText(document, item)).join(", ")}]`;
}

function scalarText(node: Scalar): string {
  const text = contentOf(node);
  const isText = node.type !== Scalar.PLAIN || typeof resolvePlain(text) === "string";
  return isText ? JSON.stringify(doubleDollars(text)) : text || "null";
}
