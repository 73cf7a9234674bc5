import type { JsonSchema } from "@sluice/component";
import { code, table } from "./markdown.ts";

/** The keywords that the words of @sluice/component build. */
interface Described {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Described;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Described | boolean;
  readonly anyOf?: readonly Described[];
  readonly "x-headers"?: boolean;
  readonly "x-secret"?: boolean;
  readonly "x-section"?: string;
  readonly "x-deprecated"?: string;
}

/** The configuration of a component as a Markdown table: one row a key, sections by dotted path. */
export function configTable(schema: JsonSchema): string {
  const rows = rowsOf(schema as Described, "");
  if (rows.length === 0) return "No settings.";
  return table(["Key", "Type", "Default", "Description"], rows);
}

function rowsOf({ properties = {}, required = [] }: Described, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([key, property]) => {
    const path = prefix + key;
    const row = [code(path), typeOf(property), defaultOf(property, required.includes(key)), descriptionOf(property)];
    return [row, ...nestedRows(property, path)];
  });
}

function nestedRows(schema: Described, path: string): string[][] {
  const { properties, items, additionalProperties, anyOf = [] } = schema;
  if (schema["x-headers"]) return [];
  if (properties !== undefined) return rowsOf(schema, `${path}.`);
  if (items !== undefined) return nestedRows(items, `${path}[]`);
  if (typeof additionalProperties === "object") return nestedRows(additionalProperties, `${path}.*`);
  return anyOf.flatMap((form) => nestedRows(form, path));
}

const formats: Readonly<Record<string, string>> = {
  "go-duration": "duration",
  "prometheus-duration": "Prometheus duration",
  "prometheus-size": "Prometheus size",
};

function typeOf(schema: Described): string {
  const { type, format, items, properties, additionalProperties, anyOf } = schema;
  if (schema["x-headers"]) return "map, or list of name and value";
  if (schema["x-secret"]) return "secret";
  if (schema.enum !== undefined) return schema.enum.map((value) => code(value || '""')).join(", ");
  if (format !== undefined) return formats[format] ?? format;
  // A form that says "or nothing" is told by the default.
  if (anyOf !== undefined) return anyOf.filter(isValue).map(typeOf).join(" or ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (typeof additionalProperties === "object") return `map to ${typeOf(additionalProperties)}`;
  if (properties !== undefined) return "section";
  return typeof type === "string" ? type : "any";
}

const isValue = ({ type }: Described): boolean => type !== "null";

function defaultOf({ default: value, properties, "x-section": section }: Described, required: boolean): string {
  if (required) return "required";
  if (section !== undefined) return section;
  // The defaults of a section stand in its own rows.
  if (value === undefined || properties !== undefined) return "";
  return code(typeof value === "string" && value !== "" ? value : JSON.stringify(value));
}

function descriptionOf({ description = "", "x-deprecated": instead }: Described): string {
  return instead === undefined ? description : `${description} Deprecated: ${instead}.`;
}
