import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../packages.ts";

/**
 * Compiles the sources of these folders (from the root, "packages/data") into the same paths below `output`, without tests. Types
 * are checked elsewhere. Throws with the compiler's words.
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
  // The compiler rewrites ".ts" in what runs, but not everywhere in declarations.
  for (const file of globSync("**/*.d.ts", { cwd: output })) {
    const path = join(output, file);
    const text = readFileSync(path, "utf8");
    const rewritten = text.replaceAll(/((?:from|import)[ (]")(\.[^"]*)\.ts"/g, '$1$2.js"');
    if (rewritten !== text) writeFileSync(path, rewritten);
  }
}
