import { rm } from "node:fs/promises";
import { type BuildOptions, build, type Metafile } from "esbuild";

/** How a distribution is bundled: ESM, one chunk a lazily loaded component, readable, source maps beside. */
export const bundleOptions = {
  entryPoints: ["main.ts"],
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  sourcemap: "external",
  legalComments: "none",
  // CommonJS packages ask for Node's modules with `require`, which ES modules do not have. Each chunk gets one, so it is made late.
  banner: {
    js: 'const require = (name) => process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);',
  },
} as const satisfies BuildOptions;

/** Bundles the `main.ts` in `directory`, both absolute, into a folder that is made anew. Throws an `Error` with what is wrong. */
export async function bundle(directory: string, outdir: string): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true });
  const options = { absWorkingDir: directory, outdir, metafile: true, logLevel: "silent" } as const;
  try {
    return (await build({ ...bundleOptions, ...options })).metafile;
  } catch (cause) {
    throw new Error(`cannot bundle "${directory}": ${(cause as Error).message}`, { cause });
  }
}

/** The size of what was written, in bytes, without the maps. */
export function bundleSize({ outputs }: Metafile): number {
  const sizes = Object.entries(outputs).filter(([path]) => !path.endsWith(".map"));
  return sizes.reduce((sum, [, { bytes }]) => sum + bytes, 0);
}
