import type { JsonSchema } from "@sluice/component";
import { formats } from "./decode.ts";
import { formFor, formsOf, isAny, itemsOf, jsonType, propertyOf, takes, valuesOf } from "./schema.ts";

/** What a value has that its schema does not allow. */
export interface Fault {
  /** The word of the schema that it breaks: `type`, `minimum`, ... */
  readonly keyword: string;
  /** The schema that the word stands in. */
  readonly schema: JsonSchema;
  /** From the value that was checked to the one at fault: of an unknown or missing key, the object that it is, or should be, in. */
  readonly steps: readonly string[];
  /** The key that is unknown or missing. */
  readonly key?: string;
}

/**
 * Finds everything in plain data that a schema made with `t` does not allow. Of a union it looks at the form with the value's JSON
 * type; when none has it, the fault is that no form fits. Says the same as a whole validator of JSON Schema, which takes longer to
 * start than all else of a collector together.
 */
export function findFaults(value: unknown, schema: JsonSchema): readonly Fault[] {
  const faults: Fault[] = [];
  search(value, schema, [], faults);
  return faults;
}

function search(value: unknown, schema: JsonSchema, steps: readonly string[], faults: Fault[]): void {
  const forms = formsOf(schema);
  if (forms !== undefined) {
    const form = formFor(forms, jsonType(value));
    if (form === undefined) faults.push({ keyword: "anyOf", schema, steps });
    else search(value, form, steps, faults);
    return;
  }
  if (!hasType(value, schema)) {
    faults.push({ keyword: "type", schema, steps });
    return;
  }
  for (const keyword of brokenWords(value, schema)) faults.push({ keyword, schema, steps });
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    if (items !== undefined)
      for (const [index, item] of value.entries()) search(item, items, [...steps, `${index}`], faults);
  } else if (typeof value === "object" && value !== null) {
    searchObject(value as Readonly<Record<string, unknown>>, schema, steps, faults);
  }
}

function hasType(value: unknown, schema: JsonSchema): boolean {
  if (typeof value !== "number" || isAny(schema)) return takes(schema, jsonType(value));
  // Infinity is no number of JSON.
  return Number.isFinite(value) && takes(schema, "number") && (schema.type !== "integer" || Number.isInteger(value));
}

/** The words of bounds, texts and lists that a value breaks. */
function brokenWords(value: unknown, schema: JsonSchema): readonly string[] {
  return Object.keys(bounds).filter((word) => Object.hasOwn(schema, word) && !bounds[word]!(value, schema[word]));
}

const bounds: Readonly<Record<string, (value: unknown, bound: unknown) => boolean>> = {
  minimum: (value, least) => typeof value !== "number" || value >= (least as number),
  maximum: (value, most) => typeof value !== "number" || value <= (most as number),
  minLength: (value, least) => typeof value !== "string" || [...value].length >= (least as number),
  pattern: (value, pattern) => typeof value !== "string" || new RegExp(pattern as string, "u").test(value),
  minItems: (value, least) => !Array.isArray(value) || value.length >= (least as number),
  enum: (value, values) => (values as readonly unknown[]).includes(value),
  format: (value, name) => typeof value !== "string" || formats[name as string]?.(value) !== undefined,
};

function searchObject(
  value: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  steps: readonly string[],
  faults: Fault[],
): void {
  for (const key of (schema.required as readonly string[] | undefined) ?? []) {
    if (!Object.hasOwn(value, key)) faults.push({ keyword: "required", schema, steps, key });
  }
  const values = valuesOf(schema);
  for (const [key, item] of Object.entries(value)) {
    const inside = propertyOf(schema, key) ?? values;
    if (inside !== undefined) search(item, inside, [...steps, key], faults);
    else if (schema.additionalProperties === false) {
      faults.push({ keyword: "additionalProperties", schema, steps, key });
    }
  }
}
