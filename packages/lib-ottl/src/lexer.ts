import { OttlError } from "./errors.ts";
import { unquote } from "./unquote.ts";

/** A piece of a condition. */
export type Token =
  | { readonly kind: "string"; readonly text: string; readonly at: number }
  | {
      readonly kind: "bytes" | "float" | "int" | "name" | "symbol" | "end";
      readonly text: string;
      readonly at: number;
    };

/** One alternative a kind, in upstream's order. */
const TOKEN =
  /\s*(?:(0x[0-9a-fA-F]+)|((?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|([0-9]+)|("(?:\\.|[^\\"])*")|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|>=|<=|=>|[<>=+\-*/(){}:,.[\]]))/suy;
const KINDS = ["bytes", "float", "int", "string", "name", "symbol"] as const;

/** Splits a text into tokens; the last one is the end. Throws `OttlError`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; ; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      const rest = text.slice(at).trimStart();
      if (rest === "") return [...tokens, { kind: "end", text: "", at: text.length }];
      throw unreadable(rest, text.length - rest.length);
    }
    const [kind, found] = KINDS.flatMap((each, i) =>
      match[i + 1] === undefined ? [] : [[each, match[i + 1]!] as const],
    )[0]!;
    const start = TOKEN.lastIndex - found.length;
    tokens.push(
      kind === "string" ? { kind, text: unquote(found, start), at: start } : { kind, text: found, at: start },
    );
  }
}

function unreadable(rest: string, at: number): OttlError {
  if (rest.startsWith('"')) return new OttlError("found a text without its closing quote", at);
  const [character = ""] = rest;
  const hint = character === "'" ? "; texts are written with double quotes" : "";
  return new OttlError(`found ${JSON.stringify(character)}, which is no part of a condition${hint}`, at);
}
