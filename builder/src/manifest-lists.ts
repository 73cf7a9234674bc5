import { isMap, isScalar, isSeq } from "yaml";
import { packageOfModule } from "./go-modules.ts";
import type { PackageEntry, ProviderEntry, Reading } from "./manifest.ts";
import { parseSpec } from "./spec.ts";

/** The schemes that the engine itself knows. */
const schemes: readonly string[] = ["env", "file", "http", "https", "yaml"];
const item = "expected an npm package, as text or as package: <name>[@<version, file:..., git+...>]";

/** Reads a list of packages: npm ones, or Go modules that we have a package for. */
export function readList(list: unknown, section: string, reading: Reading): PackageEntry[] {
  return items(list, section, reading).flatMap((node) => readEntry(node, section, reading) ?? []);
}

/** Reads what configurations may come from: schemes, packages that add some, or upstream's modules of either. */
export function readProviders(list: unknown, reading: Reading): ProviderEntry[] {
  return items(list, "providers", reading).flatMap((node): readonly ProviderEntry[] => {
    const { module } = moduleIn(node);
    const word = module === undefined ? nameIn(node) : /\/([a-z]+)provider$/.exec(module)?.[1];
    if (word !== undefined && schemes.includes(word)) return [{ scheme: word }];
    return readEntry(node, "providers", reading) ?? [];
  });
}

/** Reads `name => spec`. What replaces Go modules has no meaning here. */
export function readReplaces(list: unknown, { place, report, note, ...rest }: Reading): PackageEntry[] {
  return items(list, "replaces", { place, report, note, ...rest }).flatMap((node) => {
    const text = isScalar(node) ? node.value : undefined;
    const [left = "", right = "", ...more] =
      typeof text === "string" ? text.split("=>").map((part) => part.trim()) : [];
    if (right === "" || more.length > 0) {
      report(node, "replaces: expected <npm package> => <version, file:..., git+...>");
      return [];
    }
    const entry = parseSpec(`${left}@${right}`);
    if (entry !== undefined && entry.name === left) return [{ ...entry, place: place(node) }];
    note(node, `replaces: left out, ${left.split(" ")[0]} is a Go module`);
    return [];
  });
}

function items(list: unknown, section: string, { report }: Reading): readonly unknown[] {
  if (list === null || (isScalar(list) && list.value === null)) return [];
  if (isSeq(list)) return list.items;
  report(list, `${section}: expected a list of npm packages`);
  return [];
}

function readEntry(node: unknown, section: string, reading: Reading): readonly PackageEntry[] | undefined {
  const { place, report, note } = reading;
  const { module, path } = moduleIn(node);
  if (module !== undefined) {
    const found = packageOfModule(module);
    if (path !== undefined) note(node, `${section}: left out the path ${path}, Go sources are not built here`);
    if (found.name !== undefined) return [{ name: found.name, spec: "", place: place(node) }];
    report(node, `${section}: no package for ${module}; ${found.nearest}`);
    return undefined;
  }
  const entry = parseSpec(nameIn(node) ?? "");
  if (entry !== undefined) return [{ ...entry, place: place(node) }];
  report(node, `${section}: ${item}`);
  return undefined;
}

function nameIn(node: unknown): string | undefined {
  const value = isMap(node) && node.items.length === 1 ? node.get("package") : isScalar(node) ? node.value : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The module that an entry of the Go builder names, without its version. */
function moduleIn(node: unknown): { readonly module: string | undefined; readonly path: string | undefined } {
  const text = isMap(node) ? node.get("gomod") : undefined;
  if (typeof text !== "string") return { module: undefined, path: undefined };
  const path = isMap(node) ? node.get("path") : undefined;
  return { module: text.trim().split(/\s+/)[0], path: typeof path === "string" ? path : undefined };
}
