/** Sets of code points: sorted, disjoint, inclusive ranges as a flat list `[low, high, low, high, ...]`. */
export type CodePoints = readonly number[];

const LAST = 0x10ffff;

/** Every code point. */
export const ANY: CodePoints = [0, LAST];

/** The set of the given ranges, which may overlap and stand in any order. */
export function union(ranges: CodePoints): CodePoints {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i]!, ranges[i + 1]!]);
  pairs.sort(([a], [b]) => a - b);
  const merged: number[] = [];
  for (const [low, high] of pairs) {
    const last = merged.length - 1;
    if (last > 0 && low <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, high);
    else merged.push(low, high);
  }
  return merged;
}

/** The code points that are not in the set. */
export function complement(set: CodePoints): CodePoints {
  const rest: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) rest.push(next, set[i]! - 1);
    next = set[i + 1]! + 1;
  }
  if (next <= LAST) rest.push(next, LAST);
  return rest;
}

/** Whether the two sets share a code point. */
export function intersects(a: CodePoints, b: CodePoints): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i + 1]! < b[j]!) i += 2;
    else if (b[j + 1]! < a[i]!) j += 2;
    else return true;
  }
  return false;
}

/** Whether the set holds every code point. */
export function isAny(set: CodePoints): boolean {
  return set.length === 2 && set[0] === 0 && set[1] === LAST;
}

/** The only code point of the set, or -1. */
export function single(set: CodePoints): number {
  return set.length === 2 && set[0] === set[1] ? set[0]! : -1;
}
