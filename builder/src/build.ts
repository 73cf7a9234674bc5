import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { completeBuilt } from "./built.ts";
import { bundle, bundleSize } from "./bundle.ts";
import { readContents } from "./components.ts";
import { install, type PackageManager } from "./install.ts";
import { type Manifest, ManifestError } from "./manifest.ts";
import { outputs } from "./outputs/index.ts";
import type { Built, Emitted } from "./outputs/output.ts";
import { type Overrides, parseManifest } from "./parse-manifest.ts";
import type { Progress } from "./progress.ts";
import { type Places, packagesOf, placesOf, writeProject, writeSources } from "./project.ts";
import { isFromWorkspace } from "./spec.ts";
import { readTarballs, type Tarballs } from "./tarballs.ts";

export interface BuildOptions {
  /** The manifest's path, as the user wrote it: it begins the places of errors. */
  readonly config: string;
  readonly overrides: Overrides;
  /** Instead of the manifest's output_path, from the working directory. */
  readonly outputPath?: string | undefined;
  /** Instead of the manifest's outputs. */
  readonly outputs?: readonly string[] | undefined;
  /** A folder of tarballs that stand for the packages in them. */
  readonly packages?: string | undefined;
  readonly manager: PackageManager;
  readonly offline: boolean;
  /** Takes the project's files as they are. */
  readonly skipGenerate: boolean;
  /** Takes what is installed as it is. */
  readonly skipGetModules: boolean;
  /** Ends when the project is written. */
  readonly skipCompilation: boolean;
  readonly verbose: boolean;
}

/** Makes a distribution of a manifest, and gives what was emitted. Throws `ManifestError`, or an `Error` that says what to do. */
export async function buildDistribution(options: BuildOptions, progress: Progress): Promise<readonly Emitted[]> {
  const { manifest, places } = await readManifest(options);
  for (const note of manifest.notes) progress.tell(note);
  const tarballs: Tarballs = options.packages === undefined ? new Map() : await readTarballs(resolve(options.packages));
  if (!options.skipGenerate) await writeProject(manifest, places, tarballs, options.manager);
  else if (!existsSync(join(places.project, "main.ts")))
    throw new Error(`cannot skip generating: "${places.project}" has no main.ts`);
  if (!options.skipGetModules) await installPackages(manifest, places, options, progress);
  const contents = await readContents(manifest, places.project);
  if (!options.skipGenerate) {
    await writeSources(manifest, contents, places);
    progress.tell(`wrote the sources in ${near(places.project)}`);
  }
  if (options.skipCompilation) return [];
  progress.step("bundling");
  const metafile = await bundle(places.project, join(places.built, "dist"));
  progress.end(`bundled ${sizeText(bundleSize(metafile))} in ${Object.keys(metafile.outputs).length / 2} chunks`);
  progress.step("compiling");
  const built = await completeBuilt(manifest, contents, places, metafile);
  progress.end("compiled, and wrote the schema");
  return emit(manifest, built, places, options, progress);
}

/** Reads the manifest that the options name, and finds where things stand. */
export async function readManifest(
  options: Pick<BuildOptions, "config" | "overrides" | "outputPath">,
): Promise<{ readonly manifest: Manifest; readonly places: Places }> {
  const { config, overrides, outputPath } = options;
  const manifest = parseManifest(await readText(config), config, overrides);
  const output = outputPath === undefined ? manifest.dist.outputPath : resolve(outputPath);
  return { manifest, places: placesOf(resolve(config), output) };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new Error(`cannot read the manifest "${file}": ${(cause as Error).message}`, { cause });
  }
}

async function installPackages(
  manifest: Manifest,
  places: Places,
  options: BuildOptions,
  progress: Progress,
): Promise<void> {
  const { manager, offline, verbose } = options;
  const packages = packagesOf(manifest);
  const outside = relative(places.home, places.project).startsWith("..");
  const fromWorkspace = outside ? packages.filter(isFromWorkspace) : [];
  if (fromWorkspace.length > 0) {
    const message = "is taken from the workspace, and the output path is outside of the manifest's folder";
    throw new ManifestError(fromWorkspace.map(({ place, name }) => `${place}: ${name} ${message}`));
  }
  progress.step(`${manager} installs ${packages.length} packages and what they need`);
  const output = verbose ? (text: string) => progress.tell(text.trimEnd()) : undefined;
  await install({ project: places.project, manager, offline, packages, output });
  progress.end(`${manager} installed ${packages.length} packages and what they need`);
}

async function emit(
  manifest: Manifest,
  built: Built,
  places: Places,
  options: BuildOptions,
  progress: Progress,
): Promise<readonly Emitted[]> {
  const named = options.outputs?.map((name) => ({ name, settings: {}, place: "--output" }));
  const asked = named ?? manifest.dist.outputs;
  const wanted = asked.length > 0 ? asked : [{ name: "folder", settings: {}, place: manifest.place }];
  const emitted: Emitted[] = [];
  await mkdir(places.output, { recursive: true });
  for (const { name, settings, place } of wanted) {
    progress.step(`making ${name}`);
    const make = await outputs[name]!();
    const given = { outputPath: places.output, project: places.project, settings, tell: progress.tell };
    const made = await attempt(place, name, () => make(built, given));
    emitted.push(...made);
    progress.end(`made ${name}`);
    for (const { path, what, bytes } of made) progress.tell(`  ${near(path)}: ${what}, ${sizeText(bytes)}`);
  }
  return emitted;
}

async function attempt<T>(place: string, name: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    throw new Error(`${place}: cannot make ${name}: ${(cause as Error).message}`, { cause });
  }
}

function sizeText(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
/** A path as the user sees it. */
function near(path: string): string {
  const way = relative(process.cwd(), path);
  return way.startsWith("..") ? path : way;
}
