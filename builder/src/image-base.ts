import type { Architecture } from "./debian.ts";
import { stripExecutable } from "./elf.ts";
import type { BasePackage } from "./image-lock.ts";
import type { NodeFiles } from "./node-binary.ts";
import { concat, type Entry } from "./tar.ts";

/** The user that a container runs as, and its group: the number that images without a shell agree on. */
export const imageUser = 65532;

/** The folder of libraries, and the loader's path, which is part of every executable. */
const systems = {
  amd64: { libraries: "x86_64-linux-gnu", loader: "lib64/ld-linux-x86-64.so.2", loaderName: "ld-linux-x86-64.so.2" },
  arm64: { libraries: "aarch64-linux-gnu", loader: "lib/ld-linux-aarch64.so.1", loaderName: "ld-linux-aarch64.so.1" },
} as const;

/** The libraries of libc6 that Node is linked with. The others of that package serve locales, old names and debuggers. */
const ofLibc = ["libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0"];
/** So that these are found by scanners of images, and their licences by people. */
const statusFolder = "var/lib/dpkg/status.d";

/**
 * The files below a distribution: Node, the libraries it is linked with, certificates, and what names users and hosts. No shell, no
 * package manager, nothing else that could be run.
 */
export function baseFiles(
  packages: readonly BasePackage[],
  { binary, license }: NodeFiles,
  architecture: Architecture,
): readonly Entry[] {
  const { libraries, loader, loaderName } = systems[architecture];
  const folder = `usr/lib/${libraries}`;
  const wanted = new RegExp(
    `^${folder}/(${[...ofLibc, loaderName].join("|")}|libgcc_s\\.so\\.1|libstdc\\+\\+\\.so\\..*)$`,
  );
  const files = packages.flatMap((one) => one.files).filter(({ path }) => wanted.test(path));
  const node: Entry[] = [
    { path: "usr/bin/node", mode: 0o755, bytes: stripExecutable(binary) },
    { path: "usr/share/doc/node/LICENSE", mode: 0o644, bytes: license },
  ];
  const roots = [
    { path: "lib", mode: 0o777, link: "usr/lib" },
    ...(loader.startsWith("lib64") ? [{ path: "lib64", mode: 0o777, link: "usr/lib64" }] : []),
    {
      path: `usr/${loader}`,
      mode: 0o777,
      link: `${loader.startsWith("lib64") ? "../lib/" : ""}${libraries}/${loaderName}`,
    },
  ];
  return [...files, ...roots, ...node, ...packages.flatMap(papersOf), certificates(packages), ...names()];
}

/** What says which version a package has, and under which licence. */
function papersOf({ name, control, files }: BasePackage): readonly Entry[] {
  const status = { path: `${statusFolder}/${name}`, mode: 0o644, bytes: Buffer.from(control) };
  // Of one source, one text: the others are links to it.
  return [
    status,
    ...files.filter(({ path }) => /^usr\/share\/doc\/[^/]+(\/copyright)?$/.test(path) && isKept(path, files)),
  ];
}
function isKept(path: string, files: readonly Entry[]): boolean {
  const entry = files.find((one) => one.path === path);
  return entry?.bytes !== undefined || entry?.link !== undefined;
}

/** All certificates of the authorities as one file, where programs look for it. */
function certificates(packages: readonly BasePackage[]): Entry {
  const all = packages
    .flatMap(({ files }) => files)
    .filter(({ path }) => /^usr\/share\/ca-certificates\/.*\.crt$/.test(path));
  const sorted = all.sort((a, b) => (a.path < b.path ? -1 : 1));
  const bytes = concat(sorted.flatMap((one) => (one.bytes === undefined ? [] : [one.bytes])));
  return { path: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, bytes };
}

function names(): readonly Entry[] {
  const user = String(imageUser);
  const file = (path: string, text: string): Entry => ({ path, mode: 0o644, bytes: Buffer.from(text) });
  return [
    file("etc/passwd", `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${user}:${user}:nonroot:/:/sbin/nologin\n`),
    file("etc/group", `root:x:0:\nnonroot:x:${user}:\n`),
    file("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    // Else the C library asks the network before /etc/hosts.
    file("etc/nsswitch.conf", "hosts: files dns\n"),
    file(
      "etc/os-release",
      'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nPRETTY_NAME="Distribution without a shell"\n',
    ),
    { path: "tmp", mode: 0o1777 },
  ];
}
