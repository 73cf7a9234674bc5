/** Patterns that need no engine: literals, and one run of any characters between two literals, or several of those with `|`. */
import { isAny, single } from "./code-points.ts";
import type { Sequence } from "./regex-syntax.ts";

/** `prefix`, at least `min` characters, `suffix`. */
interface Wildcard {
  readonly prefix: string;
  readonly suffix: string;
  readonly min: number;
}

/** A test for whole texts; undefined when a pattern has another shape. Says nothing of groups. */
export function textTest(alternatives: readonly Sequence[]): ((text: string) => boolean) | undefined {
  const literals = new Set<string>();
  const wildcards: Wildcard[] = [];
  for (const sequence of alternatives.flatMap(withoutGroups)) {
    const shape = shapeOf(sequence);
    if (shape === undefined) return undefined;
    if (typeof shape === "string") literals.add(shape);
    else wildcards.push(shape);
  }
  if (wildcards.length === 0) {
    if (literals.size > 1) return (text) => literals.has(text);
    const [literal] = literals;
    return (text) => text === literal;
  }
  return (text) => literals.has(text) || wildcards.some((wildcard) => fits(wildcard, text));
}

function fits({ prefix, suffix, min }: Wildcard, text: string): boolean {
  return text.length >= prefix.length + suffix.length + min && text.startsWith(prefix) && text.endsWith(suffix);
}

/** The alternatives of a sequence that is nothing but a group, and the items of groups that have one alternative. */
function withoutGroups(sequence: Sequence): Sequence[] {
  const [first] = sequence;
  if (sequence.length === 1 && first?.kind === "group" && !first.optional)
    return first.alternatives.flatMap(withoutGroups);
  const items = sequence.flatMap(
    (item): Sequence =>
      item.kind === "group" && !item.optional && item.alternatives.length === 1
        ? withoutGroups(item.alternatives[0]!).flat()
        : [item],
  );
  return [items];
}

function shapeOf(sequence: Sequence): string | Wildcard | undefined {
  let prefix = "";
  let wild: { readonly min: number } | undefined;
  let suffix = "";
  for (const item of sequence) {
    if (item.kind === "group") return undefined;
    const point = single(item.set);
    if (item.min === 1 && item.max === 1 && point >= 0) {
      if (wild === undefined) prefix += String.fromCodePoint(point);
      else suffix += String.fromCodePoint(point);
    } else if (isAny(item.set) && item.min <= 1 && item.max === Number.POSITIVE_INFINITY && wild === undefined) {
      wild = item;
    } else return undefined;
  }
  return wild === undefined ? prefix : { prefix, suffix, min: wild.min };
}
