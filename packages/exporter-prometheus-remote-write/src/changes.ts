import { configChanges } from "@sluice/component";

/** Whether these keys of two decoded configurations say the same; secrets are compared by what they hide. */
export function sameKeys<T extends object>(before: T, after: T, keys: readonly (keyof T)[]): boolean {
  return keys.every((key) => configChanges(before[key], after[key]).length === 0);
}
