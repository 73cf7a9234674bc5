import fc from "fast-check";
import { expect, test } from "vitest";
import { newBudget } from "./limits.ts";
import { toPlain } from "./located.ts";
import { nestKeys } from "./nest.ts";
import { formatProblem } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

function nested(yaml: string): { readonly plain: unknown; readonly told: readonly string[] } {
  const told: string[] = [];
  const budget = newBudget();
  const { node } = parseYaml(yaml, "c.yaml", budget);
  const fail = (place: Parameters<typeof formatProblem>[0]["place"], message: string) =>
    told.push(formatProblem({ severity: "error", place, path: [], message }));
  return { plain: toPlain(nestKeys(node, budget, fail)), told };
}

test("a key may be a path", () => {
  const check = (yaml: string, expected: unknown, ...told: readonly string[]) =>
    expect([yaml, nested(yaml)]).toEqual([yaml, { plain: expected, told }]);
  check("a: 1", { a: 1 });
  check("a::b: 1", { a: { b: 1 } });
  check("a::b: 1\na::c: 2", { a: { b: 1, c: 2 } });
  check("a: {b: 1}\na::c: 2", { a: { b: 1, c: 2 } });
  check("a::c: 2\na: {b: 1}", { a: { c: 2, b: 1 } });
  check("x: {a::b: {c::d: 1}, a: {b: {c: {e: 2}}}}", { x: { a: { b: { c: { d: 1, e: 2 } } } } });
  // As upstream: every key, ids of components too.
  check("exporters: {debug/x::y: }", { exporters: { "debug/x": { y: null } } });
  check("a:b: 1\nc:d:e: 2", { "a:b": 1, "c:d:e": 2 });
  check("'::a': 1\n'b::': 2\nc::::d: 3", { "": { a: 1 }, b: { "": 2 }, c: { "": { d: 3 } } });
  // As upstream: not inside lists.
  check("a: [{b::c: 1}]", { a: [{ "b::c": 1 }] });
  check("__proto__::a: 1\nconstructor::prototype::b: 2", {
    ["__proto__"]: { a: 1 },
    constructor: { prototype: { b: 2 } },
  });
  check("a::b: 1\na: {b: 2}", { a: { b: 1 } }, 'c.yaml:2:5: found the key "b" again, first used in line 1');
  check("a: 1\na::b: 2", { a: 1 }, 'c.yaml:2:1: found the key "a" again, first used in line 1');
  check("a::b: 2\na: 1", { a: { b: 2 } }, 'c.yaml:2:1: found the key "a" again, first used in line 1');
  check("a:\na::b: 2", { a: null }, 'c.yaml:2:1: found the key "a" again, first used in line 1');
});

test("depth is bounded", () => {
  const deep = `${"a::".repeat(200)}b: 1`;
  expect(nested(deep).told).toEqual([
    `c.yaml:1:1: found the key "${deep.slice(0, 60)}...", expected at most 100 levels inside each other`,
  ]);
  const inside = `${"a::".repeat(60)}b: {${"a::".repeat(60)}b: 1}`;
  expect(nested(inside).told).toHaveLength(1);
  const wide = Array.from({ length: 5000 }, (_, index) => `${"a::".repeat(90)}k${index}: 1`).join("\n");
  expect(nested(wide).told).toEqual([]);
  expect(() =>
    nested(Array.from({ length: 5000 }, (_, index) => `x${index}${"::a".repeat(90)}: 1`).join("\n")),
  ).toThrow("the configuration is too large");
});

test("paths and maps inside each other mean the same", () => {
  const step = fc.constantFrom("a", "b", "c", "__proto__", "");
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.array(step, { minLength: 3, maxLength: 3 }), { selector: (path) => path.join() }),
      (paths) => {
        const joined = paths.map((path, index) => `"${path.join("::")}": ${index}`).join("\n");
        const expected: Record<string, Record<string, Record<string, number>>> = Object.create(null);
        for (const [index, [one = "", two = "", three = ""]] of paths.entries()) {
          expected[one] ??= Object.create(null);
          expected[one]![two] ??= Object.create(null);
          expected[one]![two]![three] = index;
        }
        const { plain, told } = nested(joined === "" ? "{}" : joined);
        expect(told).toEqual([]);
        expect(JSON.stringify(plain)).toBe(JSON.stringify(expected));
      },
    ),
    { numRuns: 300 },
  );
});
