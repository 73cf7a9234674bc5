import type { Answer } from "./answer.ts";
import { keepNumbers } from "./theirs.ts";

/** Below these everything that one of the two has, the other must have; elsewhere each has settings of its own. */
const exact = [
  /^service::pipelines(::|$)/,
  /^service::telemetry::logs::initial_fields(::|$)/,
  /^exporters::[^:]+::external_labels(::|$)/,
  /::static_configs::\d+::labels(::|$)/,
  /^(exporters|receivers)$/,
];

/** One way in which two answers differ. */
export interface Difference {
  /** "refused" or "taken" by us only, or the path of a value. */
  readonly what: string;
  readonly detail: string;
}

/** How two answers differ; not at all when they mean the same. The words of errors are each one's own. */
export function differences(ours: Answer, theirs: Answer): readonly Difference[] {
  if (ours.error !== undefined && theirs.error !== undefined) return [];
  if (ours.error !== undefined) return [{ what: "refused", detail: ours.error }];
  if (theirs.error !== undefined) return [{ what: "taken", detail: theirs.error }];
  const found: Difference[] = [];
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, keepNumbers));
  walk(plain(ours.config), plain(theirs.config), "", found);
  return found;
}

function walk(ours: unknown, theirs: unknown, path: string, found: Difference[]): void {
  if (isTree(ours) && isTree(theirs)) {
    const isExact = exact.some((pattern) => pattern.test(path));
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const known = Object.hasOwn(ours, key) && Object.hasOwn(theirs, key);
      if (known || isExact) walk(ours[key], theirs[key], path === "" ? key : `${path}::${key}`, found);
    }
  } else if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    for (const [index, item] of ours.entries()) walk(item, theirs[index], `${path}::${index}`, found);
  } else if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
    found.push({ what: path, detail: `ours ${JSON.stringify(ours)}, upstream's ${JSON.stringify(theirs)}` });
  }
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
