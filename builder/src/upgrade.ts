import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isSeq, parseDocument, type Scalar, visit } from "yaml";
import { parseManifest } from "./parse-manifest.ts";
import { packagesOf } from "./project.ts";
import { run } from "./run.ts";
import { isFromRegistry } from "./spec.ts";

/** A package that a manifest wants in a version, and the newest one. */
interface Newer {
  readonly name: string;
  readonly spec: string;
  readonly next: string;
}

/**
 * Looks for newer versions of the packages that a manifest names with a version, writes them there, and gives a table of them. Only
 * the versions in the text change. Packages of the project without a version follow the builder and stay.
 */
export async function upgrade(file: string, dryRun: boolean): Promise<readonly string[]> {
  const text = await readFile(file, "utf8");
  const named = packagesOf(parseManifest(text, file)).filter((one) => one.spec !== "" && isFromRegistry(one));
  const versions = await newestVersions(named, dirname(resolve(file)));
  const newer = named.flatMap(({ name, spec }): readonly Newer[] => {
    const [, range, current] = /^([~^]?)(\d[^\s]*)$/.exec(spec) ?? [];
    const latest = versions.get(name);
    return current === undefined || latest === undefined || latest === current
      ? []
      : [{ name, spec, next: `${range}${latest}` }];
  });
  if (newer.length === 0) return ["every package is the newest"];
  if (!dryRun) await writeFile(file, rewrite(text, newer));
  const widths = [0, 1].map((at) => Math.max(...newer.map(({ name, spec }) => [name, spec][at]!.length)));
  const table = newer.map(
    ({ name, spec, next }) => `${name.padEnd(widths[0]!)}  ${spec.padEnd(widths[1]!)}  -> ${next}`,
  );
  return [...table, dryRun ? `${file} is as it was` : `wrote ${file}`];
}

/** Asks npm, by a project that has these packages, so that registries and credentials are found as they are for a build. */
async function newestVersions(
  packages: readonly { readonly name: string; readonly spec: string }[],
  home: string,
): Promise<ReadonlyMap<string, string>> {
  if (packages.length === 0) return new Map();
  const folder = await mkdtemp(join(tmpdir(), "sluice-upgrade-"));
  try {
    const dependencies = Object.fromEntries(packages.map(({ name, spec }) => [name, spec]));
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
    if (existsSync(join(home, ".npmrc"))) await symlink(join(home, ".npmrc"), join(folder, ".npmrc"));
    const { stdout, text } = await run("npm", ["outdated", "--json"], { cwd: folder });
    const found = readJson(stdout);
    if (found === undefined || "error" in found) throw new Error(`cannot ask npm for newer versions:\n${text}`);
    return new Map(
      Object.entries(found).flatMap(([name, { latest }]) => (latest === undefined ? [] : [[name, latest]])),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

function readJson(text: string): Readonly<Record<string, { readonly latest?: string }>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The manifest with other versions; all else stays, byte for byte. */
function rewrite(text: string, newer: readonly Newer[]): string {
  const next = new Map(newer.map((one) => [`${one.name}@${one.spec}`, `${one.name}@${one.next}`]));
  const places: { readonly scalar: Scalar; readonly to: string }[] = [];
  visit(parseDocument(text), {
    Scalar(_key, scalar, path) {
      const to = typeof scalar.value === "string" && path.some(isSeq) ? next.get(scalar.value) : undefined;
      if (to !== undefined) places.push({ scalar, to });
    },
  });
  return places.toReversed().reduce((result, { scalar, to }) => {
    const [from, end] = scalar.range!;
    const written = result.slice(from, end);
    return result.slice(0, from) + written.replace(String(scalar.value), to) + result.slice(end);
  }, text);
}
