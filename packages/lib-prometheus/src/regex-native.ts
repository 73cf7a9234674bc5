/**
 * When the engine's own backtracking expressions are safe. They are some twenty times as fast as the general engine, and
 * exponential on the wrong pattern, so a pattern is only given to them when its matching is provably linear in the text:
 *
 * - a loop whose characters cannot start what follows it never gives any back, so it costs one pass;
 * - one loop may be ambiguous, as in `(.+)-(\d+)`: matching what follows is then tried at every place where it can start.
 *   Loops in what follows must stop at every such place, so that the tries do not overlap, except for a last `.*`, which
 *   cannot fail;
 * - other choices (optional parts, alternatives that start alike) multiply the cost, and are limited in number.
 */
import { type CodePoints, intersects, isAny, single, union } from "./code-points.ts";
import type { Group, Repeat, Sequence } from "./regex-syntax.ts";

/** Most ways through the choices that are not loops. */
const MAX_PATHS = 16;
/** Most characters outside loops behind the ambiguous loop: how often one character may be read again. */
const MAX_LENGTH = 64;
/** Longest source. Of several times as many pieces the engine finds out at the first match only that it cannot compile them. */
const MAX_SOURCE = 16 << 10;

interface Analysis {
  paths: number;
  /** What can start behind the ambiguous loop; undefined while there is none. */
  starts: CodePoints | undefined;
  length: number;
}

/** The native expression for whole texts, or undefined when its matching might not be linear. */
export function nativeExpression(alternatives: readonly Sequence[]): RegExp | undefined {
  const only = alternatives.length === 1 && alternatives[0]!.length === 1 ? alternatives[0]![0]! : undefined;
  // `(a|b)` is as good as `a|b`: each alternative is tried once from the start.
  const choices = only?.kind === "group" && !only.optional ? only.alternatives : alternatives;
  const source = sourceOf(alternatives);
  if (source.length > MAX_SOURCE || !choices.every(isLinear)) return undefined;
  return new RegExp(`^(?:${source})$`, "u");
}

function isLinear(sequence: Sequence): boolean {
  const analysis: Analysis = { paths: 1, starts: undefined, length: 0 };
  return checkSequence(sequence, [], analysis) && analysis.paths <= MAX_PATHS && analysis.length <= MAX_LENGTH;
}

/** What can start the item, or what follows it when it can be empty. */
function firstOf(item: Repeat | Group, follow: CodePoints): CodePoints {
  if (item.kind === "repeat")
    return item.min > 0 ? item.set : item.max === 0 ? follow : union([...item.set, ...follow]);
  const firsts = item.alternatives.flatMap((alternative) => firstOfSequence(alternative, follow));
  return union(item.optional ? [...firsts, ...follow] : firsts);
}

function firstOfSequence(sequence: Sequence, follow: CodePoints): CodePoints {
  return sequence.reduceRight<CodePoints>((rest, item) => firstOf(item, rest), follow);
}

const canBeEmpty = (sequence: Sequence): boolean =>
  sequence.every((item) =>
    item.kind === "repeat" ? item.min === 0 : item.optional || item.alternatives.some(canBeEmpty),
  );

/** Whether the sequence is safe when `follow` is what can start behind it; an empty `follow` means the end of the text. */
function checkSequence(sequence: Sequence, follow: CodePoints, analysis: Analysis): boolean {
  return sequence.every((item, i) => {
    const rest = firstOfSequence(sequence.slice(i + 1), follow);
    return item.kind === "repeat" ? checkRepeat(item, rest, analysis) : checkGroup(item, rest, analysis);
  });
}

function checkRepeat({ set, min, max }: Repeat, follow: CodePoints, analysis: Analysis): boolean {
  const isAmbiguous = intersects(set, follow);
  if (max !== Number.POSITIVE_INFINITY) {
    if (isAmbiguous) analysis.paths *= max - min + 1;
    if (analysis.starts !== undefined) analysis.length += max;
    return true;
  }
  if (analysis.starts !== undefined) {
    const cannotFail = isAny(set) && follow.length === 0 && min <= 1;
    return cannotFail || (!isAmbiguous && !intersects(set, analysis.starts));
  }
  if (isAmbiguous) analysis.starts = follow;
  return true;
}

function checkGroup(group: Group, follow: CodePoints, analysis: Analysis): boolean {
  const { alternatives, optional } = group;
  // The engines disagree about an optional group that matched nothing.
  if (optional && alternatives.some(canBeEmpty)) return false;
  const choices = alternatives.map((alternative) => firstOfSequence(alternative, follow));
  if (optional) choices.push(follow);
  const overlap = choices.some((first, i) => choices.some((other, j) => j < i && intersects(first, other)));
  if (overlap) analysis.paths *= choices.length;
  return alternatives.every((alternative) => checkSequence(alternative, follow, analysis));
}

function sourceOf(alternatives: readonly Sequence[]): string {
  return alternatives.map((sequence) => sequence.map(sourceOfItem).join("")).join("|");
}

function sourceOfItem(item: Repeat | Group): string {
  const lazy = item.lazy ? "?" : "";
  if (item.kind === "group") {
    return `(${item.captures ? "" : "?:"}${sourceOf(item.alternatives)})${item.optional ? `?${lazy}` : ""}`;
  }
  const { set, min, max } = item;
  const source = sourceOfSet(set);
  if (min === 1 && max === 1) return source;
  return `${source}{${min},${max === Number.POSITIVE_INFINITY ? "" : max}}${lazy}`;
}

function sourceOfSet(set: CodePoints): string {
  if (isAny(set)) return "[^]";
  if (single(set) >= 0) return escapePoint(set[0]!);
  let ranges = "";
  for (let i = 0; i < set.length; i += 2) ranges += `${escapePoint(set[i]!)}-${escapePoint(set[i + 1]!)}`;
  return `[${ranges}]`;
}

const escapePoint = (point: number): string => `\\u{${point.toString(16)}}`;
