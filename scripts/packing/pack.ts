import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { componentSchema } from "@sluice/core";
import { parse } from "yaml";
import {
  componentOf,
  definitionIn,
  root,
  rootManifest,
  type WorkspacePackage,
  workspacePackages,
} from "../packages.ts";
import { compile } from "./compile.ts";
import { publishedManifest, type Release } from "./manifest.ts";
import { type TarFile, tarball } from "./tar.ts";

const cache = join(root, ".cache/packages");
/** How many states of the sources are kept packed. */
const KEPT = 4;

/** Every package that is published: all below packages/ and the builder, but those that are private. */
export function publishedPackages(): WorkspacePackage[] {
  return workspacePackages().filter(
    ({ folder, manifest }) => /^(packages\/|builder$)/.test(folder) && manifest.private !== true,
  );
}

/**
 * Packs every package as it is published, and gives a folder of tarballs that is not to be changed. What was packed of the same
 * sources before is used again; several processes may pack at once.
 */
export async function packAll(): Promise<string> {
  const all = publishedPackages();
  const folder = join(cache, digestOf(all));
  if (existsSync(folder)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return folder;
  }
  const work = join(cache, `work-${process.pid}-${Date.now()}`);
  mkdirSync(join(work, "out"), { recursive: true });
  try {
    compile(
      all.map((one) => one.folder),
      work,
    );
    for (const one of all) await packOne(one, work, all);
    renameUnlessThere(join(work, "out"), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  dropOld();
  return folder;
}

/** Copies what `packAll` gave into another folder, and gives the names of the files. */
export function copyTarballs(from: string, to: string): string[] {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from);
  for (const name of names) copyFileSync(join(from, name), join(to, name));
  return names;
}

async function packOne(one: WorkspacePackage, work: string, all: readonly WorkspacePackage[]): Promise<void> {
  const { folder, manifest } = one;
  const compiled = join(work, folder, "src");
  const schema = await schemaOf(folder);
  const release: Release = { ...releaseOf(all), hasSchema: schema !== undefined };
  const published = publishedManifest(one, release);
  const files: TarFile[] = [
    { path: "package.json", data: `${JSON.stringify(published, undefined, 2)}\n` },
    { path: "LICENSE", data: readFileSync(join(root, "LICENSE")) },
    ...(schema === undefined ? [] : [{ path: "dist/schema.json", data: schema }]),
    ...globSync("**/*.{js,d.ts,map}", { cwd: compiled }).map((file) => ({
      path: `dist/${file}`,
      data: readFileSync(join(compiled, file)),
      executable: Object.values(manifest.bin ?? {}).includes(`./src/${file.replace(/js$/, "ts")}`),
    })),
    ...globSync("**/*.js", { cwd: compiled })
      .map((file) => `src/${file.replace(/js$/, "ts")}`)
      .map((path) => ({ path, data: readFileSync(join(root, folder, path)) })),
    ...globSync(["README.md", "CHANGELOG.md", ...ownFiles(one)], { cwd: join(root, folder) }).map((path) => ({
      path,
      data: readFileSync(join(root, folder, path)),
    })),
  ];
  const name = `${manifest.name.replace("@", "").replace("/", "-")}-${String(manifest.version)}.tgz`;
  const inPackage = files.map((file) => ({ ...file, path: `package/${file.path}` }));
  writeFileSync(join(work, "out", name), tarball(inPackage));
}

/** What a package ships besides what is made here; patterns. */
function ownFiles({ manifest }: WorkspacePackage): string[] {
  return (manifest.files ?? []).filter((pattern) => pattern !== "dist" && pattern !== "src");
}

/** What an editor can check a component's own section with. */
async function schemaOf(folder: string): Promise<string | undefined> {
  if (componentOf(folder) === undefined) return undefined;
  return `${JSON.stringify(componentSchema(await definitionIn(folder)), undefined, 2)}\n`;
}

function releaseOf(all: readonly WorkspacePackage[]): Omit<Release, "hasSchema"> {
  const workspace: { readonly catalog: Readonly<Record<string, string>> } = parse(
    readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"),
  );
  return {
    versions: new Map(all.map(({ manifest }) => [manifest.name, String(manifest.version)])),
    catalog: workspace.catalog,
    repository: rootManifest.repository,
  };
}

/** Names everything that the tarballs are made of. */
function digestOf(all: readonly WorkspacePackage[]): string {
  const shared = ["LICENSE", "package.json", "pnpm-workspace.yaml", "tsconfig.json", "scripts/packages.ts"];
  const own = all.flatMap((one) =>
    ["package.json", "README.md", "CHANGELOG.md", "src/**/*.ts", ...ownFiles(one)].map(
      (pattern) => `${one.folder}/${pattern}`,
    ),
  );
  const files = [...shared, ...globSync(["scripts/packing/*.ts", ...own], { cwd: root })].sort();
  const hash = createHash("sha256").update(process.version);
  for (const file of files) {
    if (statSync(join(root, file)).isFile()) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex").slice(0, 20);
}

function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Somebody else packed the same meanwhile.
    if (!existsSync(to)) throw error;
  }
}

function dropOld(): void {
  const folders = readdirSync(cache)
    .filter((name) => !name.startsWith("work-"))
    .map((name) => ({ path: join(cache, name), at: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of folders.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}
