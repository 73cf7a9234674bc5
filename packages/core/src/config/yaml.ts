import {
  Alias,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import { type Budget, maxDepth, spendNode, spendParsed } from "./limits.ts";
import {
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  nullAt,
  type Place,
  type ScalarValue,
} from "./located.ts";
import { quote } from "./problems.ts";
import { decodeBinary, isInteger, keyText, resolvePlain } from "./scalar.ts";

/** What is wrong with a text as YAML. */
export interface YamlProblem {
  readonly place: Place;
  readonly message: string;
}

/** How positions in a text become places, when it is no text of its own. */
export interface TextOrigin {
  /** The reference that brought the text in. */
  readonly via?: NonNullable<Place["via"]>;
  /** Everything stands at this place: the text is no file that could be opened. */
  readonly at?: Place;
  /** The first line was rewritten: columns behind `column` were `by` smaller. */
  readonly shift?: { readonly column: number; readonly by: number };
}

interface Reading {
  readonly text: string;
  readonly source: string;
  readonly origin: TextOrigin;
  readonly lines: LineCounter;
  readonly budget: Budget;
  readonly problems: YamlProblem[];
  /** By name, as of the node being read: YAML lets a later anchor take an earlier one's name. */
  readonly anchors: Map<string, Node>;
  /** Anchored nodes that an alias is being replaced with. */
  readonly open: Set<Node>;
}
type Node = NonNullable<Document["contents"]> | Alias;

/**
 * Reads one YAML document into a tree with places. Gives `problems` instead when it is no valid YAML: of broken syntax only the
 * first, since the others follow from it; of duplicate keys and kin all. Throws `ConfigProblems` when the budget is used up.
 */
export function parseYaml(
  text: string,
  source: string,
  budget: Budget,
  origin: TextOrigin = {},
): { readonly node: Located; readonly problems: readonly YamlProblem[] } {
  const lines = new LineCounter();
  const reading: Reading = { text, source, origin, lines, budget, problems: [], anchors: new Map(), open: new Set() };
  const start = placed(reading, 1, 1);
  spendParsed(budget, text.length, start);
  const control = text.search(forbidden);
  if (control >= 0) {
    const before = text.slice(0, control).split("\n");
    const place = placed(reading, before.length, before.at(-1)!.length + 1);
    const code = text.codePointAt(control)!.toString(16).padStart(4, "0");
    return {
      node: nullAt(start),
      problems: [{ place, message: `found the control character U+${code}, expected text` }],
    };
  }
  // Every scalar is left as text ("failsafe"): plain ones are resolved here, as Go does. Duplicate keys are looked for here too:
  // the library compares each key with each.
  // A lone CR ends a line too; the library knows only LF and CRLF.
  const document = parseDocument(text.replaceAll(/\r(?!\n)/g, "\n"), {
    lineCounter: lines,
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    resolveKnownTags: false,
  });
  const error = document.errors[0];
  if (error !== undefined) {
    return {
      node: nullAt(start),
      problems: [{ place: placeAt(reading, error.pos[0]), message: syntaxMessage(error, text) }],
    };
  }
  const node = locate(reading, document.contents, start, 0);
  return { node, problems: reading.problems };
}

/** Control characters that are not allowed in YAML: all but tab, line ends and NEL. */
const forbidden = /[^\P{Cc}\t\n\r\u0085]/u;

const tooDeep = `found too many levels inside each other, expected at most ${maxDepth}`;
const hints: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: `found "key: value" inside a value, expected quotes around the value, or a new line indented like its key`,
  MULTIPLE_DOCS: `found a second YAML document ("---"), expected one; give each document its own file`,
  RESOURCE_EXHAUSTION: tooDeep,
  TAB_AS_INDENT: "found a tab, expected spaces as indentation",
};

function syntaxMessage({ code, message, pos }: YAMLParseError, text: string): string {
  const reference = code === "UNEXPECTED_TOKEN" && text.slice(pos[0] - 1, pos[0] + 1) === "${";
  const known = reference ? 'found "$" and "{" inside [ ] or { }, expected quotes around the reference' : hints[code];
  if (known !== undefined) return known;
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function placeAt(reading: Reading, offset: number): Place {
  const { line, col } = reading.lines.linePos(offset);
  return placed(reading, Math.max(line, 1), Math.max(col, 1));
}

function placed({ source, origin: { at, via, shift } }: Reading, line: number, column: number): Place {
  if (at !== undefined) return { ...at, inside: { source, line, column } };
  const written = shift !== undefined && line === 1 && column > shift.column ? column - shift.by : column;
  return { source, line, column: written, ...(via !== undefined && { via }) };
}

/** `at` is the place of a value that is not there: its key, or the top of the document. */
function locate(reading: Reading, node: Node | null, at: Place, depth: number): Located {
  spendNode(reading.budget, at);
  if (node === null) return nullAt(at);
  const place = node.range ? placeAt(reading, node.range[0]) : at;
  if (node instanceof Alias) return locateAlias(reading, node, place, depth);
  if (depth > maxDepth) return problem(reading, place, tooDeep);
  if (node.anchor !== undefined && reading.open.size === 0) reading.anchors.set(node.anchor, node);
  if (isMap(node)) return locateMap(reading, node, place, depth);
  if (isSeq(node)) {
    const items = (node.items as (Node | null)[]).map((item) =>
      // An item left empty stands behind its dash.
      locate(reading, item, item?.range ? placeAt(reading, item.range[0]) : place, depth + 1),
    );
    return { kind: "list", place, text: undefined, items };
  }
  const empty = isScalar(node) && node.source === "" && node.type === Scalar.PLAIN && node.tag === undefined;
  return isScalar(node) ? locateScalar(reading, node, empty ? at : place) : nullAt(at);
}

function locateAlias(reading: Reading, alias: Alias, place: Place, depth: number): Located {
  const target = reading.anchors.get(alias.source);
  if (target === undefined) return problem(reading, place, `found the alias "*${alias.source}" of no anchor before it`);
  if (reading.open.has(target))
    return problem(reading, place, `found the alias "*${alias.source}" inside its own anchor`);
  reading.open.add(target);
  const node = locate(reading, target, place, depth);
  reading.open.delete(target);
  return node;
}

function locateMap(reading: Reading, map: YAMLMap, place: Place, depth: number): LocatedMap {
  const entries = new Map<string, LocatedEntry>();
  const merged: LocatedMap[] = [];
  const seen = new Map<string, Place>();
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const keyPlace = pair.key?.range ? placeAt(reading, pair.key.range[0]) : place;
    const key = locateKey(reading, pair.key, keyPlace);
    if (key === undefined) continue;
    const first = seen.get(key);
    seen.set(key, keyPlace);
    if (first !== undefined)
      problem(reading, keyPlace, `found the key ${quote(key)} again, first used in line ${first.line}`);
    else if (isMergeKey(pair.key)) merged.push(...locateMerge(reading, pair.value, keyPlace, depth));
    else entries.set(key, { place: keyPlace, value: locate(reading, pair.value, keyPlace, depth + 1) });
  }
  // A key of the map itself wins over merged ones, and an earlier merged map over a later one, as in go-yaml.
  for (const source of merged) {
    for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
  }
  return { kind: "map", place, text: undefined, entries };
}

function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === "<<";
}

function locateMerge(reading: Reading, value: Node | null, place: Place, depth: number): readonly LocatedMap[] {
  const node = locate(reading, value, place, depth + 1);
  const maps = node.kind === "list" ? node.items : [node];
  if (maps.every((map) => map.kind === "map")) return maps;
  problem(reading, place, `found something else after "<<", expected a map or a list of maps to merge`);
  return [];
}

function locateKey(reading: Reading, key: Node | null, place: Place): string | undefined {
  const node = key === null ? nullAt(place) : locate(reading, key, place, 0);
  if (node.broken) return undefined;
  if (node.kind === "scalar" && node.value !== null) return keyText(node.value, node.text ?? "");
  const found = node.kind === "scalar" ? "nothing" : `a ${node.kind}`;
  problem(reading, place, `found ${found} as a key, expected text before ":"`);
  return undefined;
}

/** Tags that ask for a type; others are ignored, and the text is taken, as in go-yaml. */
const fitsTag: Readonly<Record<string, (value: ScalarValue, text: string) => boolean>> = {
  "tag:yaml.org,2002:int": (_value, text) => isInteger(text),
  "tag:yaml.org,2002:float": (value) => typeof value === "number",
  "tag:yaml.org,2002:bool": (value) => typeof value === "boolean",
  "tag:yaml.org,2002:null": (value) => value === null,
};

function locateScalar(reading: Reading, node: Scalar, place: Place): LocatedScalar {
  // Schema "failsafe" leaves text.
  const content = endOf(reading, node, typeof node.value === "string" ? node.value : "");
  const untagged = node.tag === undefined || node.tag === "!";
  if (untagged && node.type === Scalar.PLAIN) {
    const source = node.source ?? "";
    return { kind: "scalar", place, text: source, value: resolvePlain(source) };
  }
  const fits = fitsTag[node.tag ?? ""];
  if (node.tag === "tag:yaml.org,2002:binary") {
    const text = decodeBinary(content);
    if (text === undefined) return problem(reading, place, "found the tag !!binary, expected UTF-8 text in base64");
    return { kind: "scalar", place, text, value: text };
  }
  if (fits === undefined) return { kind: "scalar", place, text: content, value: content };
  const value = resolvePlain(content);
  if (fits(value, content)) return { kind: "scalar", place, text: content, value };
  return problem(reading, place, `found ${quote(content)}, expected a value of the type of its tag`);
}

/** Where the text ends within the last line of a block scalar, the library adds an end of line; go-yaml does not. */
function endOf({ text }: Reading, { type, range }: Scalar, content: string): string {
  const isBlock = type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED;
  const isCut = isBlock && range?.[1] === text.length && !/[\r\n]$/.test(text);
  return isCut && content.endsWith("\n") ? content.slice(0, -1) : content;
}

function problem(reading: Reading, place: Place, message: string): LocatedScalar {
  reading.problems.push({ place, message });
  return { ...nullAt(place), broken: true };
}
