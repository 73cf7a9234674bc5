import type { JsonSchema } from "@sluice/component";
import { isNull, type Located, type LocatedEntry, type LocatedMap, type Path } from "./located.ts";
import { type OldKey, oldKeys } from "./old-forms-table.ts";
import type { Report } from "./problems.ts";
import { formFor, formsOf, itemsOf, propertiesOf, propertyOf, valuesOf } from "./schema.ts";

/** Puts the values of old keys where they stand today, at any depth, and warns of each. Gives the same node when there are none. */
export function rewriteOldKeys(node: Located, schema: JsonSchema, path: Path, report: Report): Located {
  if (node.broken) return node;
  const forms = formsOf(schema);
  if (forms !== undefined) {
    const form = node.kind === "scalar" ? undefined : formFor(forms, node.kind === "list" ? "array" : "object");
    return form === undefined ? node : rewriteOldKeys(node, form, path, report);
  }
  const items = itemsOf(schema);
  if (node.kind === "list") {
    if (items === undefined) return node;
    const written = node.items.map((item, index) => rewriteOldKeys(item, items, [...path, index], report));
    return written.some((item, index) => item !== node.items[index]) ? { ...node, items: written } : node;
  }
  if (node.kind !== "map") return node;
  return rewriteBelow(moveKeys(node, schema, path, report), schema, path, report);
}

function rewriteBelow(node: LocatedMap, schema: JsonSchema, path: Path, report: Report): LocatedMap {
  const values = valuesOf(schema);
  const changed: [string, LocatedEntry][] = [];
  for (const [key, { place, value }] of node.entries) {
    const below = propertyOf(schema, key) ?? values;
    const written = below === undefined ? value : rewriteOldKeys(value, below, [...path, key], report);
    if (written !== value) changed.push([key, { place, value: written }]);
  }
  return changed.length === 0 ? node : { ...node, entries: new Map([...node.entries, ...changed]) };
}

function moveKeys(node: LocatedMap, schema: JsonSchema, path: Path, report: Report): LocatedMap {
  let moved = node;
  for (const oldKey of oldKeys) {
    const { key, to, now } = oldKey;
    const entry = node.entries.get(key);
    if (entry === undefined || !mayStand(oldKey, schema)) continue;
    const next = move(moved, oldKey, entry);
    const at = { place: entry.place, path: [...path, key] };
    if (next === undefined) {
      moved = without(moved, key);
      const message = `found the old form of ${to.join("::")} beside that, expected one of the two`;
      report({ severity: "error", message, ...at });
      continue;
    }
    moved = next;
    const message = to.length === 0 ? "has no effect: there is no ballast; remove it" : `old form; write ${now}`;
    report({ severity: "warning", message, ...at });
  }
  return moved;
}

function mayStand({ key, to, beside }: OldKey, schema: JsonSchema): boolean {
  const properties = propertiesOf(schema);
  if (properties === undefined || Object.hasOwn(properties, key)) return false;
  const [section, inside] = to;
  if (section === undefined || inside === undefined) return Object.hasOwn(properties, beside);
  const target = propertyOf(schema, section);
  return target !== undefined && propertyOf(target, inside) !== undefined && propertyOf(target, beside) !== undefined;
}

function without(node: LocatedMap, key: string): LocatedMap {
  return { ...node, entries: new Map([...node.entries].filter(([other]) => other !== key)) };
}

/** Undefined when something stands there already. */
function move(node: LocatedMap, { key, to: [section, inside] }: OldKey, entry: LocatedEntry): LocatedMap | undefined {
  const entries = new Map(without(node, key).entries);
  if (section === undefined) return { ...node, entries };
  const there = node.entries.get(section);
  if (inside === undefined) {
    if (there !== undefined) return undefined;
    return { ...node, entries: entries.set(section, entry) };
  }
  const { place } = there ?? entry;
  if (there !== undefined && there.value.kind !== "map" && !isNull(there.value)) return undefined;
  const within = new Map(there?.value.kind === "map" ? there.value.entries : []);
  if (within.has(inside)) return undefined;
  const value: LocatedMap = { kind: "map", text: undefined, place, entries: within.set(inside, entry) };
  return { ...node, entries: entries.set(section, { place, value }) };
}

/** A component's schema with its old keys, deprecated: what `rewriteOldKeys` takes, for editors and other checkers. */
export function withOldKeys(schema: JsonSchema): JsonSchema {
  const { items, additionalProperties, anyOf } = schema;
  const below = propertiesOf(schema);
  const old = oldKeys.flatMap((oldKey) => {
    const { key, to, now } = oldKey;
    if (!mayStand(oldKey, schema)) return [];
    const target = to.reduce((at: JsonSchema | undefined, step) => at && propertyOf(at, step), schema);
    const json = to.length === 0 ? {} : withOldKeys(target ?? {});
    const none = { default: undefined };
    return [[key, { ...json, ...none, description: `Old form of \`${now}\`.`, deprecated: true }] as const];
  });
  const named = Object.entries(below ?? {}).map(([key, property]) => [key, withOldKeys(property)] as const);
  return {
    ...schema,
    ...(below !== undefined && { properties: Object.fromEntries([...named, ...old]) }),
    ...(items !== undefined && { items: withOldKeys(items as JsonSchema) }),
    ...(anyOf !== undefined && { anyOf: (anyOf as readonly JsonSchema[]).map(withOldKeys) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: valuesOf(schema) === undefined ? additionalProperties : withOldKeys(valuesOf(schema)!),
    }),
  };
}
