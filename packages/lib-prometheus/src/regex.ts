import { RE2JS } from "re2js";
import { isAny } from "./code-points.ts";
import { nativeExpression } from "./regex-native.ts";
import { textTest } from "./regex-shape.ts";
import { type Group, parsePlainPattern, type Repeat, type Sequence } from "./regex-syntax.ts";
import { expandTemplate, type Match, type Template } from "./template.ts";

/** A compiled pattern: matches whole texts, in time linear in their length, with RE2's semantics. */
export interface Matcher {
  readonly pattern: string;
  matches(text: string): boolean;
  /** The match of the whole text, undefined when there is none. */
  exec(text: string): Match | undefined;
  /** Go's `ReplaceAllString`: the expanded template when the whole text matches, else the text. */
  replaceAll(text: string, template: Template): string;
}

/** Groups of a whole match, as engines give them. */
type Groups = readonly (string | undefined)[];

/** Label values repeat, so the slow engine remembers a bounded number of its answers, for texts of usual length. */
const MAX_REMEMBERED = 1024;
const MAX_REMEMBERED_LENGTH = 256;

/**
 * Compiles a pattern of Go's syntax as Prometheus does: `^(?s:pattern)$`. Throws an Error with Go's message
 * (`error parsing regexp: ...`) when it is not one. Literals and simple wildcards are compared as text; a pattern whose
 * matching is provably linear runs on the native engine; everything else on an automaton.
 */
export function compileRegex(pattern: string): Matcher {
  const general = compileGeneral(pattern);
  const alternatives = parsePlainPattern(pattern);
  const native = alternatives && nativeExpression(alternatives);
  const automaton = remembering((text) => general.exec(text) as Groups | null);
  const test = alternatives && textTest(alternatives);
  const groupsOf = (alternatives && wholeGroups(alternatives)) ?? (native ? (text) => native.exec(text) : automaton);
  const names = new Map(Object.entries(general.namedGroups()));
  const exec = (text: string): Match | undefined => {
    const groups = groupsOf(text);
    return groups === null ? undefined : { groups, names };
  };
  return {
    pattern,
    matches: test ?? (native ? (text) => native.test(text) : remembering((text) => general.test(text))),
    exec,
    replaceAll(text, template) {
      const match = exec(text);
      return match === undefined ? text : expandTemplate(template, match);
    },
  };
}

/** The automaton for a pattern: always right, never fast. Exported for tests. */
export function compileGeneral(pattern: string): RE2JS {
  try {
    return RE2JS.compile(`^(?s:${pattern})$`);
  } catch (cause) {
    throw regexError(cause);
  }
}

/** What a pattern is refused with, in Go's words. */
export function regexError(cause: unknown): Error {
  const { message } = cause as Error;
  const isSyntax = message.startsWith("error parsing regexp: ");
  return new Error(isSyntax ? message : "error parsing regexp: expression nests too deeply", { cause });
}

/** `.*` and `(.*)`, the default pattern, match everything. */
function wholeGroups(alternatives: readonly Sequence[]): ((text: string) => Groups) | undefined {
  const item = onlyItem(alternatives);
  if (item?.kind === "repeat") return isEverything(item) ? (text) => [text] : undefined;
  if (item === undefined || !item.captures) return undefined;
  return isEverything(onlyItem(item.alternatives)) ? (text) => [text, text] : undefined;
}

function onlyItem(alternatives: readonly Sequence[]): Repeat | Group | undefined {
  return alternatives.length === 1 && alternatives[0]!.length === 1 ? alternatives[0]![0] : undefined;
}

function isEverything(item: Repeat | Group | undefined): boolean {
  return item?.kind === "repeat" && isAny(item.set) && item.min === 0 && item.max === Number.POSITIVE_INFINITY;
}

/** Remembers a bounded number of answers. */
export function remembering<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (text.length > MAX_REMEMBERED_LENGTH) return compute(text);
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const answer = compute(text);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(text, answer);
    return answer;
  };
}
