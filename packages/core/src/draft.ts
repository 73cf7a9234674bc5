import type { Extension, Update } from "@sluice/component";
import { type Node, turnsOf } from "./build-pipeline.ts";
import type { LoadedConfig } from "./config/index.ts";
import type { ExtensionMap, Presence } from "./context.ts";
import type { Engine } from "./engine.ts";
import { drawGraph, type Plan, type Vertex } from "./graph.ts";
import { startOne, waitFor } from "./lifecycle.ts";
import type { Changeover, Owner } from "./listeners.ts";
import { comparePipelines, decideFates, type Fate, nameOf, type ReloadPlan } from "./plan.ts";
import { createRetirement } from "./retire.ts";
import type { TelemetryConfig } from "./telemetry/config.ts";

/** What is built; in one of several threads, its part. */
export type Config = LoadedConfig<TelemetryConfig> & Pick<Plan, "spread">;

/** A configuration in force and its instances. */
export interface Running {
  readonly config: Config | undefined;
  /** By key, in the order in which they start. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly extensions: ExtensionMap;
}
export const nothing: Running = { config: undefined, nodes: new Map(), extensions: new Map() };

/** A configuration that is being made ready while another one is in force. */
export interface Draft {
  readonly running: Running;
  readonly config: Config;
  readonly graph: readonly Vertex[];
  readonly fates: readonly Fate[];
  /** All instances of the new configuration, in the order in which they start. */
  readonly nodes: Map<string, Node>;
  readonly extensions: Map<string, Extension>;
  /** Those that were created for it, in that order too. */
  readonly made: Node[];
  /** What the kept ones made ready. */
  readonly updates: Map<Node, Update>;
  readonly telemetry: { update: Update | undefined };
}

/** Compares a configuration with what runs; nothing is created yet. */
export function createDraft(running: Running, config: Config): Draft {
  const graph = drawGraph(config);
  const fates = decideFates(
    [...running.nodes.values()].map(({ vertex }) => vertex),
    graph,
    (key) => {
      const node = running.nodes.get(key);
      return { updatable: node?.lifecycle.update !== undefined, asked: node?.presence.asked ?? new Set() };
    },
  );
  const empty = { nodes: new Map(), extensions: new Map(), made: [], updates: new Map() };
  return { running, config, graph, fates, ...empty, telemetry: { update: undefined } };
}

/**
 * Starts what is new and lets what is kept take its new configuration, in the order of a start: receivers come last, when
 * everything that they can reach is up, since theirs is the last start that may fail. Until `commit` all kept instances go on as
 * before. Rejects at the first that cannot; then the draft is for `discard`.
 */
export async function makeReady(engine: Engine, draft: Draft, isStopping: () => boolean): Promise<void> {
  const { graph, nodes, made, updates } = draft;
  draft.telemetry.update = await engine.telemetry.update(draft.config.telemetry);
  const isNew = new Set(made);
  for (const vertex of graph) {
    if (isStopping()) throw new Error("cannot reload a collector that stops");
    const node = nodes.get(vertex.key)!;
    if (isNew.has(node)) {
      await startOne(engine.env.timers, node);
      // All pipelines are up: those before. A health check that took the socket over must not say otherwise meanwhile.
      engine.watchers.ready([node]);
      continue;
    }
    // It may ask for extensions while it takes its configuration: for those that it will have then.
    node.presence.extensions = draft.extensions;
    const update = await offer(engine, node, vertex.config);
    if (update !== undefined) updates.set(node, update);
  }
}

/** Throws when the draft must not come into force although everything is ready. The next thing to do is to commit it. */
export function checkReady(draft: Draft, changeover: Changeover): void {
  const { running, made } = draft;
  const failure = made.map(({ presence }) => presence.failure).find((found) => found !== undefined);
  if (failure !== undefined) throw failure;
  const leaving = new Set<unknown>([...running.nodes.values()].filter((node) => !isKept(draft, node)).map(presenceOf));
  // Who left at an earlier reload may still listen, behind an exporter that drains.
  const hasLeft = (owner: Owner): boolean => "standing" in owner && owner.standing === "retired";
  changeover.check((owner) => leaving.has(owner) || hasLeft(owner));
}

/** Puts a draft in force, in one go. Gives the instances that it has no more use for, in the order in which they started. */
export function commit(engine: Engine, draft: Draft): readonly Node[] {
  const { running, graph, nodes, made, updates, extensions, config } = draft;
  const turns = graph.flatMap((vertex) => turnsOf(nodes.get(vertex.key)!, vertex, nodes));
  for (const { link, way } of turns) link.target = way;
  const apply = (update: Update | undefined, name: string): void => {
    try {
      update?.apply();
    } catch (error) {
      engine.telemetry.logger().error("BUG: an update failed when it was applied", { error, name });
    }
  };
  apply(draft.telemetry.update, "service::telemetry");
  for (const [node, update] of updates) apply(update, node.presence.name);
  for (const vertex of graph) {
    const node = nodes.get(vertex.key)!;
    node.vertex = vertex;
    node.presence.extensions = extensions;
    node.presence.standing = "live";
  }
  const gone = [...running.nodes.values()].filter((node) => !isKept(draft, node));
  const stays = new Set([...nodes.values()].map(presenceOf).map(({ name }) => name));
  for (const { presence, status } of gone) {
    presence.standing = "retired";
    if (stays.has(presence.name)) status.hide();
  }
  engine.turn({ config, nodes, extensions });
  for (const { status } of made) status.show();
  return gone;
}

/** Gives back what was made ready, whatever fails; everything that runs is as it was before. */
export async function discard(engine: Engine, draft: Draft): Promise<void> {
  const { running, made, updates, telemetry } = draft;
  const log = engine.telemetry.logger();
  const giveBack = async (update: Update | undefined, name: string): Promise<void> => {
    try {
      await update?.discard?.();
    } catch (error) {
      log.error("cannot give back what was made ready for a configuration", { error, name });
    }
  };
  await createRetirement(engine.env.timers).retire(made);
  for (const [node, update] of [...updates].toReversed()) await giveBack(update, node.presence.name);
  await giveBack(telemetry.update, "service::telemetry");
  for (const { presence } of running.nodes.values()) presence.extensions = running.extensions;
}

/** What the draft does, as far as is known: what kept instances change is known once they are ready. */
export function planOf({ running, config, fates, nodes, updates, telemetry }: Draft): ReloadPlan {
  return {
    instances: fates.map(({ vertex, action, changes }) => {
      const told = action === "kept" ? (updates.get(nodes.get(vertex.key)!)?.changes ?? []) : [];
      if (told.length > 0) return { ...nameOf(vertex), action: "updated", changes: told };
      return { ...nameOf(vertex), action, changes };
    }),
    pipelines: comparePipelines(running.config?.pipelines ?? [], config.pipelines),
    telemetry: telemetry.update?.changes ?? [],
  };
}

async function offer({ env }: Engine, node: Node, config: unknown): Promise<Update | undefined> {
  try {
    return await waitFor(env.timers, node, "update", () => node.lifecycle.update?.(config));
  } catch (error) {
    throw new Error(`cannot change ${node.presence.name}`, { cause: error });
  }
}

function isKept({ nodes }: Draft, node: Node): boolean {
  return nodes.get(node.vertex.key) === node;
}
function presenceOf({ presence }: Node): Presence {
  return presence;
}
