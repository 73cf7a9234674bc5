import { isNull, type Located, type LocatedEntry, type LocatedList, type Path, toPlain } from "./located.ts";
import type { Report } from "./problems.ts";

/** How configurations are laid over each other. */
export interface MergeOptions {
  readonly report: Report;
  /** The gate `confmap.enableMergeAppendOption`: ids of extensions, receivers and exporters are appended to those before. */
  readonly appendIds?: boolean | undefined;
}

/**
 * Lays one configuration over another: maps are merged, anything else is replaced, by null too. Since a key without a value is
 * easily left behind by accident, null over a map with content is warned of.
 */
export function merge(base: Located, over: Located, options: MergeOptions, path: Path = []): Located {
  if (base.kind === "map" && base.entries.size > 0 && isNull(over)) {
    const { source, line } = base.place;
    const message = `empty here, which replaces the map of ${source}:${line}; remove the key to keep it`;
    options.report({ severity: "warning", place: over.place, path, message });
  }
  if (base.kind === "list" && over.kind === "list" && options.appendIds && isListOfIds(path)) return append(base, over);
  if (base.kind !== "map" || over.kind !== "map") return over;
  const entries = new Map<string, LocatedEntry>(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    const value = below === undefined ? entry.value : merge(below.value, entry.value, options, [...path, key]);
    entries.set(key, { place: entry.place, value });
  }
  return { ...over, entries };
}

/** `service::extensions`, and receivers and exporters anywhere below a key of `service`. */
function isListOfIds([top, ...rest]: Path): boolean {
  if (top !== "service") return false;
  const last = rest.at(-1);
  return rest.length === 1 ? last === "extensions" : last === "receivers" || last === "exporters";
}

/** The items before, then those that are new; of several that are equal the first. */
function append(base: LocatedList, over: LocatedList): LocatedList {
  const keyOf = (item: Located): string => JSON.stringify(toPlain(item));
  const known = new Set(base.items.map(keyOf));
  const added = over.items.filter((item) => {
    const key = keyOf(item);
    return !known.has(key) && known.add(key);
  });
  return { ...over, items: [...base.items, ...added] };
}
