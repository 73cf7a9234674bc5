/** A line of a configuration as a message may show it. */
export interface CodeFrame {
  /** The line as written, without what may be a secret, and only the part around the column when it is long. */
  readonly line: string;
  /** What stands below it: blanks and "^". */
  readonly caret: string;
}

const redacted = "[REDACTED]";
const longest = 120;
/** A key whose value is mostly a secret, up to that value; names of files and URLs are none. */
const secretKey =
  /[\w.-]*(?:password|passwd|secret|token|credential|api_?key|private_?key|authorization|_pem)[\w.-]*(?<!_files?|_urls?|_ref|_path|_type|_id)["']?\s*:\s+(?=[^\s#&*|>$])/i;
const anyKey = /[:-]\s+(?=\S)/;
/** A line of a key or certificate: nothing but base64. */
const base64Line = /^\s*[A-Za-z0-9+/=_-]{40,}\s*$/;

/**
 * Frames the place of a problem in a text. `column` counts from 1 in UTF-16 units. `isSecret` says that whatever value stands in the
 * line is one. Undefined when the text has no such line.
 */
export function frameLine(text: string, line: number, column: number, isSecret: boolean): CodeFrame | undefined {
  const written = lineOf(text, line);
  if (written === undefined || column < 1 || column > written.length + 1) return undefined;
  const secretAt = secretStart(written, isSecret);
  const shown = secretAt < 0 ? written : `${written.slice(0, secretAt)}${redacted}`;
  const at = secretAt < 0 ? column - 1 : Math.min(column - 1, secretAt);
  const start = at < longest - 20 ? 0 : at - 40;
  const before = `${start > 0 ? "..." : ""}${shown.slice(start, at)}`;
  const rest = shown.slice(at, start + longest);
  const cut = start + longest < shown.length ? "..." : "";
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

/** Where a secret begins; it is taken to reach to the end of the line. -1 without one. */
function secretStart(line: string, isSecret: boolean): number {
  if (base64Line.test(line)) return line.search(/\S/);
  const key = secretKey.exec(line) ?? (isSecret ? anyKey.exec(line) : null);
  const login = /:\/\/[^/?#\s]*@/.exec(line);
  const starts = [key && key.index + key[0].length, login && login.index + 3].filter((at) => at !== null);
  return starts.length === 0 ? -1 : Math.min(...starts);
}

/** One column a character, and none that a terminal obeys. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Cf}/gu, " ");
}
