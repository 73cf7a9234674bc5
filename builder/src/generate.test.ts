import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { generateMain } from "./generate.ts";
import { parseManifest } from "./manifest.ts";

const distributions = join(import.meta.dirname, "..", "..", "distributions");
const scratch = await mkdtemp(join(tmpdir(), "sluice-builder-"));
afterAll(() => rm(scratch, { recursive: true }));

for (const name of await readdir(distributions)) {
  test(`the main of ${name} is the one its manifest gives`, async () => {
    const file = join(distributions, name, "manifest.yaml");
    const manifest = parseManifest(await readFile(file, "utf8"), file);
    const main = await readFile(join(dirname(file), "main.ts"), "utf8");
    expect(main).toBe(await generateMain(manifest, file));
    const { version } = JSON.parse(await readFile(join(dirname(file), "package.json"), "utf8"));
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
  tools: "export const commands = { look: {}, 'look-twice': {} };",
};

/** Generates from a manifest next to packages that are single files. */
async function generate(list: string, more = ""): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    const directory = join(scratch, "node_modules", name);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }));
    await writeFile(join(directory, "index.js"), text);
  }
  const text = `dist: { name: mine, description: 'A "fine" one', version: 1.0.0 }\nreceivers: [${list}]\n${more}`;
  return generateMain(parseManifest(text, "m.yaml"), join(scratch, "m.yaml"));
}

test("components are loaded when they are named", async () => {
  await expect(await generate("one")).toMatchFileSnapshot("../testdata/main.golden.txt");
});

test("commands are loaded when they are asked for", async () => {
  await expect(await generate("one", "commands: [tools]")).toMatchFileSnapshot("../testdata/main-commands.golden.txt");
  await expect(generate("one", "commands: [none]")).rejects.toThrowError("m.yaml:3:12: none exports no commands");
});

test("errors name the manifest's line", async () => {
  await expect(generate("one, out, gone, none, broken, two")).rejects.toThrowError(
    [
      "m.yaml:2:18: out is an exporter, expected a receiver",
      "m.yaml:2:23: gone is not installed; add it to the distribution's package.json",
      "m.yaml:2:29: none exports no component",
      "m.yaml:2:35: cannot load broken: no",
      "m.yaml:2:43: two and one are both receiver uno",
    ].join("\n"),
  );
});
