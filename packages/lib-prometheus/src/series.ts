import { parseFloatText } from "./page-number.ts";
import type { PageFormat } from "./page-scanner.ts";
import { ParseError } from "./parse-error.ts";

/** Label names and values in the order of the page; duplicates are kept so that the caller can refuse them. */
export type LabelPairs = [name: string, value: string][];

/** An example measurement of an OpenMetrics sample. */
export interface ParsedExemplar {
  readonly labels: LabelPairs;
  readonly value: number;
  /** undefined when the page gives none. */
  readonly timestampMs: number | undefined;
}

/** First byte of a series' line that no page can hold: it stands for a native histogram, or for one with custom buckets. */
export const NATIVE_MARK = 1;
export const CUSTOM_MARK = 2;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, from: number, to: number): string {
  try {
    return decoder.decode(bytes.subarray(from, to));
  } catch (cause) {
    throw Object.assign(refused("cannot read text that is not UTF-8"), { cause });
  }
}

const refused = (message: string): ParseError => new ParseError(message, 1);

/** Label values and quoted names know `\\`, `\"` and `\n`; any other backslash stands for itself. */
function unescapeString(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\([\\"n])/g, (_, character: string) => (character === "n" ? "\n" : character));
}

/** Place of the quote that closes the string opened before `from`. */
function closingQuote(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 34) return at;
    if (character === 92) at++;
  }
  throw refused("cannot read labels: a quote is not closed");
}

interface Labels {
  readonly labels: LabelPairs;
  /** A quoted metric name among the labels. */
  readonly name: string | undefined;
  readonly end: number;
}

/** Labels from behind the brace. Both formats are read alike: what one of them forbids, the scanner has refused. */
function parseLabels(text: string, from: number): Labels {
  const labels: LabelPairs = [];
  let name: string | undefined;
  let at = from;
  for (;;) {
    separator.lastIndex = at;
    separator.test(text);
    at = separator.lastIndex;
    if (text[at] === "}") return { labels, name, end: at + 1 };
    let label: string;
    const quoted = text[at] === '"';
    if (quoted) {
      const close = closingQuote(text, at + 1);
      label = unescapeString(text.slice(at + 1, close));
      at = close + 1;
    } else {
      bareName.lastIndex = at;
      label = bareName.exec(text)?.[0] ?? "";
      if (label === "") throw refused(`cannot read labels "${text}"`);
      at += label.length;
    }
    assignment.lastIndex = at;
    if (assignment.test(text)) {
      const open = assignment.lastIndex;
      const close = closingQuote(text, open);
      labels.push([label, unescapeString(text.slice(open, close))]);
      at = close + 1;
    } else if (quoted && name === undefined) {
      name = label;
    } else throw refused(`cannot read labels "${text}"`);
  }
}

const separator = /[ \t,]*/y;
const bareName = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const assignment = /[ \t]*=[ \t]*"/y;

/** The metric name and labels of a series as a scanner found it, its mark left out. Throws ParseError for text that no scanner would return. */
export function parseSeries(bytes: Uint8Array, from: number, to: number): { name: string; labels: LabelPairs } {
  const first = bytes[from];
  const text = decode(bytes, first === NATIVE_MARK || first === CUSTOM_MARK ? from + 1 : from, to);
  const brace = text.indexOf("{");
  if (brace < 0) return { name: text, labels: [] };
  const { labels, name, end } = parseLabels(text, brace + 1);
  if (end !== text.length || (brace === 0) !== (name !== undefined)) throw refused(`cannot read series "${text}"`);
  return { name: name ?? text.slice(0, brace).trimEnd(), labels };
}

/** The exemplar a scanner found: labels, value, and seconds as whole milliseconds. Throws ParseError. */
export function parseExemplar(bytes: Uint8Array, from: number, to: number): ParsedExemplar {
  const text = decode(bytes, from, to);
  if (!text.startsWith("{")) throw refused(`cannot read exemplar "${text}"`);
  const { labels, end } = parseLabels(text, 1);
  const [, value, seconds] = text.slice(end).split(" ");
  return {
    labels,
    value: parsedFloat(value ?? ""),
    timestampMs: seconds === undefined ? undefined : Math.trunc(parsedFloat(seconds) * 1000) + 0,
  };
}

function parsedFloat(text: string): number {
  const value = parseFloatText(text);
  if (typeof value === "string") throw refused(value);
  return value;
}

/** The text of a HELP, TYPE or UNIT line without its escapes: `\\` and `\n`, and in OpenMetrics `\"`. */
export function parseMetadataText(bytes: Uint8Array, from: number, to: number, format: PageFormat): string {
  const text = decode(bytes, from, to);
  if (!text.includes("\\")) return text;
  const escapes = format === "text" ? /\\([\\n])/g : /\\([\\n"])/g;
  return text.replace(escapes, (_, character: string) => (character === "n" ? "\n" : character));
}

/** The name in a HELP, TYPE or UNIT line: as it stands, or without the escapes when it was quoted. */
export function parseMetadataName(bytes: Uint8Array, from: number, to: number): string {
  return unescapeString(decode(bytes, from, to));
}
