import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "@sluice/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { install } from "./install.ts";
import { parseManifest } from "./parse-manifest.ts";
import { packagesOf, placesOf, writeProject } from "./project.ts";
import { upgrade } from "./upgrade.ts";
import { version } from "./version.ts";

/** A registry of two packages, for who has its token. */
const versions: Readonly<Record<string, readonly string[]>> = { one: ["1.0.0", "1.5.0"], "@me/two": ["2.0.0"] };
const registry = createServer((request, response) => {
  const name = decodeURIComponent(request.url!.slice(1));
  const known = request.headers.authorization === "Bearer secret" ? versions[name] : undefined;
  response.statusCode = known === undefined ? 404 : 200;
  const all = known?.map((version) => [version, { name, version, dist: { tarball: "http://127.0.0.1/x.tgz" } }]);
  response.end(
    JSON.stringify(all && { name, "dist-tags": { latest: known?.at(-1) }, versions: Object.fromEntries(all) }),
  );
});
beforeAll(async () => {
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
});
afterAll(() => registry.close());

async function homeWith(manifest: string): Promise<string> {
  const home = await temporaryFolder();
  const { port } = registry.address() as AddressInfo;
  const cache = `cache=${join(home, "cache")}\nfetch-retries=0\n`;
  await writeFile(
    join(home, ".npmrc"),
    `registry=http://127.0.0.1:${port}/\n//127.0.0.1:${port}/:_authToken=secret\n${cache}`,
  );
  await writeFile(join(home, "manifest.yaml"), manifest);
  return home;
}

const manifest = `# Mine.
dist: { name: mine, version: 1.0.0 }
receivers:
  - one@^1.0.0 # the first
  - "@me/two@2.0.0"
  - three@file:../three.tgz
`;

test("upgrade writes the newest versions, and nothing else changes", async () => {
  const home = await homeWith(manifest);
  const file = join(home, "manifest.yaml");
  expect(await upgrade(file, true)).toEqual(["one  ^1.0.0  -> ^1.5.0", `${file} is as it was`]);
  expect(await readFile(file, "utf8")).toBe(manifest);
  expect(await upgrade(file, false)).toEqual(["one  ^1.0.0  -> ^1.5.0", `wrote ${file}`]);
  expect(await readFile(file, "utf8")).toBe(manifest.replace("one@^1.0.0", "one@^1.5.0"));
  expect(await upgrade(file, false)).toEqual(["every package is the newest"]);
});

/** What an install of a manifest is refused with; the engine, which is not in this registry, is left out. */
async function refusal(text: string): Promise<string> {
  const home = await homeWith(text);
  const parsed = parseManifest(text, "manifest.yaml");
  const places = placesOf(join(home, "manifest.yaml"));
  await writeProject(parsed, places, new Map());
  const file = join(places.project, "package.json");
  const json = JSON.parse(await readFile(file, "utf8"));
  const { "@sluice/core": core, "@sluice/runtime": runtime, ...dependencies } = json.dependencies;
  expect([core, runtime]).toEqual([version, version]);
  await writeFile(file, JSON.stringify({ ...json, dependencies, devDependencies: {} }));
  const packages = packagesOf(parsed);
  return install({ project: places.project, manager: "npm", offline: false, packages }).then(
    () => "",
    (error: Error) => error.message,
  );
}

test("every package that the registry does not have is told with its line", async () => {
  const list = ["gone@1.0.0", "one@^1.0.0", '"@me/two@^3.0.0"', "gone-too"];
  const lines = (await refusal(`dist: { name: mine }\nreceivers:\n  - ${list.join("\n  - ")}\n`)).split("\n");
  expect(lines).toEqual([
    expect.stringMatching(/^manifest\.yaml:3:5: cannot install gone@1\.0\.0: 404 /),
    expect.stringMatching(/^manifest\.yaml:5:5: cannot install @me\/two@\^3\.0\.0: /),
    expect.stringMatching(/^manifest\.yaml:6:5: cannot install gone-too: 404 /),
  ]);
});

test("a package manager that is not there is told", async () => {
  const project = await temporaryFolder();
  await writeFile(join(project, "package.json"), "{}");
  const path = process.env.PATH;
  await mkdir(join(project, "bin"));
  await symlink(process.execPath, join(project, "bin/node"));
  process.env.PATH = join(project, "bin");
  try {
    const installing = install({ project, manager: "pnpm", offline: true, packages: [] });
    await expect(installing).rejects.toThrowError('cannot run "pnpm": ');
  } finally {
    process.env.PATH = path;
  }
});
