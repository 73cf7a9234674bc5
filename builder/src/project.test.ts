import { createHash } from "node:crypto";
import { mkdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { temporaryFolder } from "@sluice/testkit";
import { expect, test } from "vitest";
import { dropChanged } from "./drop-changed.ts";
import { parseManifest } from "./parse-manifest.ts";
import { placesOf, writeProject } from "./project.ts";
import { readTarballs } from "./tarballs.ts";

/** A tarball with one file, as far as it is read. */
function packed(path: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write(`${Buffer.byteLength(text).toString(8).padStart(11, "0")}\0`, 124);
  return gzipSync(Buffer.concat([header, Buffer.from(text), Buffer.alloc(1024)]));
}
const packageJson = (name: string, more: object = {}) =>
  packed("package/package.json", JSON.stringify({ name, version: "0.1.0", ...more }));

async function write(text: string, tarballs: Readonly<Record<string, Buffer>> = {}, beside: readonly string[] = []) {
  const home = await temporaryFolder();
  await mkdir(join(home, "tgz"));
  for (const [name, bytes] of Object.entries(tarballs)) await writeFile(join(home, "tgz", name), bytes);
  await writeFile(join(home, ".npmrc"), "");
  for (const name of beside)
    await writeFile(join(home, `${name}.tgz`), packageJson(name, { dependencies: { c: "1" } }));
  const places = placesOf(join(home, "manifest.yaml"));
  const found = Object.keys(tarballs).length === 0 ? new Map() : await readTarballs(join(home, "tgz"));
  await writeProject(parseManifest(`dist: { name: mine }\n${text}`, "m.yaml"), places, found);
  return { home, places, json: JSON.parse(await readFile(join(places.project, "package.json"), "utf8")) };
}
const { version } = JSON.parse(await readFile(join(import.meta.dirname, "../package.json"), "utf8"));

test("ours have the builder's version; paths lead from the project", async () => {
  const list = '["@sluice/receiver-nop", a@^1, b@./b.tgz, c]';
  const { home, places, json } = await write(`receivers: ${list}\nreplaces: ["d => file:./d.tgz"]`, {}, ["b", "d"]);
  expect(json.dependencies).toEqual({
    "@sluice/core": version,
    "@sluice/receiver-nop": version,
    "@sluice/runtime": version,
    a: "^1",
    b: "file:../../b.tgz",
    c: "latest",
    d: `file:${join(home, "d.tgz")}`,
  });
  expect(json.overrides).toEqual({ d: `file:${join(home, "d.tgz")}` });
  expect(await readlink(join(places.project, ".npmrc"))).toBe("../../.npmrc");
  expect(places.project).toBe(join(home, "_build/project"));
});

test("tarballs stand for what they hold, with what that needs and no more", async () => {
  const { json } = await write("receivers: [a@1.0.0]", {
    "a-1.tgz": packageJson("a", { dependencies: { "@s/b": "1" } }),
    "b.tgz": packageJson("@s/b", { peerDependencies: { c: "1" } }),
    "c.tgz": packageJson("c"),
    "other.tgz": packageJson("other"),
  });
  expect(json.dependencies).toEqual({
    "@s/b": "file:../../tgz/b.tgz",
    "@sluice/core": version,
    "@sluice/runtime": version,
    a: "file:../../tgz/a-1.tgz",
    c: "file:../../tgz/c.tgz",
  });
  expect(json.overrides).toBe(undefined);
});

test("what a tarball beside the manifest needs is taken from the folder, too", async () => {
  const { json } = await write("receivers: [mine@./mine.tgz]", { "c.tgz": packageJson("c") }, ["mine"]);
  expect(json.dependencies).toMatchObject({ mine: "file:../../mine.tgz", c: "file:../../tgz/c.tgz" });
});

test("paths that hold something else are told with their lines", async () => {
  const writing = write("receivers: [a@./mine.tgz, gone@./gone.tgz]", {}, ["mine"]);
  await expect(writing).rejects.toThrowError(
    /^m\.yaml:2:13: ".*mine\.tgz" holds mine, expected a\nm\.yaml:2:27: cannot install gone: ENOENT/,
  );
});

test("packages of the workspace are not installed", async () => {
  const { json } = await write("receivers: [a@workspace:*, b@1.0.0]");
  expect(json.dependencies).toEqual({ b: "1.0.0" });
});

async function checkTarballs(files: Readonly<Record<string, Buffer>>, expected: string) {
  const folder = await temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  await expect(readTarballs(folder)).rejects.toThrowError(expected.replaceAll("<folder>", folder));
}
test("says which tarball is none", async () => {
  await checkTarballs({}, 'cannot take packages from "<folder>": it holds no .tgz');
  await checkTarballs({ "x.tgz": Buffer.from("x") }, 'cannot read "<folder>/x.tgz": it is no package that npm packed');
  await checkTarballs({ "x.tgz": packed("package/x", "") }, 'cannot read "<folder>/x.tgz": it has no package.json');
  await checkTarballs(
    { "x.tgz": packed("package/package.json", "{") },
    'cannot read "<folder>/x.tgz": it is no package that npm packed',
  );
  await checkTarballs(
    { "1.tgz": packageJson("x"), "2.tgz": packageJson("x") },
    'cannot take x from "<folder>/2.tgz": it is in "<folder>/1.tgz" too',
  );
});

test("what was packed again is installed again", async () => {
  const project = await temporaryFolder();
  const bytes = packageJson("same");
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  await writeFile(join(project, "same.tgz"), bytes);
  await writeFile(join(project, "changed.tgz"), packageJson("changed"));
  const packages = {
    "": {},
    "node_modules/same": { resolved: "file:same.tgz", integrity },
    "node_modules/changed": { resolved: "file:changed.tgz", integrity },
    "node_modules/folder": { resolved: "file:folder" },
    "node_modules/far": { resolved: "https://h/far.tgz", integrity: "sha512-x" },
  };
  await writeFile(join(project, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages }));
  for (const name of Object.keys(packages)) await mkdir(join(project, name), { recursive: true });
  await dropChanged(project);
  const left = JSON.parse(await readFile(join(project, "package-lock.json"), "utf8"));
  expect(Object.keys(left.packages)).toEqual(["", "node_modules/same", "node_modules/far"]);
  await expect(readFile(join(project, "node_modules/changed"))).rejects.toThrowError("ENOENT");
});
