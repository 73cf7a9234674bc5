import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./packages.ts";

/** One working package a kind, called sample. */
const templates = join(root, "scripts/templates");

/** Why a package cannot be made: one sentence for the user. */
export class NewPackageError extends Error {
  override readonly name = "NewPackageError";
}

/**
 * Writes the package of a new component below `workspace`, whose test passes at once, and gives its folder ("packages/processor-x").
 * Throws `NewPackageError`, with nothing written, for a name that cannot be or is taken.
 */
export function writePackage(workspace: string, kind: string, type: string): string {
  const kinds = globSync("*-sample", { cwd: templates }).map((folder) => folder.replace("-sample", ""));
  if (!kinds.includes(kind)) {
    throw new NewPackageError(`unknown kind "${kind}", expected one of ${kinds.sort().join(", ")}`);
  }
  if (!/^[a-z][0-9a-z]*(_[0-9a-z]+)*$/.test(type)) {
    throw new NewPackageError(
      `cannot use type "${type}", expected lower-case letters, digits and single underscores, such as attribute_drop`,
    );
  }
  const name = `${kind}-${type.replaceAll("_", "-")}`;
  const folder = `packages/${name}`;
  if (existsSync(join(workspace, folder))) throw new NewPackageError(`${folder} is there already`);
  const template = join(templates, `${kind}-sample`);
  for (const file of globSync("**", { cwd: template })) {
    if (statSync(join(template, file)).isDirectory()) continue;
    const text = readFileSync(join(template, file), "utf8");
    const path = join(workspace, folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(`${kind}-sample`, name).replaceAll("sample", type));
  }
  return folder;
}
