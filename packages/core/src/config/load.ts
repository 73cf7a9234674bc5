import type { AnyDefinition, BuildInfo, CheckContext, Env, Kind, ObjectSchema, Problem } from "@sluice/component";
import type { Definitions } from "../definitions.ts";
import { createFeatureGates, type FeatureGates } from "../feature-gates.ts";
import { checkWorkers, serviceSettings, settingsIn } from "../workers/settings.ts";
import { readBody } from "./body.ts";
import { createCatalog, type Section, sectionNames, sections } from "./catalog.ts";
import { checkExtensions } from "./check-extensions.ts";
import { checkGraph } from "./check-graph.ts";
import { createCanonical, findComponents } from "./components.ts";
import type { Converter } from "./convert.ts";
import { decoderFor } from "./decode-yaml.ts";
import type { Located } from "./located.ts";
import { rewriteOldSections } from "./old-sections.ts";
import { below, isEmpty, pickMap, type Spot } from "./pick.ts";
import { createNotes, type LocatedProblem, type Notes } from "./problems.ts";
import type { Providers } from "./providers.ts";
import { baseDirectory, readDocuments } from "./read.ts";
import { type Loaded, type LoadedComponent, loadDefinitions, readBodies, withBodies } from "./read-bodies.ts";
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
  /** Checks what the configuration needs of the machine, too; asked also of what is left of one with errors. */
  readonly checkEnvironment?: (config: ReadConfig<T>, env: Env) => Promise<readonly LocatedProblem[]>;
  readonly build: BuildInfo;
  /** Without them each gate is as its stage has it. */
  readonly featureGates?: FeatureGates | undefined;
  /** Where texts come from, by scheme; all of upstream's unless told otherwise. */
  readonly providers?: Providers | undefined;
  /** What changes the configuration after it was merged and expanded, in this order. */
  readonly converters?: readonly Converter[] | undefined;
  /** How many threads the machine can run at the same time; more workers are worth a warning. */
  readonly cores?: number | undefined;
}
type OfKind<K extends Kind> = ReadonlyMap<string, LoadedComponent<Extract<AnyDefinition, { readonly kind: K }>>>;
interface Sections {
  readonly receivers: OfKind<"receiver">;
  readonly processors: OfKind<"processor">;
  readonly exporters: OfKind<"exporter">;
  /** What pipelines name among their exporters and among their receivers. No id here is one of a receiver or exporter. */
  readonly connectors: OfKind<"connector">;
  readonly extensions: OfKind<"extension">;
}
/** What could be read of a configuration, which may have errors: what has some is left out. */
export interface ReadConfig<T> extends Sections {
  readonly telemetry: T | undefined;
  readonly baseDirectory: string;
}
/** A configuration that can be built. All ids are canonical: old type names are replaced. */
export interface LoadedConfig<T> extends Sections {
  readonly pipelines: readonly Pipeline[];
  /** `service::extensions`, as listed. */
  readonly extensionOrder: readonly string[];
  readonly telemetry: T;
  /** Threads to spread pipelines over, the first one among them. */
  readonly workers: number;
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
  const { env, build, uris, providers, converters, featureGates = createFeatureGates() } = options;
  const notes = createNotes();
  const { report } = notes;
  const appendIds = featureGates.isEnabled("confmap.enableMergeAppendOption");
  const { root, complete } = await readDocuments({ uris, env, notes, providers, converters, appendIds });
  // With a text missing, all that would follow is what is missing because of it.
  if (!complete) notes.stopAtErrors();

  const catalog = createCatalog(options.definitions);
  const written = rewriteOldSections(root, catalog, report);
  const top: Spot = { node: written, path: [], place: root.place };
  const service = below(top, "service");
  const mayBeEmpty = featureGates.isEnabled("service.AllowNoPipelines");
  checkSections(top, service, mayBeEmpty, notes);
  const canonical = createCanonical(catalog, report);
  const components = findComponents(top, catalog, canonical, report);
  const definitions = await loadDefinitions(components);
  const shared = { components, definitions, canonical, report };
  const check = { ...shared, mayBeEmpty };
  const extensions = readExtensions(check, service);
  const extensionOrder = extensions.named.map(({ id }) => id);
  const { pipelines, uses } = readPipelines(check, service);
  checkGraph({ ...shared, pipelines, uses });

  const base = { env, build, baseDirectory: baseDirectory(uris, env) };
  const context: CheckContext = { ...base, decode: decoderFor(base) };
  const rewritten = new Map<string, Located>();
  const loaded = await readBodies({ ...shared, used: usedIds(pipelines, extensionOrder), context, rewritten });
  checkExtensions({ ...shared, loaded, listed: new Set(extensionOrder), complete: extensions.complete });
  const spot = below(service, "telemetry");
  const telemetry = await readBody(spot, options.telemetry, options.checkTelemetry, context, report);
  const ofMachine = ({ workers }: { readonly workers: number }) => checkWorkers(workers, options.cores);
  const settings = await readBody(settingsIn(service), serviceSettings, ofMachine, context, report);
  const found = { ...sectionsOf(loaded), telemetry: telemetry?.config, baseDirectory: base.baseDirectory };
  for (const problem of (await options.checkEnvironment?.(found, env)) ?? []) report(problem);
  const warnings = notes.stopAtErrors();
  return {
    ...sectionsOf(loaded),
    pipelines,
    extensionOrder,
    telemetry: telemetry!.config,
    workers: settings!.config.workers,
    warnings,
    baseDirectory: context.baseDirectory,
    root: withBodies(written, rewritten),
    files: [...notes.files],
  };
}

function checkSections(top: Spot, service: Spot, mayBeEmpty: boolean, { report, stopAtErrors }: Notes): void {
  if (isEmpty(top.node)) {
    const message = "found no configuration, expected receivers, exporters and service";
    report({ severity: "error", place: top.place, path: [], message });
    stopAtErrors();
  }
  pickMap(top, [...sectionNames, "service"], report);
  pickMap(service, ["extensions", "pipelines", "telemetry", ...Object.keys(serviceSettings.properties)], report);
  if (mayBeEmpty) return;
  for (const section of ["receivers", "exporters"] as const) {
    const { node, path, place } = below(top, section);
    if (!isEmpty(node)) continue;
    report({ severity: "error", place, path, message: `found no ${sections[section]}, expected at least one` });
  }
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

function sectionsOf(loaded: Loaded): Sections {
  return {
    receivers: ofKind(loaded, "receivers"),
    processors: ofKind(loaded, "processors"),
    exporters: ofKind(loaded, "exporters"),
    connectors: ofKind(loaded, "connectors"),
    extensions: ofKind(loaded, "extensions"),
  };
}

/** The catalog has sorted definitions into sections by kind, so a section's are of its kind. */
function ofKind<K extends Kind>(loaded: Loaded, section: Section): OfKind<K> {
  return loaded.get(section) as OfKind<K>;
}
