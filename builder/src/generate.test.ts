import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readContents } from "./components.ts";
import { generateMain } from "./generate.ts";
import { launcherFiles } from "./launcher.ts";
import { parseManifest } from "./parse-manifest.ts";

const distributions = join(import.meta.dirname, "..", "..", "distributions");
const scratch = await mkdtemp(join(tmpdir(), "sluice-builder-"));
afterAll(() => rm(scratch, { recursive: true }));

for (const name of await readdir(distributions)) {
  test(`the main and the launcher of ${name} are those its manifest gives`, async () => {
    const folder = join(distributions, name);
    const manifest = parseManifest(await readFile(join(folder, "manifest.yaml"), "utf8"), "manifest.yaml");
    const main = generateMain(manifest, await readContents(manifest, folder), "manifest.yaml");
    for (const [path, text] of [["main.ts", main] as const, ...(await launcherFiles(manifest.dist.name))]) {
      expect(await readFile(join(folder, path), "utf8")).toBe(text);
    }
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    expect(manifest.dist.version).toBe(version);
  });
}

const component = (kind: string, type: string, aliases: readonly string[] = []) =>
  `export default ${JSON.stringify({ kind, type, aliases })};`;
const files: Readonly<Record<string, string>> = {
  one: component("receiver", "one", ["uno"]),
  two: component("receiver", "uno"),
  out: component("exporter", "out"),
  none: "export const nothing = 1;",
  broken: "throw new Error('no');",
  lost: "import 'nowhere';",
  tools: "export const commands = { look: {}, 'look-twice': {} };",
  places: "export const providers = { s3: () => {}, 'a+b': () => {} };",
  changes: "export const convert = (config) => config;",
  "@sluice/core": "",
  old: component("receiver", "old"),
};
await Promise.all(Object.entries(files).map(([name, text]) => writePackage(join(scratch, "node_modules", name), text)));
await writePackage(join(scratch, "node_modules/@sluice/component"), "", { version: "3.0.0", sluice: { api: 3 } });
await writePackage(join(scratch, "node_modules/old/node_modules/@sluice/component"), "", { sluice: { api: 2 } });

async function writePackage(directory: string, text: string, more: object = {}): Promise<void> {
  const [name] = /(@[^/]+\/)?[^/]+$/.exec(directory)!;
  await mkdir(directory, { recursive: true });
  const exports = { ".": { import: "./index.js" } };
  const json = { name, version: "1.0.0", type: "module", exports, ...more };
  await writeFile(join(directory, "package.json"), JSON.stringify(json));
  await writeFile(join(directory, "index.js"), text);
}

/** Generates from a manifest next to packages that are single files. */
async function generate(list: string, more = ""): Promise<string> {
  const text = `dist: { name: mine, description: 'A "fine" one', version: 1.0.0 }\nreceivers: [${list}]\n${more}`;
  const manifest = parseManifest(text, "m.yaml");
  return generateMain(manifest, await readContents(manifest, scratch), "m.yaml");
}

test("components are loaded when they are named", async () => {
  await expect(await generate("one")).toMatchFileSnapshot("../testdata/main.golden.txt");
});

test("commands, providers and converters are loaded when they are asked for", async () => {
  const more = "commands: [tools]\nproviders: [env, places]\nconverters: [changes]\n";
  await expect(await generate("one", more)).toMatchFileSnapshot("../testdata/main-commands.golden.txt");
  await expect(generate("one", "commands: [none]")).rejects.toThrowError("m.yaml:3:12: none exports no commands");
  await expect(generate("one", "providers: [none]")).rejects.toThrowError("m.yaml:3:13: none exports no providers");
  await expect(generate("one", "converters: [none]")).rejects.toThrowError("m.yaml:3:14: none exports no convert");
});

test("errors name the manifest's line", async () => {
  await expect(generate("one, out, gone, none, broken, two, old, lost")).rejects.toThrowError(
    [
      "m.yaml:2:18: out is an exporter, expected a receiver",
      "m.yaml:2:23: gone is not installed",
      "m.yaml:2:29: none exports no component",
      "m.yaml:2:35: cannot load broken: no",
      "m.yaml:2:48: old 1.0.0 is written for version 2 of the component API, the engine has 3; take another version of it",
      "m.yaml:2:53: cannot load lost: Cannot find package 'nowhere' imported from",
    ].join("\n"),
  );
});

test("two packages of one type are told with both names", async () => {
  await expect(generate("one, two")).rejects.toThrowError("m.yaml:2:18: two and one are both receiver uno");
});
