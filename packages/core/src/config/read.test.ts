// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a configuration look like this.
import { describe, expect, test } from "vitest";
import { world } from "./fixtures.testing.ts";
import { type Located, toPlain } from "./located.ts";
import { formatOrigin, originOf } from "./origin.ts";
import { ConfigProblems, createNotes, formatProblem, type LocatedProblem } from "./problems.ts";
import { absolutePath, defaultProviders } from "./providers.ts";
import { type ReadOptions, readDocuments } from "./read.ts";

interface Given extends Pick<ReadOptions, "providers" | "appendIds"> {
  readonly uris?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

async function read({ uris = ["c.yaml"], files = {}, variables = {}, ...options }: Given) {
  const told: LocatedProblem[] = [];
  const notes = { ...createNotes(), report: (problem: LocatedProblem) => told.push(problem) };
  const { root } = await readDocuments({ uris, env: world(files, variables).env, notes, ...options });
  return { root, plain: toPlain(root), told: told.map(formatProblem), files: [...notes.files] };
}

/** The origins of all scalars, by path. */
function origins(node: Located, path = ""): readonly string[] {
  if (node.kind === "scalar") return [`${path} ${formatOrigin(originOf(node))}`];
  if (node.kind === "list") return node.items.flatMap((item, index) => origins(item, `${path}/${index}`));
  return [...node.entries].flatMap(([key, { value }]) => origins(value, `${path}/${key}`));
}

describe("where a value came from", () => {
  const check = async (given: Given, ...expected: readonly string[]) =>
    expect(origins((await read(given)).root)).toEqual(expected);

  test("the last one who set it", async () => {
    const files = { "c.yaml": "a: 1\nb: {c: 2, d: 3}\n", "e.yaml": "\nb: {c: 4}" };
    await check({ files, uris: ["c.yaml", "e.yaml"] }, "/a c.yaml:1:4", "/b/c e.yaml:2:8", "/b/d c.yaml:2:14");
    await check({ files, uris: ["e.yaml", "yaml:b::c: 5"] }, "/b/c inline yaml:1:7");
    await check({ files, uris: ["e.yaml", "env:E"], variables: { E: "b: {c: 5}" } }, "/b/c env:E:1:8");
  });

  test("what references were taken from", async () => {
    const variables = { HOST: "h", DEEP: "${HOST}", MAP: "{x: 1, y: ['${HOST}']}" };
    const lines = [
      "a: ${HOST}",
      "b: http://${HOST}:${PORT:-80}",
      "c: ${NONE}",
      "d: ${DEEP}",
      "e: $${HOST}",
      "f: ${MAP}",
    ];
    await check(
      { files: { "c.yaml": lines.join("\n") }, variables },
      "/a c.yaml:1:4 (env:HOST)",
      "/b c.yaml:2:4 (env:HOST, env:PORT (default))",
      "/c c.yaml:3:4 (env:NONE (unset))",
      "/d c.yaml:4:4 (env:DEEP, env:HOST)",
      "/e c.yaml:5:4",
      "/f/x c.yaml:6:4 (env:MAP:1:5)",
      "/f/y/0 c.yaml:6:4 (env:MAP:1:12, env:HOST)",
    );
  });

  test("includes, through others", async () => {
    const files = {
      "c.yaml": "a: ${file:b.yaml}",
      "b.yaml": "# b\nx: ${file:d.yaml}\ny: ${file:d.txt}",
      "d.yaml": "z: 1",
      "d.txt": "5",
    };
    await check(
      { files },
      "/a/x/z d.yaml:1:4, from b.yaml:2:4, from c.yaml:1:4",
      "/a/y b.yaml:3:4 (file:d.txt), from c.yaml:1:4",
    );
  });
});

test("what a variable holds is not shown, wherever it is put", async () => {
  const variables = { SECRET: "hunter2", DOLLAR: "hunter2$$" };
  const lines = [
    "a: ${yaml:${SECRET}}",
    "b: ${NONE:-${SECRET}}",
    "c: ${env:NONE:-${SECRET}}",
    "d: ${yaml:${DOLLAR}}",
    "e: ${env:N N:-${SECRET}}",
    "f: ${http://me:${SECRET}@host/x}",
    "g: '${yaml:{x: ${SECRET}}}'",
  ];
  const { root, told } = await read({ files: { "c.yaml": lines.join("\n") }, variables });
  expect(origins(root)).toEqual([
    "/a c.yaml:1:4 (env:SECRET, yaml:...)",
    "/b c.yaml:2:4 (env:SECRET, env:NONE (default))",
    "/c c.yaml:3:4 (env:SECRET, env:NONE (default))",
    "/d c.yaml:4:4 (env:DOLLAR)",
    "/e c.yaml:5:4 (env:SECRET)",
    "/f c.yaml:6:4 (env:SECRET)",
    "/g c.yaml:7:4 (env:SECRET, yaml:...)",
  ]);
  expect(told).toEqual([
    'c.yaml:4:4: d: cannot expand "${yaml:...}": found "$" inside the reference',
    'c.yaml:5:4: e: cannot expand "${env:N N:-...}": found "N N", expected the name of an environment variable (letters, digits and "_")',
    'c.yaml:6:4: f: cannot expand "${http://[REDACTED]@host/x}": cannot get "http://[REDACTED]@host/x": cannot connect to "host:80"',
  ]);
});

test("files are listed, includes and missing ones too", async () => {
  const files = { "c.yaml": "a: ${file:x/../b.yaml}\nc: '${file:/etc/${env:N}}'", "b.yaml": "1" };
  const found = await read({ files, uris: ["./c.yaml", "yaml:d: 1"], variables: { N: "none" } });
  expect(found.files).toEqual(["/sim/c.yaml", "/sim/b.yaml", "/etc/none"]);
});

test("paths are made absolute", () => {
  const check = (path: string, expected: string, cwd = "/sim") =>
    expect(absolutePath(path, { process: { ...world({}).env.process, cwd } })).toBe(expected);
  check("a", "/sim/a");
  check("./a/../b/", "/sim/b");
  check("../../..", "/");
  check("/a//b/.", "/a/b");
  check("a\\b", "/sim/a\\b");
  check("C:\\a\\..\\b", "C:/b");
  check("b.yaml", "C:/a/b.yaml", "C:\\a");
});

test("problems inside what a reference brought have a place that can be opened", async () => {
  const check = async (given: Given, ...expected: readonly string[]) =>
    expect((await read(given)).told).toEqual(expected);
  await check(
    { files: { "c.yaml": "a:\n  - ${MAP}" }, variables: { MAP: "{x: 1,\n y: '${vault:z}'}" } },
    'c.yaml:2:5: a::0::y: cannot expand "${vault:z}": found the scheme "vault", expected one of env, file, http, https, yaml (in env:MAP:2:5)',
  );
  await check(
    { files: { "c.yaml": "a: ${MAP}" }, variables: { MAP: "{x::y: 1, x: {y: 2}}" } },
    'c.yaml:1:4: a: found the key "y" again, first used in line 1 (in env:MAP:1:15)',
  );
  await check(
    { files: { "c.yaml": "a: ${file:b.yaml}", "b.yaml": "\n  x: ${1 2}" } },
    'b.yaml:2:6: a::x: cannot expand "${1 2}": found "1 2", expected the name of an environment variable (letters, digits and "_")',
  );
  const circle = { "c.yaml": "a: ${file:b.yaml}", "b.yaml": "x: ${file:d.yaml}", "d.yaml": "- y\n- ${file:b.yaml}" };
  await check(
    { files: circle },
    'd.yaml:2:3: a::x::1: cannot expand "${file:b.yaml}": it refers to itself (file:b.yaml -> file:d.yaml -> file:b.yaml)',
  );
});

test("a distribution chooses the providers", async () => {
  const vault = () => ({ kind: "text", text: "{x: 017}", source: "vault", inline: true }) as const;
  const files = { "c.yaml": "a: ${vault:b}\nb: ${env:N}" };
  const providers = new Map(defaultProviders).set("vault", vault);
  expect((await read({ files, providers, variables: { N: "1" } })).plain).toEqual({ a: { x: 15 }, b: 1 });
  const few = new Map([...defaultProviders].filter(([scheme]) => scheme === "file"));
  expect((await read({ files, providers: few })).told).toEqual([
    'c.yaml:1:4: a: cannot expand "${vault:b}": found the scheme "vault", expected one of file',
    'c.yaml:2:4: b: cannot expand "${env:N}": found the scheme "env", expected one of file',
  ]);
});

test("schemes are read with their case", async () => {
  expect((await read({ uris: ["FILE:c.yaml"], files: { "c.yaml": "a: 1" } })).told).toEqual([
    'FILE:c.yaml: found the scheme "FILE", expected one of env, file, http, https, yaml',
  ]);
});

describe("a small configuration does not become a large one", () => {
  const refused = async (given: Given) => {
    const error: unknown = await read(given).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigProblems);
    expect((error as ConfigProblems).message).toContain("the configuration is too large");
  };
  const levels = (count: number, line: (level: number) => string): readonly (readonly [string, string])[] =>
    Array.from({ length: count }, (_, level) => [`L${level}`, line(level)]);

  test("through variables", async () => {
    const nine = levels(9, (level) =>
      level === 0
        ? "[1]"
        : `[${Array(10)
            .fill(`"\${L${level - 1}}"`)
            .join(",")}]`,
    );
    await refused({ files: { "c.yaml": "a: ${L8}" }, variables: Object.fromEntries(nine) });
  });
  test("through files", async () => {
    const nine = levels(9, (level) =>
      level === 0 ? "[1]" : `x: 1\n${Array.from("abcdefghij", (key) => `${key}: \${file:L${level - 1}}`).join("\n")}`,
    );
    await refused({ files: { "c.yaml": "a: ${file:L8}", ...Object.fromEntries(nine) } });
  });
  test("through aliases and variables", async () => {
    const variables = { ONE: `[${"x,".repeat(1000)}x]` };
    await refused({ files: { "c.yaml": `a: &a [${'"${ONE}",'.repeat(300)} x]\nb: [*a, *a, *a, *a]` }, variables });
  });
  test("through comments, which are no values", async () => {
    const files = { "c.yaml": `a: [${'"${file:long}",'.repeat(50)}]`, long: `1 #${"-".repeat(2 ** 20)}` };
    await refused({ files });
  });
});
