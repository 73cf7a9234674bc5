import type { JsonSchema } from "@sluice/component";
import { isNull, type Located, type LocatedEntry, type LocatedMap, type Path } from "./located.ts";
import type { Report } from "./problems.ts";
import { formFor, formsOf, itemsOf, propertiesOf, propertyOf, valuesOf } from "./schema.ts";

/** A way of writing that upstream had once. It works, with a warning that shows the present one. */
export interface OldForm {
  /** As the documentation shows it: `tls_settings: {...}`. */
  readonly old: string;
  readonly now: string;
  /** Where it may stand, and what else is worth knowing. */
  readonly note: string;
}

/** A key that stands elsewhere today, in whatever configuration has the place for it and no such key of its own. */
interface OldKey extends OldForm {
  readonly key: string;
  /** From the map that holds the old key; none: it has no effect any more. */
  readonly to: readonly [string] | readonly [string, string] | readonly [];
  /** Where the old key may stand: a map with this key, or with this key in the section it moves to. */
  readonly beside: string;
}

const clientTls = "In exporters, before there was a section `tls`.";
const clientKeys = ["ca_file", "cert_file", "key_file", "insecure", "insecure_skip_verify", "server_name_override"];
const oldKeys: readonly OldKey[] = [
  ...clientKeys.map((key): OldKey => {
    const note = clientTls;
    return { key, to: ["tls", key], beside: "insecure", old: `${key}: ...`, now: `tls: {${key}: ...}`, note };
  }),
  ...["tls_setting", "tls_settings"].map((key): OldKey => {
    const note = "In receivers and exporters.";
    return { key, to: ["tls"], beside: "tls", old: `${key}: {...}`, now: "tls: {...}", note };
  }),
  ...["allowed_origins", "allowed_headers"].map((key): OldKey => {
    const note = "In HTTP servers, before there was a section `cors`.";
    const old = `cors_${key}`;
    return { key: old, to: ["cors", key], beside: key, old: `${old}: [...]`, now: `cors: {${key}: [...]}`, note };
  }),
  {
    key: "ballast_size_mib",
    to: [],
    beside: "limit_mib",
    old: "ballast_size_mib: ...",
    now: "nothing: there is no ballast",
    note: "In the processor `memory_limiter`.",
  },
];

/** Every old form that works, for the documentation. */
export const oldForms: readonly OldForm[] = [
  {
    old: "exporters: {logging: {loglevel: debug}}",
    now: "exporters: {debug: {verbosity: detailed}}",
    note: "Any other `loglevel`, and `verbosity: normal`, printed a line a batch: that is `verbosity: basic`. `sampling_thereafter` was 500 by default.",
  },
  {
    old: "extensions: {memory_ballast: {...}}",
    now: "nothing: there is no ballast",
    note: "Wherever it stands it has no effect; `service::extensions` may list it.",
  },
  {
    old: 'service: {telemetry: {metrics: {address: "host:8888"}}}',
    now: "readers: [{pull: {exporter: {prometheus: {host: host, port: 8888}}}}]",
    note: "Below `service::telemetry::metrics`.",
  },
  {
    old: "service: {telemetry: {resource: {name: value}}}",
    now: "resource: {attributes: [{name: name, value: value}]}",
    note: "Below `service::telemetry`. Only the old form can remove a default, with `null`.",
  },
  ...oldKeys.map(({ old, now, note }) => ({ old, now, note })),
];

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
    // What is written in both forms stays, and is told to be unknown.
    if (next === undefined) continue;
    moved = next;
    const message = to.length === 0 ? "has no effect: there is no ballast; remove it" : `old form; write ${now}`;
    report({ severity: "warning", place: entry.place, path: [...path, key], message });
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

/** Undefined when something stands there already. */
function move(node: LocatedMap, { key, to: [section, inside] }: OldKey, entry: LocatedEntry): LocatedMap | undefined {
  const entries = new Map(node.entries);
  entries.delete(key);
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
