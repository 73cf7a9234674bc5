import { type Alias, isAlias, isMap, isScalar, type Node, Scalar, visit } from "yaml";
import { doubleDollars } from "./dollars.ts";
import { contentOf, inlineText, type Source, type TopPair, type YamlPair } from "./source.ts";

/** Puts `text` in place of what stands from `start` to before `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Gives the text of some of the top keys as it was written, comments above them too, to stand below something else: each line
 * behind `margin`, with `cuts` made, and values written so that the expansion gives them as they were.
 */
export function sliceText(source: Source, kept: readonly TopPair[], cuts: readonly Edit[], margin: string): string {
  const spans = kept.map((pair) => spanOf(source, pair));
  const sorted = cuts.toSorted((a, b) => a.start - b.start);
  const isKept = (offset: number) =>
    spans.some(({ start, end }) => start <= offset && offset < end) && !isInside(offset, sorted);
  const edits = [...cuts];
  for (const { pair } of kept) edits.push(...editsOf(source, pair, isKept));
  return kept
    .map((pair, index) => {
      const text = applyEdits(source.text, spans[index]!, edits);
      // In braces the lines that follow must stand to the right of the key.
      if (isFlow(source)) return `${margin}${pair.key}: ${text.trim().replaceAll(/\n(?=[^\r\n])/g, `\n${margin}  `)}\n`;
      return (text.endsWith("\n") ? text : `${text}\n`).replaceAll(/^(?=[^\r\n])/gm, margin);
    })
    .join("");
}

function isFlow({ document }: Source): boolean {
  return isMap(document.contents) && document.contents.flow === true;
}

/** Whole lines, from the comment above a key to the end of its value; in a map in braces the value alone. */
function spanOf(source: Source, { pair }: TopPair): Span {
  const { text } = source;
  if (isFlow(source)) return { start: pair.value?.range?.[0] ?? 0, end: pair.value?.range?.[1] ?? 0 };
  const index = source.pairs.findIndex((other) => other.pair === pair);
  const before = source.pairs[index - 1];
  const start = before === undefined ? firstLine(source) : endOf(text, before.pair);
  return { start, end: endOf(text, pair) };
}

/** Where the first key's lines begin, those of a comment right above it too; a comment at the file's very top is about the whole. */
function firstLine({ text, pairs }: Source): number {
  const keyLine = lineStart(text, pairs[0]?.pair.key.range?.[0] ?? 0);
  const comment = /(?:^|\n)[ \t]*\r?\n((?:[ \t]*#[^\n]*\n)+)$/.exec(text.slice(0, keyLine))?.[1] ?? "";
  return keyLine - comment.length;
}

/** Behind the line in which a value ends, and with it a comment there. */
export function endOf(text: string, { key, value }: YamlPair): number {
  return lineEnd(text, Math.max(key.range![1], value?.range?.[1] ?? 0));
}

/** Behind the line that holds what ends at `end`. */
export function lineEnd(text: string, end: number): number {
  if (end > 0 && text[end - 1] === "\n") return end;
  const line = text.indexOf("\n", end);
  return line < 0 ? text.length : line + 1;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The comments that stand above all keys, and those behind all. */
export function outerComments(source: Source): { readonly above: string; readonly below: string } {
  const { text, pairs } = source;
  const last = pairs.at(-1);
  if (last === undefined || isFlow(source)) return { above: "", below: "" };
  return { above: commentsOf(text.slice(0, firstLine(source))), below: commentsOf(text.slice(endOf(text, last.pair))) };
}

function commentsOf(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => /^\s*(?:#.*)?$/.test(line));
  const comments = lines.join("\n").trim();
  return comments === "" ? "" : `${comments}\n`;
}

function editsOf(source: Source, pair: YamlPair, isKept: (offset: number) => boolean): readonly Edit[] {
  const { text, document } = source;
  const edits: Edit[] = [];
  visit(pair.value as Node, {
    Scalar(key, node) {
      if (key === "key" || !isKept(node.range![0])) return;
      const edit = scalarEdit(text, node);
      if (edit !== undefined) edits.push(edit);
    },
    Alias(_key, node) {
      const [start, end] = node.range!;
      const target = node.resolve(document);
      if (target === undefined || !isKept(start) || isKept(target.range![0])) return;
      edits.push({ start, end, text: inlineText(document, target) });
    },
  });
  return edits;
}

function scalarEdit(text: string, node: Scalar): Edit | undefined {
  const [from, end] = node.range!;
  const value = contentOf(node);
  const wanted = doubleDollars(value);
  if (wanted === value) return undefined;
  const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  const start = isBlock ? text.indexOf("\n", from) + 1 : from;
  const raw = text.slice(start, end);
  // "\x24" is a "$" too: such text is written anew.
  const isEscaped = node.type === Scalar.QUOTE_DOUBLE && raw.includes("\\");
  return { start, end, text: isEscaped ? JSON.stringify(wanted) : doubleDollars(raw) };
}

/** Whether an offset lies in one of these, which are in order. */
function isInside(offset: number, spans: readonly Span[]): boolean {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  const last = spans[low - 1];
  return last !== undefined && offset < last.end;
}

function applyEdits(text: string, { start, end }: Span, edits: readonly Edit[]): string {
  const inside = edits.filter((edit) => start <= edit.start && edit.end <= end).toSorted((a, b) => a.start - b.start);
  let result = "";
  let at = start;
  for (const edit of inside) {
    if (edit.start < at) continue;
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at, end);
}

/** What a node stands for: itself, or what an alias refers to. */
export function resolved({ document }: Source, node: unknown): unknown {
  return isAlias(node) ? (node as Alias).resolve(document) : node;
}

export function textOfScalar(node: unknown): string | undefined {
  return isScalar(node) ? contentOf(node) : undefined;
}
