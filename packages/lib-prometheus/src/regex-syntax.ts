/**
 * Reads the plain part of RE2's syntax into a tree: literals, sets, groups, alternatives, repetition of single characters,
 * optional groups. Everything else (flags, Unicode classes, anchors inside, repeated groups) is left to the general engine.
 * The pattern has been validated, so only what is understood needs telling from what is not.
 */
import { ANY, type CodePoints, complement, single, union } from "./code-points.ts";

/** One character of a set, `min` to `max` times. */
export interface Repeat {
  readonly kind: "repeat";
  readonly set: CodePoints;
  readonly min: number;
  readonly max: number;
  readonly lazy: boolean;
}
/** Alternatives in order of preference; an optional group may be left out (`lazy`: is left out first). */
export interface Group {
  readonly kind: "group";
  readonly captures: boolean;
  readonly alternatives: readonly Sequence[];
  readonly optional: boolean;
  readonly lazy: boolean;
}
export type Sequence = readonly (Repeat | Group)[];

const range = (text: string): CodePoints => [...text].map((character) => character.codePointAt(0)!);
const DIGIT = range("09");
const WORD = union(range("09AZ__az"));
/** RE2's `\s` has no vertical tab. */
const BLANK = union(range("\t\t\n\n\f\f\r\r  "));
const CLASSES = new Map<string, CodePoints>([
  ["d", DIGIT],
  ["D", complement(DIGIT)],
  ["w", WORD],
  ["W", complement(WORD)],
  ["s", BLANK],
  ["S", complement(BLANK)],
]);
const CONTROLS = new Map([
  ["a", 7],
  ["f", 12],
  ["t", 9],
  ["n", 10],
  ["r", 13],
  ["v", 11],
]);

interface Cursor {
  readonly text: string;
  at: number;
}

const HEX = /x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/y;
/** A number with a leading zero is none, and the braces are text. */
const COUNTED = /\{(0|[1-9]\d{0,3})(?:(,)(0|[1-9]\d{0,3}|))?\}/y;
const GROUP_START = /\((?:\?(?:P?<\w+>|(:)))?(?!\?)/y;

function exec(expression: RegExp, cursor: Cursor): RegExpExecArray | null {
  expression.lastIndex = cursor.at;
  const match = expression.exec(cursor.text);
  if (match !== null) cursor.at = expression.lastIndex;
  return match;
}

/** The alternatives of a valid pattern that is to match a whole text; undefined when it uses more than is understood here. */
export function parsePlainPattern(pattern: string): readonly Sequence[] | undefined {
  const cursor = { text: pattern, at: 0 };
  const alternatives = parseAlternatives(cursor, 0);
  return cursor.at === pattern.length ? alternatives : undefined;
}

function parseAlternatives(cursor: Cursor, depth: number): Sequence[] | undefined {
  const alternatives: Sequence[] = [];
  for (;;) {
    const sequence = parseSequence(cursor, depth);
    if (sequence === undefined) return undefined;
    alternatives.push(sequence);
    if (cursor.text[cursor.at] !== "|") return alternatives;
    cursor.at++;
  }
}

/** Deep enough for any pattern of a person; parsing must not exhaust the stack. */
const MAX_DEPTH = 20;

function parseSequence(cursor: Cursor, depth: number): Sequence | undefined {
  const items: (Repeat | Group)[] = [];
  const { text } = cursor;
  // The whole pattern is anchored, so an anchor at the edge of an alternative adds nothing.
  if (depth === 0 && text[cursor.at] === "^") {
    cursor.at++;
    // Here braces count the anchor.
    if (text[cursor.at] === "{") return undefined;
  }
  for (;;) {
    const character = text[cursor.at];
    if (character === undefined || character === "|" || character === ")") return items;
    if (depth === 0 && character === "$" && (text[cursor.at + 1] ?? "|") === "|") {
      cursor.at++;
      return items;
    }
    const item = character === "(" ? parseGroup(cursor, depth) : parseRepeat(cursor);
    if (item === undefined) return undefined;
    items.push(item);
  }
}

function parseGroup(cursor: Cursor, depth: number): Group | undefined {
  const start = exec(GROUP_START, cursor);
  if (start === null || depth > MAX_DEPTH) return undefined;
  const alternatives = parseAlternatives(cursor, depth + 1);
  if (alternatives === undefined || cursor.text[cursor.at] !== ")") return undefined;
  cursor.at++;
  const { min, max, lazy } = parseCount(cursor);
  if (max !== 1) return undefined;
  return { kind: "group", captures: start[1] === undefined, alternatives, optional: min === 0, lazy };
}

function parseRepeat(cursor: Cursor): Repeat | undefined {
  const set = cursor.text[cursor.at] === "[" ? parseSet(cursor) : parseCharacter(cursor, "^$*+?");
  return set && { kind: "repeat", set, ...parseCount(cursor) };
}

function parseCount(cursor: Cursor): { min: number; max: number; lazy: boolean } {
  const character = cursor.text[cursor.at];
  let min = 1;
  let max = 1;
  if (character === "*" || character === "+" || character === "?") {
    cursor.at++;
    min = character === "+" ? 1 : 0;
    max = character === "?" ? 1 : Number.POSITIVE_INFINITY;
  } else {
    const counted = exec(COUNTED, cursor);
    if (counted === null) return { min, max, lazy: false };
    min = Number(counted[1]);
    max = counted[2] === undefined ? min : counted[3] === "" ? Number.POSITIVE_INFINITY : Number(counted[3]);
  }
  const lazy = cursor.text[cursor.at] === "?";
  if (lazy) cursor.at++;
  return { min, max, lazy };
}

/** One character or class outside or inside brackets; undefined for those of `special` and for what is not understood. */
function parseCharacter(cursor: Cursor, special: string): CodePoints | undefined {
  const { text } = cursor;
  const point = text.codePointAt(cursor.at)!;
  const character = String.fromCodePoint(point);
  if (special.includes(character)) return undefined;
  cursor.at += character.length;
  if (character === "." && special !== "") return ANY;
  if (character !== "\\") return [point, point];
  const escaped = text[cursor.at] ?? "";
  const hex = exec(HEX, cursor);
  if (hex !== null) {
    const value = Number.parseInt(hex[1] ?? hex[2]!, 16);
    return [value, value];
  }
  cursor.at++;
  const control = CONTROLS.get(escaped);
  if (control !== undefined) return [control, control];
  if (/^[!-/:-@[-`{-~]$/.test(escaped)) return [escaped.charCodeAt(0), escaped.charCodeAt(0)];
  return CLASSES.get(escaped);
}

/** A set in brackets. */
function parseSet(cursor: Cursor): CodePoints | undefined {
  const { text } = cursor;
  cursor.at++;
  const negated = text[cursor.at] === "^";
  if (negated) cursor.at++;
  const ranges: number[] = [];
  for (let first = true; first || text[cursor.at] !== "]"; first = false) {
    // Inside brackets `[:alpha:]` is a class.
    if (cursor.at >= text.length || text.startsWith("[:", cursor.at)) return undefined;
    const low = parseCharacter(cursor, "");
    if (low === undefined) return undefined;
    const isRange = single(low) >= 0 && text[cursor.at] === "-" && (text[cursor.at + 1] ?? "]") !== "]";
    if (!isRange) {
      ranges.push(...low);
      continue;
    }
    cursor.at++;
    const high = parseCharacter(cursor, "");
    if (high === undefined || single(high) < 0) return undefined;
    ranges.push(single(low), single(high));
  }
  cursor.at++;
  const set = negated ? complement(union(ranges)) : union(ranges);
  return set.length === 0 ? undefined : set;
}
