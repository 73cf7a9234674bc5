// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { describe, expect, test } from "vitest";
import { expandTree } from "./expand.ts";
import { world } from "./fixtures.testing.ts";
import { newBudget } from "./limits.ts";
import { type Located, toPlain } from "./located.ts";
import { formatProblem, type LocatedProblem } from "./problems.ts";
import { createRetrieve } from "./providers.ts";
import { parseYaml } from "./yaml.ts";

interface Outcome {
  readonly node: Located;
  readonly plain: unknown;
  readonly told: readonly string[];
}

async function expand(
  yaml: string,
  variables: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { env } = world(files, variables);
  const told: LocatedProblem[] = [];
  const budget = newBudget();
  const { node: tree } = parseYaml(yaml, "c.yaml", budget);
  const report = (problem: LocatedProblem) => told.push(problem);
  const node = await expandTree({ retrieve: createRetrieve(env), budget, report, sources: new Set() }, tree, []);
  return { node, plain: toPlain(node), told: told.map((problem) => `${problem.severity} ${formatProblem(problem)}`) };
}

const at = (node: Located, key: string): Located | undefined =>
  node.kind === "map" ? node.entries.get(key)?.value : undefined;

// The inputs of upstream's end-to-end table of escapes (default scheme env), and what they must give.
test("escaped and plain references", async () => {
  const variables = {
    ENV_VALUE: "some expanded value",
    ENV_LIST: "['$$ESCAPE_ME','$${ESCAPE_ME}','$${env:ESCAPE_ME}']",
    ENV_MAP: "{'key1':'$$ESCAPE_ME','key2':'$${ESCAPE_ME}','key3':'$${env:ESCAPE_ME}'}",
    ENV_NESTED_DOLLARSIGN: "here is 1 $$",
    ENV_NESTED_DOLLARSIGN_ESCAPED: "here are 2 $$$",
    ENV_EXPAND_NESTED: "${env:ENV_VALUE} came from nested expansion",
  };
  const check = async (input: string, expected: unknown) =>
    expect([input, (await expand(`key: "${input}"`, variables)).plain]).toEqual([input, { key: expected }]);
  await check("$$ENV_VALUE", "$ENV_VALUE");
  await check("$$$$ENV_VALUE", "$$ENV_VALUE");
  await check("$$${ENV_VALUE}", "$some expanded value");
  await check("some${ENV_VALUE}text", "somesome expanded valuetext");
  await check("some$${ENV_VALUE}text", "some${ENV_VALUE}text");
  await check("$${ONE}$${TWO}", "${ONE}${TWO}");
  await check("text$$", "text$");
  await check("$$", "$");
  await check("$${1}$${env:2}", "${1}${env:2}");
  await check("some$${env:ENV_VALUE}text", "some${env:ENV_VALUE}text");
  await check("$${env:${ENV_VALUE}}", "${env:some expanded value}");
  await check("$${env:$${ENV_VALUE}}", "${env:${ENV_VALUE}}");
  await check("env:MAP_VALUE_2}$${ENV_VALUE}{", "env:MAP_VALUE_2}${ENV_VALUE}{");
  await check("$$${env:ENV_VALUE}", "$some expanded value");
  await check("$ENV_VALUE", "$ENV_VALUE");
  await check("${env:ENV_LIST}", ["$ESCAPE_ME", "${ESCAPE_ME}", "${env:ESCAPE_ME}"]);
  await check("${env:ENV_MAP}", { key1: "$ESCAPE_ME", key2: "${ESCAPE_ME}", key3: "${env:ESCAPE_ME}" });
  await check("${env:ENV_NESTED_DOLLARSIGN}", "here is 1 $");
  await check("${env:ENV_NESTED_DOLLARSIGN_ESCAPED}", "here are 2 $$");
  await check("${env:ENV_EXPAND_NESTED}", "some expanded value came from nested expansion");
});

// Where ours differs: groups of regular expressions stay, and an escape does not hide what follows it.
test("our own rules", async () => {
  const check = async (input: string, expected: unknown) =>
    expect([input, (await expand(`key: '${input}'`, { X: "x" })).plain]).toEqual([input, { key: expected }]);
  await check("$${1}://${2}${3}", "${1}://${2}${3}");
  await check("${1}", "${1}");
  await check("$1-${X}-${10}", "$1-x-${10}");
  await check("$${X} ${X}", "${X} x");
  await check("${X:-y}", "x");
  await check("${NONE:-y}", "y");
});

describe("a value that is one reference", () => {
  // The inputs of upstream's table of types: the typed value, the original text, and the text inside a longer scalar.
  test("keeps its type and its text", async () => {
    const check = async (value: string, typed: unknown, text: string | undefined = value) => {
      for (const variables of [{ ENV: value }, { ENV: "${env:ENV2}", ENV2: value }]) {
        const { node } = await expand("exact: ${env:ENV}\ninline: inline field with ${env:ENV} expansion", variables);
        const exact = at(node, "exact")!;
        const expected = { typed, text, inline: `inline field with ${text} expansion` };
        const found = { typed: toPlain(exact), text: exact.text, inline: toPlain(at(node, "inline")!) };
        expect([value, found]).toEqual([value, expected]);
      }
    };
    await check("123", 123);
    await check("0123", 83);
    await check("0xdeadbeef", 3735928559);
    await check('"0123"', '"0123"');
    await check("!!str 0123", "!!str 0123");
    await check("t", "t");
    await check("23", 23);
    await check("true", true);
    await check('{"field": 123}', { field: 123 });
    await check("[a, b]", ["a", "b"]);
    await check("1111:1111:1111:1111:1111::", { "1111:1111:1111:1111:1111:": null });
    await check("2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z07:00");
    await check("foo\nbar", "foo\nbar");
    await check("@no yaml", "@no yaml");
    await check("a: b: c", "a: b: c");
  });

  test("is not spoilt by a comment, but its text is", async () => {
    const value = "true # comment with a ${env:hello.world} reference";
    const { node, told } = await expand("a: ${env:ENV}", { ENV: value });
    expect([toPlain(node), at(node, "a")!.text, told]).toEqual([{ a: true }, undefined, []]);
    expect((await expand("a: x ${env:ENV}", { ENV: value })).told).toHaveLength(1);
  });

  test("takes wrapped and nested values", async () => {
    const wrapped = { ENV: "The value ${env:ENV2} is wrapped", ENV2: "The value ${env:ENV3} is wrapped", ENV3: "123" };
    expect((await expand("a: ${env:ENV}", wrapped)).plain).toEqual({
      a: "The value The value 123 is wrapped is wrapped",
    });
    const maps = {
      ENV: '{env: "${env:ENV2}", inline: "inline ${env:ENV2}"}',
      ENV2: '{env2: "${env:ENV3}"}',
      ENV3: "{value: 123}",
    };
    const { node, plain } = await expand("a: ${env:ENV}", maps);
    expect(plain).toEqual({ a: { env: { env2: { value: 123 } }, inline: 'inline {env2: "{value: 123}"}' } });
    expect(at(node, "a")!.text).toBe('{env: "{env2: "{value: 123}"}", inline: "inline {env2: "{value: 123}"}"}');
  });
});

describe("an include", () => {
  test("keeps its places", async () => {
    const files = { "recv.yaml": "# ${env:not a name}\notlp:\n  endpoint: ${env:${WHICH}}\n" };
    const { node, plain, told } = await expand(
      "receivers: ${file:${WHERE}.yaml}",
      { WHERE: "recv", WHICH: "E", E: "h:1" },
      files,
    );
    expect(plain).toEqual({ receivers: { otlp: { endpoint: "h:1" } } });
    expect(told).toEqual([]);
    const receivers = at(node, "receivers")!;
    expect(receivers.kind === "map" && receivers.entries.get("otlp")!.place).toEqual({
      source: "recv.yaml",
      line: 2,
      column: 1,
      via: { reference: "${file:recv.yaml}", place: { source: "c.yaml", line: 1, column: 12 } },
    });
  });

  test("may be inline YAML", async () => {
    expect((await expand("a: '${yaml:[1, {b: 2}]}'")).plain).toEqual({ a: "[1, {b: 2]}" });
    expect((await expand("a: '${yaml:[1, 017]}'")).plain).toEqual({ a: [1, 15] });
  });
});

test("keys are not expanded", async () => {
  expect((await expand("${env:X}: 1\n$$: 2", { X: "x" })).plain).toEqual({ "${env:X}": 1, $$: 2 });
});

test("what is told", async () => {
  const check = async (yaml: string, ...told: readonly string[]) => {
    const files = { "a.yaml": "b: ${file:a.yaml}", directory: "" };
    const variables = { A: "${B}", B: "x ${env:A}", SELF: "${SELF}", EMPTY: "", DOLLAR: "$" };
    expect((await expand(yaml, variables, files)).told).toEqual(told);
  };
  await check("a: ${EMPTY}", "info c.yaml:1:4: a: the environment variable EMPTY is empty");
  await check("a: ${NONE:-}");
  await check("a: ${NONE}", "warning c.yaml:1:4: a: the environment variable NONE is not set; nothing is taken for it");
  await check(
    "a: b${NONE}",
    "warning c.yaml:1:4: a: the environment variable NONE is not set; nothing is taken for it",
  );
  await check(
    "a: $NAME",
    'warning c.yaml:1:4: a: found "$NAME", which is taken as it stands; write "${env:NAME}" for the environment variable or "$$NAME" for this text',
  );
  await check("a: [$1, $NAME/x, $$NAME]");
  await check("a: ${SELF}", 'error c.yaml:1:4: a: cannot expand "${SELF}": it refers to itself (env:SELF -> env:SELF)');
  await check(
    "a: ${A}",
    'error c.yaml:1:4: a: cannot expand "${env:A}": it refers to itself (env:A -> env:B -> env:A)',
  );
  await check(
    "a: ${file:a.yaml}",
    'error a.yaml:1:4: a::b: cannot expand "${file:a.yaml}": it refers to itself (file:a.yaml -> file:a.yaml)',
  );
  await check(
    "a: ${file:none.yaml}",
    'error c.yaml:1:4: a: cannot expand "${file:none.yaml}": cannot read "none.yaml": no such file',
  );
  await check(
    "a: ${vault:x}",
    'error c.yaml:1:4: a: cannot expand "${vault:x}": found the scheme "vault", expected one of env, file, http, https, yaml',
  );
  await check(
    "a: ${}",
    'error c.yaml:1:4: a: cannot expand "${}": found "", expected the name of an environment variable (letters, digits and "_")',
  );
  await check(
    "a: ${a b}",
    'error c.yaml:1:4: a: cannot expand "${a b}": found "a b", expected the name of an environment variable (letters, digits and "_")',
  );
  await check("a: ${env:X$Y}", 'error c.yaml:1:4: a: cannot expand "${env:X$Y}": found "$" inside the reference');
  await check("a: ${env:${1}}", 'error c.yaml:1:4: a: cannot expand "${env:${1}}": found "$" inside the reference');
  await check("a: ${env:${yaml:$$}}", 'error c.yaml:1:4: a: cannot expand "${yaml:$}": found "$" inside the reference');
  await check(
    "- ${a b}\n- ${c d} ${e f}",
    'error c.yaml:1:3: 0: cannot expand "${a b}": found "a b", expected the name of an environment variable (letters, digits and "_")',
    'error c.yaml:2:3: 1: cannot expand "${c d}": found "c d", expected the name of an environment variable (letters, digits and "_")',
    'error c.yaml:2:3: 1: cannot expand "${e f}": found "e f", expected the name of an environment variable (letters, digits and "_")',
  );
});

describe("values that grow without bound", () => {
  const doubling = (name: string, levels: number): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: levels }, (_, level) => [`${name}${level}`, `\${${name}${level + 1}}`.repeat(2)]),
    );

  test("text is stopped by the number of references", async () => {
    const { told } = await expand("a: ${X0}", { ...doubling("X", 40), X40: "x" });
    expect(told).toEqual(["error c.yaml:1:4: a: found more than 1000 references inside each other"]);
  });
  test("text is stopped by its length", async () => {
    const long = "x".repeat(2 ** 20);
    await expect(expand(`a: ${"${L}".repeat(500)}`, { L: long })).rejects.toThrow("characters of expanded text");
  });
  test("trees are stopped by their size", async () => {
    const levels = Array.from({ length: 30 }, (_, level) => [
      `T${level}`,
      `["\${T${level + 1}}", "\${T${level + 1}}"]`,
    ]);
    await expect(expand("a: ${T0}", { ...Object.fromEntries(levels), T30: "[]" })).rejects.toThrow("too large");
  });
  test("nesting is stopped", async () => {
    const { told } = await expand(`a: "${"${".repeat(5000)}${"}".repeat(5000)}"`);
    expect(told).toEqual(["error c.yaml:1:4: a: found more than 1000 references inside each other"]);
  });
});
