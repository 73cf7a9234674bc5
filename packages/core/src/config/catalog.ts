import type { Kind } from "@sluice/component";
import type { Definitions } from "../definitions.ts";
import { didYouMean } from "./suggest.ts";

/** The sections of components, in the order in which a file usually has them. */
export const sections = {
  receivers: "receiver",
  processors: "processor",
  exporters: "exporter",
  connectors: "connector",
  extensions: "extension",
} as const satisfies Readonly<Record<string, Kind>>;
export type Section = keyof typeof sections;
export const sectionNames = Object.keys(sections) as readonly Section[];

/** Types that upstream had and replaced, by section, with what is taken instead where there is that and not the old one. */
export const oldTypes: Readonly<Partial<Record<Section, Readonly<Record<string, string>>>>> = {
  exporters: { logging: "debug" },
};

type Listed = Definitions[number];
/** Every component that could be configured, by section and by any of its names. */
export type Catalog = ReadonlyMap<Section, ReadonlyMap<string, Listed>>;

export function createCatalog(definitions: Definitions): Catalog {
  return new Map(
    sectionNames.map((section) => {
      const kind: Kind = sections[section];
      const listed = definitions.filter((definition) => definition.kind === kind);
      const names = listed.flatMap((definition) =>
        [definition.type, ...(definition.aliases ?? [])].map((name) => [name, definition] as const),
      );
      const known = new Map(names);
      for (const [old, present] of Object.entries(oldTypes[section] ?? {})) {
        const instead = known.get(present);
        if (instead !== undefined && !known.has(old)) known.set(old, instead);
      }
      return [section, known] as const;
    }),
  );
}

/** What to tell of a type that the catalog does not have in this section. */
export function describeUnknown(catalog: Catalog, section: Section, type: string): string {
  const kind = sections[section];
  if (section === "exporters" && type === "logging") {
    return `the exporter "logging" was replaced; use "debug"`;
  }
  const known = catalog.get(section)!;
  const elsewhere = sectionNames.find((other) => catalog.get(other)!.has(type));
  if (elsewhere !== undefined) return `"${type}" is not ${article(kind)}; it belongs below ${elsewhere}`;
  const types = [...new Set([...known.values()].map((definition) => definition.type))].toSorted();
  const have = types.length === 0 ? `this distribution has no ${section}` : `there are ${types.join(", ")}`;
  return `unknown ${kind} type "${type}"${didYouMean(type, known.keys()) || `; ${have}`}`;
}

/** "a receiver", "an exporter". */
export function article(kind: Kind): string {
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}
