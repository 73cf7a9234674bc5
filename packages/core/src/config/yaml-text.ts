import type { Located, ScalarValue } from "./located.ts";
import { resolvePlain } from "./scalar.ts";

/** How a tree is written. */
export interface YamlStyle {
  /** What to say of a value behind it, as a comment; undefined says nothing. */
  readonly comment?: (node: Located) => string | undefined;
}

const indent = "    ";

/**
 * Writes a tree as YAML that `parseYaml` reads to the same values: block style, four blanks a level, keys in the tree's order.
 * References are written so that they are none: each "$" of a value is doubled.
 */
export function formatYaml(root: Located, style: YamlStyle = {}): string {
  const lines: string[] = [];
  writeBlock(root, "", style, lines);
  return `${lines.join("\n")}\n`;
}

/** Appends a value that begins on a line of its own. */
function writeBlock(node: Located, margin: string, style: YamlStyle, lines: string[]): void {
  if (node.kind === "map" && node.entries.size > 0) {
    for (const [key, { value }] of node.entries) writeEntry(`${margin}${textOf(key)}:`, value, margin, style, lines);
  } else if (node.kind === "list" && node.items.length > 0) {
    for (const item of node.items) writeItem(item, margin, style, lines);
  } else lines.push(`${margin}${inline(node)}${commentOn(node, style)}`);
}

function writeEntry(head: string, value: Located, margin: string, style: YamlStyle, lines: string[]): void {
  if (isInline(value)) lines.push(`${head} ${inline(value)}${commentOn(value, style)}`);
  else {
    lines.push(head);
    writeBlock(value, `${margin}${indent}`, style, lines);
  }
}

/** An item's first line stands beside its dash. */
function writeItem(item: Located, margin: string, style: YamlStyle, lines: string[]): void {
  const at = lines.length;
  writeBlock(item, `${margin}  `, style, lines);
  lines[at] = `${margin}- ${lines[at]!.slice(margin.length + 2)}`;
}

function isInline(node: Located): boolean {
  if (node.kind === "scalar") return true;
  return node.kind === "list" ? node.items.length === 0 : node.entries.size === 0;
}

function inline(node: Located): string {
  if (node.kind === "scalar") return scalarText(node.value);
  return node.kind === "list" ? "[]" : "{}";
}

function scalarText(value: ScalarValue): string {
  if (typeof value === "string") return textOf(value.replaceAll("$", "$$$$"));
  if (typeof value !== "number") return String(value);
  if (Number.isNaN(value)) return ".nan";
  return Number.isFinite(value) ? String(value) : value > 0 ? ".inf" : "-.inf";
}

/** Text without quotes where that is read as the same text; in double quotes where it would be another type; else in single ones. */
function textOf(text: string): string {
  if (/[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text)) return quoted(text);
  if (resolvePlain(text) !== text || /^(?:y|n|yes|no|on|off)$/i.test(text)) return JSON.stringify(text);
  const isPlain = /^(?![-?:](?: |$)|---|\.\.\.|[\s!&*|>'"%@`#,[\]{}=<])(?!.*(?:: | #|[:\s]$)).+$/.test(text);
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

/** JSON's strings are YAML's, but for some characters that YAML wants escaped, too. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function commentOn(node: Located, { comment }: YamlStyle): string {
  const text = comment?.(node);
  return text === undefined ? "" : `  # ${text.replaceAll(/\p{Cc}/gu, " ")}`;
}

/** A tree of plain data, keys in its order. */
export function fromPlain(value: unknown): Located {
  const common = { place: { source: "", line: 0, column: 0 }, text: undefined };
  if (Array.isArray(value)) return { ...common, kind: "list", items: value.map(fromPlain) };
  if (typeof value !== "object" || value === null) return { ...common, kind: "scalar", value: value as ScalarValue };
  const entries = Object.entries(value).map(([key, item]) => {
    const located = fromPlain(item);
    return [key, { place: located.place, value: located }] as const;
  });
  return { ...common, kind: "map", entries: new Map(entries) };
}
