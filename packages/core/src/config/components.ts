import type { Definitions } from "../definitions.ts";
import type { Body } from "./body.ts";
import { type Catalog, describeUnknown, type Section, sectionNames, sections } from "./catalog.ts";
import { formatId, parseId } from "./ids.ts";
import type { Path, Place } from "./located.ts";
import { below, pickMap, type Spot } from "./pick.ts";
import type { Report } from "./problems.ts";

/** One configured component, its body not yet read. */
export interface Component {
  readonly listed: Definitions[number];
  readonly body: Body;
}
/** The components of one section by canonical id, in the order of the configuration. */
export interface Components {
  readonly known: ReadonlyMap<string, Component>;
  /** Ids with a problem of their own: references to them are no further problem. */
  readonly failed: ReadonlySet<string>;
  /** Whether the section could be read at all; if not, that was told. */
  readonly readable: boolean;
}

/** Gives an id's canonical form, its type by its present name; warns once of each old name. Undefined when it is no id. */
export type Canonical = (section: Section, text: string, place: Place, path: Path) => string | undefined;

export function createCanonical(catalog: Catalog, report: Report): Canonical {
  const warned = new Set<string>();
  return (section, text, place, path) => {
    const id = parseId(text);
    if ("problem" in id) return undefined;
    const type = catalog.get(section)!.get(id.type)?.type ?? id.type;
    const old = `${section} ${id.type}`;
    if (type !== id.type && !warned.has(old)) {
      warned.add(old);
      const message = `"${id.type}" is the old name of the ${sections[section]} type "${type}"; both work`;
      report({ severity: "warning", place, path, message });
    }
    return formatId(type, id.name);
  };
}

/** Finds the components of every section, reporting bad ids, unknown types, and ids given twice. */
export function findComponents(
  root: Spot,
  catalog: Catalog,
  canonical: Canonical,
  report: Report,
): ReadonlyMap<Section, Components> {
  return new Map(sectionNames.map((section) => [section, findSection(root, section, catalog, canonical, report)]));
}

function findSection(root: Spot, section: Section, catalog: Catalog, canonical: Canonical, report: Report): Components {
  const known = new Map<string, Component>();
  const failed = new Set<string>();
  const entries = pickMap(below(root, section), undefined, report);
  for (const [key, { place, value }] of entries ?? []) {
    const path = [section, key];
    const fail = (message: string) => report({ severity: "error", place, path, message });
    const parsed = parseId(key);
    if ("problem" in parsed) {
      fail(parsed.problem);
      continue;
    }
    const id = canonical(section, key, place, path)!;
    const listed = catalog.get(section)!.get(parsed.type);
    const first = known.get(id);
    if (first !== undefined) fail(`found ${sections[section]} "${id}" again, first in line ${first.body.place.line}`);
    else if (listed === undefined) {
      failed.add(id);
      fail(describeUnknown(catalog, section, parsed.type));
    } else known.set(id, { listed, body: { node: value, path, place } });
  }
  return { known, failed, readable: entries !== undefined };
}
