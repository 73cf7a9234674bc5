import type { AnyDefinition, Kind } from "@sluice/component";
import { type Manifest, type ManifestEntry, ManifestError, type PackageEntry } from "./manifest.ts";
import { createLoader, type FoundPackage, findPackage, type Loader } from "./packages.ts";

/** What the generated main says about a component, so that its package is loaded only when a configuration names it. */
export interface Listed extends ManifestEntry {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly found: FoundPackage;
}
/** Something else that a package adds, found there by its name: a command, or a provider by its scheme. */
export interface Added extends PackageEntry {
  readonly key: string;
}
/** What the packages of a manifest hold. */
export interface Contents {
  readonly components: readonly Listed[];
  readonly commands: readonly Added[];
  readonly providers: readonly Added[];
}

/** Looks into every package of a manifest, found from `directory`. Throws `ManifestError` with every problem. */
export async function readContents(manifest: Manifest, directory: string): Promise<Contents> {
  const loader = await createLoader(directory);
  const problems: string[] = [];
  const api = await apiSeenBy("@sluice/core", directory);
  const collect = async <E extends PackageEntry, T>(
    entries: readonly E[],
    read: (entry: E) => Promise<T[] | string>,
  ) => {
    const all: T[] = [];
    for (const entry of entries) {
      const found = await read(entry);
      if (typeof found === "string") problems.push(`${entry.place}: ${found}`);
      else all.push(...found);
    }
    return all;
  };
  try {
    const components = await collect(manifest.entries, (entry) => readComponent(entry, { loader, directory, api }));
    const commands = await collect(manifest.commands, (entry) => readAdded(entry, "commands", loader));
    const packages = (manifest.providers ?? []).filter((entry) => "name" in entry);
    const providers = await collect(packages, (entry) => readAdded(entry, "providers", loader));
    await collect(manifest.converters, (entry) => readConverter(entry, loader));
    problems.push(...clashes(components));
    if (problems.length > 0) throw new ManifestError(problems);
    return { components, commands, providers };
  } finally {
    await loader.close();
  }
}

interface Place {
  readonly loader: Loader;
  readonly directory: string;
  /** The version of the contract that the engine has. */
  readonly api: number | undefined;
}

async function readComponent(entry: ManifestEntry, { loader, directory, api }: Place): Promise<Listed[] | string> {
  const { name, kind } = entry;
  const found = await findPackage(name, directory);
  if (found === undefined) return missing(name);
  const own = await apiSeenBy(name, directory);
  if (own !== undefined && api !== undefined && own !== api) {
    return `${name} ${found.json.version} is written for version ${own} of the component API, the engine has ${api}; take another version of it`;
  }
  const loaded = await load<{ default?: AnyDefinition }>(name, loader);
  if (typeof loaded === "string") return loaded;
  const { default: definition } = loaded;
  if (definition?.type === undefined) return `${name} exports no component`;
  if (definition.kind !== kind) return `${name} is ${article(definition.kind)}, expected ${article(kind)}`;
  return [{ ...entry, type: definition.type, aliases: definition.aliases ?? [], found }];
}

/** The version of the contract that a package was installed with: that of the @sluice/component it finds. */
async function apiSeenBy(name: string, directory: string): Promise<number | undefined> {
  const found = await findPackage(name, directory);
  const contract = found && (await findPackage("@sluice/component", found.directory));
  return contract?.json.sluice?.api;
}

/** The names of what a package exports as `commands` or `providers`, or what is wrong. */
async function readAdded(
  entry: PackageEntry,
  what: "commands" | "providers",
  loader: Loader,
): Promise<Added[] | string> {
  const loaded = await load<Readonly<Record<string, object | undefined>>>(entry.name, loader);
  if (typeof loaded === "string") return loaded;
  const added = loaded[what];
  return added === undefined
    ? `${entry.name} exports no ${what}`
    : Object.keys(added).map((key) => ({ ...entry, key }));
}

async function readConverter(entry: PackageEntry, loader: Loader): Promise<never[] | string> {
  const loaded = await load<{ convert?: unknown }>(entry.name, loader);
  if (typeof loaded === "string") return loaded;
  return typeof loaded.convert === "function" ? [] : `${entry.name} exports no convert`;
}

/** What a package exports, or why it cannot be loaded. */
async function load<T>(name: string, loader: Loader): Promise<T | string> {
  try {
    return (await loader.load(name)) as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`)) return missing(name);
    return `cannot load ${name}: ${message}`;
  }
}

function missing(name: string): string {
  return `${name} is not installed`;
}

function article(kind: Kind): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

function clashes(components: readonly Listed[]): readonly string[] {
  const problems: string[] = [];
  const owners = new Map<string, Listed>();
  for (const component of components) {
    for (const type of [component.type, ...component.aliases]) {
      const key = `${component.kind} ${type}`;
      const owner = owners.get(key);
      if (owner !== undefined) problems.push(`${component.place}: ${component.name} and ${owner.name} are both ${key}`);
      owners.set(key, component);
    }
  }
  return problems;
}
