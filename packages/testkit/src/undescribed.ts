import type { JsonSchema } from "@sluice/component";

/** The paths of all keys of a schema that have no description, in the schema's order. */
export function undescribedKeys(schema: JsonSchema, path = ""): string[] {
  // The form of a header is the same everywhere and is described where headers are.
  if (schema["x-headers"] === true) return [];
  const found: string[] = [];
  for (const [key, property] of Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)) {
    const at = path === "" ? key : `${path}.${key}`;
    const { description } = property;
    if (typeof description !== "string" || description.trim() === "") found.push(at);
    found.push(...undescribedKeys(property, at));
  }
  for (const keyword of ["items", "additionalProperties"]) {
    const below = schema[keyword];
    if (typeof below === "object" && below !== null) found.push(...undescribedKeys(below as JsonSchema, `${path}[]`));
  }
  for (const alternative of (schema.anyOf ?? []) as JsonSchema[]) found.push(...undescribedKeys(alternative, path));
  return found;
}
