import { Secret } from "@sluice/component";

/** Whether two decoded configurations say the same; secrets are compared by what they hide. */
export function sameConfig(a: unknown, b: unknown): boolean {
  if (a instanceof Secret || b instanceof Secret) {
    return a instanceof Secret && b instanceof Secret && a.reveal() === b.reveal();
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameConfig(child(a, key), child(b, key)));
}

/** The keys of two levels that differ: "logs::level changed". */
export function differences(before: object, after: object): readonly string[] {
  const changes: string[] = [];
  for (const section of Object.keys(after)) {
    const [a, b] = [child(before, section), child(after, section)];
    if (sameConfig(a, b)) continue;
    const keys = section === "resource" ? [] : Object.keys(b as object);
    const changed = keys.filter((key) => !sameConfig(child(a as object, key), child(b as object, key)));
    changes.push(...(changed.length > 0 ? changed.map((key) => `${section}::${key} changed`) : [`${section} changed`]));
  }
  return changes;
}

function child(value: object, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key];
}
