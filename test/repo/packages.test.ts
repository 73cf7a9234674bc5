import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { componentOf, definitionIn, root } from "../../scripts/packages.ts";
import { type Package, packages, read } from "./tree.ts";

const [{ version }] = [JSON.parse(read("package.json"))];

function manifestProblems({ folder, manifest, files }: Package): string[] {
  const problems: string[] = [];
  const want = (key: string, value: unknown): void => {
    if (JSON.stringify(manifest[key]) !== JSON.stringify(value))
      problems.push(`${key} is not ${JSON.stringify(value)}`);
  };
  want("license", "Apache-2.0");
  want("type", "module");
  want("version", version);
  want("engines", { node: folder.startsWith("packages/") ? ">=22.15" : ">=24" });
  if (!/^[A-Z].*\.$/.test(manifest.description ?? "")) problems.push("description is not a sentence");
  if (!folder.startsWith("packages/")) return problems;
  want("name", `@sluice/${basename(folder)}`);
  // What `node --import` loads does something by being loaded.
  const register = files.includes(`${folder}/src/register.ts`);
  want("sideEffects", register && ["**/register.*"]);
  const { ".": main, "./package.json": itself, ...more } = manifest.exports ?? {};
  if (main !== "./src/index.ts" || itself !== "./package.json")
    problems.push("exports lack the main entry or package.json");
  for (const [path, target] of Object.entries(more)) {
    if (target !== `./src/${path.slice(2)}.ts`) problems.push(`exports name ${target} "${path}"`);
  }
  if (!files.includes(`${folder}/src/index.ts`)) problems.push("src/index.ts is missing");
  const [compiled, source] = manifest.files ?? [];
  if (compiled !== "dist" || source !== "src") problems.push("files do not begin with dist and src");
  return problems;
}

function readmeProblems({ folder, manifest }: Package): string[] {
  const file = join(folder, "README.md");
  if (!existsSync(join(root, file))) return ["README.md is missing"];
  const text = read(file);
  const problems: string[] = [];
  const title = folder.startsWith("packages/") ? manifest.name : (/^# (.*)/.exec(text)?.[1] ?? "...");
  if (!text.startsWith(`# ${title}\n\n`)) problems.push(`the README's title is not "${title}"`);
  if (!/^```\w/m.test(text)) problems.push("the README has no example");
  return problems;
}

describe.each(packages.map((one) => [one.folder, one] as const))("%s", (_folder, one) => {
  test("has a complete package.json", () => expect(manifestProblems(one)).toEqual([]));
  test("has a README with an example", () => expect(readmeProblems(one)).toEqual([]));
});

const components = packages.flatMap((one) => {
  const component = componentOf(one.folder);
  return component === undefined ? [] : [{ ...one, ...component }];
});

test.each(components)("$folder holds the component its name says", async ({ folder, files, kind, type }) => {
  const definition = await definitionIn(folder);
  expect({ kind: definition.kind, type: definition.type }).toEqual({ kind, type });
  const fixed = ["index.ts", "config.ts", `${kind}.ts`, `${kind}.test.ts`].map((name) => `${folder}/src/${name}`);
  expect(files).toEqual(expect.arrayContaining(fixed));
  expect(files.filter((file) => /testdata\/config\/.*\.good\.yaml$/.test(file))).not.toEqual([]);
  const tests = files.filter((file) => file.endsWith(".test.ts"));
  expect(tests.filter((file) => /^checkComponent\(/m.test(read(file)))).toHaveLength(1);
});

test("no two components of a kind share a name", async () => {
  const names = await Promise.all(
    components.map(async ({ folder, kind }) => {
      const { type, aliases = [] } = await definitionIn(folder);
      return [type, ...aliases].map((name) => `${kind} ${name}`);
    }),
  );
  expect(names.flat().filter((name, at, all) => all.indexOf(name) !== at)).toEqual([]);
});
