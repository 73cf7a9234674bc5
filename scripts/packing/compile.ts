import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../packages.ts";

/**
 * Compiles the sources of these folders (from the root, "packages/data") into the same paths below `output`, without tests, with
 * declarations and maps that lead to `../src`. Types are checked elsewhere. Throws with the compiler's words.
 */
export function compile(folders: readonly string[], output: string): void {
  const settings = join(output, "tsconfig.json");
  const below = (path: string): string => join(root, path);
  writeFileSync(
    settings,
    JSON.stringify({
      extends: below("tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        noCheck: true,
        declaration: true,
        declarationMap: true,
        sourceMap: true,
        rewriteRelativeImportExtensions: true,
        rootDir: root,
        outDir: output,
        typeRoots: [below("node_modules/@types")],
      },
      include: folders.map((folder) => below(`${folder}/src`)),
      exclude: folders.flatMap((folder) =>
        ["test", "testing", "bench"].map((kind) => below(`${folder}/src/**/*.${kind}.ts`)),
      ),
    }),
  );
  const { status, stdout, stderr } = spawnSync(below("node_modules/.bin/tsc"), ["-p", settings], { encoding: "utf8" });
  if (status !== 0) throw new Error(`cannot compile the packages:\n${stdout}${stderr}`);
  for (const file of globSync("**/*.map", { cwd: output })) {
    const path = join(output, file);
    writeFileSync(path, withSource(readFileSync(path, "utf8"), file));
  }
}

/** `file` is "packages/data/src/deep/part.js.map", to be published as "dist/deep/part.js.map" beside "src/deep/part.ts". */
function withSource(text: string, file: string): string {
  const [, inside = file] = /\/src\/(.*)$/.exec(file) ?? [];
  const up = "../".repeat(inside.split("/").length);
  const source = `${up}src/${inside.replace(/(\.d\.ts|\.js)\.map$/, ".ts")}`;
  return JSON.stringify({ ...(JSON.parse(text) as object), sources: [source] });
}
