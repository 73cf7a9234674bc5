import type { JsonSchema } from "@sluice/component";
import { formsOf, isAny, itemsOf, propertiesOf, takes, valuesOf } from "../../config/schema.ts";

/** Where a value stands: what nothing at all (`key:`) means there, and whether keys like `a::b` lead a level down. */
export interface Spot {
  /** A key's value that may be left out: nothing is its default. */
  readonly optional: boolean;
  /** Inside of a list keys are what they are. */
  readonly inList: boolean;
}

/** Text with a reference stands for any value: what it becomes is seen only when it is read. */
export const reference = "\\$\\{";
/** Keys that lead more than one level down; what they hold is not looked at. */
export const longKeys: JsonSchema = { "::": {} };

const number = "(?:\\d+(?:\\.\\d*)?|\\.\\d+)";
/** What the parsers of `config/decode.ts` take, but for numbers out of range. */
const formatPatterns: Readonly<Record<string, string>> = {
  "go-duration": `^[-+]?(?:0|(?:${number}(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$`,
  "prometheus-duration": "^(?:0|(?=.)(?:\\d+y)?(?:\\d+w)?(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?(?:\\d+ms)?)$",
  "prometheus-size": `^\\+?(?:0|(?:${number}(?:B|[KMGTPE]iB))+|(?:${number}[KMGTPE]?B)+)$`,
};

/**
 * What an editor may take for a value of a component's schema, before references are resolved and before `prepare` made of it what
 * the component's schema describes. Written in draft 2020-12 and the words of editors.
 */
export function editorValue(schema: JsonSchema, spot: Spot): JsonSchema {
  return { ...shapeOf(schema, spot), ...annotationsOf(schema) };
}

function shapeOf(schema: JsonSchema, spot: Spot): JsonSchema {
  if (isAny(schema)) return {};
  const mayBeNull = takesNothing(schema, spot);
  const forms = formsOf(schema)?.filter(({ type }) => type !== "null");
  if (forms?.length === 1) return withNull(shapeOf(forms[0]!, { ...spot, optional: false }), mayBeNull);
  if (forms !== undefined) {
    const shapes = forms.map((form) => withNull(editorValue(form, { ...spot, optional: false }), false));
    return { anyOf: [...shapes, ...(mayBeNull ? [{ type: "null" }] : [])] };
  }
  if (takes(schema, "object")) return withNull(objectShape(schema, spot), mayBeNull);
  const items = itemsOf(schema);
  if (items === undefined) return withNull(scalarShape(schema), mayBeNull);
  const { minItems } = schema;
  const shape = { ...orReference("array"), items: editorValue(items, { optional: false, inList: true }) };
  return withNull({ ...shape, ...(minItems !== undefined && { minItems }) }, mayBeNull);
}

/** Whether `key:` with nothing behind it is taken: as the default, or as a map without keys. */
function takesNothing(schema: JsonSchema, { optional }: Spot): boolean {
  const forms = formsOf(schema);
  const map = forms === undefined ? schema : forms.find((form) => takes(form, "object"));
  if (forms?.some((form) => form.type === "null")) return true;
  return map !== undefined && takes(map, "object") ? map.required === undefined : optional;
}

/** Puts null into the types of a shape, or takes it out. */
function withNull(shape: JsonSchema, mayBeNull: boolean): JsonSchema {
  const { type, anyOf } = shape;
  if (type === undefined && Array.isArray(anyOf))
    return mayBeNull ? { ...shape, anyOf: [...anyOf, { type: "null" }] } : shape;
  const types = [type].flat().filter((name) => name !== "null");
  return { ...shape, type: mayBeNull ? [...types, "null"] : types.length === 1 ? types[0] : types };
}

/** A value of this JSON type, or a reference. */
export function orReference(...types: readonly string[]): JsonSchema {
  return { type: [...types, "string"], pattern: reference };
}

function objectShape(schema: JsonSchema, { inList }: Spot): JsonSchema {
  const properties = propertiesOf(schema) ?? {};
  const required = (schema.required as readonly string[] | undefined) ?? [];
  const values = valuesOf(schema);
  const below = Object.entries(properties).map(([key, property]) => {
    return [key, editorValue(property, { optional: !required.includes(key), inList })] as const;
  });
  return {
    ...orReference("object"),
    ...(below.length > 0 && { properties: Object.fromEntries(below) }),
    ...(!inList && { patternProperties: longKeys }),
    additionalProperties: values === undefined ? false : editorValue(values, { optional: false, inList }),
    ...requireKeys(required, { inList, isSection: schema["x-section"] !== undefined }),
  };
}

/** Keys that must be there; in a section that is turned off none must, and one like `a::b` may bring them. */
export function requireKeys(
  required: readonly string[],
  { inList, isSection }: { readonly inList: boolean; readonly isSection: boolean },
): JsonSchema {
  if (required.length === 0) return {};
  if (inList && !isSection) return { required };
  const isOff = { properties: { enabled: { const: false } }, required: ["enabled"] };
  const hasLongKeys = { not: { propertyNames: { not: { pattern: "::" } } } };
  return { anyOf: [{ required }, ...(isSection ? [isOff] : []), ...(inList ? [] : [hasLongKeys])] };
}

function scalarShape(schema: JsonSchema): JsonSchema {
  const { type, enum: values, minimum, maximum, minLength, format } = schema;
  if (Array.isArray(values)) {
    const others = schema["x-any-case"] === true ? `^(?:${inAnyCase(values)})$|${reference}` : reference;
    return { anyOf: [{ enum: values }, { type: "string", pattern: others }] };
  }
  if (type !== "string") {
    const isWhole = type === "integer";
    const least = minimum ?? (isWhole ? Number.MIN_SAFE_INTEGER : undefined);
    const most = maximum ?? (isWhole ? Number.MAX_SAFE_INTEGER : undefined);
    const bounds = { ...(least !== undefined && { minimum: least }), ...(most !== undefined && { maximum: most }) };
    return { ...orReference(String(type)), ...bounds };
  }
  const own = formatPatterns[String(format)] ?? (schema.pattern as string | undefined);
  const pattern = own === undefined ? {} : { pattern: `(?:${own})|${reference}` };
  // A bare 0 needs no unit.
  if (format !== undefined) return { type: ["string", "number"], ...pattern, minimum: 0, maximum: 0 };
  const types = schema["x-text"] === true ? ["string", "number", "boolean"] : ["string"];
  return { type: types, ...pattern, ...(minLength !== undefined && { minLength }) };
}

/** The inside of a pattern of texts in lower case and all their other spellings; patterns have no flags there. */
export function inAnyCase(values: readonly string[]): string {
  return values.join("|").replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** What editors show. Code in a description is marked as in Markdown. */
function annotationsOf(schema: JsonSchema): JsonSchema {
  const { description, examples, default: byDefault, deprecated } = schema;
  const advice = schema["x-deprecated"];
  const isPlain = byDefault !== undefined && JSON.stringify(byDefault) !== "{}";
  return {
    ...(description !== undefined && { description }),
    ...(typeof description === "string" && description.includes("`") && { markdownDescription: description }),
    ...(isPlain && { default: byDefault }),
    ...(examples !== undefined && { examples }),
    ...(schema["x-secret"] === true && { writeOnly: true }),
    ...(deprecated === true && { deprecated, deprecationMessage: advice ?? description }),
  };
}
