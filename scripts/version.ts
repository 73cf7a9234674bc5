/** pnpm run version: gives everything the next version that the files in .changeset ask for. */
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, workspacePackages } from "./packages.ts";

/** Where the version stands besides package.json of packages. */
const places = [
  "package.json",
  "distributions/*/manifest.yaml",
  "packages/sdk-*/src/backend.ts",
  "scripts/templates/*/package.json",
];

const before = versionNow();
run("node_modules/.bin/changeset", "version");
const after = versionNow();
for (const file of globSync(places, { cwd: root })) {
  const path = join(root, file);
  writeFileSync(path, readFileSync(path, "utf8").replace(before, after));
}
for (const { folder, manifest } of workspacePackages()) {
  if ((manifest.scripts as Record<string, string> | undefined)?.generate === undefined) continue;
  run(process.execPath, "builder/src/cli.ts", "generate", `${folder}/manifest.yaml`);
}
run(process.execPath, "scripts/docs.ts");
process.stdout.write(`everything has version ${after}, before ${before}\n`);

function versionNow(): string {
  const [first] = workspacePackages();
  return String(first?.manifest.version);
}

function run(command: string, ...args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`"${[command, ...args].join(" ")}" failed`);
}
