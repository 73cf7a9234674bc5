import { describe, expect, test } from "vitest";
import { newBudget } from "./limits.ts";
import { type Located, toPlain } from "./located.ts";
import { formatProblem } from "./problems.ts";
import { parseYaml } from "./yaml.ts";

const parse = (text: string) => parseYaml(text, "c.yaml", newBudget());

/** Every key, item and scalar with its line and column. */
function places(node: Located, path = ""): readonly string[] {
  const own = `${path} ${node.place.line}:${node.place.column}`;
  if (node.kind === "scalar") return [own];
  if (node.kind === "list") return [own, ...node.items.flatMap((item, index) => places(item, `${path}/${index}`))];
  return [
    own,
    ...[...node.entries].flatMap(([key, { place, value }]) => [
      `${path}/${key} key ${place.line}:${place.column}`,
      ...places(value, `${path}/${key}`),
    ]),
  ];
}

test("everything knows its place", () => {
  const { node } = parse('# top\na:\n  - b\n  - {c: 1, "d": ~}\n  -\n\u00e9\u{1f600}: |\n  text\nf:\n');
  expect(places(node)).toEqual([
    " 2:1",
    "/a key 2:1",
    "/a 3:3",
    "/a/0 3:5",
    "/a/1 4:5",
    "/a/1/c key 4:6",
    "/a/1/c 4:9",
    "/a/1/d key 4:12",
    "/a/1/d 4:17",
    "/a/2 5:4",
    "/\u00e9\u{1f600} key 6:1",
    "/\u00e9\u{1f600} 6:6",
    "/f key 8:1",
    "/f 8:1",
  ]);
});

test("scalars keep their text", () => {
  const check = (text: string, value: unknown, kept: string) => {
    const { node } = parse(text);
    expect([text, toPlain(node), node.text]).toEqual([text, value, kept]);
  };
  check("017", 15, "017");
  check("0x10 # hex", 16, "0x10");
  check("~", null, "~");
  check("1_000", 1000, "1_000");
  check('"017"', "017", "017");
  check("'it''s'", "it's", "it's");
  check("a\n b", "a b", "a b");
  check("!!str 017", "017", "017");
  check('!!int "017"', 15, "017");
  check("!!float 1", 1, "1");
  check("!mine 017", "017", "017");
  check("! 017", 15, "017");
  check("|\n  a\n  b\n", "a\nb\n", "a\nb\n");
  check(">-\n  a\n  b\n", "a b", "a b");
});

test("what YAML allows is read", () => {
  const check = (text: string, expected: unknown) => {
    const { node, problems } = parse(text);
    expect([text, toPlain(node), problems]).toEqual([text, expected, []]);
  };
  check("", null);
  check("# only a comment", null);
  check("---\na: 1\n...\n", { a: 1 });
  check("%YAML 1.1\n---\na: yes\n", { a: "yes" });
  check("{a, b: , c: x}", { a: null, b: null, c: "x" });
  check("1: a\ntrue: b\n1.50: c\n0x10: d\n", { 1: "a", true: "b", "1.5": "c", 16: "d" });
  check("a: !!binary aGk=", { a: "hi" });
  check("a: &x [1]\nb: *x\n", { a: [1], b: [1] });
  check("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", { a: 1, b: 1, c: 2, d: 2 });
  check("&k a: 1\nb: {*k : 2}\n", { a: 1, b: { a: 2 } });
});

test("merge keys", () => {
  const check = (text: string, expected: unknown) =>
    expect([text, toPlain(parse(text).node)]).toEqual([text, expected]);
  const base = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\n";
  const both = { x: { a: 1, b: 1 }, y: { b: 2, c: 2 } };
  check(`${base}z: {<<: *x}`, { ...both, z: { a: 1, b: 1 } });
  check(`${base}z: {<<: *x, a: 3}`, { ...both, z: { a: 3, b: 1 } });
  check(`${base}z: {a: 3, <<: *x}`, { ...both, z: { a: 3, b: 1 } });
  check(`${base}z: {<<: [*x, *y]}`, { ...both, z: { a: 1, b: 1, c: 2 } });
  check(`${base}z: {<<: {d: 1}}`, { ...both, z: { d: 1 } });
  check(`${base}z: {"<<": 1}`, { ...both, z: { "<<": 1 } });
});

test("prototypes are out of reach", () => {
  const { node } = parse("__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\ntoString: 1\n");
  expect(node.kind === "map" && [...node.entries.keys()]).toEqual(["__proto__", "constructor", "toString"]);
  expect(Object.keys(toPlain(node) as object)).toEqual(["__proto__", "constructor", "toString"]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

describe("what is wrong", () => {
  const check = (text: string, ...expected: readonly string[]) => {
    const lines = parse(text).problems.map((problem) => formatProblem({ severity: "error", path: [], ...problem }));
    expect([text, lines]).toEqual([text, expected]);
  };
  test("is told with its place", () => {
    check("a:\n\tb: 1", "c.yaml:2:1: found a tab, expected spaces as indentation");
    check(
      "a: b: c",
      'c.yaml:1:4: found "key: value" inside a value, expected quotes around the value, or a new line indented like its key',
    );
    check(
      "a: 1\n---\nb: 1",
      'c.yaml:2:1: found a second YAML document ("---"), expected one; give each document its own file',
    );
    check("a: 1\nb: \0", "c.yaml:2:4: found the control character U+0000, expected text");
    check(
      "a: 1\na: 2\na: 3",
      'c.yaml:2:1: found the key "a" again, first used in line 1',
      'c.yaml:3:1: found the key "a" again, first used in line 2',
    );
    check('1: a\n"1": b', 'c.yaml:2:1: found the key "1" again, first used in line 1');
    check("<<: {}\n<<: {}", 'c.yaml:2:1: found the key "<<" again, first used in line 1');
    check("a: *x", 'c.yaml:1:4: found the alias "*x" of no anchor before it');
    check("a: &x [*x]", 'c.yaml:1:8: found the alias "*x" inside its own anchor');
    check("a:\n  <<: 1", 'c.yaml:2:3: found something else after "<<", expected a map or a list of maps to merge');
    check("[a]: 1", 'c.yaml:1:1: found a list as a key, expected text before ":"');
    check(": 1", 'c.yaml:1:1: found nothing as a key, expected text before ":"');
    check("a: !!int x", 'c.yaml:1:10: found "x", expected a value of the type of its tag');
    check("a: !!binary a$", "c.yaml:1:13: found the tag !!binary, expected UTF-8 text in base64");
    check("a: !!binary /w==", "c.yaml:1:13: found the tag !!binary, expected UTF-8 text in base64");
    check("1: a\n1.0: b", 'c.yaml:2:1: found the key "1" again, first used in line 1');
    check("~: a", 'c.yaml:1:1: found nothing as a key, expected text before ":"');
    check('a: "b', 'c.yaml:1:6: not valid YAML: missing closing "quote');
    check(
      "a: [1, 2",
      "c.yaml:1:9: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
    );
    check(
      "a: 1\n b: 2",
      'c.yaml:1:4: found "key: value" inside a value, expected quotes around the value, or a new line indented like its key',
    );
  });
  test("is bounded", () => {
    const deep = "found too many levels inside each other, expected at most 100";
    check("[".repeat(101) + "]".repeat(101));
    check("[".repeat(102) + "]".repeat(102), `c.yaml:1:102: ${deep}`);
    expect(parse("- ".repeat(50_000)).problems[0]!.message).toBe(deep);
    expect(parse("[".repeat(50_000)).problems).toHaveLength(1);
    const bomb = ["a0: &a0 [x, x]", ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)];
    expect(() => parse(bomb.join("\n"))).toThrow("the configuration is too large");
  });
});
