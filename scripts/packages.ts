import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AnyDefinition } from "@sluice/component";

/** The folder of the whole workspace. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The package.json of the workspace itself. */
export const rootManifest: {
  readonly packageManager: string;
  readonly repository: { readonly type: string; readonly url: string };
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}
export interface WorkspacePackage {
  /** From the root: "packages/data". */
  readonly folder: string;
  readonly manifest: Manifest;
}

const folders = ["packages/*", "distributions/*", "builder", "test"];
const componentName = /^packages\/(receiver|processor|exporter|connector|extension)-(.+)$/;

/** Every package of the workspace below `directory`, sorted by folder. */
export function workspacePackages(directory: string = root): WorkspacePackage[] {
  return globSync(folders, { cwd: directory })
    .filter((folder) => existsSync(join(directory, folder, "package.json")))
    .sort()
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(directory, folder, "package.json"), "utf8")),
    }));
}

/** Kind and configuration type that a component's folder stands for; undefined for any other package. */
export function componentOf(folder: string): { readonly kind: string; readonly type: string } | undefined {
  const [, kind, rest] = componentName.exec(folder) ?? [];
  return kind === undefined || rest === undefined ? undefined : { kind, type: rest.replaceAll("-", "_") };
}

/** The component whose package is in `folder`. */
export async function definitionIn(folder: string): Promise<AnyDefinition> {
  const module: { default: AnyDefinition } = await import(pathToFileURL(join(root, folder, "src/index.ts")).href);
  return module.default;
}
