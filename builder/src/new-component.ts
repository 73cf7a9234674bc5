import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fileSpec } from "./spec.ts";
import { neededOf, type Tarballs } from "./tarballs.ts";
import { version } from "./version.ts";

/** Why a package cannot be made: one sentence for the user. */
export class NewComponentError extends Error {
  override readonly name = "NewComponentError";
}

/** Its files end with .txt, so that nobody takes them for sources. */
const templates = fileURLToPath(new URL("../assets/new/", import.meta.url));

/**
 * Writes the package of a new component into a folder of its own below `directory`, and gives what to tell the user. What is in
 * `tarballs` is taken from there instead of the registry. Throws `NewComponentError`, with nothing written, for a name that cannot be
 * or is taken.
 */
export async function writeComponent(
  directory: string,
  kind: string,
  type: string,
  tarballs: Tarballs = new Map(),
): Promise<readonly string[]> {
  const kinds = (await readdir(templates)).filter((folder) => folder !== "common").sort();
  if (!kinds.includes(kind)) throw new NewComponentError(`unknown kind "${kind}", expected one of ${kinds.join(", ")}`);
  if (!/^[a-z][0-9a-z]*(_[0-9a-z]+)*$/.test(type)) {
    const expected = "lower-case letters, digits and single underscores, such as my_thing";
    throw new NewComponentError(`cannot use type "${type}", expected ${expected}`);
  }
  const folder = `${kind}-${type.replaceAll("_", "-")}`;
  const target = join(directory, folder);
  if (existsSync(target)) throw new NewComponentError(`${folder} is there already`);
  for (const template of [join(templates, "common"), join(templates, kind)]) {
    for (const entry of await readdir(template, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const source = join(entry.parentPath, entry.name);
      const text = (await readFile(source, "utf8"))
        .replaceAll("{{folder}}", folder)
        .replaceAll("{{kind}}", kind)
        .replaceAll("{{type}}", type)
        .replaceAll("{{version}}", version);
      // npm leaves out what is named .gitignore.
      const path = relative(template, source)
        .replace(/\.txt$/, "")
        .replace(/^gitignore$/, ".gitignore");
      await mkdir(dirname(join(target, path)), { recursive: true });
      await writeFile(join(target, path), path === "package.json" ? withTarballs(text, target, tarballs) : text);
    }
  }
  return [`wrote ${folder}`, `next: cd ${folder} && npm install && npm test`];
}

/** A package.json that takes what it needs for development from tarballs, and with it what that needs. */
function withTarballs(text: string, directory: string, tarballs: Tarballs): string {
  const json = JSON.parse(text) as { readonly devDependencies: Readonly<Record<string, string>> };
  const needed = neededOf(tarballs, Object.keys(json.devDependencies));
  if (needed.length === 0) return text;
  const packed = Object.fromEntries(needed.map(({ name, path }) => [name, fileSpec(path, directory)]));
  return `${JSON.stringify({ ...json, devDependencies: { ...json.devDependencies, ...packed } }, undefined, 2)}\n`;
}
