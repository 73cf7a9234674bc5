import { expect, expectTypeOf, test } from "vitest";
import { type Decoded, type Secret, t } from "./index.ts";

const schema = t.object("A thing.", {
  endpoint: t.string({ description: "Where to." }),
  timeout: t.duration({ description: "How long.", default: "5s" }),
  mode: t.oneOf(["a", "b"], { description: "How.", default: "a" }),
  password: t.optional(t.secret({ description: "Secret." })),
  queue: t.section("on", t.object("The queue.", { size: t.integer({ description: "Size.", default: 10 }) })),
});

test("one description gives the type", () => {
  expectTypeOf<Decoded<typeof schema>>().toEqualTypeOf<{
    readonly endpoint: string;
    readonly timeout: number;
    readonly mode: "a" | "b";
    readonly password: Secret | undefined;
    readonly queue: { readonly size: number } | undefined;
  }>();
});

test("and the JSON Schema", () => {
  expect(schema.json).toMatchObject({
    type: "object",
    required: ["endpoint"],
    additionalProperties: false,
    properties: { timeout: { type: "string", format: "go-duration", default: "5s" }, queue: { "x-section": "on" } },
  });
});
