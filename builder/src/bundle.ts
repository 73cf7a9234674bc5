import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles a distribution's main, into its `dist/` unless told otherwise: ESM, one chunk a lazily loaded component, readable, source
 * maps beside. Gives the size of what was written, in bytes, without the maps.
 */
export async function bundle(directory: string, outdir = join(directory, "dist")): Promise<number> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: directory,
    entryPoints: ["main.ts"],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    sourcemap: "external",
    metafile: true,
    // CommonJS packages ask for Node's modules with `require`, which ES modules do not have.
    banner: {
      js: 'import { createRequire as makeRequire_ } from "node:module";\nconst require = makeRequire_(import.meta.url);',
    },
    logLevel: "warning",
  });
  const sizes = Object.entries(metafile.outputs).filter(([path]) => !path.endsWith(".map"));
  return sizes.reduce((sum, [, { bytes }]) => sum + bytes, 0);
}
