/**
 * The words a component's configuration is described with. One description gives the TypeScript type, the check, the defaults,
 * the README table and the schema for editors. The words build plain JSON Schema (draft 2020-12) with a few `x-` annotations
 * that the engine's decoder reads:
 *
 * - `format`: "go-duration" and "prometheus-duration" (decoded to milliseconds), "prometheus-size" (to bytes);
 * - `x-text`: a scalar of another type is taken as its text;  `x-secret`: decoded to a `Secret`;
 * - `x-section`: "off" | "on": the three states of an optional section (absent: off or on with defaults; present, even null: on;
 *   `enabled: false`: off);  `x-deprecated`: accepted with this warning;  `x-headers`: a map, or a list of {name, value};
 * - `x-extension`: the id of an extension that offers this capability;  `x-listens`: an address that is listened on;
 *   `x-file`: a file's path, relative to the configuration. Those are checked against the rest of the configuration and the disk;
 * - `x-any-case`: values of `enum`, which are in lower case, may be written in any case.
 */
import type { Capabilities } from "./capabilities.ts";
import type { Secret } from "./secret.ts";

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}
/** Describes a value that decodes to T. Whether the key may be missing is known to the enclosing object. */
export interface Schema<T> {
  readonly json: JsonSchema;
  readonly optional: boolean;
  /** Carries the type only; never present. */
  readonly decoded?: T;
}
export interface ObjectSchema<T> extends Schema<T> {
  readonly properties: Readonly<Record<string, Schema<unknown>>>;
}
/** The type a schema decodes to. */
export type Decoded<S> = S extends Schema<infer T> ? T : never;
type Shape = Readonly<Record<string, Schema<unknown>>>;
type DecodedShape<P extends Shape> = { readonly [K in keyof P]: Decoded<P[K]> };

interface Common {
  readonly description: string;
  /** Shown in docs and editors. */
  readonly examples?: readonly unknown[];
  /** The key still works; this says what to use instead. */
  readonly deprecated?: string;
}
type With<T> = Common & { readonly default: T };
type Required = Common & { readonly default?: undefined };

function make<T>(json: JsonSchema, options: Common & { readonly default?: unknown }, optional = false): Schema<T> {
  const { description, examples, deprecated } = options;
  return {
    json: {
      ...json,
      description,
      ...(examples && { examples }),
      ...(deprecated !== undefined && { deprecated: true, "x-deprecated": deprecated }),
      ...(options.default !== undefined && { default: options.default }),
    },
    optional: optional || options.default !== undefined,
  };
}

interface TextOptions {
  readonly pattern?: string;
  readonly minLength?: number;
  /**
   * The path of a file that is read; "" is none, and a relative one starts at `Context.baseDirectory`. "required": it must be
   * there; "awaited": it may come later, and the last part may be a pattern with `*`, `?` and `[...]`.
   */
  readonly file?: "required" | "awaited";
  /** The component listens there: `host:port`, or what a key `transport` beside it says ("unix": a socket's path). */
  readonly listens?: true;
}

function textJson({ pattern, minLength, file, listens }: TextOptions): JsonSchema {
  return {
    type: "string",
    ...(pattern && { pattern }),
    ...(minLength && { minLength }),
    ...(file && { "x-file": file }),
    ...(listens && { "x-listens": true }),
  };
}

export const t = {
  string(options: (With<string> | Required) & TextOptions): Schema<string> {
    return make(textJson(options), options);
  },
  /** A string that may be written as any scalar (`8080`, `true`): its text is taken. */
  text(options: (With<string> | Required) & TextOptions): Schema<string> {
    return make({ ...textJson(options), "x-text": true }, options);
  },
  /** The id of an extension, canonical when decoded. It must be listed in `service::extensions` and offer the capability, if one is named. */
  extension(
    options: Common & { readonly capability?: keyof Capabilities; readonly default?: undefined },
  ): Schema<string> {
    return make({ type: "string", minLength: 1, "x-extension": options.capability ?? "" }, options);
  },
  /** Text that must not be shown. */
  secret(options: Required): Schema<Secret> {
    return make({ type: "string", "x-text": true, "x-secret": true }, options);
  },
  boolean(options: With<boolean> | Required): Schema<boolean> {
    return make({ type: "boolean" }, options);
  },
  integer(
    options: (With<number> | Required) & { readonly minimum?: number; readonly maximum?: number },
  ): Schema<number> {
    const { minimum, maximum } = options;
    return make(
      { type: "integer", ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) },
      options,
    );
  },
  number(
    options: (With<number> | Required) & { readonly minimum?: number; readonly maximum?: number },
  ): Schema<number> {
    const { minimum, maximum } = options;
    return make(
      { type: "number", ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) },
      options,
    );
  },
  /** Go's notation ("1h30m", "200ms"); decodes to milliseconds. */
  duration(options: With<string> | Required): Schema<number> {
    return make({ type: "string", format: "go-duration" }, options);
  },
  /** Prometheus' notation ("1d12h", "30s"); decodes to milliseconds. */
  prometheusDuration(options: With<string> | Required): Schema<number> {
    return make({ type: "string", "x-text": true, format: "prometheus-duration" }, options);
  },
  /** Prometheus' byte sizes ("10MB" = 10 * 2^20, "0" = none); decodes to bytes. */
  prometheusSize(options: With<string> | Required): Schema<number> {
    return make({ type: "string", "x-text": true, format: "prometheus-size" }, options);
  },
  /** One of some texts. With `anyCase`, for values in lower case, `Detailed` is `detailed`. */
  oneOf<const V extends string>(
    values: readonly V[],
    options: Common & { readonly default?: NoInfer<V>; readonly anyCase?: true },
  ): Schema<V> {
    return make({ type: "string", enum: values, ...(options.anyCase && { "x-any-case": true }) }, options);
  },
  array<T>(
    items: Schema<T>,
    options: (With<readonly unknown[]> | Required) & { readonly minItems?: number },
  ): Schema<readonly T[]> {
    const { minItems } = options;
    return make({ type: "array", items: items.json, ...(minItems && { minItems }) }, options);
  },
  /** A map from free keys to values. */
  record<T>(
    values: Schema<T>,
    options: With<Readonly<Record<string, unknown>>> | Required,
  ): Schema<Readonly<Record<string, T>>> {
    return make({ type: "object", additionalProperties: values.json }, options);
  },
  /** HTTP headers: a map or a list of {name, value}; numbers are taken as text; decodes to a map of secrets, names as written. */
  headers(options: Common): Schema<Readonly<Record<string, Secret>>> {
    const value = { type: "string", "x-text": true, "x-secret": true };
    const pair = {
      type: "object",
      properties: { name: { type: "string" }, value },
      required: ["name", "value"],
      additionalProperties: false,
    };
    return make(
      {
        anyOf: [
          { type: "object", additionalProperties: value },
          { type: "array", items: pair },
        ],
        "x-headers": true,
      },
      { ...options, default: {} },
    );
  },
  /** Either a value or nothing: the key may be missing, and then decodes to undefined. */
  optional<T>(schema: Schema<T>): Schema<T | undefined> {
    return { json: schema.json, optional: true };
  },
  object<P extends Shape>(
    description: string,
    properties: P,
    options?: { readonly deprecated?: string },
  ): ObjectSchema<DecodedShape<P>> {
    const entries = Object.entries(properties);
    const required = entries.filter(([, property]) => !property.optional).map(([key]) => key);
    const json = {
      type: "object",
      properties: Object.fromEntries(entries.map(([key, property]) => [key, property.json])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    };
    return { ...make<DecodedShape<P>>(json, { description, ...options }), properties };
  },
  /** An object that may be left out: then every key has its default. */
  defaulted<T>(schema: ObjectSchema<T>): Schema<T> {
    return { json: { ...schema.json, default: {} }, optional: true };
  },
  /** An optional section with upstream's three states; decodes to undefined when off. */
  section<T>(state: "off" | "on", schema: ObjectSchema<T>): Schema<T | undefined> {
    const properties = schema.json.properties as JsonSchema;
    const enabled = { type: "boolean", description: "false turns the whole section off." };
    return {
      json: { ...schema.json, type: ["object", "null"], properties: { enabled, ...properties }, "x-section": state },
      optional: true,
    };
  },
  /** Any of several forms, told apart by their JSON type. */
  union<const A extends readonly Schema<unknown>[]>(
    alternatives: A,
    options: Common & { readonly default?: unknown },
  ): Schema<Decoded<A[number]>> {
    return make({ anyOf: alternatives.map((alternative) => alternative.json) }, options);
  },
  /** Whatever YAML holds, as plain data. For sections that are passed through. */
  any(options: Common): Schema<unknown> {
    return make({}, options, true);
  },
};
