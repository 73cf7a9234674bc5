/** The tokens that both exposition formats share. Functions take a place in the page and return the place behind the token. */
import { lineOf, type Page, ParseError, problem, unexpected } from "./parse-error.ts";
import { isUtf8, quoteBytes } from "./quote.ts";

export const TAB = 9;
export const NEWLINE = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const BRACE_OPEN = 123;
const COMMA = 44;
const EQUAL = 61;
const BACKSLASH = 92;
const BRACE_CLOSE = 125;

const LABEL_START = 1;
const LABEL_PART = 2;
const NAME_START = 4;
const NAME_PART = 8;
/** What a byte may be part of. */
const CLASS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z_]/.test(character)) return LABEL_START | LABEL_PART | NAME_START | NAME_PART;
  if (/[0-9]/.test(character)) return LABEL_PART | NAME_PART;
  return character === ":" ? NAME_START | NAME_PART : 0;
});

/** Behind the run of spaces and tabs at `from`. */
export function skipBlanks(bytes: Uint8Array, from: number, length: number): number {
  let at = from;
  while (at < length && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** Behind the bare metric name at `from`; `from` itself when there is none. */
export function nameEnd(bytes: Uint8Array, from: number, length: number): number {
  if (from >= length || (CLASS[bytes[from]!]! & NAME_START) === 0) return from;
  let at = from + 1;
  while (at < length && (CLASS[bytes[at]!]! & NAME_PART) !== 0) at++;
  return at;
}

function labelNameEnd(bytes: Uint8Array, from: number, length: number): number {
  if (from >= length || (CLASS[bytes[from]!]! & LABEL_START) === 0) return from;
  let at = from + 1;
  while (at < length && (CLASS[bytes[at]!]! & LABEL_PART) !== 0) at++;
  return at;
}

/** Behind the quoted string whose quote stands at `from`; -1 when it is not closed. Throws when it is not UTF-8. */
export function stringEnd(page: Page, from: number, newlines: boolean, what: string): number {
  const { bytes, length } = page;
  let seen = 0;
  for (let at = from + 1; at < length; at++) {
    const byte = bytes[at]!;
    seen |= byte;
    if (byte === QUOTE) {
      if (seen < 0x80 || isUtf8(bytes, from, at)) return at + 1;
      throw new ParseError(`invalid UTF-8 ${what}: ${quoteBytes(bytes, from, at + 1)}`, lineOf(page, from));
    }
    if (byte === BACKSLASH) {
      // Any byte may be escaped but a newline.
      if (++at < length && bytes[at] === NEWLINE) return -1;
      seen |= bytes[at]!;
    } else if (byte === NEWLINE && !newlines) return -1;
  }
  return -1;
}

/** Behind the labels of a series or of an exemplar, whose brace stands before `from`. Throws ParseError. */
export function labelsEnd(page: Page, from: number, nameSet: boolean, exemplar: boolean): number {
  const { bytes, length, text } = page;
  let named = nameSet;
  let at = from;
  for (;;) {
    if (text) at = skipBlanks(bytes, at, length);
    if (at < length && bytes[at] === BRACE_CLOSE) break;
    const quoted = at < length && bytes[at] === QUOTE;
    let end = quoted ? stringEnd(page, at, true, "name") : labelNameEnd(bytes, at, length);
    if (end <= at) throw unexpected(page, at, "expected label name", "labels");
    if (text) end = skipBlanks(bytes, end, length);
    const follows = end < length ? bytes[end] : -1;
    if (quoted && (follows === COMMA || follows === BRACE_CLOSE)) {
      // A quoted string without a value is the metric's name.
      if (exemplar) throw unexpected(page, end, "expected label name", "labels");
      if (named) throw problem(page, "metric name already set", at, end + 1);
      named = true;
      at = follows === COMMA ? end + 1 : end;
    } else {
      if (follows !== EQUAL) throw unexpected(page, end, "expected equal", "labels");
      at = labelValueEnd(page, end + 1);
    }
  }
  if (!named) throw problem(page, "metric name not set", at, at + 1);
  return at + 1;
}

/** Behind a label's value and the comma after it. */
function labelValueEnd(page: Page, from: number): number {
  const { bytes, length, text } = page;
  const start = text ? skipBlanks(bytes, from, length) : from;
  let at = start < length && bytes[start] === QUOTE ? stringEnd(page, start, text, "label value") : -1;
  if (at < 0) throw unexpected(page, start, "expected label value", "label value");
  if (text) at = skipBlanks(bytes, at, length);
  if (at < length && bytes[at] === COMMA) return at + 1;
  // The lexer of the text format does without the comma.
  if (!text && (at >= length || bytes[at] !== BRACE_CLOSE)) {
    throw unexpected(page, at, "expected comma or brace close", "labels");
  }
  return at;
}
