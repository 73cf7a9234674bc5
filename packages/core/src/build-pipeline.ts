import type {
  Consume,
  Context,
  ExporterDefinition,
  Lifecycle,
  ProcessorDefinition,
  ReceiverDefinition,
} from "@sluice/component";
import type { Signal } from "@sluice/data";
import { createContext, type Engine, type InstanceName } from "./context.ts";
import { fanOut } from "./fan-out.ts";
import type { Instance } from "./lifecycle.ts";
import { observeIncoming, observeOutgoing, observeReceiver } from "./observe.ts";

/** A component as the configuration names it. */
export interface Configured<D> {
  readonly definition: D;
  readonly config: unknown;
}
/** One pipeline as the configuration names it. */
export interface PipelinePlan {
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}
/** What pipelines are built from; every id of a pipeline is a key of its map. */
export interface Plan {
  readonly receivers: ReadonlyMap<string, Configured<ReceiverDefinition>>;
  readonly processors: ReadonlyMap<string, Configured<ProcessorDefinition>>;
  readonly exporters: ReadonlyMap<string, Configured<ExporterDefinition>>;
  readonly pipelines: readonly PipelinePlan[];
}

/** The instances of all pipelines, each list in the order in which it starts. */
export interface Pipelines {
  readonly exporters: readonly Instance[];
  readonly processors: readonly Instance[];
  readonly receivers: readonly Instance[];
}

/** The way into the pipelines of one signal. */
interface Head {
  readonly signal: Signal;
  readonly consume: Consume;
}

/**
 * Wires all pipelines from their exporters back to their receivers: the only place where `next` is made. A receiver or exporter
 * is one instance for all pipelines and signals that name it, a processor one a pipeline; what no pipeline names is not built.
 */
export function buildPipelines(plan: Plan, engine: Engine): Pipelines {
  const exporters = new Map<string, { readonly instance: Instance; readonly consume: Consume }>();
  const processors: Instance[] = [];
  const heads = new Map<string, Head[]>();

  function exporterOf(id: string): Consume {
    const known = exporters.get(id);
    if (known !== undefined) return known.consume;
    const { definition, config } = find(plan.exporters, id);
    const signals = signalsOf(plan.pipelines, "exporters", id);
    const { built, instance } = create(engine, { kind: "exporter", id, signals }, (context) =>
      definition.create(config, context),
    );
    const consume: Consume = (batch) => built.consume(batch);
    exporters.set(id, { instance, consume });
    return consume;
  }

  for (const pipeline of plan.pipelines) {
    const { signal } = pipeline;
    const signals = new Set([signal]);
    let next = fanOut(pipeline.exporters.map(exporterOf));
    for (const id of pipeline.processors.toReversed()) {
      const { definition, config } = find(plan.processors, id);
      const after = next;
      const name: InstanceName = { kind: "processor", id, signals, pipeline: pipeline.id };
      const { built, instance, context } = create(engine, name, (context) =>
        definition.create(config, context, observeOutgoing(context.meter, signal, after)),
      );
      processors.push(instance);
      next = observeIncoming(context.meter, signal, (batch) => built.consume(batch));
    }
    for (const id of pipeline.receivers) {
      heads.set(id, [...(heads.get(id) ?? []), { signal, consume: next }]);
    }
  }

  const receivers = [...heads].map(([id, entries]) => {
    const { definition, config } = find(plan.receivers, id);
    const signals = signalsOf(plan.pipelines, "receivers", id);
    return create(engine, { kind: "receiver", id, signals }, (context) =>
      definition.create(config, context, receiverNext(context, entries)),
    ).instance;
  });
  return { exporters: [...exporters.values()].map(({ instance }) => instance), processors, receivers };
}

/** Counts what a receiver hands on, and leads each batch to the pipelines of its signal. */
function receiverNext(context: Context, heads: readonly Head[]): Consume {
  const ways = new Map<Signal, Consume>();
  for (const signal of context.signals) {
    const targets = heads.filter((head) => head.signal === signal).map(({ consume }) => consume);
    ways.set(signal, observeReceiver(context.meter, signal, fanOut(targets)));
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

function create<L extends Lifecycle>(
  engine: Engine,
  name: InstanceName,
  make: (context: Context) => L,
): { readonly built: L; readonly instance: Instance; readonly context: Context } {
  const { context, status } = createContext(engine, name);
  const built = make(context);
  const { kind, id } = name;
  return { built, context, instance: { kind, id, lifecycle: built, status, log: context.log } };
}

function signalsOf(
  pipelines: readonly PipelinePlan[],
  role: "receivers" | "exporters",
  id: string,
): ReadonlySet<Signal> {
  return new Set(pipelines.filter((pipeline) => pipeline[role].includes(id)).map(({ signal }) => signal));
}

function find<D>(components: ReadonlyMap<string, Configured<D>>, id: string): Configured<D> {
  const found = components.get(id);
  if (found === undefined) throw new Error(`BUG: no component "${id}" for a pipeline that names it`);
  return found;
}
