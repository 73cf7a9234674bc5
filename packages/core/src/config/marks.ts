import type { JsonSchema } from "@sluice/component";
import type { Body } from "./body.ts";
import { find, type Path, type Place } from "./located.ts";
import { formFor, formsOf, itemsOf, jsonType, propertiesOf, valuesOf } from "./schema.ts";

/** What a component's configuration names outside of itself, as its schema says. */
export interface Mark {
  /** "extension": an extension's id; "file": a file's path; "listens": an address. */
  readonly kind: "extension" | "file" | "listens";
  readonly value: string;
  /** The capability wanted of the extension ("" = any), "required" or "awaited" of a file, the network of an address. */
  readonly detail: string;
  /** From the component's body. */
  readonly within: Path;
  /** From the top of the configuration. */
  readonly path: Path;
  readonly place: Place;
}

/** Finds the marks of one decoded configuration, defaults among them, sections that are off not. Empty texts name nothing. */
export function findMarks(config: unknown, schema: JsonSchema, body: Body): readonly Mark[] {
  const marks: Mark[] = [];
  walk(config, schema, []);
  return marks;

  function walk(value: unknown, at: JsonSchema, within: Path, parent?: Readonly<Record<string, unknown>>): void {
    const forms = formsOf(at);
    if (forms !== undefined) walk(value, formFor(forms, jsonType(value)) ?? {}, within, parent);
    else if (typeof value === "string") add(value, at, within, parent);
    else if (Array.isArray(value)) walkItems(value, itemsOf(at), within);
    else if (typeof value === "object" && value !== null) {
      walkKeys(value as Readonly<Record<string, unknown>>, at, within);
    }
  }

  function walkItems(list: readonly unknown[], items: JsonSchema | undefined, within: Path): void {
    if (items === undefined) return;
    for (const [index, item] of list.entries()) walk(item, items, [...within, index]);
  }

  function walkKeys(object: Readonly<Record<string, unknown>>, at: JsonSchema, within: Path): void {
    const properties = propertiesOf(at);
    for (const [key, property] of Object.entries(properties ?? {}))
      walk(object[key], property, [...within, key], object);
    const values = properties === undefined ? valuesOf(at) : undefined;
    if (values === undefined) return;
    for (const [key, value] of Object.entries(object)) walk(value, values, [...within, key]);
  }

  function add(value: string, at: JsonSchema, within: Path, parent: Readonly<Record<string, unknown>> = {}): void {
    const found = kindOf(at, parent);
    if (found === undefined || value === "") return;
    const path = [...body.path, ...within];
    const place = body.node === undefined ? body.place : find(body.node, within, body.place).place;
    marks.push({ ...found, value, within, path, place });
  }
}

function kindOf(
  schema: JsonSchema,
  parent: Readonly<Record<string, unknown>>,
): Pick<Mark, "kind" | "detail"> | undefined {
  const { "x-extension": capability, "x-file": file, "x-listens": listens } = schema;
  if (typeof capability === "string") return { kind: "extension", detail: capability };
  if (typeof file === "string") return { kind: "file", detail: file };
  if (listens === undefined) return undefined;
  return { kind: "listens", detail: typeof parent.transport === "string" ? parent.transport : "tcp" };
}
