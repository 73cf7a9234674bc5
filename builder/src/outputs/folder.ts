import { cp, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Output } from "./output.ts";

/** The distribution as a folder: `node <folder>/bin/<name>.mjs --config ...` runs it. */
export const emitFolder: Output = async ({ directory, name, version }, { outputPath }) => {
  const path = join(outputPath, `${name}-${version}`);
  await rm(path, { recursive: true, force: true });
  await cp(directory, path, { recursive: true, verbatimSymlinks: true });
  return [{ path, what: "folder, runs on Node 24 and later", bytes: await sizeOf(path) }];
};

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.filter((one) => one.isFile()).map(async (one) => (await lstat(join(one.parentPath, one.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
