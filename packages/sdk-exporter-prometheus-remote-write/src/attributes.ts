import { type Attributes, type AttributeValue, isList } from "@sluice/data";

/** Deeper maps and lists are left out: what an application hands in may contain itself. */
const MAX_DEPTH = 16;

/** The SDK's attributes as a batch has them; what is undefined, a function or a symbol is left out, as the OTLP exporters do. */
export function toAttributes(given: object | undefined): Attributes {
  return given === undefined ? [] : mapOf(given, 0);
}

function mapOf(given: object, depth: number): Attributes {
  const attributes: { readonly key: string; readonly value: AttributeValue }[] = [];
  for (const [key, value] of Object.entries(given)) {
    const converted = toValue(value, depth);
    if (converted !== undefined) attributes.push({ key, value: converted });
  }
  return attributes;
}

function toValue(given: unknown, depth: number): AttributeValue | undefined {
  switch (typeof given) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return given;
    case "object":
      break;
    default:
      return undefined;
  }
  if (given === null || given instanceof Uint8Array) return given;
  if (depth === MAX_DEPTH) return undefined;
  if (Array.isArray(given)) return given.map((item) => toValue(item, depth + 1) ?? null);
  return { map: mapOf(given, depth + 1) };
}

/** Whether an SDK's attributes still say what was made of them, in the same order. Lists and maps are never taken for the same. */
export function isStill(given: object, known: Attributes): boolean {
  let at = 0;
  for (const key in given) {
    const value: unknown = given[key as keyof typeof given];
    if (value === undefined) continue;
    const attribute = known[at++];
    if (attribute === undefined || attribute.key !== key || !Object.is(attribute.value, value)) return false;
    if (typeof value === "object" && value !== null) return false;
  }
  return at === known.length;
}

/** One text for all attributes that are the same, in whatever order; texts of different ones differ. */
export function textOf(attributes: Attributes): string {
  return attributes
    .map(({ key, value }) => JSON.stringify([key, tagged(value)]))
    .sort()
    .join();
}

function tagged(value: AttributeValue): unknown {
  if (typeof value === "number") return [0, Object.is(value, -0) ? "-0" : String(value)];
  if (typeof value === "bigint") return [1, String(value)];
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return [2, [...value]];
  return isList(value) ? [3, value.map(tagged)] : [4, textOf(value.map)];
}
