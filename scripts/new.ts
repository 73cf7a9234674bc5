/** pnpm run new <kind> <type>: makes the package of a new component, and brings it into the workspace. */
import { spawnSync } from "node:child_process";
import { NewPackageError, writePackage } from "./new-package.ts";
import { root, rootManifest } from "./packages.ts";

const [kind, type, ...more] = process.argv.slice(2);
if (kind === undefined || type === undefined || more.length > 0) {
  process.stderr.write("Usage: pnpm run new <kind> <type>, for example: pnpm run new processor attribute_drop\n");
  process.exit(1);
}
try {
  const folder = writePackage(root, kind, type);
  run("npx", ["-y", rootManifest.packageManager, "install", "--no-frozen-lockfile"]);
  run(process.execPath, ["scripts/docs.ts"]);
  // How lines break depends on the length of the name.
  run("node_modules/.bin/biome", ["format", "--write", folder]);
  process.stdout.write(`made ${folder}
  its test: npx vitest run ${folder}
  into a distribution: its name in distributions/core/package.json and manifest.yaml, then pnpm run generate there
`);
} catch (error) {
  if (!(error instanceof NewPackageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new NewPackageError(`"${[command, ...args].join(" ")}" failed`);
}
