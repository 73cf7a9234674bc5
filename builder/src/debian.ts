import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import xz from "xz-decompress";
import { readAr } from "./ar.ts";
import { compareDebianVersions } from "./debian-version.ts";
import { gunzip } from "./gzip.ts";
import { sha256, stored } from "./store.ts";
import { type Entry, readTar } from "./tar.ts";

/** A processor as Debian and OCI name it. */
export type Architecture = "amd64" | "arm64";

/** One Debian package, pinned. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Below a mirror's root, beginning with the archive: "debian/pool/main/g/glibc/libc6_2.41-12_amd64.deb". */
  readonly path: string;
  readonly sha256: string;
}
/** What a Debian package holds. */
export interface DebianContents {
  readonly files: readonly Entry[];
  /** The text that describes it, as `dpkg -s` prints it. */
  readonly control: string;
}

/** The release of Debian that is taken, and where its packages and its security updates stand. */
const archives = [
  { root: "debian", suite: "trixie" },
  { root: "debian-security", suite: "trixie-security" },
] as const;

/** The mirror that knows the nearest one. */
export const debianMirror = "https://deb.debian.org";

/** Thrown when a mirror has no longer, or never had, what is asked for. */
export class MissingError extends Error {}

/** Downloads a package, once for all builds. Throws `MissingError` when the mirror has it no longer. */
export async function fetchPackage(pinned: DebianPackage, mirror: string): Promise<Uint8Array> {
  return stored(`${pinned.sha256}.deb`, () => download(`${mirror}/${pinned.path}`, pinned.sha256));
}

/** Downloads a package where that is needed, and reads it. */
export async function readPackage(pinned: DebianPackage, mirror: string): Promise<DebianContents> {
  const members = readAr(await fetchPackage(pinned, mirror));
  const member = async (prefix: string): Promise<readonly Entry[]> => {
    const found = members.find(([name]) => name.startsWith(prefix));
    if (found === undefined) throw new Error(`cannot read ${pinned.path}: it has no ${prefix}`);
    return readTar(await decompress(...found));
  };
  const control = (await member("control.tar")).find(({ path }) => path === "control")?.bytes;
  return { files: await member("data.tar"), control: new TextDecoder().decode(control) };
}

/**
 * The newest versions that a mirror has of packages, by its indexes, which are held against the release's checksums. The release's
 * signature is not checked: what is trusted is the connection to the mirror.
 */
export async function findNewest(
  names: readonly string[],
  architecture: Architecture,
  mirror: string,
): Promise<readonly DebianPackage[]> {
  const indexes = await Promise.all(archives.map((archive) => readIndex(archive, architecture, mirror)));
  return names.map((name) => {
    const found = indexes.flatMap((index, i) => findIn(index, name, archives[i]!.root));
    const [newest] = found.sort((a, b) => compareDebianVersions(b.version, a.version));
    if (newest === undefined) throw new MissingError(`${mirror} has no package "${name}" for ${architecture}`);
    return newest;
  });
}

async function readIndex(
  { root, suite }: (typeof archives)[number],
  architecture: Architecture,
  mirror: string,
): Promise<string> {
  const folder = `${mirror}/${root}/dists/${suite}`;
  const release = new TextDecoder().decode(await download(`${folder}/InRelease`));
  const path = `main/binary-${architecture}/Packages.xz`;
  const sum = new RegExp(`^ ([0-9a-f]{64}) +\\d+ ${path}$`, "m").exec(release)?.[1];
  if (sum === undefined) throw new MissingError(`${folder} has no ${path}`);
  return new TextDecoder().decode(await unxz(await download(`${folder}/${path}`, sum)));
}

function findIn(index: string, name: string, root: string): readonly DebianPackage[] {
  const stanzas = index.split(`\nPackage: ${name}\n`).slice(1);
  if (index.startsWith(`Package: ${name}\n`)) stanzas.unshift(index);
  return stanzas.map((rest) => {
    const end = rest.indexOf("\n\n");
    const stanza = `\n${rest.slice(0, end === -1 ? undefined : end)}\n`;
    const field = (key: string): string => new RegExp(`\\n${key}: (.*)\\n`).exec(stanza)?.[1] ?? "";
    return { name, version: field("Version"), path: `${root}/${field("Filename")}`, sha256: field("SHA256") };
  });
}

async function download(url: string, sum?: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((cause: unknown) => {
    const reason = (cause as Error).cause ?? cause;
    throw new Error(`cannot download ${url}: ${(reason as Error).message}`, { cause });
  });
  if (response.status === 404) throw new MissingError(`${url} is not there`);
  if (!response.ok) throw new Error(`cannot download ${url}: it answers ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const found = sha256(bytes);
  if (sum !== undefined && found !== sum)
    throw new Error(`cannot use ${url}: its SHA-256 is ${found}, expected ${sum}`);
  return bytes;
}

async function decompress(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (name.endsWith(".xz")) return unxz(bytes);
  if (name.endsWith(".gz")) return gunzip(bytes);
  if (name.endsWith(".zst")) return promisify(zstdDecompress)(bytes);
  return bytes;
}

async function unxz(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new xz.XzReadableStream(new Response(bytes as Uint8Array<ArrayBuffer>).body!);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
