import type { JsonSchema } from "@sluice/component";
import { isNull, type Located, type LocatedMap, type LocatedScalar, type Path, toPlain } from "./located.ts";
import { quote, type Report } from "./problems.ts";
import { formFor, formsOf, isAny, itemsOf, type JsonType, jsonType, propertyOf, takes, valuesOf } from "./schema.ts";

/**
 * Turns a tree into the plain data that `check` looks at and `decode` reads, making the choices that need more than the value: the
 * original text where text is wanted, `{}` for the empty body of a map, the form of a union. A key without a value is left out,
 * so it means the default. Values that do not fit are kept as they are: `check` says so.
 *
 * Three checks are made here since JSON Schema has no words for them: whole numbers beyond 2^53 (they lost digits when read),
 * headers given twice in list form, and deprecated keys, which are warned of.
 */
export function prepare(node: Located, schema: JsonSchema, path: Path, report: Report): unknown {
  const forms = formsOf(schema);
  if (forms !== undefined) {
    const form = formOf(node, forms);
    if (form === undefined) return isNull(node) && takes(schema, "object") ? Object.create(null) : toPlain(node);
    if (schema["x-headers"] && node.kind === "list") reportTwins(node.items, path, report);
    return prepare(node, form, path, report);
  }
  if (isAny(schema)) return toPlain(node);
  const text = wantedText(node, schema);
  if (text !== undefined) return text;
  if (takes(schema, "object")) {
    if (isNull(node)) return Object.create(null);
    if (node.kind === "map") return prepareMap(node, schema, path, report);
  }
  const items = itemsOf(schema);
  if (items !== undefined && node.kind === "list") {
    return node.items.map((item, index) => prepareItem(item, items, [...path, index], report));
  }
  if (node.kind === "scalar" && schema.type === "integer") reportUnsafe(node, path, report);
  return toPlain(node);
}

function prepareMap(node: LocatedMap, schema: JsonSchema, path: Path, report: Report): unknown {
  const plain: Record<string, unknown> = Object.create(null);
  const values = valuesOf(schema);
  for (const [key, { place, value }] of node.entries) {
    const keyPath = [...path, key];
    const property = propertyOf(schema, key);
    const deprecated = property?.["x-deprecated"];
    if (typeof deprecated === "string") {
      report({ severity: "warning", place, path: keyPath, message: `deprecated: ${deprecated}` });
    }
    if (property === undefined)
      plain[key] = values === undefined ? toPlain(value) : prepareItem(value, values, keyPath, report);
    else if (!isNull(value) || isAny(property) || takes(property, "object")) {
      plain[key] = prepare(value, property, keyPath, report);
    }
  }
  return plain;
}

/** An item or the value of a free key: there is no default to take, so an unset reference is empty text, as in upstream. */
function prepareItem(node: Located, schema: JsonSchema, path: Path, report: Report): unknown {
  const unset = node.reference !== undefined && isNull(node);
  return unset && schema.type === "string" ? "" : prepare(node, schema, path, report);
}

/** The text of a value where the schema asks for a string; undefined where the value itself counts. */
function wantedText(node: Located, schema: JsonSchema): string | undefined {
  if (schema.type !== "string" || isNull(node)) return undefined;
  // Go takes 0 for a duration as well as "0".
  if (schema.format === "go-duration" && node.kind === "scalar" && node.value === 0) return "0";
  if (schema["x-any-case"] === true && node.kind === "scalar" && typeof node.value === "string") {
    const lower = node.value.toLowerCase();
    if ((schema.enum as readonly string[]).includes(lower)) return lower;
  }
  const takesText = node.reference !== undefined || (schema["x-text"] === true && node.kind === "scalar");
  return takesText ? node.text : undefined;
}

function formOf(node: Located, forms: readonly JsonSchema[]): JsonSchema | undefined {
  const form = formFor(forms, nodeType(node));
  if (form !== undefined) return form;
  const texts = forms.filter((form) => form.type === "string");
  return texts.find((form) => wantedText(node, form) !== undefined);
}

function nodeType(node: Located): JsonType {
  if (node.kind === "scalar") return jsonType(node.value);
  return node.kind === "list" ? "array" : "object";
}

function reportTwins(items: readonly Located[], path: Path, report: Report): void {
  const seen = new Set<unknown>();
  for (const [index, item] of items.entries()) {
    const entry = item.kind === "map" ? item.entries.get("name") : undefined;
    if (entry?.value.kind !== "scalar") continue;
    const { place, value } = entry.value;
    if (seen.has(value)) {
      const message = `found the name ${quote(String(value))} again, expected each once`;
      report({ severity: "error", place, path: [...path, index, "name"], message });
    }
    seen.add(value);
  }
}

function reportUnsafe({ place, value, text }: LocatedScalar, path: Path, report: Report): void {
  if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const message = `found ${text ?? value}, expected a whole number between -2^53 and 2^53`;
  report({ severity: "error", place, path, message });
}
