import { defineProcessor, type Schema, t } from "@sluice/component";
import { describe, expect, test } from "vitest";
import { configTable } from "./config-table.ts";
import { replaceBetween, table } from "./markdown.ts";
import { metricsTable } from "./metrics-table.ts";

const description = "D.";

/** The rows of a table without its header and padding. */
function rowsOf(text: string): string[] {
  return text
    .split("\n")
    .slice(2)
    .map((line) => line.replaceAll(/ +/g, " ").replace(/^\| (.*) \|$/, "$1"));
}

describe("settings", () => {
  function check(schema: Schema<unknown>, ...expected: readonly string[]): void {
    const { json } = t.object("All.", { key: schema });
    test(String(expected[0]), () => expect(rowsOf(configTable(json))).toEqual(expected));
  }
  const inner = t.object("Inside.", { size: t.integer({ description, default: 10 }) });
  check(t.string({ description }), "`key` | string | required | D.");
  check(t.string({ description, default: "" }), '`key` | string | `""` | D.');
  check(t.duration({ description, default: "5s" }), "`key` | duration | `5s` | D.");
  check(t.oneOf(["", "a|b"], { description }), '`key` | `""`, `a\\|b` | required | D.');
  check(t.optional(t.secret({ description })), "`key` | secret | | D.");
  check(t.headers({ description }), "`key` | map, or list of name and value | `{}` | D.");
  check(t.optional(t.record(t.number({ description }), { description })), "`key` | map to number | | D.");
  check(t.optional(t.boolean({ description, deprecated: "use it" })), "`key` | boolean | | D. Deprecated: use it.");
  check(t.any({ description }), "`key` | any | | D.");
  check(t.defaulted(inner), "`key` | section | | Inside.", "`key.size` | integer | `10` | D.");
  check(
    t.section("off", inner),
    "`key` | section | off | Inside.",
    "`key.enabled` | boolean | | false turns the whole section off.",
    "`key.size` | integer | `10` | D.",
  );
  check(
    t.array(inner, { description, default: [] }),
    "`key` | list of section | `[]` | D.",
    "`key[].size` | integer | `10` | D.",
  );
  check(
    t.union([t.string({ description }), t.record(inner, { description })], { description }),
    "`key` | string or map to section | required | D.",
    "`key.*.size` | integer | `10` | D.",
  );
  test("none", () => expect(configTable(t.object("Empty.", {}).json)).toBe("No settings."));
});

test("own metrics are those of create", async () => {
  const definition = defineProcessor({
    type: "sample",
    signals: ["metrics"],
    stability: "beta",
    config: t.object("Sample.", { name: t.string({ description }) }),
    create(config, { meter }, next) {
      meter.histogram(config.name, { description: "Taken.", unit: "s", bounds: [1] });
      meter.observe("b", { description: "Seen.", unit: "By", type: "counter" }, () => 1);
      meter.counter("a", { description: "Counted.", unit: "" });
      return { consume: next };
    },
  });
  expect(rowsOf(await metricsTable(definition, "name: c"))).toEqual([
    "`a` | counter | | Counted.",
    "`b` | counter | `By` | Seen.",
    "`c` | histogram | `s` | Taken.",
  ]);
  await expect(metricsTable(definition, "")).rejects.toThrow("name: required");
});

test("tables are padded as the formatter does", () => {
  expect(table(["A", "Long"], [["x y", "b"]])).toBe("| A   | Long |\n| --- | ---- |\n| x y | b    |");
});

test("what stands between markers is replaced", () => {
  const text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
  const expected = "a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb\n";
  expect(replaceBetween(text, "x", "new")).toBe(expected);
  expect(replaceBetween(expected, "x", "new")).toBe(expected);
  expect(replaceBetween(text, "y", "new")).toBeUndefined();
});
