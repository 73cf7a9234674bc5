import type { JsonSchema } from "@sluice/component";
import { isOff } from "./decode.ts";
import { describeNode } from "./describe.ts";
import { type Fault, findFaults } from "./faults.ts";
import { find, isNull, type Located, type Path, type Place } from "./located.ts";
import type { Report } from "./problems.ts";
import { formsOf, propertiesOf } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** A value, its schema and where both stand. */
export interface Checked {
  /** As `prepare` gave it. */
  readonly plain: unknown;
  readonly node: Located;
  readonly schema: JsonSchema;
  /** From the top of the configuration to the value. */
  readonly path: Path;
  /** Of the key that holds the value. */
  readonly place: Place;
}

/**
 * Reports everything about a value that its schema does not allow, in words for people. Gives the paths of what has not the type
 * it must have, or is missing: without any the value can be decoded.
 */
export function check(checked: Checked, report: Report): readonly Path[] {
  const told = new Set<string>();
  const untyped: Path[] = [];
  for (const fault of findFaults(checked.plain, checked.schema)) {
    const { keyword, steps, key } = fault;
    const path = key === undefined ? steps : [...steps, key];
    const found = find(checked.node, path, checked.place);
    if (found.broken || (keyword === "required" && isOff(follow(checked.plain, steps)))) continue;
    if (!keepsType.has(keyword)) untyped.push(path);
    // One mistake is told once, whatever else is wrong with the same value.
    const name = JSON.stringify(path);
    if (told.has(name)) continue;
    told.add(name);
    const message = describe(fault, found.node);
    report({ severity: "error", place: found.place, path: [...checked.path, ...path], message });
  }
  return untyped;
}

/** Whether a value can be decoded. */
export function isTyped(plain: unknown, schema: JsonSchema): boolean {
  return findFaults(plain, schema).every(({ keyword }) => keepsType.has(keyword));
}

/** What is wrong with values that have their type: keys that are unknown, and numbers, texts and lists out of bounds. */
const keepsType: ReadonlySet<string> = new Set([
  "additionalProperties",
  "minimum",
  "maximum",
  "minLength",
  "minItems",
  "pattern",
]);

function follow(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce((at, step) => (at as Readonly<Record<string, unknown>>)[step], value);
}

function describe({ keyword, schema, key = "" }: Fault, node: Located | undefined): string {
  if (keyword === "additionalProperties") {
    const known = Object.keys(propertiesOf(schema) ?? {});
    return `unknown key${didYouMean(key, known) || expectedKeys(known)}`;
  }
  if (keyword === "required") {
    const example = exampleOf(propertiesOf(schema)?.[key] ?? {});
    if (node === undefined) return `required${example}`;
    return `found ${describeFound(node, schema)}, expected a value${example}`;
  }
  return `found ${describeFound(node, schema)}, expected ${expectation(keyword, schema)}${hint(keyword, node, schema)}`;
}

function expectedKeys(known: readonly string[]): string {
  if (known.length === 0) return "; there are no keys here";
  return known.length <= 12 ? `; expected one of ${known.join(", ")}` : "";
}

/** Never shows a secret, nor text in place of a map or list that would hold one. */
function describeFound(node: Located | undefined, schema: JsonSchema): string {
  if (node === undefined || isNull(node)) return node === undefined ? "nothing" : describeNode(node);
  if (node.kind !== "scalar") return describeNode(node);
  if (schema["x-secret"]) return "a secret";
  const hidden = typeof node.value === "string" && JSON.stringify(schema).includes('"x-secret":true');
  return hidden ? "text" : describeNode(node);
}

function expectation(keyword: string, schema: JsonSchema): string {
  const bound = schema[keyword];
  switch (keyword) {
    case "minimum":
      return `at least ${String(bound)}`;
    case "maximum":
      return `at most ${String(bound)}`;
    case "minLength":
      return bound === 1 ? "text that is not empty" : `text of at least ${String(bound)} characters`;
    case "minItems":
      return bound === 1 ? "a list that is not empty" : `a list of at least ${String(bound)} items`;
    case "pattern":
      return `text that matches ${String(bound)}${exampleOf(schema)}`;
    default:
      return expected(schema);
  }
}

const formatNames: Readonly<Record<string, string>> = {
  "go-duration": 'a duration with a unit, for example "5s" or "1h30m"',
  "prometheus-duration": 'a duration with a unit, for example "30s" or "1d"',
  "prometheus-size": 'a size with a unit, for example "10MB"',
};

/** What a schema takes, in words. */
function expected(schema: JsonSchema): string {
  const forms = formsOf(schema);
  if (schema["x-headers"]) return "a map, or a list of {name, value}";
  // Who may also leave a value out need not be told to.
  if (forms !== undefined)
    return forms
      .filter(({ type }) => type !== "null")
      .map(expected)
      .join(", or ");
  const values = schema.enum;
  if (Array.isArray(values))
    return `${values.length > 1 ? "one of " : ""}${values.map((value) => JSON.stringify(value)).join(", ")}`;
  const format = schema.format;
  if (typeof format === "string") return formatNames[format] ?? "text";
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  return typeNames[String(type)] ?? "text";
}
const typeNames: Readonly<Record<string, string>> = {
  object: "a map",
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
};

function exampleOf(schema: JsonSchema): string {
  const [example] = (schema.examples as readonly unknown[] | undefined) ?? [];
  return example === undefined ? "" : `; for example ${JSON.stringify(example)}`;
}

/** What the user may have meant. */
function hint(keyword: string, node: Located | undefined, schema: JsonSchema): string {
  if (node?.kind !== "scalar" || node.reference !== undefined || schema["x-secret"]) return "";
  const { value } = node;
  if (keyword === "enum" && typeof value === "string") return didYouMean(value, schema.enum as readonly string[]);
  if (keyword !== "type") return "";
  if (typeof value === "number" && schema.format === "go-duration") return `; did you mean "${value}s"?`;
  if (schema.type === "array" && typeof value === "string" && value !== "")
    return '; write one item a line behind "- ", or [a, b]';
  if (schema.type === "string" && value !== null) return "; put quotes around it";
  const unquoted = typeof value === "string" && (schema.type === "integer" || schema.type === "number");
  return unquoted && /^[0-9]+$/.test(value) ? "; remove the quotes" : "";
}
