import type { Kind } from "@sluice/component";
import { isScalar } from "yaml";
import type { PackageSpec } from "./spec.ts";

/** One package as the manifest names it. */
export interface PackageEntry extends PackageSpec {
  /** "manifest.yaml:7:5", for errors. */
  readonly place: string;
}
/** One component package. */
export interface ManifestEntry extends PackageEntry {
  readonly kind: Kind;
}
/** Where configurations may come from: a scheme that the engine itself knows ("env"), or a package that adds some. */
export type ProviderEntry = { readonly scheme: string } | PackageEntry;

/** What a distribution is made of. */
export interface Manifest {
  readonly dist: Dist;
  /** Of the manifest as a whole, "manifest.yaml:1:1". */
  readonly place: string;
  /** In the manifest's order. */
  readonly entries: readonly ManifestEntry[];
  /** Packages that add to the command line. */
  readonly commands: readonly PackageEntry[];
  /** Undefined when the manifest says nothing: then all that the engine knows. */
  readonly providers: readonly ProviderEntry[] | undefined;
  /** Packages that change a configuration after it was read, in this order. */
  readonly converters: readonly PackageEntry[];
  /** Packages that are taken from elsewhere, whoever depends on them. */
  readonly replaces: readonly PackageEntry[];
  /** What is in a manifest of the Go builder and has no meaning here, each with its place. */
  readonly notes: readonly string[];
}
export interface Dist {
  /** Also the name of the command. */
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** As written, from the manifest's folder. */
  readonly outputPath: string | undefined;
  readonly outputs: readonly OutputEntry[];
}

/** One thing to be made of the bundle. */
export interface OutputEntry {
  readonly name: string;
  /** What the manifest says for it; `{}` when it only names it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** "manifest.yaml:7:5", for errors. */
  readonly place: string;
}

/** What is wrong with a manifest: every problem with its place, one a line. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** What reading a manifest shares: where a node stands, and what is wrong. */
export interface Reading {
  readonly place: (node: unknown) => string;
  readonly report: (node: unknown, message: string) => void;
  /** Tells what is left out, and why. */
  readonly note: (node: unknown, message: string) => void;
}

/** The lists of components, and what each holds. */
export const sections: ReadonlyMap<string, Kind> = new Map([
  ["receivers", "receiver"],
  ["processors", "processor"],
  ["exporters", "exporter"],
  ["connectors", "connector"],
  ["extensions", "extension"],
]);

/** The text of a key, as YAML's nodes have it. */
export function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
