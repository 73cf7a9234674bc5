import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Architecture,
  type DebianContents,
  type DebianPackage,
  fetchPackage,
  findNewest,
  MissingError,
  readPackage,
} from "./debian.ts";

/** The Debian packages whose files an image holds, pinned for every architecture. */
export type ImageLock = Readonly<Record<Architecture, readonly DebianPackage[]>>;

/** What Node needs of a system, the licence of half of that, and the certificates of the web's authorities. */
const names = ["libc6", "libgcc-s1", "libstdc++6", "gcc-14-base", "ca-certificates"] as const;

/** A pinned package, and what is in it. */
export type BasePackage = DebianPackage & DebianContents;

export interface LockOptions {
  /** Where `image-lock.json` stands, if there is one. */
  readonly project: string;
  /** A Debian mirror's root, which holds `debian/` and `debian-security/`. */
  readonly mirror: string;
  /** Takes what the mirror has newest, instead of what is pinned. */
  readonly newest: boolean;
  readonly tell: (line: string) => void;
}

/**
 * The Debian packages of an image: as the project's `image-lock.json` pins them, else as this version of the builder does. A mirror
 * keeps no old versions: when it has lost one that only the builder pinned, the newest are taken, pinned in the project, and told.
 */
export async function pinnedPackages(options: LockOptions): Promise<ImageLock> {
  const { project, mirror, newest, tell } = options;
  const file = join(project, "image-lock.json");
  if (!newest) {
    const own = await readFile(file, "utf8").catch(() => undefined);
    if (own !== undefined) return JSON.parse(own) as ImageLock;
    const ours = JSON.parse(await readFile(new URL("../assets/image-lock.json", import.meta.url), "utf8")) as ImageLock;
    if (await areThere(ours, mirror)) return ours;
  }
  const lock = {
    amd64: await findNewest(names, "amd64", mirror),
    arm64: await findNewest(names, "arm64", mirror),
  };
  await writeFile(file, `${JSON.stringify(lock, undefined, 2)}\n`);
  tell(`pinned the newest Debian packages in ${file}`);
  return lock;
}

/** The pinned packages of one architecture, in the lock's order. */
export async function readPackages(
  lock: ImageLock,
  architecture: Architecture,
  mirror: string,
): Promise<readonly BasePackage[]> {
  try {
    return await Promise.all(
      lock[architecture].map(async (pinned) => ({ ...pinned, ...(await readPackage(pinned, mirror)) })),
    );
  } catch (cause) {
    if (!(cause instanceof MissingError)) throw cause;
    const advice = "name a mirror that keeps old versions, or remove image-lock.json to take the newest";
    throw new Error(`${cause.message}: ${advice}`, { cause });
  }
}

async function areThere(lock: ImageLock, mirror: string): Promise<boolean> {
  try {
    for (const pinned of [...lock.amd64, ...lock.arm64]) await fetchPackage(pinned, mirror);
    return true;
  } catch (error) {
    if (error instanceof MissingError) return false;
    throw error;
  }
}
