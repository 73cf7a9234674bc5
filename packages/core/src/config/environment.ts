import type { AnyDefinition, Env, Files } from "@sluice/component";
import { pageAddress, prometheusReaders, type TelemetryConfig } from "../telemetry/config.ts";
import { type Address, overlaps, parseListenAddress } from "./listen-address.ts";
import type { ReadConfig } from "./load.ts";
import { type LocatedProblem, quote } from "./problems.ts";
import type { LoadedComponent } from "./read-bodies.ts";

/**
 * Checks what a configuration needs of the machine, as far as it could be read: that no two listeners want one address, and that files which
 * are read are there. A start does not ask for it: there each component says so itself, when it gets that far. Nothing is opened
 * but files. Problems come in the order of the components.
 */
export async function checkEnvironment(
  loaded: ReadConfig<TelemetryConfig>,
  { files }: Pick<Env, "files">,
): Promise<readonly LocatedProblem[]> {
  const used = usedComponents(loaded);
  const marks = used.flatMap((component) => component.marks);
  const problems = clashes(used, loaded.telemetry === undefined ? [] : prometheusReaders(loaded.telemetry));
  for (const mark of marks) {
    if (mark.kind !== "file") continue;
    const message = await fileProblem(mark.value, resolve(loaded.baseDirectory, mark.value), mark.detail, files);
    const severity = mark.detail === "awaited" ? "warning" : "error";
    if (message !== undefined) problems.push({ severity, place: mark.place, path: mark.path, message });
  }
  return problems;
}

type Used = LoadedComponent<AnyDefinition> & { readonly id: string };

function usedComponents(loaded: ReadConfig<unknown>): readonly Used[] {
  const { receivers, processors, exporters, connectors, extensions } = loaded;
  const all: readonly ReadonlyMap<string, LoadedComponent<AnyDefinition>>[] = [
    receivers,
    processors,
    exporters,
    connectors,
    extensions,
  ];
  return all.flatMap((section) =>
    [...section].flatMap(([id, component]) => (component.used ? [{ ...component, id }] : [])),
  );
}

/** One thing that listens, for messages. */
interface Listener {
  readonly name: string;
  readonly address: Address;
}

function clashes(
  components: readonly Used[],
  pages: readonly { readonly host: string; readonly port: number }[],
): LocatedProblem[] {
  const problems: LocatedProblem[] = [];
  /** By port or path: only those can clash. */
  const taken = new Map<string, Listener[]>();
  const add = (listener: Listener): Listener | undefined => {
    const { key } = listener.address;
    const others = taken.get(key) ?? [];
    taken.set(key, [...others, listener]);
    return others.find(({ address }) => overlaps(address, listener.address));
  };
  for (const page of pages) {
    const address = pageAddress(page);
    if (address !== undefined) add({ name: "the collector's own metrics page", address });
  }
  for (const { id, definition, marks } of components) {
    for (const { kind, value, detail, place, path } of marks) {
      const address = kind === "listens" ? parseListenAddress(value, detail) : undefined;
      if (address === undefined) continue;
      const name = `the ${definition.kind} "${id}" (${place.source}:${place.line})`;
      const other = add({ name, address });
      if (other === undefined) continue;
      const message = `found ${quote(value)}, where ${other.name} listens too, expected another port`;
      problems.push({ severity: "error", place, path, message });
    }
  }
  return problems;
}

/** What keeps the file from being read, or "awaited" from naming any; undefined when nothing does. */
async function fileProblem(written: string, path: string, need: string, files: Files): Promise<string | undefined> {
  try {
    if (need === "awaited") {
      return (await isAnyThere(path, files)) ? undefined : `found no file ${quote(written)} yet`;
    }
    const found = await files.stat(path);
    if (found === undefined) return `cannot read ${quote(written)}: no such file`;
    if (found.kind === "directory") return `cannot read ${quote(written)}: found a directory, expected a file`;
    // Whether it may be read is seen by reading it; what is large is no key and no password, but may have no end.
    if (found.size <= maxRead) await files.read(path, maxRead);
    return undefined;
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: unknown };
    const reason = code === "EACCES" || code === "EPERM" ? "no permission" : message;
    return `cannot read ${quote(written)}: ${reason}`;
  }
}
const maxRead = 2 ** 20;

/** Whether a path, whose last part may be a pattern, names anything. */
async function isAnyThere(path: string, files: Files): Promise<boolean> {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (!/[*?[]/.test(name)) return (await files.stat(path)) !== undefined;
  const directory = path.slice(0, slash) || "/";
  if ((await files.stat(directory))?.kind !== "directory") return false;
  const names = await files.list(directory);
  return names.some((entry) => matches(entry, name));
}

/** Whether a name matches a shell pattern. A set of characters (`[a-z]`) counts as any one: this only asks whether there is something. */
function matches(name: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/\[[^\]]+\]/g, "?")
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("?", ".")
    .replaceAll(/\*+/g, ".*");
  return new RegExp(`^${source}$`, "s").test(name);
}

function resolve(base: string, path: string): string {
  if (/^(?:[A-Za-z]:)?[/\\]/.test(path)) return path;
  return `${base.endsWith("/") ? base.slice(0, -1) : base}/${path}`;
}
