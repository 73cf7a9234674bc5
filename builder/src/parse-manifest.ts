import { type Document, isMap, LineCounter, type Node, parseDocument } from "yaml";
import {
  type Dist,
  keyText,
  type Manifest,
  type ManifestEntry,
  ManifestError,
  type PackageEntry,
  type ProviderEntry,
  type Reading,
  sections,
} from "./manifest.ts";
import { readDist } from "./manifest-dist.ts";
import { readList, readProviders, readReplaces } from "./manifest-lists.ts";

const keys = ["dist", ...sections.keys(), "commands", "providers", "converters", "replaces"];
/** Only the Go builder knows them. */
const goKeys = ["excludes", "telemetry", "conf_resolver"];

/** What `--set` puts over the manifest: a key below `dist` and its text. */
export type Overrides = ReadonlyMap<string, string>;

/** Reads a manifest; `file` is its name in errors. Throws `ManifestError` with every problem. */
export function parseManifest(text: string, file: string, overrides: Overrides = new Map()): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: string[] = [];
  const notes: string[] = [];
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new ManifestError(
      document.errors.map(({ pos, message }) => `${placeAt(pos[0])}: not valid YAML: ${message}`),
    );
  }
  setOver(document, overrides);
  const place = (node: unknown): string => {
    const range = (node as Node | null)?.range;
    return node && range === undefined ? "--set" : placeAt(range?.[0] ?? 0);
  };
  const reading: Reading = {
    place,
    report: (node, message) => void problems.push(`${place(node)}: ${message}`),
    note: (node, message) => void notes.push(`${place(node)}: ${message}`),
  };
  const manifest = { ...readRoot(document, reading), place: placeAt(0), notes };
  reportTwice([...manifest.entries, ...manifest.commands], problems);
  if (problems.length > 0) throw new ManifestError(problems);
  return manifest;
}

function setOver(document: Document, overrides: Overrides): void {
  for (const [key, value] of overrides) document.setIn(["dist", key], document.createNode(value));
}

function readRoot({ contents: root }: Document, reading: Reading): Omit<Manifest, "notes" | "place"> {
  const { report } = reading;
  const lists = {
    entries: [] as ManifestEntry[],
    commands: [] as PackageEntry[],
    converters: [] as PackageEntry[],
    replaces: [] as PackageEntry[],
  };
  let dist: Dist | undefined;
  let providers: readonly ProviderEntry[] | undefined;
  if (!isMap(root)) report(root, "expected a map with dist and lists of components");
  for (const { key, value } of isMap(root) ? root.items : []) {
    const name = keyText(key);
    const kind = sections.get(name);
    if (name === "dist") dist = readDist(value ?? key, reading);
    else if (name === "providers") providers = readProviders(value, reading);
    else if (name === "replaces") lists.replaces.push(...readReplaces(value, reading));
    else if (name === "commands" || name === "converters") lists[name].push(...readList(value, name, reading));
    else if (goKeys.includes(name)) noteGoKey(name, key, value, reading);
    else if (kind === undefined) report(key, `${name}: unknown key, expected one of ${keys.join(", ")}`);
    else lists.entries.push(...readList(value, name, reading).map((entry) => ({ kind, ...entry })));
  }
  if (isMap(root) && !root.has("dist")) report(root, "dist: required");
  const none = { name: "", description: "", version: "", outputPath: undefined, outputs: [] };
  return { dist: dist ?? none, ...lists, providers };
}

function noteGoKey(name: string, key: unknown, value: unknown, { report, note }: Reading): void {
  if (name !== "conf_resolver") {
    note(key, `${name}: left out, it is about Go modules`);
    return;
  }
  const scheme = isMap(value) ? value.get("default_uri_scheme") : undefined;
  if (scheme !== undefined && scheme !== "env") {
    report(
      value,
      `conf_resolver::default_uri_scheme: found ${JSON.stringify(scheme)}, expected "env": it is always that`,
    );
  }
}

function reportTwice(entries: readonly PackageEntry[], problems: string[]): void {
  const first = new Map<string, PackageEntry>();
  for (const entry of entries) {
    const before = first.get(entry.name);
    if (before === undefined) first.set(entry.name, entry);
    else problems.push(`${entry.place}: ${entry.name} is already listed at ${before.place}`);
  }
}
