import { RE2JS } from "re2js";
import { regexError, remembering } from "./regex.ts";
import { nativeExpression } from "./regex-native.ts";
import { textTest } from "./regex-shape.ts";
import { parsePlainPattern } from "./regex-syntax.ts";

/** A compiled pattern that is looked for anywhere in a text, in time linear in its length, with RE2's semantics. */
export interface Search {
  readonly pattern: string;
  /** Go's `MatchString`. */
  readonly test: (text: string) => boolean;
  /** Go's `FindStringSubmatch`: the first match and its groups, undefined when there is none. */
  readonly exec: (text: string) => readonly (string | undefined)[] | undefined;
  /** The names of the groups, the whole match first; "" for one without a name. Go's `SubexpNames`. */
  readonly groupNames: readonly string[];
}

/** No character of these means anything but itself. */
const LITERAL = /^[^\\^$.|?*+()[\]{}]*$/;

/**
 * Compiles a pattern of Go's syntax as `regexp.Compile` does, for use without anchors. Throws an Error with Go's message
 * (`error parsing regexp: ...`) when it is not one.
 */
export function compileSearch(pattern: string): Search {
  const general = compiled(pattern);
  const find = remembering((text) => general.exec(text) as readonly (string | undefined)[] | null);
  const groupNames = Array.from({ length: general.groupCount() + 1 }, () => "");
  for (const [name, group] of Object.entries(general.namedGroups())) groupNames[group] = name;
  return {
    pattern,
    test: quickTest(pattern, (text) => general.test(text)),
    exec: (text) => find(text) ?? undefined,
    groupNames,
  };
}

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw regexError(cause);
  }
}

/** Patterns with at most an anchor at either end are looked for as text, or by the native engine where that is linear. */
function quickTest(pattern: string, general: (text: string) => boolean): (text: string) => boolean {
  const fromStart = pattern.startsWith("^");
  const toEnd = /(?:^|[^\\])(?:\\\\)*\$$/.test(pattern);
  const core = pattern.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
  if (LITERAL.test(core)) return literalTest(core, fromStart, toEnd);
  const slow = remembering(general);
  // An anchor belongs to its alternative only, and may be repeated.
  if (((fromStart || toEnd) && core.includes("|")) || /^[*+?{]/.test(core)) return slow;
  const whole = parsePlainPattern(`${fromStart ? "" : ".*"}(?:${core})${toEnd ? "" : ".*"}`);
  const native = whole && nativeExpression(whole);
  const quick = whole && (textTest(whole) ?? (native && ((text: string) => native.test(text))));
  // There a dot is any character; here it is none that ends a line.
  return quick === undefined ? slow : (text) => (text.includes("\n") ? slow(text) : quick(text));
}

function literalTest(core: string, fromStart: boolean, toEnd: boolean): (text: string) => boolean {
  if (fromStart) return toEnd ? (text) => text === core : (text) => text.startsWith(core);
  return toEnd ? (text) => text.endsWith(core) : (text) => text.includes(core);
}
