/** The lines of a page that begin with `#`. Cold: a scraper recognises the lines of the last page without reading them. */
import { NEWLINE, nameEnd, QUOTE, SPACE, skipBlanks, stringEnd } from "./lexer.ts";
import { lineOf, type Page, ParseError, unexpected } from "./parse-error.ts";
import { isUtf8, quoteBytes } from "./quote.ts";

/** One metadata line: places in the page, the name without its quotes; `end` is where the next line starts. */
export interface Metadata {
  readonly keyword: "HELP" | "TYPE" | "UNIT";
  readonly nameFrom: number;
  readonly nameTo: number;
  readonly textFrom: number;
  readonly textTo: number;
  readonly end: number;
}

const KEYWORDS = ["HELP", "TYPE", "UNIT"] as const;
const TEXT_TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];
const OPENMETRICS_TYPES = ["counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"];

/** Whether the ASCII text stands at `from`. */
export function startsWith(page: Page, from: number, text: string): boolean {
  if (from + text.length > page.length) return false;
  for (let i = 0; i < text.length; i++) if (page.bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Where the line after `from` starts. */
export function nextLine(page: Page, from: number): number {
  const newline = page.bytes.indexOf(NEWLINE, from);
  return newline < 0 || newline >= page.length ? page.length : newline + 1;
}

/** `# HELP name text` or `# TYPE name type` of the text format at the hash; undefined for any other comment. Throws ParseError. */
export function textMetadata(page: Page, hash: number): Metadata | undefined {
  const { bytes, length } = page;
  const word = skipBlanks(bytes, hash + 1, length);
  const keyword = KEYWORDS.find((candidate) => candidate !== "UNIT" && startsWith(page, word, candidate));
  const name = skipBlanks(bytes, word + 4, length);
  if (keyword === undefined || word === hash + 1 || name === word + 4) return undefined;
  const nameTo = metadataNameEnd(page, name, keyword);
  const end = nextLine(page, nameTo);
  const lineEnd = end > nameTo && bytes[end - 1] === NEWLINE ? end - 1 : end;
  // The lexer takes one byte after the name, whatever it is, and takes a text of nothing but blanks for no text.
  const textFrom = skipBlanks(bytes, nameTo, lineEnd) === lineEnd ? lineEnd : nameTo + 1;
  return checked(page, TEXT_TYPES, { keyword, ...nameRange(page, name, nameTo), textFrom, textTo: lineEnd, end });
}

/** `# HELP|TYPE|UNIT name text` of OpenMetrics at the hash. Throws ParseError; there are no other comments. */
export function openMetricsMetadata(page: Page, hash: number): Metadata {
  const { bytes, length } = page;
  const keyword = KEYWORDS.find((candidate) => startsWith(page, hash, `# ${candidate} `));
  if (keyword === undefined) throw unexpected(page, hash, "expected a valid start token", "start");
  const nameTo = metadataNameEnd(page, hash + 7, keyword);
  const end = nextLine(page, nameTo);
  if (nameTo >= length || bytes[nameTo] !== SPACE || bytes[end - 1] !== NEWLINE) {
    throw new ParseError(`expected text in ${keyword}`, lineOf(page, nameTo));
  }
  const range = nameRange(page, hash + 7, nameTo);
  return checked(page, OPENMETRICS_TYPES, { keyword, ...range, textFrom: nameTo + 1, textTo: end - 1, end });
}

function metadataNameEnd(page: Page, from: number, keyword: string): number {
  const quoted = from < page.length && page.bytes[from] === QUOTE;
  const end = quoted ? stringEnd(page, from, true, "name") : nameEnd(page.bytes, from, page.length);
  if (end <= from) throw unexpected(page, from, `expected metric name after ${keyword}`, "label value");
  return end;
}

function nameRange(page: Page, from: number, to: number): { nameFrom: number; nameTo: number } {
  return page.bytes[from] === QUOTE ? { nameFrom: from + 1, nameTo: to - 1 } : { nameFrom: from, nameTo: to };
}

function checked(page: Page, types: readonly string[], line: Metadata): Metadata {
  const { textFrom, textTo, nameFrom, nameTo } = line;
  const refuse = (message: string): ParseError => new ParseError(message, lineOf(page, nameFrom));
  const shown = (): string => quoteBytes(page.bytes, textFrom, textTo);
  if (
    line.keyword === "TYPE" &&
    !types.some((type) => type.length === textTo - textFrom && startsWith(page, textFrom, type))
  ) {
    throw refuse(`invalid metric type ${shown()}`);
  }
  if (line.keyword === "HELP" && !isUtf8(page.bytes, textFrom, textTo)) {
    throw refuse(`help text ${shown()} is not a valid utf8 string`);
  }
  if (line.keyword === "UNIT" && !hasUnit(page, line)) {
    throw refuse(`unit ${shown()} not a suffix of metric ${quoteBytes(page.bytes, nameFrom, nameTo)}`);
  }
  return line;
}

/** Whether the family's name ends with `_<unit>`; an empty unit says nothing. */
function hasUnit(page: Page, { nameFrom, nameTo, textFrom, textTo }: Metadata): boolean {
  const size = textTo - textFrom;
  if (size === 0) return true;
  const { bytes } = page;
  const suffix = nameTo - size;
  if (suffix <= nameFrom || bytes[suffix - 1] !== 95) return false;
  for (let i = 0; i < size; i++) if (bytes[suffix + i] !== bytes[textFrom + i]) return false;
  return true;
}
