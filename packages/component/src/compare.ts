import { Secret } from "./secret.ts";

/** Paths that are told of one component; the others are counted. */
const MOST_TOLD = 20;

/**
 * Names what differs between two decoded configurations: "endpoint changed", "tls.ca_file added", "jobs[2] removed". Values are
 * never told, since they may be secret; secrets are compared by what they hide.
 */
export function configChanges(before: unknown, after: unknown): readonly string[] {
  const changes: string[] = [];
  compare(before, after, "", changes);
  return changes.length <= MOST_TOLD
    ? changes
    : [...changes.slice(0, MOST_TOLD), `${changes.length - MOST_TOLD} more changes`];
}

function compare(before: unknown, after: unknown, path: string, changes: string[]): void {
  if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[key], after[key], below(path, key, Array.isArray(after)), changes);
    }
    return;
  }
  if (isSame(before, after)) return;
  const verb = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  changes.push(`${path === "" ? "configuration" : path} ${verb}`);
}

type Tree = Readonly<Record<string, unknown>>;

/** A list or plain map: what has no more to it than its entries. */
function isTree(value: unknown): value is Tree {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  if ((a instanceof URL && b instanceof URL) || (a instanceof RegExp && b instanceof RegExp)) {
    return String(a) === String(b);
  }
  // Of anything else that is made anew at each reading nobody knows: then it is taken as changed.
  return Object.is(a, b);
}

function below(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}
