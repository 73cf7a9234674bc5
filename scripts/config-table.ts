import type { JsonSchema } from "@sluice/component";
import { code, table } from "./markdown.ts";

/** The configuration of a component as a Markdown table: one row a key, sections by dotted path. */
export function configTable(schema: JsonSchema): string {
  const rows = rowsOf(schema, "");
  if (rows.length === 0) return "No settings.";
  return table(["Key", "Type", "Default", "Description"], rows);
}

function rowsOf(schema: JsonSchema, prefix: string): string[][] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = new Set(schema["required"] as readonly string[] | undefined);
  return Object.entries(properties).flatMap(([key, property]) => {
    const path = prefix + key;
    const row = [code(path), typeOf(property), defaultOf(property, required.has(key)), descriptionOf(property)];
    return [row, ...nestedRows(property, path)];
  });
}

function nestedRows(schema: JsonSchema, path: string): string[][] {
  if (schema["x-headers"] === true) return [];
  if (schema["properties"] !== undefined) return rowsOf(schema, `${path}.`);
  const items = schema["items"] as JsonSchema | undefined;
  if (items !== undefined) return nestedRows(items, `${path}[]`);
  const values = schema["additionalProperties"];
  if (typeof values === "object" && values !== null) return nestedRows(values as JsonSchema, `${path}.*`);
  const forms = (schema["anyOf"] ?? []) as readonly JsonSchema[];
  return forms.flatMap((form) => nestedRows(form, path));
}

const formats: Readonly<Record<string, string>> = {
  "go-duration": "duration",
  "prometheus-duration": "Prometheus duration",
  "prometheus-size": "Prometheus size",
};

function typeOf(schema: JsonSchema): string {
  const { type, items, additionalProperties, anyOf } = schema as {
    type?: string | readonly string[];
    items?: JsonSchema;
    additionalProperties?: JsonSchema | boolean;
    anyOf?: readonly JsonSchema[];
  };
  const values = schema["enum"] as readonly string[] | undefined;
  if (schema["x-headers"] === true) return "map, or list of name and value";
  if (schema["x-secret"] === true) return "secret";
  if (values !== undefined) return values.map((value) => code(value || '""')).join(", ");
  if (schema["format"] !== undefined) return formats[String(schema["format"])] ?? String(schema["format"]);
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" or ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (typeof additionalProperties === "object") return `map to ${typeOf(additionalProperties)}`;
  if (schema["properties"] !== undefined) return "section";
  return typeof type === "string" ? type : "any";
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return "required";
  if (schema["x-section"] !== undefined) return String(schema["x-section"]);
  const value = schema["default"];
  // The defaults of a section stand in its own rows.
  if (value === undefined || schema["properties"] !== undefined) return "";
  return code(typeof value === "string" && value !== "" ? value : JSON.stringify(value));
}

function descriptionOf(schema: JsonSchema): string {
  const description = String(schema["description"] ?? "");
  const deprecated = schema["x-deprecated"];
  return deprecated === undefined ? description : `${description} Deprecated: ${String(deprecated)}.`;
}
