import type { Consume, Context, Extension, Lifecycle, Outputs, Updatable } from "@sluice/component";
import type { Signal } from "@sluice/data";
import { createSurroundings, type ExtensionMap, type Surroundings } from "./context.ts";
import type { Draft } from "./draft.ts";
import type { Engine } from "./engine.ts";
import { fanOut } from "./fan-out.ts";
import type { Outlet, Vertex } from "./graph.ts";
import type { Instance } from "./lifecycle.ts";
import { createEntrance, createLink, type Entrance, type Link } from "./links.ts";
import { observeConsumed, observeIncoming, observeOutgoing, observeProduced, observeReceiver } from "./observe.ts";

/** A created component, its ways in and out, and how it stands. */
export interface Node extends Instance, Omit<Surroundings, "context"> {
  readonly lifecycle: Lifecycle & Updatable<unknown>;
  /** What it serves; turned when it takes another configuration. */
  vertex: Vertex;
  /** Of an extension: the same object as `lifecycle`. */
  readonly extension: Extension | undefined;
  /** Undefined of receivers and extensions. */
  readonly entrance: Entrance | undefined;
  /** By the names of the vertex's outlets. */
  readonly links: ReadonlyMap<string, Link>;
}

/**
 * Creates the instances that a draft misses and wires them, in the order in which they start; nothing that runs is touched. Throws
 * when one cannot be created.
 */
export function buildPipelines(engine: Engine, { running, fates, nodes, extensions, made }: Draft): void {
  for (const { vertex, action } of fates) {
    if (action === "removed") continue;
    const kept = action === "kept" ? running.nodes.get(vertex.key) : undefined;
    const node = kept ?? createNode(engine, vertex, extensions);
    if (kept === undefined) made.push(node);
    nodes.set(vertex.key, node);
    if (node.extension !== undefined) extensions.set(node.id, node.extension);
  }
  for (const { link, way } of made.flatMap((node) => turnsOf(node, node.vertex, nodes))) link.target = way;
}

/** Gives each link of an instance and where it shall lead: to all targets of its outlet. */
export function turnsOf(
  { links }: Node,
  { outlets }: Vertex,
  nodes: ReadonlyMap<string, Node>,
): readonly { readonly link: Link; readonly way: Consume }[] {
  const entranceOf = (key: string): Consume => {
    const entrance = nodes.get(key)?.entrance;
    if (entrance === undefined) throw new Error(`BUG: nothing takes batches at "${key}"`);
    return entrance.consume;
  };
  return [...outlets].map(([name, { targets }]) => ({ link: links.get(name)!, way: fanOut(targets.map(entranceOf)) }));
}

/** Creates one component; its links lead nowhere yet, and nobody hears of it. Rejections name it. */
function createNode(engine: Engine, vertex: Vertex, extensions: ExtensionMap): Node {
  const { kind, id } = vertex;
  const { context, ...surroundings } = createSurroundings(engine, vertex, extensions);
  const links = new Map([...vertex.outlets.keys()].map((name) => [name, createLink()]));
  try {
    const { lifecycle, consume, extension } = create(engine, vertex, context, links);
    const entrance = consume && createEntrance(engine.operations.observe(`${kind}/${id}`, consume));
    return { ...surroundings, kind, id, lifecycle, extension, vertex, entrance, links, log: context.log };
  } catch (error) {
    surroundings.meter.release();
    throw new Error(`cannot create ${kind} "${id}"`, { cause: error });
  }
}

interface Created {
  readonly lifecycle: Lifecycle & Updatable<unknown>;
  readonly consume?: Consume;
  readonly extension?: Extension;
}

/** The only place where `next` is made. */
function create(engine: Engine, vertex: Vertex, context: Context, links: ReadonlyMap<string, Link>): Created {
  const { definition, config, outlets } = vertex;
  const { meter } = context;
  switch (definition.kind) {
    case "extension": {
      const extension = definition.create(config, context);
      return { lifecycle: extension, extension };
    }
    case "exporter": {
      const built = definition.create(config, context);
      return { lifecycle: built, consume: (batch) => built.consume(batch) };
    }
    case "processor": {
      const [[pipeline, { signal }]] = [...outlets] as [[string, Outlet]];
      const built = definition.create(config, context, observeOutgoing(meter, signal, links.get(pipeline)!.consume));
      return { lifecycle: built, consume: observeIncoming(meter, signal, (batch) => built.consume(batch)) };
    }
    case "connector": {
      const built = definition.create(config, context, outputsOf(context, outlets, links));
      return { lifecycle: built, consume: observeConsumed(meter, (batch) => built.consume(batch)) };
    }
    case "receiver": {
      const next = engine.operations.observe(`receiver/${context.id}`, receiverNext(context, links));
      return { lifecycle: definition.create(config, context, next) };
    }
  }
}

/** Counts what a receiver hands on, and leads each batch to the pipelines of its signal. */
function receiverNext(context: Context, links: ReadonlyMap<string, Link>): Consume {
  const ways = new Map<Signal, Consume>();
  for (const signal of context.signals) {
    ways.set(signal, observeReceiver(context.meter, signal, links.get(signal)!.consume));
  }
  const [only] = ways.values();
  if (only !== undefined && ways.size === 1) return only;
  return async (batch) => {
    const way = ways.get(batch.signal);
    // A receiver is told its signals at `create`; anything else is its mistake.
    if (way === undefined)
      throw new Error(`BUG: receiver "${context.id}" sent ${batch.signal}, which no pipeline takes`);
    await way(batch);
  };
}

function outputsOf({ meter }: Context, outlets: Vertex["outlets"], links: ReadonlyMap<string, Link>): Outputs {
  const pipelines = new Map(
    [...outlets].map(([id, { signal }]) => {
      return [id, { signal, consume: observeProduced(meter, links.get(id)!.consume) }];
    }),
  );
  const ways = new Map<Signal, Consume>();
  for (const [signal, all] of Map.groupBy(pipelines.values(), (pipeline) => pipeline.signal)) {
    ways.set(signal, fanOut(all.map(({ consume }) => consume)));
  }
  return { pipelines, to: (signal) => ways.get(signal) };
}
