import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workshop } from "./workshop.ts";

/** A Node to run on. */
export interface TestedNode {
  readonly version: string;
  readonly program: string;
  readonly flags: readonly string[];
}

const platform = `${process.platform}-${process.arch}`;
/** The first one supported, and the newest of each line besides the workspace's own. */
const wanted = ["22.15.0", "22", "26"];

/** Fetches Nodes from the npm registry into a folder of their own inside the workshop; the one at hand is among them. */
export async function fetchNodes(workshop: Workshop): Promise<TestedNode[]> {
  const folder = join(workshop.folder, "nodes");
  mkdirSync(folder);
  const dependencies = Object.fromEntries(wanted.map((range) => [`node-${range}`, `npm:node-${platform}@${range}`]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  await workshop.run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline");
  const programs = wanted.map((range) => join(folder, `node_modules/node-${range}/bin/node`));
  return Promise.all(
    [process.execPath, ...programs].map(async (program) => {
      const version = (await workshop.run(program, "-p", "process.versions.node")).trim();
      return { version, program, flags: version.startsWith("26.") ? ["--no-function-context-cells"] : [] };
    }),
  );
}
