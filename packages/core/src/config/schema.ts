import type { JsonSchema } from "@sluice/component";

/** JSON's word for a plain value. */
export type JsonType = "object" | "array" | "string" | "number" | "boolean" | "null";

export function jsonType(value: unknown): JsonType {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "object" || type === "string" || type === "boolean" ? type : "number";
}

export function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> | undefined {
  return schema.properties as Readonly<Record<string, JsonSchema>> | undefined;
}
/** The schema of one property; undefined for keys the schema does not name, `constructor` and kin among them. */
export function propertyOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  const properties = propertiesOf(schema);
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}
/** What the values of a map with free keys look like. */
export function valuesOf(schema: JsonSchema): JsonSchema | undefined {
  const values = schema.additionalProperties;
  return typeof values === "object" ? (values as JsonSchema) : undefined;
}
export function itemsOf(schema: JsonSchema): JsonSchema | undefined {
  return schema.items as JsonSchema | undefined;
}
/** The forms of a union. */
export function formsOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  return schema.anyOf as readonly JsonSchema[] | undefined;
}
/** Whether a schema takes values of this JSON type; one without a type takes all. */
export function takes(schema: JsonSchema, type: JsonType): boolean {
  const own = schema.type;
  if (own === undefined) return formsOf(schema)?.some((form) => takes(form, type)) ?? true;
  const types = Array.isArray(own) ? own : [own];
  return types.includes(type) || (type === "number" && types.includes("integer"));
}
/** The form of a union that takes this JSON type. */
export function formFor(forms: readonly JsonSchema[], type: JsonType): JsonSchema | undefined {
  return forms.find((form) => takes(form, type));
}
/** A schema that takes whatever YAML holds (`t.any`). */
export function isAny(schema: JsonSchema): boolean {
  return schema.type === undefined && formsOf(schema) === undefined;
}
