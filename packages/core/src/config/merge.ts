import { isNull, type Located, type LocatedEntry, type Path } from "./located.ts";
import type { Report } from "./problems.ts";

/**
 * Lays one configuration over another: maps are merged, anything else is replaced, by null too. Since a key without a value is
 * easily left behind by accident, null over a map with content is warned of.
 */
export function merge(base: Located, over: Located, report: Report, path: Path = []): Located {
  if (base.kind === "map" && base.entries.size > 0 && isNull(over)) {
    const { source, line } = base.place;
    const message = `empty here, which replaces the map of ${source}:${line}; remove the key to keep it`;
    report({ severity: "warning", place: over.place, path, message });
  }
  if (base.kind !== "map" || over.kind !== "map") return over;
  const entries = new Map<string, LocatedEntry>(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    const value = below === undefined ? entry.value : merge(below.value, entry.value, report, [...path, key]);
    entries.set(key, { place: entry.place, value });
  }
  return { ...over, entries };
}
