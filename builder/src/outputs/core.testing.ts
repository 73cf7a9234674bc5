import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../build.ts";
import { completeBuilt } from "../built.ts";
import { bundle } from "../bundle.ts";
import { readContents } from "../components.ts";
import { writeSources } from "../project.ts";
import type { Built, OutputOptions } from "./output.ts";

const core = join(import.meta.dirname, "..", "..", "..", "distributions", "core");

/** The core distribution, bundled from the workspace into a folder; and options for an output that stands in it. */
export async function buildCore(folder: string): Promise<{ readonly built: Built; readonly options: OutputOptions }> {
  const config = join(core, "manifest.yaml");
  const { manifest, places } = await readManifest({ config, overrides: new Map(), outputPath: folder });
  const contents = await readContents(manifest, core);
  await mkdir(places.project, { recursive: true });
  await writeSources(manifest, contents, places);
  const metafile = await bundle(core, join(places.built, "dist"));
  const built = await completeBuilt(manifest, contents, { ...places, project: core }, metafile);
  return { built, options: { outputPath: folder, project: core, settings: {}, tell: () => undefined } };
}
