/** Finds the texts of messages in source code, to prove that each is shown by a test. */

/** A text of at least three words in some source file: literal parts in order, between them what is filled in. */
export interface MessageText {
  readonly file: string;
  readonly parts: readonly string[];
}

/** Every string and template of a source text that reads like a message, those inside of a template's expressions too. */
export function findMessages(file: string, source: string): readonly MessageText[] {
  const found: MessageText[] = [];
  const scanner = { source, at: 0 };
  scanCode(scanner, (parts) => {
    if (readsLikeMessage(parts)) found.push({ file, parts });
  });
  return found;
}

/** Whether the parts stand in the text, in order and close to each other. */
export function isShown({ parts }: MessageText, text: string): boolean {
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[^\\n]*?");
  return new RegExp(pattern).test(text);
}

function readsLikeMessage(parts: readonly string[]): boolean {
  const text = parts.join("\u0000");
  return (
    /[a-z]{2,}[^a-z]+[a-z]{2,}/.test(text) && / /.test(text.trim()) && !/^(?:\.{1,2}\/|BUG|node:|use strict)/.test(text)
  );
}

interface Scanner {
  readonly source: string;
  at: number;
}
type Take = (parts: readonly string[]) => void;

/** Reads code up to the "}" that ends it, or the end of the source. */
function scanCode(scanner: Scanner, take: Take): void {
  const { source } = scanner;
  let depth = 0;
  while (scanner.at < source.length) {
    const character = source[scanner.at]!;
    if (source.startsWith("//", scanner.at)) skipPast(scanner, "\n");
    else if (source.startsWith("/*", scanner.at)) skipPast(scanner, "*/");
    else if (character === "/" && startsPattern(source, scanner.at)) skipPattern(scanner);
    else if (character === '"' || character === "'") take([readString(scanner, character)]);
    else if (character === "`") take(readTemplate(scanner, take));
    else {
      scanner.at += 1;
      if (character === "{") depth += 1;
      if (character === "}" && --depth < 0) return;
    }
  }
}

function skipPast(scanner: Scanner, end: string): void {
  const found = scanner.source.indexOf(end, scanner.at);
  scanner.at = found < 0 ? scanner.source.length : found + end.length;
}

/** Whether a "/" begins a regular expression: after what no value ends with. */
function startsPattern(source: string, at: number): boolean {
  return /(?:[(,=:[!&|?{};]|=>|return)\s*$/.test(source.slice(Math.max(0, at - 20), at));
}

function skipPattern(scanner: Scanner): void {
  let inSet = false;
  for (scanner.at += 1; scanner.at < scanner.source.length; scanner.at++) {
    const character = scanner.source[scanner.at];
    if (character === "\\") scanner.at += 1;
    else if (character === "[") inSet = true;
    else if (character === "]") inSet = false;
    else if (character === "/" && !inSet) break;
  }
  scanner.at += 1;
}

function readString(scanner: Scanner, quote: string): string {
  const start = scanner.at + 1;
  for (scanner.at = start; scanner.source[scanner.at] !== quote; scanner.at++) {
    if (scanner.source[scanner.at] === "\\") scanner.at += 1;
  }
  scanner.at += 1;
  return withoutEscapes(scanner.source.slice(start, scanner.at - 1));
}

function readTemplate(scanner: Scanner, take: Take): readonly string[] {
  const parts: string[] = [];
  let start = ++scanner.at;
  const end = (): void => void parts.push(withoutEscapes(scanner.source.slice(start, scanner.at)));
  for (; scanner.source[scanner.at] !== "`"; ) {
    if (scanner.source.startsWith("${", scanner.at)) {
      end();
      scanner.at += 2;
      scanCode(scanner, take);
      start = scanner.at;
    } else scanner.at += scanner.source[scanner.at] === "\\" ? 2 : 1;
  }
  end();
  scanner.at += 1;
  return parts;
}

function withoutEscapes(text: string): string {
  return text.replaceAll(/\\([`"'$\\])/g, "$1").replaceAll("\\n", "\n");
}
