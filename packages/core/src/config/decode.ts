import {
  type JsonSchema,
  parseGoDuration,
  parsePrometheusDuration,
  parsePrometheusSize,
  Secret,
} from "@sluice/component";
import { formFor, formsOf, itemsOf, jsonType, propertiesOf, valuesOf } from "./schema.ts";

/** How each `format` is read; undefined for text that has not the format. */
export const formats: Readonly<Record<string, (text: string) => number | undefined>> = {
  "go-duration": parseGoDuration,
  "prometheus-duration": parsePrometheusDuration,
  "prometheus-size": parsePrometheusSize,
};

/**
 * Turns checked plain data, or a schema's default, into what the component is given: defaults filled in, durations in
 * milliseconds, sizes in bytes, secrets wrapped, sections that are off and optional keys undefined. Data must have passed `check`.
 */
export function decode(value: unknown, schema: JsonSchema): unknown {
  if (schema["x-section"] !== undefined) return decodeSection(value, schema);
  if (value === undefined) {
    const byDefault = schema.default;
    return byDefault === undefined ? undefined : decode(byDefault, schema);
  }
  if (schema["x-headers"]) return decodeHeaders(value);
  const forms = formsOf(schema);
  if (forms !== undefined) return decode(value, formFor(forms, jsonType(value)) ?? {});
  if (propertiesOf(schema) !== undefined) return decodeObject(value, schema);
  const values = valuesOf(schema);
  if (values !== undefined) return decodeRecord(value, values);
  const items = itemsOf(schema);
  if (items !== undefined) return (value as readonly unknown[]).map((item) => decode(item, items));
  if (schema["x-secret"]) return new Secret(value as string);
  const format = schema.format;
  return typeof format === "string" ? formats[format]?.(value as string) : value;
}

function decodeSection(value: unknown, schema: JsonSchema): unknown {
  if (value === undefined) return schema["x-section"] === "on" ? decodeObject({}, schema) : undefined;
  return isOff(value) ? undefined : decodeObject(value, schema);
}

/** Whether a section was turned off by its `enabled` key. */
export function isOff(section: unknown): boolean {
  return (section as { readonly enabled?: unknown }).enabled === false;
}

function decodeObject(value: unknown, schema: JsonSchema): unknown {
  const source = value as Readonly<Record<string, unknown>>;
  const decoded: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(propertiesOf(schema)!)) {
    if (key === "enabled" && schema["x-section"] !== undefined) continue;
    decoded[key] = decode(Object.hasOwn(source, key) ? source[key] : undefined, property);
  }
  return decoded;
}

function decodeRecord(value: unknown, values: JsonSchema): unknown {
  const decoded: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of Object.entries(value as object)) decoded[key] = decode(entry, values);
  return decoded;
}

function decodeHeaders(value: unknown): unknown {
  const pairs = Array.isArray(value)
    ? (value as readonly { readonly name: string; readonly value: string }[]).map(
        (pair) => [pair.name, pair.value] as const,
      )
    : Object.entries(value as Readonly<Record<string, string>>);
  const decoded: Record<string, Secret> = Object.create(null);
  for (const [name, text] of pairs) decoded[name] = new Secret(text);
  return decoded;
}
