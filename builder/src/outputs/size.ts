import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Metafile } from "esbuild";
import { type BundledPackage, bundledPackages, idOf } from "../bundled-packages.ts";
import { checkKeys } from "../settings.ts";
import type { Built, BuiltComponent, Output } from "./output.ts";

/** What takes how much of a bundle, in bytes before compression. */
interface SizeReport {
  readonly name: string;
  readonly version: string;
  readonly total: number;
  /** Of what every start loads; all else is loaded when a configuration or a command asks for it. */
  readonly atStart: number;
  readonly components: readonly ComponentSize[];
  readonly packages: readonly { readonly package: string; readonly bytes: number; readonly atStart: number }[];
  readonly chunks: readonly { readonly file: string; readonly bytes: number; readonly atStart: boolean }[];
}
interface ComponentSize {
  readonly kind: string;
  readonly type: string;
  readonly package: string;
  /** Its own code. */
  readonly own: number;
  /** All that is loaded for it beyond what every start loads; what it shares with others counts for each. */
  readonly loads: number;
}

/** What each component and each package takes of the bundle: a table, and the same as JSON. */
export const emitSize: Output = async (built, { outputPath, project, settings }) => {
  checkKeys(settings, []);
  const report = reportOf(built, await bundledPackages(built.metafile, project));
  const emit = async (suffix: string, what: string, text: string) => {
    const path = join(outputPath, `${built.name}-${built.version}-size${suffix}`);
    await writeFile(path, text);
    return { path, what, bytes: Buffer.byteLength(text) };
  };
  return [
    await emit(".txt", "sizes of components and packages", textOf(report)),
    await emit(".json", "sizes as JSON", `${JSON.stringify(report, undefined, 2)}\n`),
  ];
};

function reportOf({ name, version, components, metafile }: Built, packages: readonly BundledPackage[]): SizeReport {
  const chunks = Object.entries(metafile.outputs).filter(([path]) => path.endsWith(".mjs"));
  const main = chunks.find(([path]) => basename(path) === "main.mjs")?.[0];
  const start = main === undefined ? new Set<string>() : loadedWith(main, metafile);
  const bytesOf = (paths: Iterable<string>): number =>
    [...paths].reduce((sum, path) => sum + metafile.outputs[path]!.bytes, 0);
  const sizeOf = ({ inputs }: BundledPackage, isMeant: (path: string) => boolean): number => {
    const own = new Set(inputs);
    const parts = chunks.filter(([path]) => isMeant(path)).flatMap(([, output]) => Object.entries(output.inputs));
    return parts.reduce((sum, [input, { bytesInOutput }]) => sum + (own.has(input) ? bytesInOutput : 0), 0);
  };
  const measure = ({ kind, type, name: of, bytes }: BuiltComponent): ComponentSize => {
    const inputs = new Set(packages.find((one) => one.name === of)?.inputs);
    const entry = chunks.find(([, { entryPoint }]) => entryPoint !== undefined && inputs.has(entryPoint))?.[0];
    const loaded = entry === undefined ? new Set<string>() : loadedWith(entry, metafile);
    return { kind, type, package: of, own: bytes, loads: bytesOf(loaded.difference(start)) };
  };
  const sizes = packages.map((one) => ({
    package: idOf(one),
    bytes: sizeOf(one, () => true),
    atStart: sizeOf(one, (path) => start.has(path)),
  }));
  return {
    name,
    version,
    total: bytesOf(chunks.map(([path]) => path)),
    atStart: bytesOf(start),
    components: components.map(measure),
    packages: sizes.sort((a, b) => b.bytes - a.bytes || (a.package < b.package ? -1 : 1)),
    chunks: chunks
      .map(([path, { bytes }]) => ({ file: basename(path), bytes, atStart: start.has(path) }))
      .sort((a, b) => b.bytes - a.bytes || (a.file < b.file ? -1 : 1)),
  };
}

/** A chunk with all that it cannot do without. */
function loadedWith(chunk: string, { outputs }: Metafile): Set<string> {
  const all = new Set([chunk]);
  // A set that grows while it is walked is walked to its end.
  for (const path of all) {
    for (const { kind, path: imported } of outputs[path]?.imports ?? [])
      if (kind === "import-statement" && imported in outputs) all.add(imported);
  }
  return all;
}

function textOf({ name, version, total, atStart, components, packages }: SizeReport): string {
  const head = `${name} ${version}: ${kib(total)} in all, ${kib(atStart)} of them loaded at every start\n`;
  const listed = components.map((one) => [`${one.kind} ${one.type}`, kib(one.own), kib(one.loads)]);
  const others = packages.map((one) => [one.package, kib(one.bytes), kib(one.atStart)]);
  return [
    head,
    table([["component", "own code", "loads"], ...listed]),
    table([["package", "in all", "at start"], ...others]),
  ].join("\n");
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
/** The first column to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]!.length));
  return rows
    .map((row) => `${row.map((cell, i) => (i === 0 ? cell.padEnd(width(0)) : cell.padStart(width(i)))).join("  ")}\n`)
    .join("");
}
