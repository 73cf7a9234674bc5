import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where what was fetched or made at some expense is kept between builds, for every distribution of this user. */
export function storeFolder(): string {
  const { XDG_CACHE_HOME: caches = "" } = process.env;
  return join(caches === "" ? join(homedir(), ".cache") : caches, "sluice-builder");
}

/** The SHA-256 of bytes or of a text, in lower-case hexadecimal. */
export function sha256(contents: Uint8Array | string): string {
  return createHash("sha256").update(contents).digest("hex");
}

/**
 * The file `name` of the store, or what `make` gives, which is stored then. Whole files only: one that is being written by another
 * build has another name until it is complete.
 */
export async function stored(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const file = join(storeFolder(), name);
  const found = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
  });
  if (found !== undefined) return found;
  const made = await make();
  const partial = `${file}.${process.pid}`;
  await mkdir(storeFolder(), { recursive: true });
  await writeFile(partial, made);
  await rename(partial, file);
  return made;
}
