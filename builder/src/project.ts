import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { bundleOptions } from "./bundle.ts";
import type { Contents } from "./components.ts";
import { generateMain } from "./generate.ts";
import type { PackageManager } from "./install.ts";
import { launcherFiles } from "./launcher.ts";
import { type Manifest, ManifestError, type PackageEntry } from "./manifest.ts";
import { fileSpec, isFromWorkspace, pathOf } from "./spec.ts";
import { neededOf, readLocal, type Tarball, type Tarballs } from "./tarballs.ts";
import { esbuildVersion, version } from "./version.ts";

/** Where a distribution is made, all absolute. */
export interface Places {
  readonly manifest: string;
  /** The manifest's folder: paths in it count from here. */
  readonly home: string;
  /** What is emitted stands here. */
  readonly output: string;
  /** The npm project. */
  readonly project: string;
  /** What is shipped, below the project. */
  readonly built: string;
}

/** Finds the places of a manifest; `output` is its output_path, or one given instead. */
export function placesOf(manifest: string, output = "_build"): Places {
  const home = dirname(manifest);
  const absolute = join(output.startsWith("/") ? "" : home, output);
  const project = join(absolute, "project");
  return { manifest, home, output: absolute, project, built: join(project, "build") };
}

/** The packages that every distribution needs beside its components. */
const engine = ["@sluice/core", "@sluice/runtime"];

/** Every package that the project depends on, in the manifest's order, the engine's first. */
export function packagesOf(manifest: Manifest): readonly PackageEntry[] {
  const { entries, commands, converters, providers = [] } = manifest;
  const listed = [...entries, ...commands, ...converters, ...providers.filter((entry) => "name" in entry)];
  const own = engine.filter((name) => !listed.some((entry) => entry.name === name));
  const inWorkspace = listed.some(isFromWorkspace);
  const spec = inWorkspace ? "workspace:*" : "";
  return [...own.map((name) => ({ name, spec, place: manifest.place })), ...listed];
}

/**
 * Writes the npm project up to what can be known before it is installed: package.json, tsconfig.json, build.mjs, and what the package
 * manager needs to know. Tarballs are dependencies of the project itself, where all that need them find them.
 */
export async function writeProject(
  manifest: Manifest,
  places: Places,
  tarballs: Tarballs,
  manager: PackageManager = "npm",
): Promise<void> {
  const { dist, replaces } = manifest;
  await mkdir(places.project, { recursive: true });
  const needed = packagesOf(manifest).filter((entry) => !isFromWorkspace(entry));
  const named = [...needed, ...replaces];
  const local = await readLocals(named, places.home);
  const packed = neededOf(tarballs, [...named.map(({ name }) => name), ...local.flatMap(({ needs }) => needs)]);
  const replaced = new Map(replaces.map((entry) => [entry.name, absoluteSpec(entry, places)]));
  const dependencies = new Map(needed.map((entry) => [entry.name, specIn(entry, places)]));
  for (const { name, path } of packed) dependencies.set(name, fileSpec(path, places.project));
  for (const [name, spec] of replaced)
    if (dependencies.has(name) || spec.startsWith("file:")) dependencies.set(name, spec);
  const json = {
    name: dist.name,
    version: dist.version,
    description: dist.description,
    private: true,
    type: "module",
    engines: { node: ">=24" },
    scripts: { build: "node build.mjs", start: "node main.ts" },
    dependencies: sorted(dependencies),
    devDependencies: { esbuild: esbuildVersion },
    ...(replaced.size > 0 && { overrides: sorted(replaced) }),
  };
  await writeJson(join(places.project, "package.json"), json);
  await writeJson(join(places.project, "tsconfig.json"), tsconfig);
  await writeFile(join(places.project, "build.mjs"), buildScript());
  await linkSettings(places);
  if (manager === "npm") return;
  const own = new Map(packed.map(({ name }) => [name, dependencies.get(name)!]));
  await writePnpmSettings(places.project, sorted(new Map([...own, ...replaced])));
}

/** What stands at the paths that a manifest names. Throws `ManifestError` for those that do not hold what it says. */
async function readLocals(entries: readonly PackageEntry[], home: string): Promise<readonly Tarball[]> {
  const problems: string[] = [];
  const found: Tarball[] = [];
  for (const entry of entries) {
    const path = pathOf(entry, home);
    if (path === undefined) continue;
    try {
      const local = await readLocal(path);
      if (local.name === entry.name) found.push(local);
      else problems.push(`${entry.place}: "${path}" holds ${local.name}, expected ${entry.name}`);
    } catch (error) {
      problems.push(`${entry.place}: cannot install ${entry.name}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new ManifestError(problems);
  return found;
}

/** pnpm reads from a file of its own what npm finds by itself; with it the project is no part of a workspace above it. */
async function writePnpmSettings(project: string, overrides: Readonly<Record<string, string>>): Promise<void> {
  const settings = { packages: ["."], allowBuilds: { esbuild: false }, overrides };
  // YAML takes JSON.
  await writeJson(join(project, "pnpm-workspace.yaml"), settings);
}

/** A spec as it is meant from the project's folder; ours have the builder's version when nothing is said. */
function specIn(entry: PackageEntry, { home, project }: Places): string {
  const path = pathOf(entry, home);
  if (path !== undefined) return fileSpec(path, project);
  if (entry.spec !== "") return entry.spec;
  return entry.name.startsWith("@sluice/") ? version : "latest";
}

/** The same where it stands in `overrides`: npm takes a path there from whoever depends on the package, so it is absolute. */
function absoluteSpec(entry: PackageEntry, places: Places): string {
  const path = pathOf(entry, places.home);
  return path === undefined ? specIn(entry, places) : `file:${path}`;
}

/** Registries and their credentials are linked to and not copied: a project may be handed on. */
async function linkSettings({ home, project }: Places): Promise<void> {
  const link = join(project, ".npmrc");
  await rm(link, { force: true });
  if (existsSync(join(home, ".npmrc"))) await symlink(relative(project, join(home, ".npmrc")), link);
}

const tsconfig = {
  compilerOptions: {
    target: "es2024",
    module: "nodenext",
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  },
  include: ["main.ts"],
};

function buildScript(): string {
  const options = JSON.stringify({ ...bundleOptions, outdir: "build/dist" }, undefined, 2);
  return `// Generated by sluice-builder: npm run build bundles main.ts as the builder does.
import { rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("build/dist", { recursive: true, force: true });
await build(${options});
`;
}

/** Writes what is known only when the packages are there: main.ts, and what is shipped beside the bundle. */
export async function writeSources(manifest: Manifest, contents: Contents, places: Places): Promise<void> {
  const { dist } = manifest;
  await writeFile(join(places.project, "main.ts"), generateMain(manifest, contents, basename(places.manifest)));
  await mkdir(join(places.built, "bin"), { recursive: true });
  for (const [path, text] of await launcherFiles(dist.name))
    await writeFile(join(places.built, path), text, { mode: 0o755 });
  const { name, version, description } = dist;
  const bin = { [name]: `bin/${name}.mjs` };
  const json = { name, version, description, private: true, type: "module", engines: { node: ">=24" }, bin };
  await writeJson(join(places.built, "package.json"), json);
  await writeFile(join(places.built, "config.yaml"), await startingConfig(places, contents));
}

/** The configuration that ships: the one beside the manifest, or one that does nothing until it is written. */
async function startingConfig({ home }: Places, { components }: Contents): Promise<string> {
  const own = join(home, "config.yaml");
  if (existsSync(own)) return readFile(own, "utf8");
  const list = components.map(({ kind, type }) => `#   ${kind} ${type}`).join("\n");
  return `# What the collector shall do; to begin with: nothing. It has:\n${list}\nreceivers:\nexporters:\nservice:\n  pipelines:\n`;
}

function sorted(pairs: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));
}
async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
