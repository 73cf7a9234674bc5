import type { Manifest, WorkspacePackage } from "../packages.ts";

/** What a published package.json is made with. */
export interface Release {
  /** Version of each package of ours, by name. */
  readonly versions: ReadonlyMap<string, string>;
  /** Version of each dependency of the catalog. */
  readonly catalog: Readonly<Record<string, string>>;
  readonly repository: { readonly type: string; readonly url: string };
  readonly hasSchema: boolean;
}
type Ranges = Readonly<Record<string, string>>;

/** Keys that mean something in the workspace only. */
const inside = new Set(["devDependencies", "private", "scripts"]);

/**
 * The package.json that is published: what ran from its source in the workspace is taken from `dist`, and dependencies are ranges
 * from the version that was tested.
 */
export function publishedManifest({ folder, manifest }: WorkspacePackage, release: Release): Manifest {
  const { exports = {}, ...rest } = manifest;
  const schema = release.hasSchema ? { "./schema.json": "./dist/schema.json" } : {};
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => !inside.has(key))),
    name: manifest.name,
    repository: { ...release.repository, directory: folder },
    publishConfig: { access: "public", provenance: true },
    exports: { ...mapValues(exports, publishedExport), ...schema },
    ...(manifest.bin && { bin: mapValues(manifest.bin, compiled) }),
    ...(manifest.dependencies && { dependencies: publishedRanges(manifest.name, manifest.dependencies, release) }),
    ...(manifest.peerDependencies && {
      peerDependencies: publishedRanges(manifest.name, manifest.peerDependencies, release),
    }),
  };
}

function publishedExport(target: string): unknown {
  return target.endsWith(".ts")
    ? { types: compiled(target).replace(/js$/, "d.ts"), default: compiled(target) }
    : target;
}

function compiled(target: string): string {
  return target.replace(/^\.\/src\/(.*)\.ts$/, "./dist/$1.js");
}

function publishedRanges(owner: string, ranges: Ranges, { versions, catalog }: Release): Ranges {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => {
      if (!/^(workspace|catalog):/.test(range)) return [name, range];
      const version = range.startsWith("workspace:") ? versions.get(name) : catalog[name];
      if (version === undefined) throw new Error(`cannot pack ${owner}: it depends on ${name}, which is not published`);
      return [name, `^${version}`];
    }),
  );
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
