/** What is found, held against a whole validator of JSON Schema, over random schemas of the words that `t` has. */
import type { JsonSchema } from "@sluice/component";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formats } from "./decode.ts";
import { findFaults } from "./faults.ts";

const ajv = new Ajv2020({ allErrors: true, ownProperties: true, strict: false, strictNumbers: true, logger: false });
for (const [name, parse] of Object.entries(formats)) ajv.addFormat(name, (text: string) => parse(text) !== undefined);

const keys = ["a", "b", "c/d", "e~f", "enabled", "constructor", "toString", "0"];
const texts = ["", "a", "b", "\u{1f600}", "5s", "1d", "10MB", "a1", "x\ny"];

const text = fc.record(
  {
    type: fc.constant("string"),
    minLength: fc.constantFrom(1, 2),
    pattern: fc.constantFrom("^[a-z]+$", "1", "^.$"),
    enum: fc.subarray(texts, { minLength: 1 }),
    format: fc.constantFrom(...Object.keys(formats)),
  },
  { requiredKeys: ["type"] },
);
const number = fc.record(
  { type: fc.constantFrom("integer", "number"), minimum: fc.constantFrom(0, 3), maximum: fc.constantFrom(5, 9.5) },
  { requiredKeys: ["type"] },
);
const { schema } = fc.letrec<{ readonly schema: JsonSchema; readonly map: JsonSchema; readonly list: JsonSchema }>(
  (tie) => ({
    schema: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(text, number, fc.constant({ type: "boolean" }), fc.constant({})),
      tie("map"),
      tie("list"),
      fc
        .subarray([text, number, fc.constant({ type: "boolean" }), tie("map"), tie("list")], { minLength: 1 })
        .chain((forms) => fc.tuple(...forms))
        .map((anyOf) => ({ anyOf })),
    ),
    map: fc
      .record({
        type: fc.constantFrom("object", ["object", "null"]),
        properties: fc.dictionary(fc.constantFrom(...keys), tie("schema"), { maxKeys: 4 }),
        required: fc.subarray(keys, { maxLength: 2 }),
        additionalProperties: fc.oneof(fc.constant(false), tie("schema")),
      })
      .map(({ required, ...rest }) => ({
        ...rest,
        required: required.filter((key) => Object.hasOwn(rest.properties, key)),
      })),
    list: fc.record(
      { type: fc.constant("array"), items: tie("schema"), minItems: fc.constantFrom(1, 2) },
      { requiredKeys: ["type", "items"] },
    ),
  }),
);

/** Plain data as `prepare` gives it: maps have no prototype. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.constantFrom<unknown>(...texts, null, true, 0, -1, 4, 4.5, 99, Number.POSITIVE_INFINITY, Number.NaN),
      fc.string(),
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 4 })
      .map((entries) => Object.assign(Object.create(null), entries) as unknown),
  ),
}));

/** A value that fits a schema mostly, so that what lies deep is looked at too. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const [any, most] = [{ arbitrary: value, weight: 1 }, 6];
  const forms = schema.anyOf as readonly JsonSchema[] | undefined;
  if (forms !== undefined) return fc.oneof(...forms.map(fitting));
  if (schema.type === "array")
    return fc.oneof(any, { arbitrary: fc.array(fitting(schema.items as JsonSchema), { maxLength: 3 }), weight: most });
  if (schema.properties === undefined) return value;
  const properties = Object.entries(schema.properties as Readonly<Record<string, JsonSchema>>);
  const inside = fc.record(Object.fromEntries(properties.map(([key, each]) => [key, fitting(each)])), {
    requiredKeys: [],
  });
  return fc.oneof(any, { arbitrary: inside, weight: most });
}

const pointer = (steps: readonly string[]) =>
  steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** What the validator says as "path keyword key"; but what it says of a value of the wrong type beside its type. */
function reference(data: unknown, schema: JsonSchema): readonly string[] {
  const validate = ajv.compile(schema);
  validate(data);
  const errors = validate.errors ?? [];
  const at = ({ instancePath, schemaPath }: ErrorObject) => `${instancePath} ${schemaPath.replace(/[^/]*$/, "")}`;
  const mistyped = new Set(errors.filter(({ keyword }) => keyword === "type").map(at));
  return errors
    .filter((error) => error.keyword === "type" || !mistyped.has(at(error)))
    .map(({ instancePath, keyword, params }) => {
      const key: unknown = params.additionalProperty ?? params.missingProperty ?? "";
      return `${instancePath} ${keyword} ${String(key)}`;
    })
    .sort();
}

const hasUnion = (schema: JsonSchema) => JSON.stringify(schema).includes('"anyOf"');

test("the same is found as by a whole validator", () => {
  const counts = { taken: 0, refused: 0 };
  const cases = schema.chain((schema) => fc.tuple(fc.constant(schema), fc.array(fitting(schema), { maxLength: 8 })));
  fc.assert(
    fc.property(cases, ([schema, values]) => {
      for (const data of values) {
        const found = findFaults(data, schema).map(
          ({ steps, keyword, key = "" }) => `${pointer(steps)} ${keyword} ${key}`,
        );
        const expected = reference(data, schema);
        counts[expected.length === 0 ? "taken" : "refused"] += 1;
        // Of a union the validator tells what every form lacks.
        if (hasUnion(schema)) expect(found.length > 0).toBe(expected.length > 0);
        else expect(found.toSorted()).toEqual(expected);
      }
    }),
    { numRuns: 600 },
  );
  expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(300);
});

function check(data: unknown, schema: JsonSchema, ...expected: readonly string[]): void {
  const found = findFaults(data, schema).map(({ steps, keyword, key = "" }) => `${pointer(steps)} ${keyword} ${key}`);
  expect(found).toEqual(expected);
}

test("of a union, the form of the value's type", () => {
  const union = {
    anyOf: [
      { type: "integer", minimum: 1 },
      { type: "array", items: { type: "string" } },
    ],
  };
  check(1, union);
  check(0, union, " minimum ");
  check(["a", 1, 2], union, "/1 type ", "/2 type ");
  check(true, union, " anyOf ");
});

test("a page of mistakes is no deeper than one", () => {
  const items = Array.from({ length: 300_000 }, () => 1);
  expect(findFaults(items, { type: "array", items: { type: "string" } }).length).toBe(items.length);
});
