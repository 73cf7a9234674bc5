import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** What is read of a package.json. */
export interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  /** The version of the contract between components and engine; only @sluice/component has one. */
  readonly sluice?: { readonly api?: number };
}
/** A package where it stands. */
export interface FoundPackage {
  /** Absolute, without links. */
  readonly directory: string;
  readonly json: PackageJson;
}

/** Finds a package as a file in `directory` would; undefined when it is not installed. */
export async function findPackage(name: string, directory: string): Promise<FoundPackage | undefined> {
  const file = manifestOf(name, directory);
  if (file === undefined) return undefined;
  return { directory: dirname(file), json: JSON.parse(await readFile(file, "utf8")) as PackageJson };
}

function manifestOf(name: string, directory: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(directory, "package.json")));
  } catch {
    return undefined;
  }
}

/** Loads packages as a file in `directory` would. */
export interface Loader {
  load(name: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Makes a loader. Node finds a package from the file that imports it, so a small file stands in the folder until `close`.
 */
export async function createLoader(directory: string): Promise<Loader> {
  const folder = join(directory, "node_modules", ".cache");
  const isNew = !existsSync(join(directory, "node_modules"));
  await mkdir(folder, { recursive: true });
  const file = join(folder, `sluice-builder-${process.pid}.mjs`);
  await writeFile(file, "export const load = (name) => import(name);\n");
  const { load } = (await import(pathToFileURL(file).href)) as Pick<Loader, "load">;
  return {
    load,
    close: () => rm(isNew ? join(directory, "node_modules") : file, { recursive: true, force: true }),
  };
}
