import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Entry } from "./tar.ts";

/** The files and links of a distribution, at `prefix`, as everybody may read them; without maps, which Node does not read. */
export async function shippedFiles(folder: string, prefix: string): Promise<readonly Entry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const entries = await Promise.all(
    found.map(async (one): Promise<readonly Entry[]> => {
      const file = join(one.parentPath, one.name);
      const path = `${prefix}/${relative(folder, file).replaceAll("\\", "/")}`;
      if (one.isSymbolicLink()) return [{ path, mode: 0o777, link: await readlink(file) }];
      if (!one.isFile() || one.name.endsWith(".map")) return [];
      const bytes = await readFile(file);
      // What names its interpreter is a program, whatever the file system says of it.
      return [{ path, mode: bytes.subarray(0, 2).toString() === "#!" ? 0o755 : 0o644, bytes }];
    }),
  );
  return entries.flat();
}

/** Writes entries below a folder, which is made anew. */
export async function writeTree(folder: string, entries: readonly Entry[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const { path, mode, bytes, link } of entries) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    if (link !== undefined) await symlink(link, file);
    else if (bytes !== undefined) await writeFile(file, bytes, { mode });
    else await mkdir(file, { recursive: true });
  }
}
