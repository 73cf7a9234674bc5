import { type Decoded, type JsonSchema, type ObjectSchema, parseGoDuration, Secret } from "@sluice/component";

/** What the engine would hand to a component for this part of a valid configuration. For tests: nothing is checked. */
export function decoded<T>(schema: ObjectSchema<T>, value: unknown): Decoded<ObjectSchema<T>> {
  return decode(value, schema.json) as T;
}

function decode(value: unknown, json: JsonSchema): unknown {
  const section = json["x-section"];
  if (section !== undefined && value === undefined) return section === "on" ? decodeObject({}, json) : undefined;
  if (value === undefined) return json.default === undefined ? undefined : decode(json.default, json);
  if (json["x-headers"]) return secrets(value as Record<string, string>);
  if (json.properties !== undefined) return decodeObject(value as object, json);
  if (json.type === "array") return (value as unknown[]).map((item) => decode(item, json.items as JsonSchema));
  if (json.type === "object")
    return mapValues(value as object, (inner) => decode(inner, json.additionalProperties as JsonSchema));
  if (json["x-secret"]) return new Secret(value as string);
  return json.format === "go-duration" ? parseGoDuration(value as string) : value;
}

function decodeObject(value: object, json: JsonSchema): unknown {
  return mapValues(json.properties as object, (property, key) =>
    decode((value as Record<string, unknown>)[key], property as JsonSchema),
  );
}

const secrets = (headers: Record<string, string>): unknown => mapValues(headers, (text) => new Secret(text as string));

const mapValues = (value: object, fn: (inner: unknown, key: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fn(inner, key)]));
