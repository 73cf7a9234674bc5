import {
  type JsonSchema,
  parseGoDuration,
  parsePrometheusDuration,
  parsePrometheusSize,
  type Schema,
  Secret,
} from "@sluice/component";
import { parse } from "yaml";

const FORMATS: Readonly<Record<string, (text: string) => number | undefined>> = {
  "go-duration": parseGoDuration,
  "prometheus-duration": parsePrometheusDuration,
  "prometheus-size": parsePrometheusSize,
};

/**
 * Reads a file that belongs to the configuration, or a file of targets: YAML (and with it JSON) checked against a schema, unknown
 * and repeated keys refused. Throws an Error that says what is wrong and where.
 */
export function readDocument<T>(text: string, schema: Schema<T>): T {
  // Scalars stay text, but for null: what they mean is decided by the schema, so `password: 0123` keeps its zero.
  return decodeDocument(
    parse(text, { schema: "failsafe", customTags: ["null"], maxAliasCount: 100, uniqueKeys: true }),
    schema,
  );
}

/** The same for data that was parsed already; scalars must be strings. */
export function decodeDocument<T>(data: unknown, schema: Schema<T>): T {
  return decode(data, schema.json, "") as T;
}

function decode(value: unknown, schema: JsonSchema, at: string): unknown {
  const forms = schema.anyOf as readonly JsonSchema[] | undefined;
  if (forms !== undefined) return decode(value, forms.find((form) => fits(value, form)) ?? forms.at(-1)!, at);
  if (schema.type === "null") return null;
  if (isNothing(value)) {
    const byDefault = schema.default;
    if (byDefault !== undefined) return decode(plainText(byDefault), schema, at);
    if (schema.properties === undefined) return undefined;
  }
  if (schema.properties !== undefined) return decodeObject(isNothing(value) ? {} : value, schema, at);
  switch (schema.type) {
    case "object": {
      const entries = Object.entries(mapOf(value, at));
      const inner = schema.additionalProperties as JsonSchema;
      const record: Record<string, unknown> = Object.create(null);
      for (const [key, entry] of entries) record[key] = decode(entry ?? "", inner, join(at, key));
      return record;
    }
    case "array": {
      if (!Array.isArray(value)) throw problem(at, "expected a list");
      const items = schema.items as JsonSchema;
      return value.map((item, index) => decode(item, items, join(at, String(index))));
    }
    case undefined:
      return value;
    default:
      return decodeScalar(value, schema, at);
  }
}

function decodeObject(value: unknown, schema: JsonSchema, at: string): unknown {
  const source = mapOf(value, at);
  const properties = schema.properties as Readonly<Record<string, JsonSchema>>;
  for (const key of Object.keys(source))
    if (!Object.hasOwn(properties, key)) throw problem(join(at, key), "unknown key");
  const decoded: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(properties)) {
    const given = Object.hasOwn(source, key) ? source[key] : undefined;
    // An object that was not written has its defaults only where the schema says so.
    decoded[key] =
      given === undefined && property.default === undefined ? undefined : decode(given, property, join(at, key));
  }
  for (const key of (schema.required as readonly string[] | undefined) ?? []) {
    if (decoded[key] === undefined) throw problem(join(at, key), "required");
  }
  return decoded;
}

function decodeScalar(value: unknown, schema: JsonSchema, at: string): unknown {
  if (typeof value !== "string") throw problem(at, "expected a single value");
  switch (schema.type) {
    case "boolean":
      if (value !== "true" && value !== "false") throw problem(at, `found "${value}", expected true or false`);
      return value === "true";
    case "integer":
    case "number": {
      const number = value.trim() === "" ? Number.NaN : Number(value);
      const least = (schema.minimum as number | undefined) ?? Number.NEGATIVE_INFINITY;
      const whole = schema.type === "integer" && !Number.isSafeInteger(number);
      if (Number.isNaN(number) || whole || number < least) throw problem(at, `found "${value}", expected a number`);
      return number;
    }
    default:
      return decodeText(value, schema, at);
  }
}

function decodeText(value: string, schema: JsonSchema, at: string): unknown {
  const allowed = schema.enum as readonly string[] | undefined;
  if (allowed !== undefined && !allowed.includes(value)) {
    throw problem(at, `found "${value}", expected one of ${allowed.join(", ")}`);
  }
  if (schema["x-secret"]) return new Secret(value);
  const format = FORMATS[String(schema.format)];
  if (format === undefined) return value;
  const number = format(value);
  if (number === undefined) throw problem(at, `found "${value}", expected ${String(schema.format).replace("-", " ")}`);
  return number;
}

function fits(value: unknown, form: JsonSchema): boolean {
  if (isNothing(value)) return form.type === "null";
  if (Array.isArray(value)) return form.type === "array";
  return typeof value === "object" ? form.type === "object" : form.type !== "null";
}
function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
function mapOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw problem(at, "expected a map");
  return value as Readonly<Record<string, unknown>>;
}
/** A default as the text it would be in a file. */
function plainText(value: unknown): unknown {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}
function join(at: string, key: string): string {
  return at === "" ? key : `${at}::${key}`;
}
function problem(at: string, message: string): Error {
  return new Error(at === "" ? message : `${at}: ${message}`);
}
