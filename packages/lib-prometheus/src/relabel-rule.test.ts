import { expect, test } from "vitest";
import { relabelRuleSchema, validateRelabelRule } from "./index.ts";

const properties = relabelRuleSchema.json.properties as Record<
  string,
  { default?: unknown; type: string; description?: string }
>;
const defaults = Object.fromEntries(Object.entries(properties).map(([key, { default: value }]) => [key, value]));

test("keys and defaults are Prometheus'", () => {
  expect(defaults).toEqual({
    source_labels: [],
    separator: ";",
    regex: "(.*)",
    modulus: 0,
    target_label: "",
    replacement: "$1",
    action: "replace",
  });
  expect(relabelRuleSchema.json).toMatchObject({ additionalProperties: false });
  expect(relabelRuleSchema.json.required).toBeUndefined();
  for (const { description } of Object.values(properties)) expect(description).toMatch(/\.$/);
});

test("the plainest rules", () => {
  const check = (keys: object, expected: string | undefined): void =>
    expect(validateRelabelRule({ ...defaults, ...keys } as never)).toBe(expected);
  check({ target_label: "a" }, undefined);
  check({ action: "LabelDrop", regex: "a" }, undefined);
  check({}, "relabel configuration for replace action requires 'target_label' value");
  check({ target_label: "a", regex: "a(" }, "error parsing regexp: missing closing ): `^(?s:a()$`");
  check({ action: "nope" }, 'unknown relabel action "nope"');
});
