/** pnpm run docs: writes the generated tables of the READMEs and of docs, and the dashboards; with --check it changes nothing and fails when one is stale. */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configTable } from "./config-table.ts";
import { dashboardFiles } from "./dashboards/files.ts";
import { generatedPages } from "./docs/pages.ts";
import { replaceBetween, table } from "./markdown.ts";
import { metricsTable } from "./metrics-table.ts";
import { componentOf, definitionIn, root, workspacePackages } from "./packages.ts";

const packages = workspacePackages();

/** The generated parts of each README and each page of docs, by file and marker. */
async function generated(): Promise<[string, Record<string, string>][]> {
  const files: [string, Record<string, string>][] = [["README.md", { packages: packageTable() }]];
  for (const { folder } of packages) {
    if (componentOf(folder) !== undefined) files.push([join(folder, "README.md"), await componentTables(folder)]);
  }
  return [...files, ...(await generatedPages(packages))];
}

function packageTable(): string {
  const rows = packages.map(({ folder, manifest }) => [`[${folder}](${folder}/README.md)`, manifest.description ?? ""]);
  return table(["Folder", "What it is"], rows);
}

async function componentTables(folder: string): Promise<Record<string, string>> {
  const definition = await definitionIn(folder);
  const [good] = globSync(join(root, folder, "testdata/config/*.good.yaml")).sort();
  try {
    const metrics = await metricsTable(definition, good === undefined ? "" : readFileSync(good, "utf8"));
    return { config: configTable(definition.config.json), metrics };
  } catch (cause) {
    throw new Error(`cannot create "${folder}" with ${good ?? "no testdata/config/*.good.yaml"}`, { cause });
  }
}

/** The file with its generated parts up to date. */
function updated(file: string, before: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((text, [marker, content]) => {
    const next = replaceBetween(text, marker, content);
    if (next === undefined) throw new Error(`${file} has no <!-- ${marker}:begin --> and <!-- ${marker}:end -->`);
    return next;
  }, before);
}

async function main([flag, ...more]: readonly string[]): Promise<number> {
  if ((flag !== undefined && flag !== "--check") || more.length > 0) {
    process.stderr.write("Usage: pnpm run docs [--check]\n");
    return 1;
  }
  const stale: string[] = [];
  const hold = (file: string, toBe: (before: string) => string): void => {
    const path = join(root, file);
    const before = existsSync(path) ? readFileSync(path, "utf8") : "";
    const after = toBe(before);
    if (after === before) return;
    stale.push(file);
    if (flag === undefined) writeFileSync(path, after);
  };
  for (const [file, parts] of await generated()) hold(file, (before) => updated(file, before, parts));
  for (const [file, text] of dashboardFiles()) hold(file, () => text);
  if (flag === undefined) process.stdout.write(stale.map((file) => `wrote ${file}\n`).join(""));
  else if (stale.length > 0) {
    process.stderr.write(`generated parts are stale; run "pnpm run docs":\n${stale.map((f) => `  ${f}\n`).join("")}`);
  }
  return flag === undefined || stale.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { message, cause } = error as Error;
  process.stderr.write(`${message}${cause instanceof Error ? `: ${cause.message}` : ""}\n`);
  process.exitCode = 1;
}
