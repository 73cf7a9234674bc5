import { configChanges, type Kind } from "@sluice/component";
import { drawGraph, type PipelinePlan, type Plan, type Vertex } from "./graph.ts";

/**
 * What a reload does to an instance. `kept`: nothing changes. `updated`: it takes the new configuration while it runs. `replaced`:
 * another instance takes its place. `changed`: one of these two, which only the running instance can tell.
 */
export type Action = "kept" | "updated" | "replaced" | "changed" | "added" | "removed";
/** What a reload does to one instance. */
export interface InstanceStep {
  readonly kind: Kind;
  readonly id: string;
  /** Of a processor. */
  readonly pipeline: string | undefined;
  readonly action: Action;
  /** What differs, by key path; values are never told. */
  readonly changes: readonly string[];
}
/** What a reload does to one pipeline; one that stays as it is has no step. */
export interface PipelineStep {
  readonly id: string;
  readonly action: "added" | "removed" | "rewired";
  /** "processors: a, b -> b". */
  readonly changes: readonly string[];
}
/** Everything that a reload does. */
export interface ReloadPlan {
  /** One step an instance: those that go first, then the others in the order in which they start. */
  readonly instances: readonly InstanceStep[];
  readonly pipelines: readonly PipelineStep[];
  /** What differs in `service::telemetry`. */
  readonly telemetry: readonly string[];
}

/** What is known of a running instance. */
export interface Known {
  /** Whether it has `update`; undefined when nobody can tell. */
  readonly updatable: boolean | undefined;
  /** The extensions whose capabilities it was given. */
  readonly asked: ReadonlySet<string>;
}
/** One instance of the next configuration (of the running one if it is removed), and what happens to it. */
export interface Fate {
  readonly vertex: Vertex;
  readonly action: Exclude<Action, "updated">;
  readonly changes: readonly string[];
}

/**
 * Compares two configurations by their text alone: nothing is created, so a component whose configuration differs is `changed`.
 */
export function planReload(
  running: Plan & { readonly telemetry: unknown },
  next: Plan & { readonly telemetry: unknown },
): ReloadPlan {
  const fates = decideFates(drawGraph(running), drawGraph(next), () => ({ updatable: undefined, asked: new Set() }));
  return {
    instances: fates.map(({ vertex, ...fate }) => ({ ...nameOf(vertex), ...fate })),
    pipelines: comparePipelines(running.pipelines, next.pipelines),
    telemetry: configChanges(running.telemetry, next.telemetry),
  };
}

/** The name of an instance as a step has it. */
export function nameOf({ kind, id, pipeline }: Vertex): Pick<InstanceStep, "kind" | "id" | "pipeline"> {
  return { kind, id, pipeline };
}

/**
 * Decides what happens to every instance: removed ones first, then those of `after` in its order. A kept one has the same
 * definition and the same place among the others, and either can take any configuration (`changes` is then its own to tell) or
 * finds its configuration and the extensions that it uses unchanged.
 */
export function decideFates(
  before: readonly Vertex[],
  after: readonly Vertex[],
  knowledge: (key: string) => Known,
): readonly Fate[] {
  const old = new Map(before.map((vertex) => [vertex.key, vertex]));
  const wanted = new Set(after.map(({ key }) => key));
  const removed = before.filter(({ key }) => !wanted.has(key));
  const gone = new Set(removed.filter(isExtension).map(({ id }) => id));
  for (;;) {
    const fates = after.map((vertex) => decide(old.get(vertex.key), vertex, knowledge(vertex.key), gone));
    const known = gone.size;
    // An extension that goes takes with it those that hold something of it, extensions too.
    for (const { vertex, action } of fates) if (action === "replaced" && isExtension(vertex)) gone.add(vertex.id);
    if (gone.size > known) continue;
    return [...removed.map((vertex): Fate => ({ vertex, action: "removed", changes: [] })), ...fates];
  }
}

function isExtension({ kind }: Vertex): boolean {
  return kind === "extension";
}

function decide(old: Vertex | undefined, vertex: Vertex, known: Known, gone: ReadonlySet<string>): Fate {
  if (old === undefined) return { vertex, action: "added", changes: [] };
  const moved = compareAttachments(old, vertex);
  const changes = configChanges(old.config, vertex.config);
  if (old.definition !== vertex.definition || moved.length > 0) {
    return { vertex, action: "replaced", changes: [...moved, ...changes] };
  }
  if (known.updatable === true) return { vertex, action: "kept", changes: [] };
  const lost = [...known.asked].filter((id) => gone.has(id)).map((id) => `extension "${id}" replaced or removed`);
  if (changes.length + lost.length === 0) return { vertex, action: "kept", changes: [] };
  return { vertex, action: known.updatable === undefined ? "changed" : "replaced", changes: [...changes, ...lost] };
}

/** What an instance is told at `create` of its place among the others, and can hold for as long as it lives. */
function compareAttachments(old: Vertex, vertex: Vertex): readonly string[] {
  const outputs = ({ kind, outlets }: Vertex) => (kind === "connector" ? [...outlets.keys()] : []);
  return [
    ...compareSets("signals", [...old.signals], [...vertex.signals]),
    ...compareSets("outputs", outputs(old), outputs(vertex)),
    ...compareLists("threads", [String(old.share.count)], [String(vertex.share.count)]),
  ];
}
function compareSets(name: string, before: readonly string[], after: readonly string[]): readonly string[] {
  return compareLists(name, before.toSorted(), after.toSorted());
}
function compareLists(name: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const [a, b] = [before.join(", "), after.join(", ")];
  return a === b ? [] : [`${name}: ${a || "none"} -> ${b || "none"}`];
}

/** What happens to the pipelines: removed ones first, then as configured. */
export function comparePipelines(
  before: readonly PipelinePlan[],
  after: readonly PipelinePlan[],
): readonly PipelineStep[] {
  const old = new Map(before.map((pipeline) => [pipeline.id, pipeline]));
  const wanted = new Set(after.map(({ id }) => id));
  const removed = before.filter(({ id }) => !wanted.has(id));
  return [
    ...removed.map(({ id }) => ({ id, action: "removed" as const, changes: [] })),
    ...after.flatMap((pipeline): readonly PipelineStep[] => {
      const { id } = pipeline;
      const was = old.get(id);
      if (was === undefined) return [{ id, action: "added", changes: [] }];
      const lists = ["receivers", "processors", "exporters"] as const;
      const changes = lists.flatMap((list) => compareLists(list, was[list], pipeline[list]));
      return changes.length === 0 ? [] : [{ id, action: "rewired", changes }];
    }),
  ];
}
