import type { JsonSchema } from "@sluice/component";
import type { ErrorObject, ValidateFunction } from "ajv";
import { formats, isOff } from "./decode.ts";
import { describeNode } from "./describe.ts";
import { find, isNull, type Located, type Path, type Place } from "./located.ts";
import type { Report } from "./problems.ts";
import { formFor, formsOf, jsonType, propertiesOf } from "./schema.ts";
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

/** What ajv found: at which value, by which word of which schema. */
interface Finding {
  readonly error: ErrorObject;
  readonly steps: readonly string[];
  /** The schema that the word stands in. */
  readonly schema: JsonSchema;
}

/**
 * Reports everything about a value that its schema does not allow, in words for people. Gives the paths of what has not the type
 * it must have, or is missing: without any the value can be decoded.
 */
export async function check(checked: Checked, report: Report): Promise<readonly Path[]> {
  const validate = await compile(checked.schema);
  if (validate(checked.plain)) return [];
  const told = new Set<string>();
  const untyped: Path[] = [];
  for (const finding of chooseForms(validate.errors ?? [], checked)) {
    const { error, steps } = finding;
    const key: unknown = error.params.additionalProperty ?? error.params.missingProperty;
    const path = typeof key === "string" ? [...steps, key] : steps;
    const found = find(checked.node, path, checked.place);
    if (found.broken || (error.keyword === "required" && isOff(follow(checked.plain, steps)))) continue;
    if (!keepsType.has(error.keyword)) untyped.push(path);
    // One mistake is told once: text of the wrong type is not one of the allowed values either.
    const name = JSON.stringify(path);
    if (told.has(name)) continue;
    told.add(name);
    const message = describe(finding, found.node, typeof key === "string" ? key : "");
    report({ severity: "error", place: found.place, path: [...checked.path, ...path], message });
  }
  return untyped;
}

/** Whether a value can be decoded. */
export async function isTyped(plain: unknown, schema: JsonSchema): Promise<boolean> {
  const validate = await compile(schema);
  return validate(plain) || (validate.errors ?? []).every(({ keyword }) => keepsType.has(keyword));
}

/** What ajv finds in values that have their type: keys that are unknown, and numbers, texts and lists out of bounds. */
const keepsType: ReadonlySet<string> = new Set([
  "additionalProperties",
  "minimum",
  "maximum",
  "minLength",
  "minItems",
  "pattern",
]);

let compiler: Promise<(schema: JsonSchema) => ValidateFunction> | undefined;

/** The library is loaded, and a schema compiled, when first needed: a start pays only for the components it uses. */
async function compile(schema: JsonSchema): Promise<ValidateFunction> {
  compiler ??= import("./ajv.ts").then(({ Ajv2020 }) => {
    // `t` makes the schemas, so they need no check of their own; the `x-` words are ours. A configuration is checked once, so
    // code that is compiled fast beats fast code; `verbose`, which repeats data and schema in each error, costs as much again.
    const ajv = new Ajv2020({
      allErrors: true,
      code: { optimize: false },
      strict: false,
      strictNumbers: true,
      meta: false,
      validateSchema: false,
      logger: false,
    });
    for (const [name, parse] of Object.entries(formats)) {
      ajv.addFormat(name, (text: string) => parse(text) !== undefined);
    }
    return (schema) => ajv.compile(schema);
  });
  return (await compiler)(schema);
}

/**
 * Of a union, ajv tells what is wrong with every form, and then that none fits. Keeps what it says of the form with the value's
 * JSON type, or, when none has it, only that no form fits. One pass: errors of forms stand right before that of their union.
 */
function chooseForms(errors: readonly ErrorObject[], { plain, schema: root }: Checked): readonly Finding[] {
  const kept: Finding[] = [];
  for (const error of errors) {
    const steps = stepsOf(error.instancePath);
    const word = stepsOf(decodeURIComponent(error.schemaPath.slice(1)));
    const schema = follow(root, word.slice(0, -1)) as JsonSchema;
    const forms = error.keyword === "anyOf" ? formsOf(schema) : undefined;
    if (forms === undefined) {
      kept.push({ error, steps, schema });
      continue;
    }
    let first = kept.length;
    while (first > 0 && isInside(kept[first - 1]!.error, error)) first -= 1;
    const inside = kept.splice(first);
    const form = formFor(forms, jsonType(follow(plain, steps)));
    const chosen = form === undefined ? undefined : `${error.schemaPath}/${forms.indexOf(form)}/`;
    if (chosen === undefined) kept.push({ error, steps, schema });
    else for (const finding of inside) if (finding.error.schemaPath.startsWith(chosen)) kept.push(finding);
  }
  return kept;
}

function isInside({ instancePath, schemaPath }: ErrorObject, union: ErrorObject): boolean {
  const same = instancePath === union.instancePath || instancePath.startsWith(`${union.instancePath}/`);
  return same && schemaPath.startsWith(`${union.schemaPath}/`);
}

/** The steps of a JSON pointer. */
function stepsOf(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function follow(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce((at, step) => (at as Readonly<Record<string, unknown>>)[step], value);
}

function describe({ error, schema }: Finding, node: Located | undefined, key: string): string {
  if (error.keyword === "additionalProperties") {
    const known = Object.keys(propertiesOf(schema) ?? {});
    return `unknown key${didYouMean(key, known) || expectedKeys(known)}`;
  }
  if (error.keyword === "required") {
    const example = exampleOf(propertiesOf(schema)?.[key] ?? {});
    if (node === undefined) return `required${example}`;
    return `found ${describeFound(node, schema)}, expected a value${example}`;
  }
  return `found ${describeFound(node, schema)}, expected ${expectation(error, schema)}${hint(error, node, schema)}`;
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

function expectation({ keyword, params }: ErrorObject, schema: JsonSchema): string {
  switch (keyword) {
    case "minimum":
      return `at least ${params.limit}`;
    case "maximum":
      return `at most ${params.limit}`;
    case "minLength":
      return params.limit === 1 ? "text that is not empty" : `text of at least ${params.limit} characters`;
    case "minItems":
      return params.limit === 1 ? "a list that is not empty" : `a list of at least ${params.limit} items`;
    case "pattern":
      return `text that matches ${params.pattern}${exampleOf(schema)}`;
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
function hint({ keyword }: ErrorObject, node: Located | undefined, schema: JsonSchema): string {
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
