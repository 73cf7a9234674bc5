import type { JsonSchema } from "@sluice/component";
import type { ErrorObject, ValidateFunction } from "ajv";
import { formats, isOff } from "./decode.ts";
import { describeNode } from "./describe.ts";
import { find, type Located, type Path, type Place } from "./located.ts";
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

/** Reports everything about a value that its schema does not allow, in words for people. */
export async function check(checked: Checked, report: Report): Promise<void> {
  const validate = await compile(checked.schema);
  if (validate(checked.plain)) return;
  const told = new Set<string>();
  for (const error of chooseForms(validate.errors ?? [])) {
    const steps = stepsOf(error.instancePath);
    const key: unknown = error.params.additionalProperty ?? error.params.missingProperty;
    const path = typeof key === "string" ? [...steps, key] : steps;
    const found = find(checked.node, path, checked.place);
    // One mistake is told once: text of the wrong type is not one of the allowed values either.
    const name = JSON.stringify(path);
    if (found.broken || told.has(name) || (error.keyword === "required" && isOff(error.data))) continue;
    told.add(name);
    report({
      severity: "error",
      place: found.place,
      path: [...checked.path, ...path],
      message: describe(error, found.node, typeof key === "string" ? key : ""),
    });
  }
}

let compiler: Promise<(schema: JsonSchema) => ValidateFunction> | undefined;

/** The library is loaded, and a schema compiled, when first needed: a start pays only for the components it uses. */
async function compile(schema: JsonSchema): Promise<ValidateFunction> {
  compiler ??= import("./ajv.ts").then(({ Ajv2020 }) => {
    // `t` makes the schemas, so they need no check of their own; the `x-` words are ours.
    const ajv = new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: false,
      strictNumbers: true,
      code: { optimize: false },
      meta: false,
      validateSchema: false,
      logger: false,
    });
    for (const [name, parse] of Object.entries(formats))
      ajv.addFormat(name, (text: string) => parse(text) !== undefined);
    return (schema) => ajv.compile(schema);
  });
  return (await compiler)(schema);
}

/**
 * Of a union, ajv tells what is wrong with every form. Keeps what it says of the form with the value's JSON type, or, when none
 * has it, only that no form fits.
 */
function chooseForms(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let kept = errors;
  for (const union of errors.filter(({ keyword }) => keyword === "anyOf")) {
    const forms = union.schema as readonly JsonSchema[];
    const form = formFor(forms, jsonType(union.data));
    const chosen = form === undefined ? undefined : `${union.schemaPath}/${forms.indexOf(form)}/`;
    kept = kept.filter((error) => {
      if (error === union) return chosen === undefined;
      const inside =
        error.schemaPath.startsWith(`${union.schemaPath}/`) && error.instancePath.startsWith(union.instancePath);
      return !inside || (chosen !== undefined && error.schemaPath.startsWith(chosen));
    });
  }
  return kept;
}

function stepsOf(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function describe(error: ErrorObject, node: Located | undefined, key: string): string {
  const schema = (error.parentSchema ?? {}) as JsonSchema;
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

/** Never shows a secret. */
function describeFound(node: Located | undefined, schema: JsonSchema): string {
  if (node === undefined) return "nothing";
  return schema["x-secret"] && node.kind === "scalar" ? "a secret" : describeNode(node);
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
  if (forms !== undefined) return forms.map(expected).join(", or ");
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
