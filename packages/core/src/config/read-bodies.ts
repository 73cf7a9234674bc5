import type { AnyDefinition, CheckContext } from "@sluice/component";
import { type Body, readBody } from "./body.ts";
import { type Section, sectionNames } from "./catalog.ts";
import type { Canonical, Components } from "./components.ts";
import type { Located, LocatedEntry, Path } from "./located.ts";
import { findMarks, type Mark } from "./marks.ts";
import { mapEntries } from "./old-sections.ts";
import type { Report } from "./problems.ts";

/** One configured component. */
export interface LoadedComponent<D extends AnyDefinition> {
  readonly definition: D;
  /** Decoded, checked and complete. */
  readonly config: unknown;
  /** Whether a pipeline, or `service::extensions`, names it; what nobody names is checked and not built. */
  readonly used: boolean;
  /** What its configuration names outside of itself. */
  readonly marks: readonly Mark[];
}
/** Definitions of all configured components, by section and id; those that are loaded on demand are loaded. */
export type LoadedDefinitions = ReadonlyMap<Section, ReadonlyMap<string, AnyDefinition>>;

export async function loadDefinitions(components: ReadonlyMap<Section, Components>): Promise<LoadedDefinitions> {
  const loaded = new Map<Section, ReadonlyMap<string, AnyDefinition>>();
  for (const [section, { known }] of components) {
    const definitions = new Map<string, AnyDefinition>();
    for (const [id, { listed }] of known) definitions.set(id, "load" in listed ? await listed.load() : listed);
    loaded.set(section, definitions);
  }
  return loaded;
}

/** What could be read of the components' bodies, by section and id. */
export type Loaded = ReadonlyMap<Section, ReadonlyMap<string, LoadedComponent<AnyDefinition>>>;

/** What bodies are read with. */
export interface Reading {
  readonly components: ReadonlyMap<Section, Components>;
  readonly definitions: LoadedDefinitions;
  readonly canonical: Canonical;
  readonly used: ReadonlyMap<Section, ReadonlySet<string>>;
  readonly context: CheckContext;
  readonly report: Report;
  /** What bodies with old keys became, by path. */
  readonly rewritten: Map<string, Located>;
}

/** The tree with the bodies that were rewritten in place of those that were written. */
export function withBodies(root: Located, rewritten: ReadonlyMap<string, Located>): Located {
  const replace = (section: string) => (key: string, entry: LocatedEntry) => {
    const value = rewritten.get(JSON.stringify([section, key]));
    return value === undefined ? entry : { ...entry, value };
  };
  return sectionNames.reduce((tree, section) => mapEntries(tree, section, replace(section)), root);
}

/** Reads the bodies of all components, reporting what is wrong with them; those with errors are left out. */
export async function readBodies(reading: Reading): Promise<Loaded> {
  const { components, definitions, used } = reading;
  const loaded = new Map<Section, ReadonlyMap<string, LoadedComponent<AnyDefinition>>>();
  for (const [section, { known }] of components) {
    const ofSection = new Map<string, LoadedComponent<AnyDefinition>>();
    for (const [id, { body }] of known) {
      const read = await readComponent(definitions.get(section)!.get(id)!, body, reading);
      if (read !== undefined) ofSection.set(id, { ...read, used: used.get(section)!.has(id) });
    }
    loaded.set(section, ofSection);
  }
  return loaded;
}

async function readComponent(
  definition: AnyDefinition,
  body: Body,
  { canonical, context, report, rewritten }: Reading,
): Promise<Omit<LoadedComponent<AnyDefinition>, "used"> | undefined> {
  const read = await readBody(body, definition.config, definition.validate?.bind(definition), context, report);
  if (read === undefined) return undefined;
  if (body.node !== undefined && read.node !== body.node) rewritten.set(JSON.stringify(body.path), read.node);
  const marks = findMarks(read.config, definition.config.json, { ...body, node: read.node }).map((mark) => {
    if (mark.kind !== "extension") return mark;
    const value = canonical("extensions", mark.value, mark.place, mark.path) ?? mark.value;
    // `readBody` has made the configuration: nobody else has it yet.
    if (value !== mark.value) replaceIn(read.config, mark.within, value);
    return { ...mark, value };
  });
  return { definition, config: read.config, marks };
}

function replaceIn(config: unknown, path: Path, value: string): void {
  const parent = path.slice(0, -1).reduce((at, step) => (at as Record<string | number, unknown>)[step], config);
  (parent as Record<string | number, unknown>)[path.at(-1)!] = value;
}
