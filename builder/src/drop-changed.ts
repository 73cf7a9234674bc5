import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
}
interface Lockfile {
  readonly packages?: Readonly<Record<string, Locked>>;
}

/**
 * Makes npm install what was packed again: it keeps a package whose file has other bytes by now but the same path and version. What
 * changed is taken out of the lockfile and of node_modules, folders always.
 */
export async function dropChanged(project: string): Promise<void> {
  const file = join(project, "package-lock.json");
  if (!existsSync(file)) return;
  const lockfile = JSON.parse(await readFile(file, "utf8")) as Lockfile;
  const kept: Record<string, Locked> = {};
  const dropped: string[] = [];
  for (const [path, locked] of Object.entries(lockfile.packages ?? {})) {
    if (await isChanged(locked, project)) dropped.push(path);
    else kept[path] = locked;
  }
  if (dropped.length === 0) return;
  await writeFile(file, `${JSON.stringify({ ...lockfile, packages: kept }, undefined, 2)}\n`);
  for (const path of [...dropped, "node_modules/.package-lock.json"]) {
    await rm(join(project, path), { recursive: true, force: true });
  }
}

async function isChanged({ resolved, integrity }: Locked, project: string): Promise<boolean> {
  if (resolved === undefined || !resolved.startsWith("file:")) return false;
  try {
    const bytes = await readFile(resolve(project, resolved.slice("file:".length)));
    return integrity !== `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  } catch {
    return true;
  }
}
