import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { listen, temporaryFolder } from "@sluice/testkit";
import { expect, test, vi } from "vitest";
import { writeAr } from "./ar.ts";
import { findNewest, readPackage } from "./debian.ts";
import { compareDebianVersions } from "./debian-version.ts";
import { gzip } from "./gzip.ts";
import { pinnedPackages, readPackages } from "./image-lock.ts";
import { sha256 } from "./store.ts";
import { writeTar } from "./tar.ts";

/** Indexes of packages as mirrors have them, compressed by xz: all that an image needs; a newer libc6. */
const main =
  "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4AMPAMVdACgYSGbb2jCF/hbpFIk3vS6WxuPbZPqkFBXU1/U97AQGWd4ApyCD9oRoU4P6p+tjEvzdLte1MSOKJrRJgtFShff4ztkOqJxunL3NBW7vcWW9HeP8w9h0EFaxxCfD/uFv/CfZbPhob2CoDwx4dLmL7AYGcnZ9Cxq9sCZCnGh9m5uvQ6Fvr5YMFSi2h2O7+vV26Ti47s8zpQBlg2ibAsQFIkVNATGqcSly3AjYohe6NRP6Z3PepRLsQIWrqvqDP7m9ouWmQBw2AAAAACw4RlNQesDTAAHhAZAGAABcqOCascRn+wIAAAAABFla";
const security =
  "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4AC0AGhdACgYSGbb2jCF/hbpFIk3vS6WxuPbZPqkFBXU1/U97AQGXAzMDVMpYwpf8w89P3Wc44NxjBWK89YecoGBBEackOA5/khJAuZjDGENAHZ6wZOw4tdfCdb3IEd0Zb1TnM440aEdQnJqZcJuAJg8fZ1mH8dCAAGEAbUBAAA8f3pQscRn+wIAAAAABFla";

/** A mirror with two indexes and the files given. */
async function startMirror(files: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
  const all = new Map(Object.entries(files));
  for (const [suite, index] of [
    ["debian/dists/trixie", main],
    ["debian-security/dists/trixie-security", security],
  ] as const) {
    const bytes = Buffer.from(index, "base64");
    const sums = ["amd64", "arm64"].map((one) => ` ${sha256(bytes)} ${bytes.length} main/binary-${one}/Packages.xz\n`);
    all.set(`/${suite}/InRelease`, Buffer.from(`SHA256:\n${sums.join("")}`));
    for (const one of ["amd64", "arm64"]) all.set(`/${suite}/main/binary-${one}/Packages.xz`, bytes);
  }
  const server = createServer((request, response) => {
    const body = all.get(request.url ?? "");
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

test("versions are ordered as Debian orders them", () => {
  const ascending = ["1.0~rc1", "1.0", "1.0-1", "1.0-1+b1", "1.0.1", "1.9", "1.10", "1.10a", "1.10+1", "1:0.1"];
  for (const [i, version] of ascending.entries()) {
    for (const [j, other] of ascending.entries())
      expect(Math.sign(compareDebianVersions(version, other)), `${version} ${other}`).toBe(Math.sign(i - j));
  }
});

test("the newest of a release and its security updates is found, by its full name", async () => {
  const mirror = await startMirror();
  expect(await findNewest(["libc6", "libgcc-s1"], "amd64", mirror)).toEqual([
    {
      name: "libc6",
      version: "2.41-12+deb13u1",
      path: "debian-security/pool/updates/main/g/glibc/libc6_2.41-12+deb13u1_amd64.deb",
      sha256: "3".padStart(64, "0"),
    },
    {
      name: "libgcc-s1",
      version: "14.2.0-19",
      path: "debian/pool/main/g/gcc/libgcc-s1.deb",
      sha256: "2".padStart(64, "0"),
    },
  ]);
  await expect(findNewest(["libc"], "amd64", mirror)).rejects.toThrow(`${mirror} has no package "libc" for amd64`);
});

test("a package is read, kept, and refused when it is another one", async () => {
  vi.stubEnv("XDG_CACHE_HOME", await temporaryFolder());
  const member = async (path: string, text: string) =>
    gzip(writeTar([{ path, mode: 0o644, bytes: Buffer.from(text) }], 0, "./"));
  const deb = writeAr(
    [
      ["debian-binary", Buffer.from("2.0\n")],
      ["control.tar.gz", await member("control", "Package: x\n")],
      ["data.tar.gz", await member("usr/lib/x.so", "library")],
    ],
    0,
  );
  const mirror = await startMirror({ "/debian/x.deb": deb, "/debian/y.deb": Buffer.from("else") });
  const pinned = { name: "x", version: "1", path: "debian/x.deb", sha256: sha256(deb) };
  const { files, control } = await readPackage(pinned, mirror);
  expect(control).toBe("Package: x\n");
  expect(files.map(({ path }) => path)).toEqual(["usr", "usr/lib", "usr/lib/x.so"]);
  expect(await readPackage(pinned, "http://127.0.0.1:1")).toEqual({ files, control });
  const other = { ...pinned, path: "debian/y.deb", sha256: "0".repeat(64) };
  await expect(readPackage(other, mirror)).rejects.toThrow(/its SHA-256 is [0-9a-f]{64}, expected 0{64}/);
});

test("packages that the builder pinned and a mirror lost are pinned anew in the project; a project's own are not", async () => {
  vi.stubEnv("XDG_CACHE_HOME", await temporaryFolder());
  const project = await temporaryFolder();
  const mirror = await startMirror();
  const file = join(project, "image-lock.json");
  const told: string[] = [];
  const options = { project, mirror, newest: false, tell: (line: string) => told.push(line) };
  // It has none of the files, and yet a newer libc6.
  const found = await pinnedPackages(options);
  expect(found.amd64.map(({ name }) => name)).toEqual([
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "gcc-14-base",
    "ca-certificates",
  ]);
  expect(found.arm64[0]?.version).toBe("2.41-12+deb13u1");
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual(found);
  expect(told.splice(0)).toEqual([`pinned the newest Debian packages in ${file}`]);
  const own = { amd64: [{ name: "x", version: "1", path: "debian/x.deb", sha256: "0".repeat(64) }], arm64: [] };
  await writeFile(file, JSON.stringify(own));
  const lock = await pinnedPackages(options);
  expect(lock).toEqual(own);
  await expect(readPackages(lock, "amd64", mirror)).rejects.toThrow(
    `${mirror}/debian/x.deb is not there: name a mirror that keeps old versions, or remove image-lock.json to take the newest`,
  );
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual(own);
  expect(told).toEqual([]);
  expect(await pinnedPackages({ ...options, newest: true })).toEqual(found);
});
