import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** A package as `npm pack` wrote it, or its folder. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  /** The names of the packages it needs. */
  readonly needs: readonly string[];
  /** Absolute. */
  readonly path: string;
}
/** By the package's name. */
export type Tarballs = ReadonlyMap<string, Tarball>;

const BLOCK = 512;

/** The packages in a folder of tarballs. Throws an `Error` that names the file which is none, or the second of a name. */
export async function readTarballs(folder: string): Promise<Tarballs> {
  const tarballs = new Map<string, Tarball>();
  const files = await readdir(folder).catch((cause: Error) => {
    throw new Error(`cannot take packages from "${folder}": ${cause.message}`, { cause });
  });
  for (const file of files.filter((one) => one.endsWith(".tgz")).sort()) {
    const path = join(folder, file);
    const tarball = await readLocal(path);
    const before = tarballs.get(tarball.name);
    if (before !== undefined)
      throw new Error(`cannot take ${tarball.name} from "${path}": it is in "${before.path}" too`);
    tarballs.set(tarball.name, tarball);
  }
  if (tarballs.size === 0) throw new Error(`cannot take packages from "${folder}": it holds no .tgz`);
  return tarballs;
}

/** What stands at a path: a tarball, or a package's folder. Throws an `Error` when it is neither. */
export async function readLocal(path: string): Promise<Tarball> {
  const isFolder = (await stat(path)).isDirectory();
  const json = isFolder
    ? (JSON.parse(await readFile(join(path, "package.json"), "utf8")) as PackedJson)
    : packageJsonIn(await readFile(path), path);
  const { name, version, dependencies = {}, peerDependencies = {} } = json;
  return { name, version, path, needs: Object.keys({ ...dependencies, ...peerDependencies }) };
}

/** Those of the tarballs that some packages need, themselves among them. */
export function neededOf(tarballs: Tarballs, names: readonly string[]): readonly Tarball[] {
  const needed = new Map<string, Tarball>();
  const visit = (name: string): void => {
    const tarball = tarballs.get(name);
    if (tarball === undefined || needed.has(name)) return;
    needed.set(name, tarball);
    tarball.needs.forEach(visit);
  };
  names.forEach(visit);
  return [...needed.values()];
}

interface PackedJson {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
}

function packageJsonIn(file: Buffer, path: string): PackedJson {
  try {
    const tar = gunzipSync(file);
    for (let at = 0; at + BLOCK <= tar.length; ) {
      const name = text(tar, at, 100);
      const size = Number.parseInt(text(tar, at + 124, 12), 8) || 0;
      if (/^[^/]+\/package\.json$/.test(name)) return JSON.parse(tar.toString("utf8", at + BLOCK, at + BLOCK + size));
      at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    }
  } catch (cause) {
    throw new Error(`cannot read "${path}": it is no package that npm packed`, { cause });
  }
  throw new Error(`cannot read "${path}": it has no package.json`);
}

function text(bytes: Buffer, from: number, length: number): string {
  const end = bytes.indexOf(0, from);
  return bytes.toString("utf8", from, end < 0 || end > from + length ? from + length : end);
}
