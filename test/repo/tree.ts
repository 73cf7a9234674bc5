import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ParseResult, parseSync } from "oxc-parser";
import { root, type WorkspacePackage, workspacePackages } from "../../scripts/packages.ts";

/** Every package, with its files. */
export interface Package extends WorkspacePackage {
  /** From the root, sorted. */
  readonly files: readonly string[];
}

/** What belongs to the repository, from the root, sorted: tracked or about to be. */
const files: readonly string[] = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 1 << 26,
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(join(root, file)))
  .sort();

/** Files written for this repository, as opposed to test data taken from elsewhere. */
export const ownFiles: readonly string[] = files.filter((file) => !/\/vectors\//.test(file));

/** Every Markdown file that people read here. */
export const documents: readonly string[] = ownFiles.filter(
  (file) => file.endsWith(".md") && !/\/(testdata|templates)\//.test(file),
);

export const packages: readonly Package[] = workspacePackages().map((one) => ({
  ...one,
  files: files.filter((file) => file.startsWith(`${one.folder}/`)),
}));

export function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** A file that is neither a test nor a helper of tests. */
export function isShipped(file: string): boolean {
  return !/\.(test|testing|bench)\.ts$/.test(file);
}

export function isSource(file: string): boolean {
  return /\.(ts|mjs)$/.test(file) && !file.includes("/testdata/");
}

export function parse(file: string): ParseResult {
  const result = parseSync(basename(file), read(file));
  if (result.errors.length > 0) throw new Error(`cannot parse "${file}": ${result.errors[0]?.message}`);
  return result;
}

/** What a file imports, types included: specifiers as written. */
export function importsOf(file: string): string[] {
  const { module } = parse(file);
  const text = read(file);
  const fixed = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const handedOn = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest }) => {
    const argument = text.slice(moduleRequest.start, moduleRequest.end);
    return /^(["'])[^"']*\1$/.test(argument) ? [argument.slice(1, -1)] : [];
  });
  return [...fixed, ...handedOn, ...dynamic];
}
