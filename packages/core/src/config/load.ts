import type { AnyDefinition, BuildInfo, CheckContext, Env, Kind, ObjectSchema, Problem } from "@sluice/component";
import type { Definitions } from "../definitions.ts";
import { createFeatureGates, type FeatureGates } from "../feature-gates.ts";
import { type Body, readBody } from "./body.ts";
import { createCatalog, type Section, sectionNames, sections } from "./catalog.ts";
import { checkExtensions } from "./check-extensions.ts";
import { checkGraph } from "./check-graph.ts";
import { type Canonical, type Components, createCanonical, findComponents } from "./components.ts";
import { decoderFor } from "./decode-yaml.ts";
import type { Located, LocatedEntry, Path } from "./located.ts";
import { findMarks, type Mark } from "./marks.ts";
import { mapEntries, rewriteOldSections } from "./old-sections.ts";
import { below, isEmpty, pickMap, type Spot } from "./pick.ts";
import { createNotes, type LocatedProblem, type Report } from "./problems.ts";
import type { Providers } from "./providers.ts";
import { baseDirectory, readDocuments } from "./read.ts";
import { type Pipeline, readExtensions, readPipelines } from "./service.ts";

/** What a configuration is read from and checked against. */
export interface LoadOptions<T> {
  /** In order, later ones over earlier ones: a path, `scheme:` and what follows, or what `setToUri` gives. */
  readonly uris: readonly string[];
  readonly env: Env;
  readonly definitions: Definitions;
  /** Describes `service::telemetry`. */
  readonly telemetry: ObjectSchema<T>;
  /** What the schema of `service::telemetry` cannot say; paths lead from there. */
  readonly checkTelemetry?: (config: T) => readonly Problem[];
  readonly build: BuildInfo;
  /** Without them each gate is as its stage has it. */
  readonly featureGates?: FeatureGates | undefined;
  /** Where texts come from, by scheme; all of upstream's unless told otherwise. */
  readonly providers?: Providers | undefined;
}
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
type OfKind<K extends Kind> = ReadonlyMap<string, LoadedComponent<Extract<AnyDefinition, { readonly kind: K }>>>;
/** A configuration that can be built. All ids are canonical: old type names are replaced. */
export interface LoadedConfig<T> {
  readonly receivers: OfKind<"receiver">;
  readonly processors: OfKind<"processor">;
  readonly exporters: OfKind<"exporter">;
  /** What pipelines name among their exporters and among their receivers. No id here is one of a receiver or exporter. */
  readonly connectors: OfKind<"connector">;
  readonly extensions: OfKind<"extension">;
  readonly pipelines: readonly Pipeline[];
  /** `service::extensions`, as listed. */
  readonly extensionOrder: readonly string[];
  readonly telemetry: T;
  /** Everything worth telling that keeps nothing from working, in file order. */
  readonly warnings: readonly LocatedProblem[];
  /** Directory of the first configuration file, absolute; the working directory when there is no file. */
  readonly baseDirectory: string;
  /** The configuration merged and expanded, old forms in their present one, before defaults: `originOf` tells where each value came from. */
  readonly root: Located;
  /** Absolute paths of all files it was read from, includes too. */
  readonly files: readonly string[];
}

/**
 * Reads, merges, expands, checks and decodes a configuration; nothing is built. Rejects with `ConfigProblems`, which holds
 * everything that is wrong, in file order.
 */
export async function loadConfig<T>(options: LoadOptions<T>): Promise<LoadedConfig<T>> {
  const { env, build, uris, featureGates = createFeatureGates() } = options;
  const notes = createNotes();
  const { report } = notes;
  const appendIds = featureGates.isEnabled("confmap.enableMergeAppendOption");
  const { root, complete } = await readDocuments({ uris, env, notes, providers: options.providers, appendIds });
  // With a text missing, all that would follow is what is missing because of it.
  if (!complete) notes.stopAtErrors();

  const catalog = createCatalog(options.definitions);
  const written = rewriteOldSections(root, catalog, report);
  const top: Spot = { node: written, path: [], place: root.place };
  if (isEmpty(root)) {
    const message = "found no configuration, expected receivers, exporters and service";
    report({ severity: "error", place: top.place, path: [], message });
    notes.stopAtErrors();
  }
  const service = below(top, "service");
  const mayBeEmpty = featureGates.isEnabled("service.AllowNoPipelines");
  checkKeys(top, service, mayBeEmpty, report);
  const canonical = createCanonical(catalog, report);
  const components = findComponents(top, catalog, canonical, report);
  const definitions = await loadDefinitions(components);
  const check = { components, definitions, canonical, report, mayBeEmpty };
  const extensions = readExtensions(check, service);
  const extensionOrder = extensions.named.map(({ id }) => id);
  const { pipelines, uses } = readPipelines(check, service);
  checkGraph({ components, definitions, pipelines, uses, report });

  const base = { env, build, baseDirectory: baseDirectory(uris, env) };
  const context: CheckContext = { ...base, decode: decoderFor(base) };
  const rewritten = new Map<string, Located>();
  const reading = {
    rewritten,
    components,
    definitions,
    canonical,
    used: usedIds(pipelines, extensionOrder),
    context,
    report,
  };
  const loaded = await readBodies(reading);
  checkExtensions({
    components,
    definitions,
    loaded,
    listed: new Set(extensionOrder),
    complete: extensions.complete,
    report,
  });
  const spot = below(service, "telemetry");
  const telemetry = await readBody(spot, options.telemetry, options.checkTelemetry, context, report);
  const warnings = notes.stopAtErrors();
  return {
    receivers: ofKind(loaded, "receivers"),
    processors: ofKind(loaded, "processors"),
    exporters: ofKind(loaded, "exporters"),
    connectors: ofKind(loaded, "connectors"),
    extensions: ofKind(loaded, "extensions"),
    pipelines,
    extensionOrder,
    telemetry: telemetry!.config,
    warnings,
    baseDirectory: context.baseDirectory,
    root: withBodies(written, reading.rewritten),
    files: [...notes.files],
  };
}

function checkKeys(top: Spot, service: Spot, mayBeEmpty: boolean, report: Report): void {
  pickMap(top, [...sectionNames, "service"], report);
  pickMap(service, ["extensions", "pipelines", "telemetry"], report);
  if (mayBeEmpty) return;
  for (const section of ["receivers", "exporters"] as const) {
    const { node, path, place } = below(top, section);
    if (!isEmpty(node)) continue;
    report({ severity: "error", place, path, message: `found no ${sections[section]}, expected at least one` });
  }
}

/** Definitions of all configured components, by section and id; those that are loaded on demand are loaded. */
type LoadedDefinitions = ReadonlyMap<Section, ReadonlyMap<string, AnyDefinition>>;

async function loadDefinitions(components: ReadonlyMap<Section, Components>): Promise<LoadedDefinitions> {
  const loaded = new Map<Section, ReadonlyMap<string, AnyDefinition>>();
  for (const [section, { known }] of components) {
    const definitions = new Map<string, AnyDefinition>();
    for (const [id, { listed }] of known) definitions.set(id, "load" in listed ? await listed.load() : listed);
    loaded.set(section, definitions);
  }
  return loaded;
}

type Loaded = ReadonlyMap<Section, ReadonlyMap<string, LoadedComponent<AnyDefinition>>>;

interface Reading {
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
function withBodies(root: Located, rewritten: ReadonlyMap<string, Located>): Located {
  const replace = (section: string) => (key: string, entry: LocatedEntry) => {
    const value = rewritten.get(JSON.stringify([section, key]));
    return value === undefined ? entry : { ...entry, value };
  };
  return sectionNames.reduce((tree, section) => mapEntries(tree, section, replace(section)), root);
}

async function readBodies(reading: Reading): Promise<Loaded> {
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

function usedIds(
  pipelines: readonly Pipeline[],
  extensions: readonly string[],
): ReadonlyMap<Section, ReadonlySet<string>> {
  return new Map<Section, ReadonlySet<string>>([
    ["receivers", new Set(pipelines.flatMap(({ receivers }) => receivers))],
    ["processors", new Set(pipelines.flatMap(({ processors }) => processors))],
    ["exporters", new Set(pipelines.flatMap(({ exporters }) => exporters))],
    ["connectors", new Set(pipelines.flatMap(({ receivers, exporters }) => [...receivers, ...exporters]))],
    ["extensions", new Set(extensions)],
  ]);
}

/** The catalog has sorted definitions into sections by kind, so a section's are of its kind. */
function ofKind<K extends Kind>(loaded: Loaded, section: Section): OfKind<K> {
  return loaded.get(section) as OfKind<K>;
}
