import type { Node } from "yaml";
import { type Edit, endOf, lineEnd, lineStart } from "./slice.ts";
import type { Source, YamlPair } from "./source.ts";

/** A map or list as the library gives it; `flow`: in braces or brackets. */
export interface YamlMap {
  readonly items: readonly YamlPair[];
  readonly flow?: boolean;
}
export interface YamlSeq {
  readonly items: readonly Node[];
  readonly flow?: boolean;
  readonly range?: readonly [number, number, number] | null;
}

/** Takes one key out of a map, with its line where it has one for itself. */
export function cutPair({ text }: Source, { items, flow = false }: YamlMap, pair: YamlPair): Edit {
  const index = items.indexOf(pair);
  const [start] = pair.key.range!;
  const next = items[index + 1];
  const before = items[index - 1];
  if (flow && next === undefined && before !== undefined)
    return { start: endOfPair(before), end: endOfPair(pair), text: "" };
  if (next === undefined && before === undefined) return { start, end: endOfPair(pair), text: flow ? "" : "{}" };
  const line = lineStart(text, start);
  if (!flow && text.slice(line, start).trim() === "") return { start: line, end: endOf(text, pair), text: "" };
  // Beside a dash, or before a comma: what follows takes the place.
  return { start, end: next?.key.range?.[0] ?? endOfPair(pair), text: "" };
}

/** Takes one item out of a list, with its lines where it has some for itself. */
export function cutItem({ text }: Source, { items, flow = false, range }: YamlSeq, item: Node): Edit {
  const index = items.indexOf(item);
  const [start, end] = item.range!;
  const before = items[index - 1];
  if (flow) {
    const next = items[index + 1];
    if (next !== undefined) return { start, end: next.range![0], text: "" };
    return { start: before?.range?.[1] ?? start, end, text: "" };
  }
  const from = before === undefined ? range![0] : before.range![1];
  const dash = from + text.slice(from, start).search(/^[ \t]*-|-/m);
  return { start: lineStart(text, dash), end: lineEnd(text, end), text: "" };
}

function endOfPair({ key, value }: YamlPair): number {
  return Math.max(key.range![1], value?.range?.[1] ?? 0);
}
