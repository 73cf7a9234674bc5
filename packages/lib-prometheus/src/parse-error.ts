import { quoteBytes } from "./quote.ts";

/** What is wrong with an exposition page, in Prometheus' words, and the line (from 1) it stands on. */
export class ParseError extends Error {
  override readonly name = "ParseError";
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The page being read: `start` is where its current entry began. */
export interface Page {
  readonly text: boolean;
  bytes: Uint8Array;
  length: number;
  start: number;
}

/** What may follow: decides how the offending bytes are named. */
export type LexerState = "start" | "labels" | "label value" | "value" | "timestamp";

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;
const isWord = (byte: number): boolean => isDigit(byte) || byte === 95 || ((byte | 32) >= 97 && (byte | 32) <= 122);

/** Where the lexers give up on a quoted string that is not closed. */
function stringStop(bytes: Uint8Array, from: number, length: number): number {
  let at = from + 1;
  while (at < length && bytes[at] !== 10 && bytes[at] !== 34) at += bytes[at] === 92 && bytes[at + 1] !== 10 ? 2 : 1;
  return Math.min(at, length);
}

/** End and name of the token at `at`, as the lexers of Prometheus name them. */
function tokenAt(page: Page, at: number, state: LexerState): { readonly to: number; readonly name: string } {
  const { bytes, length } = page;
  const byte = bytes[at]!;
  let to = at;
  if (state === "labels" && isWord(byte) && !isDigit(byte)) {
    while (to < length && isWord(bytes[to]!)) to++;
    return { to, name: "LNAME" };
  }
  if (state === "labels" && byte === 44) return { to: at + 1, name: "COMMA" };
  if (state === "labels" && byte === 61) return { to: at + 1, name: "EQUAL" };
  if (state === "labels" && byte === 125) return { to: at + 1, name: "BCLOSE" };
  if (state === "value" && byte === 123) return { to: at + 1, name: "BOPEN" };
  if (byte === 34 && state !== "start") {
    to = stringStop(bytes, at, length);
    return state === "labels" && bytes[to] === 34 ? { to: to + 1, name: "QSTRING" } : { to, name: "INVALID" };
  }
  if (state === "timestamp") {
    const from = !page.text && byte === 32 ? at + 1 : at;
    to = from;
    while (to < length && (page.text ? isDigit(bytes[to]!) : bytes[to] !== 32 && bytes[to] !== 10)) to++;
    if (to > from && (page.text || from > at)) return { to, name: "TIMESTAMP" };
  }
  return { to: at, name: "INVALID" };
}

/** Number of the line `at` stands on: counted only when something is wrong, so that reading a page does not pay for it. */
export function lineOf(page: Page, at: number): number {
  let line = 1;
  for (let i = page.bytes.indexOf(10); i >= 0 && i < at; i = page.bytes.indexOf(10, i + 1)) line++;
  return line;
}

/** The error for bytes that do not fit at `at`: `expected <what>, got "<rest>" ("<TOKEN>") while parsing: "<line part>"`. */
export function unexpected(page: Page, at: number, expected: string, state: LexerState): ParseError {
  const token = at < page.length ? tokenAt(page, at, state) : { to: page.length, name: "EOF" };
  const end = Math.min(token.to + 1, page.length);
  const got = quoteBytes(page.bytes, at, end);
  return problem(page, `${expected}, got ${got} ("${token.name}")`, at, end);
}

/** The error `<message> while parsing: "<line part>"`, whose line part ends before `end`. */
export function problem(page: Page, message: string, at: number, end: number): ParseError {
  return new ParseError(`${message} while parsing: ${quoteBytes(page.bytes, page.start, end)}`, lineOf(page, at));
}
