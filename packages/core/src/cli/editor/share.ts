import type { JsonSchema } from "@sluice/component";

/** What is shorter is as easily read where it stands. */
const minLength = 300;
/** Keywords that hold schemas by name, and those that hold one or several. */
const maps = ["properties", "patternProperties"] as const;
const singles = ["additionalProperties", "items"] as const;

/**
 * Puts what stands in a schema more than once into definitions, each named after the key it was first found at, and refers to it
 * there: the settings of HTTP clients stand in most components.
 */
export function shareDefinitions(schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const seen = new Map<string, number>();
  count(schema, seen);
  for (const definition of Object.values(definitions)) count(definition, seen);
  const shared = new Map<string, string>();
  const found: Record<string, JsonSchema> = {};
  const replace = (node: JsonSchema, key: string): JsonSchema => {
    const text = JSON.stringify(node);
    if (node.$ref !== undefined || text.length < minLength || (seen.get(text) ?? 0) < 2) return mapBelow(node, replace);
    const known = shared.get(text);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    const name = freeName(key, { ...definitions, ...found });
    shared.set(text, name);
    // Its place is taken before what it holds takes another.
    found[name] = {};
    found[name] = mapBelow(node, replace);
    return { $ref: `#/$defs/${name}` };
  };
  const body = mapBelow(schema, replace);
  const given = Object.entries(definitions).map(([name, node]) => [name, mapBelow(node, replace)] as const);
  return { ...body, $defs: { ...Object.fromEntries(given), ...found } };
}

/** How often each text stands somewhere else than inside of one that was counted already. */
function count(node: JsonSchema, seen: Map<string, number>): void {
  mapBelow(node, (below) => {
    const text = JSON.stringify(below);
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    if (before === 0) count(below, seen);
    return below;
  });
}

function mapBelow(node: JsonSchema, fn: (below: JsonSchema, key: string) => JsonSchema): JsonSchema {
  const changed: Record<string, unknown> = {};
  for (const word of maps) {
    const held = node[word];
    if (!isSchema(held)) continue;
    const entries = Object.entries(held as Readonly<Record<string, JsonSchema>>);
    changed[word] = Object.fromEntries(entries.map(([key, below]) => [key, fn(below, key)]));
  }
  for (const word of singles) {
    const held = node[word];
    if (isSchema(held)) changed[word] = fn(held, word);
  }
  const forms = node.anyOf as readonly JsonSchema[] | undefined;
  if (forms !== undefined) changed.anyOf = forms.map((form) => fn(form, "form"));
  return { ...node, ...changed };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null;
}

/** Names become parts of a JSON pointer, so they are of letters, digits and "_". */
function freeName(key: string, taken: Readonly<Record<string, unknown>>): string {
  const plain = key.replaceAll(/\W+/g, "_").replaceAll(/^_|_$/g, "") || "value";
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain}_${number}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}
