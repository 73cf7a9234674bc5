import { Secret } from "@sluice/component";

/** Names what differs between two decoded configurations: "tls.ca_file changed", "sending_queue added". Values are never told. */
export function changesOf(before: unknown, after: unknown, path = ""): string[] {
  if (isTree(before) && isTree(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changesOf(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (isSame(before, after)) return [];
  return [`${path} ${before === undefined ? "added" : after === undefined ? "removed" : "changed"}`];
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((each, at) => changesOf(each, b[at]).length === 0);
}

/** Whether these keys of two decoded configurations say the same; secrets are compared by what they hide. */
export function sameKeys<T extends object>(before: T, after: T, keys: readonly (keyof T)[]): boolean {
  return keys.every((key) => changesOf(before[key], after[key]).length === 0);
}
