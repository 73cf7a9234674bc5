import { Secret } from "@sluice/component";

/** Whether two values of a decoded configuration are equal, at any depth; secrets by what they hide. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Secret || b instanceof Secret) {
    return a instanceof Secret && b instanceof Secret && a.reveal() === b.reveal();
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const ofA = known(a);
  const ofB = new Map(known(b));
  return ofA.length === ofB.size && ofA.every(([key, value]) => ofB.has(key) && isSameValue(value, ofB.get(key)));
}
/** A key that holds nothing is as good as none. */
function known(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}
