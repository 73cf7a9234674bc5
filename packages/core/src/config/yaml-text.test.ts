import { createSimulation } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expandTree } from "./expand.ts";
import { newBudget } from "./limits.ts";
import { toPlain } from "./located.ts";
import { createRetrieve } from "./providers.ts";
import { parseYaml } from "./yaml.ts";
import { formatYaml, fromPlain } from "./yaml-text.ts";

const check = (value: unknown, ...lines: readonly string[]) =>
  expect(formatYaml(fromPlain(value))).toBe(`${lines.join("\n")}\n`);

test("scalars", () => {
  check("plain text", "plain text");
  check("", '""');
  check("0123", '"0123"');
  check("1_000", '"1_000"');
  check("true", '"true"');
  check("~", '"~"');
  check("no", '"no"');
  check("2024-01-02", "2024-01-02");
  check("it's: so", "'it''s: so'");
  check("[REDACTED]", "'[REDACTED]'");
  check("a #b", "'a #b'");
  check("- a", "'- a'");
  check("-a", "-a");
  check(" a", "' a'");
  check("two\nlines\t", String.raw`"two\nlines\t"`);
  check("\u{1f600}\u007f", String.raw`"${"\u{1f600}"}\u007f"`);
  check("$1 ${env:A}", "$$1 $${env:A}");
  check(1.5, "1.5");
  check(Number.NEGATIVE_INFINITY, "-.inf");
  check(Number.NaN, ".nan");
  check(null, "null");
  check(false, "false");
});

test("maps and lists", () => {
  check({}, "{}");
  check([], "[]");
  check({ a: { b: [], "c: d": {} } }, "a:", "    b: []", "    'c: d': {}");
  check(
    { a: [1, { b: 2, c: [3] }, [4, [5]], {}] },
    "a:",
    "    - 1",
    "    - b: 2",
    "      c:",
    "          - 3",
    "    - - 4",
    "      - - 5",
    "    - {}",
  );
});

test("a comment stands behind each value, on its line", () => {
  const tree = fromPlain({ a: [1, { b: {} }], c: 2 });
  expect(formatYaml(tree, { comment: ({ kind }) => `a ${kind}\n` })).toBe(
    "a:\n    - 1  # a scalar \n    - b: {}  # a map \nc: 2  # a scalar \n",
  );
});

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    "$",
    "${A}",
    "a: b",
    "? a",
    "0x1",
    ".5",
    "null",
    "---",
    "...",
    "a\n\n b\n",
    "\u2028",
    "\ufeff",
    "<<",
    "=",
  ),
);
const key = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "a")).filter((key) => !key.includes("::"));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double({ noDefaultInfinity: false }).map((value) => (value === 0 ? 0 : value)),
    fc.integer(),
    fc.constantFrom(null, true, false),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(key, tie("tree")), { maxLength: 3, selector: ([name]) => name }).map((entries) => {
      const map: Record<string, unknown> = Object.create(null);
      for (const [name, value] of entries) map[name] = value;
      return map;
    }),
  ),
}));

test("whatever is written is read as the same", async () => {
  const { env } = createSimulation();
  const property = fc.asyncProperty(tree, async (value) => {
    const budget = newBudget();
    const { node, problems } = parseYaml(formatYaml(fromPlain(value)), "text", budget);
    expect(problems).toEqual([]);
    const unexpected = (problem: unknown) => expect(problem).toBeUndefined();
    const expansion = { retrieve: createRetrieve(env), budget, report: unexpected, sources: new Set<string>() };
    expect(toPlain(await expandTree(expansion, node, []))).toEqual(value);
  });
  await fc.assert(property, { numRuns: 500 });
});
