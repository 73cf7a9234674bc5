import type { Kind } from "@sluice/component";
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";

/** One package as the manifest names it. */
export interface PackageEntry {
  /** The npm package. */
  readonly package: string;
  /** "manifest.yaml:7:5", for errors. */
  readonly place: string;
}
/** One component package. */
export interface ManifestEntry extends PackageEntry {
  readonly kind: Kind;
}
/** What a distribution is made of. */
export interface Manifest {
  readonly dist: { readonly name: string; readonly description: string; readonly version: string };
  /** In the manifest's order. */
  readonly entries: readonly ManifestEntry[];
  /** Packages that add to the command line. */
  readonly commands: readonly PackageEntry[];
}

/** What is wrong with a manifest: every problem with its place, one a line. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

const sections: ReadonlyMap<string, Kind> = new Map([
  ["receivers", "receiver"],
  ["processors", "processor"],
  ["exporters", "exporter"],
  ["connectors", "connector"],
  ["extensions", "extension"],
]);
const distKeys = ["name", "description", "version"] as const;
const packageName = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/** Reads a manifest; `file` is its name in errors. Throws `ManifestError` with every problem. */
export function parseManifest(text: string, file: string): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: string[] = [];
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const place = (node: unknown): string => placeAt((node as Node | null)?.range?.[0] ?? 0);
  const report = (node: unknown, message: string): void => void problems.push(`${place(node)}: ${message}`);

  for (const { pos, message } of document.errors) problems.push(`${placeAt(pos[0])}: ${message}`);
  const root = document.contents;
  const dist = { name: "", description: "", version: "" };
  const manifest = { dist, entries: [] as ManifestEntry[], commands: [] as PackageEntry[] };
  if (!isMap(root)) report(root, "expected a map with dist and lists of components");
  for (const { key, value } of isMap(root) ? pairsOf(root) : []) {
    const name = textOf(key);
    const kind = sections.get(name);
    if (name === "dist" && isMap(value)) manifest.dist = readDist(value, report);
    else if (name === "dist") report(value ?? key, `dist: expected a map with ${distKeys.join(", ")}`);
    else if (name === "commands") manifest.commands.push(...readList(value, name, place, report));
    else if (kind === undefined)
      report(key, `${name}: unknown key, expected one of dist, ${[...sections.keys(), "commands"].join(", ")}`);
    else manifest.entries.push(...readList(value, name, place, report).map((entry) => ({ kind, ...entry })));
  }
  if (isMap(root) && !root.has("dist")) report(root, "dist: required");
  reportTwice([...manifest.entries, ...manifest.commands], problems);
  if (problems.length > 0) throw new ManifestError(problems);
  return manifest;
}

type Report = (node: unknown, message: string) => void;

function readDist(map: YAMLMap, report: Report): Manifest["dist"] {
  const dist = { name: "", description: "", version: "" };
  for (const { key, value } of pairsOf(map)) {
    const name = distKeys.find((one) => one === textOf(key));
    if (name === undefined) report(key, `dist::${textOf(key)}: unknown key, expected one of ${distKeys.join(", ")}`);
    else if (!isScalar(value) || typeof value.value !== "string") report(value ?? key, `dist::${name}: expected text`);
    else dist[name] = value.value;
  }
  for (const name of distKeys) if (!map.has(name)) report(map, `dist::${name}: required`);
  return dist;
}

function readList(list: unknown, section: string, place: (node: unknown) => string, report: Report): PackageEntry[] {
  if (isScalar(list) && list.value === null) return [];
  if (!isSeq(list)) {
    report(list, `${section}: expected a list of npm packages`);
    return [];
  }
  const entries: PackageEntry[] = [];
  for (const item of list.items) {
    const name = isMap(item) && item.items.length === 1 ? item.get("package") : isScalar(item) ? item.value : undefined;
    if (typeof name === "string" && packageName.test(name)) entries.push({ package: name, place: place(item) });
    else report(item, `${section}: expected the name of an npm package, as text or as package: <name>`);
  }
  return entries;
}

function reportTwice(entries: readonly PackageEntry[], problems: string[]): void {
  const first = new Map<string, PackageEntry>();
  for (const entry of entries) {
    const before = first.get(entry.package);
    if (before === undefined) first.set(entry.package, entry);
    else problems.push(`${entry.place}: ${entry.package} is already listed at ${before.place}`);
  }
}

function pairsOf(map: YAMLMap): readonly Pair[] {
  return map.items;
}
function textOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "?";
}
