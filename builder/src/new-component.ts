import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "./version.ts";

/** Why a package cannot be made: one sentence for the user. */
export class NewComponentError extends Error {
  override readonly name = "NewComponentError";
}

const assets = fileURLToPath(new URL("../assets/new/", import.meta.url));
/** What a package needs beside its component's own files. */
const common = join(assets, "common");

/**
 * Writes the package of a new component into a folder of its own below `directory`, and gives what to tell the user. Throws
 * `NewComponentError`, with nothing written, for a name that cannot be or is taken.
 */
export async function writeComponent(directory: string, kind: string, type: string): Promise<readonly string[]> {
  const kinds = (await readdir(assets)).filter((folder) => folder !== "common").sort();
  if (!kinds.includes(kind)) throw new NewComponentError(`unknown kind "${kind}", expected one of ${kinds.join(", ")}`);
  if (!/^[a-z][0-9a-z]*(_[0-9a-z]+)*$/.test(type)) {
    const expected = "lower-case letters, digits and single underscores, such as my_thing";
    throw new NewComponentError(`cannot use type "${type}", expected ${expected}`);
  }
  const folder = `${kind}-${type.replaceAll("_", "-")}`;
  if (existsSync(join(directory, folder))) throw new NewComponentError(`${folder} is there already`);
  for (const template of [common, join(assets, kind)]) {
    for (const entry of await readdir(template, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const source = join(entry.parentPath, entry.name);
      // npm leaves out what is named .gitignore, and takes a package.json for that of a package.
      const name = source
        .slice(template.length + 1)
        .replace(/^_/, "")
        .replace(/^gitignore$/, ".gitignore");
      const text = (await readFile(source, "utf8"))
        .replaceAll("{{folder}}", folder)
        .replaceAll("{{kind}}", kind)
        .replaceAll("{{type}}", type)
        .replaceAll("{{version}}", version);
      const target = join(directory, folder, name);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    }
  }
  return [`wrote ${folder}`, `next: cd ${folder} && npm install && npm test`];
}
