import { secretKey } from "../config/encode.ts";

/** A line of a configuration as a message may show it. */
export interface CodeFrame {
  /** The line as written, without what may be a secret, and only the part around the column when it is long. */
  readonly line: string;
  /** What stands below it: blanks and "^". */
  readonly caret: string;
}

const redacted = "[REDACTED]";
const longest = 120;
/** A key and what stands between it and its value. */
const keyPattern = /(?<=^|[\s{,-])(?<key>[\w./-]+|"[^"]*"|'[^']*')\s*:\s+(?=[^\s#&*|>{])/g;
/** A key that is about a secret, but names a file, URL or kind. */
const publicKey = /_(?:files?|urls?|ref|path|type|id)["']?$/i;
/** A line of a key or certificate: nothing but base64. */
const base64Line = /^\s*[A-Za-z0-9+/=_-]{40,}\s*$/;

/**
 * Frames the place of a problem in a text. `column` counts from 1 in UTF-16 units. `isSecret` says that whatever value stands in the
 * line is one. Undefined when the text has no such line.
 */
export function frameLine(text: string, line: number, column: number, isSecret: boolean): CodeFrame | undefined {
  const written = lineOf(text, line);
  if (written === undefined || column < 1 || column > written.length + 1) return undefined;
  let shown = "";
  let at = column - 1;
  let end = 0;
  for (const [start, stop] of secretsIn(written, isSecret)) {
    // The column moves with the text before it; inside a secret it is at its start.
    if (column - 1 >= stop) at += redacted.length - (stop - start);
    else if (column - 1 > start) at = shown.length + start - end;
    shown += written.slice(end, start) + redacted;
    end = stop;
  }
  shown += written.slice(end);
  const first = at < longest - 20 ? 0 : at - 40;
  const before = `${first > 0 ? "..." : ""}${shown.slice(first, at)}`;
  const rest = shown.slice(at, first + longest);
  const cut = first + longest < shown.length ? "..." : "";
  return { line: printable(`${before}${rest}${cut}`), caret: `${" ".repeat([...printable(before)].length)}^` };
}

function lineOf(text: string, line: number): string | undefined {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return undefined;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? undefined : end).replace(/\r$/, "");
}

/** The parts of a line that may be secrets, in order. */
function secretsIn(line: string, isSecret: boolean): readonly (readonly [number, number])[] {
  if (base64Line.test(line)) return [[line.search(/\S/), line.length]];
  const secrets: [number, number][] = [];
  let end = 0;
  for (const match of line.matchAll(keyPattern)) {
    const { key = "" } = match.groups!;
    if (match.index < end || !(isSecret || (secretKey.test(key) && !publicKey.test(key)))) continue;
    const start = match.index + match[0].length;
    end = endOfValue(line, start);
    secrets.push([start, end]);
  }
  const item = isSecret && secrets.length === 0 ? /^\s*-\s+(?=\S)/.exec(line) : null;
  if (item !== null) return [[item[0].length, line.length]];
  const login = /:\/\/[^/?#\s]*(?=@)/.exec(line);
  if (login !== null && secrets.length === 0) secrets.push([login.index + 3, login.index + login[0].length]);
  return secrets;
}

/** Where the scalar that begins at `start` ends at the latest. */
function endOfValue(line: string, start: number): number {
  const quoted = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/.exec(line.slice(start));
  if (quoted !== null) return start + quoted[0].length;
  if (line[start] === "[") {
    const close = line.indexOf("]", start);
    return close < 0 ? line.length : close + 1;
  }
  const isFlow = /[{[]/.test(line.slice(0, start));
  const rest = line.slice(start).search(isFlow ? /[,}\]]/ : /\s+#|$/);
  return rest < 0 ? line.length : start + rest;
}

/** One column a character, and none that a terminal obeys. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Cf}/gu, " ");
}
