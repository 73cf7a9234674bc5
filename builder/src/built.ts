import { existsSync } from "node:fs";
import { chmod, readdir, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { Metafile } from "esbuild";
import type { Contents, Listed } from "./components.ts";
import { imageUser } from "./image-base.ts";
import type { Manifest } from "./manifest.ts";
import type { Built, BuiltComponent } from "./outputs/output.ts";
import type { Places } from "./project.ts";
import { run } from "./run.ts";

/** Completes what ships, once it is bundled: the schema, and the cache of compiled code. */
export async function completeBuilt(
  manifest: Manifest,
  contents: Contents,
  places: Places,
  metafile: Metafile,
): Promise<Built> {
  const { name, version, description } = manifest.dist;
  await writeFile(join(places.built, "schema.json"), await compile(places.built));
  const components = await Promise.all(contents.components.map((one) => describe(one, places.project, metafile)));
  return { directory: places.built, name, version, description, components, metafile };
}

/** The flags of the launcher: a cache serves only a Node with the same ones. */
const flags = ["--max-semi-space-size=2"];

/**
 * Fills the cache of compiled code, and gives the schema that the bundle prints. What Node writes would hold a random seed and the
 * folder's path: with neither, building again gives the same bytes.
 */
async function compile(built: string): Promise<string> {
  const cache = join(built, "cache");
  await rm(cache, { recursive: true, force: true });
  const here = process.platform === "linux" ? "/proc/self/cwd" : await realpath(built);
  // The schema needs every component; this loads what only a running collector needs.
  const chunks = (await readdir(join(built, "dist"))).filter((file) => /(?<!^main)\.mjs$/.test(file)).sort();
  const loadAll = chunks.map((file) => `import ${JSON.stringify(`file://${here}/dist/${file}`)};`).join("");
  const preload = `--import=data:text/javascript,${encodeURIComponent(loadAll)}`;
  const paths = ["--preserve-symlinks", "--preserve-symlinks-main"];
  const args = [...flags, "--random-seed=1", ...paths, preload, `${here}/dist/main.mjs`, "schema"];
  const env = { NODE_COMPILE_CACHE: `${here}/cache`, NODE_COMPILE_CACHE_PORTABLE: "1", NODE_OPTIONS: "" };
  const { code, text, stdout: schema } = await run(process.execPath, args, { cwd: built, env });
  if (code !== 0) throw new Error(`cannot run the bundle:\n${text}`);
  if (existsSync(cache)) await share(cache);
  return schema;
}

/** Makes a cache that Node wrote for the user of this process one that any user can read. */
async function share(cache: string): Promise<void> {
  for (const folder of await readdir(cache)) {
    const base = folder.replace(/-\d+$/, "");
    const whole = join(cache, `${base}-0`);
    await rename(join(cache, folder), whole);
    await symlink(`${base}-0`, join(cache, `${base}-${imageUser}`));
    for (const file of await readdir(whole)) await chmod(join(whole, file), 0o644);
  }
}

async function describe(
  { name, kind, type, found }: Listed,
  project: string,
  metafile: Metafile,
): Promise<BuiltComponent> {
  const { version = "0.0.0", license = "UNKNOWN" } = found.json;
  const root = (await realpath(found.directory)) + sep;
  return { name, version, license, kind, type, bytes: bytesOf(root, await realpath(project), metafile) };
}

/** What the files below a folder take in the bundle. */
function bytesOf(root: string, project: string, { outputs }: Metafile): number {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const own = inputs.filter(([path]) => resolve(project, path).startsWith(root));
  return own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}
