import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { bundle } from "./bundle.ts";
import { generateMain } from "./generate.ts";
import { ManifestError, parseManifest } from "./manifest.ts";

const usage = `Usage: node builder/src/cli.ts <command> <manifest.yaml>
  generate  write the distribution's main.ts
  bundle    write main.ts and the bundle in dist/
`;

async function main([command, file, ...more]: readonly string[]): Promise<number> {
  if ((command !== "generate" && command !== "bundle") || file === undefined || more.length > 0) {
    process.stderr.write(usage);
    return 1;
  }
  const directory = dirname(resolve(file));
  const main = join(directory, "main.ts");
  await writeFile(main, await generateMain(parseManifest(await readFile(file, "utf8"), file), file));
  process.stdout.write(`wrote ${relative(process.cwd(), main)}\n`);
  if (command === "bundle") {
    const bytes = await bundle(directory);
    process.stdout.write(
      `wrote ${relative(process.cwd(), join(directory, "dist"))} (${Math.ceil(bytes / 1024)} KiB)\n`,
    );
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof ManifestError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
