import { formatGoDuration, formatPrometheusDuration, type JsonSchema, Secret } from "@sluice/component";
import { isNull, type Located, type LocatedEntry, type Place, type ScalarValue } from "./located.ts";
import { formsOf, itemsOf, jsonType, propertiesOf, propertyOf, takes, valuesOf } from "./schema.ts";

/** Where what nobody wrote comes from. */
export const byDefault: Place = { source: "default", line: 0, column: 0 };

/** How a value is written. */
export interface Encoding {
  /** Secrets are shown instead of `[REDACTED]`. */
  readonly reveal: boolean;
}

const redacted = "[REDACTED]";
/** Names of keys that mostly hold a secret, for where no schema says it. */
export const secretKey = /password|passwd|secret|token|credential|api_?key|private_?key|authorization|_pem/i;

/** How each `format` is written: the reverse of reading it. */
const formats: Readonly<Record<string, (value: number) => string>> = {
  "go-duration": formatGoDuration,
  "prometheus-duration": formatPrometheusDuration,
  "prometheus-size": formatPrometheusSize,
};

/**
 * Writes a decoded value as it would stand in a configuration: the reverse of `decode`. What is undefined is left out, a section
 * that is off has `enabled: false`. `source` is what was written there, if anything: each value of the result has its place, and
 * what was not written has the place `byDefault`. Reading the result gives the value again, apart from secrets.
 */
export function encode(
  value: unknown,
  schema: JsonSchema,
  source: Located | undefined,
  encoding: Encoding,
): Located | undefined {
  const written = source === undefined || (isNull(source) && value !== null) ? undefined : source;
  if (value === undefined) {
    return schema["x-section"] === undefined ? undefined : offSection(written);
  }
  if (schema["x-headers"]) return encodeHeaders(value as Readonly<Record<string, Secret>>, written, encoding);
  const forms = formsOf(schema);
  if (forms !== undefined) return encode(value, formOf(value, forms), source, encoding);
  if (value instanceof Secret) return scalar(encoding.reveal ? value.reveal() : redacted, written);
  if (typeof value === "number" && typeof schema.format === "string") {
    return scalar(formats[schema.format]!(value), written);
  }
  if (Array.isArray(value)) return encodeList(value, itemsOf(schema) ?? {}, written, encoding);
  if (typeof value === "object" && value !== null) return encodeMap(value, schema, written, encoding);
  return scalar(typeof value === "string" && !encoding.reveal ? hideLogin(value) : (value as ScalarValue), written);
}

function offSection(source: Located | undefined): Located {
  const enabled = scalar(false, childOf(source, "enabled"));
  return map([["enabled", enabled]], source);
}

function encodeHeaders(
  headers: Readonly<Record<string, Secret>>,
  source: Located | undefined,
  encoding: Encoding,
): Located {
  const names = Object.keys(headers).toSorted();
  const items = names.map((name) => {
    const pair = source?.kind === "list" ? source.items.find((item) => nameOf(item) === name) : undefined;
    const from = source?.kind === "map" ? childOf(source, name) : childOf(pair, "value");
    const value = scalar(encoding.reveal ? headers[name]!.reveal() : redacted, from);
    return map(
      [
        ["name", scalar(name, childOf(pair, "name") ?? from)],
        ["value", value],
      ],
      pair ?? from,
    );
  });
  return { kind: "list", text: undefined, place: source?.place ?? byDefault, items };
}

function nameOf(pair: Located): unknown {
  const name = childOf(pair, "name");
  return name?.kind === "scalar" ? name.value : undefined;
}

function encodeList(
  values: readonly unknown[],
  schema: JsonSchema,
  source: Located | undefined,
  encoding: Encoding,
): Located {
  const list = source?.kind === "list" ? source : undefined;
  const items = values.map((value, index) => encode(value ?? null, schema, list?.items[index], encoding)!);
  return { kind: "list", text: undefined, place: source?.place ?? byDefault, items };
}

function encodeMap(value: object, schema: JsonSchema, source: Located | undefined, encoding: Encoding): Located {
  const isDescribed = propertiesOf(schema) !== undefined;
  const values = valuesOf(schema);
  const entries: [string, Located][] = [];
  for (const [key, item] of Object.entries(value)) {
    const property = (isDescribed ? propertyOf(schema, key) : values) ?? {};
    const from = childOf(source, key);
    // A key that nobody should write any more is shown only where somebody did.
    if (property["x-deprecated"] !== undefined && from === undefined) continue;
    const isSecret = typeof item === "string" && values === undefined && !isDescribed && secretKey.test(key);
    const encoded = encode(isSecret ? new Secret(item) : item, property, from, encoding);
    if (encoded !== undefined) entries.push([key, encoded]);
  }
  return map(entries, source);
}

/** The form that a decoded value was read by. */
function formOf(value: unknown, forms: readonly JsonSchema[]): JsonSchema {
  if (value instanceof Secret) return forms.find((form) => form["x-secret"] === true) ?? {};
  const type = jsonType(value);
  const isFormatted = (form: JsonSchema) => typeof form.format === "string";
  return forms.find((form) => takes(form, type)) ?? (type === "number" ? forms.find(isFormatted) : undefined) ?? {};
}

/** The value of a map's key; undefined where there is none. */
export function childOf(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.value : undefined;
}

/** A scalar that came from where `source` did. */
export function scalar(value: ScalarValue, source: Located | undefined): Located {
  const { place = byDefault, from } = source ?? {};
  return { kind: "scalar", place, text: undefined, value, ...(from !== undefined && { from }) };
}

/** A map with its keys in alphabetical order, as upstream prints them. */
export function map(entries: readonly (readonly [string, Located])[], source?: Located): Located {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const located = sorted.map(([key, value]): [string, LocatedEntry] => [key, { place: value.place, value }]);
  return { kind: "map", text: undefined, place: source?.place ?? byDefault, entries: new Map(located) };
}

/** The user and password of a URL are secrets. */
function hideLogin(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${redacted}@`);
}

const sizeUnits = ["EiB", "PiB", "TiB", "GiB", "MiB", "KiB"];

/** Writes bytes as Prometheus does: "256MiB", "1000B", "0". */
function formatPrometheusSize(bytes: number): string {
  if (bytes === 0) return "0";
  const index = sizeUnits.findIndex((_, at) => bytes % 1024 ** (sizeUnits.length - at) === 0);
  return index < 0 ? `${bytes}B` : `${bytes / 1024 ** (sizeUnits.length - index)}${sizeUnits[index]}`;
}
