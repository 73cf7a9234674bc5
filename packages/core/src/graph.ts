import type {
  AnyDefinition,
  ConnectorDefinition,
  ExporterDefinition,
  ExtensionDefinition,
  Kind,
  ProcessorDefinition,
  ReceiverDefinition,
  Share,
} from "@sluice/component";
import type { Signal } from "@sluice/data";
import { orderPipelines } from "./order-pipelines.ts";

/** A component as the configuration names it. */
export interface Configured<D> {
  readonly definition: D;
  readonly config: unknown;
}
/** One pipeline as the configuration names it; connectors stand among its receivers and exporters. */
export interface PipelinePlan {
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}
/** What a collector is built from; every id that a list names is a key of its map. */
export interface Plan {
  readonly receivers: ReadonlyMap<string, Configured<ReceiverDefinition>>;
  readonly processors: ReadonlyMap<string, Configured<ProcessorDefinition>>;
  readonly exporters: ReadonlyMap<string, Configured<ExporterDefinition>>;
  readonly connectors: ReadonlyMap<string, Configured<ConnectorDefinition>>;
  readonly extensions: ReadonlyMap<string, Configured<ExtensionDefinition>>;
  readonly pipelines: readonly PipelinePlan[];
  /** `service::extensions`, as listed. */
  readonly extensionOrder: readonly string[];
  /** Without it nothing runs in several threads. */
  readonly spread?: Spread;
}
/** What of a plan runs in several threads, and which of them this one is. */
export interface Spread {
  readonly share: Share;
  /** Ids. */
  readonly pipelines: ReadonlySet<string>;
}

/** One instance that shall run: a receiver, exporter, connector or extension is one for all pipelines, a processor one a pipeline. */
export interface Vertex {
  /** Names the instance among all: kind, id, and of a processor its pipeline. */
  readonly key: string;
  readonly kind: Kind;
  readonly id: string;
  /** Of a processor. */
  readonly pipeline: string | undefined;
  /** What it is used for; of a connector, what it takes. */
  readonly signals: ReadonlySet<Signal>;
  readonly definition: AnyDefinition;
  readonly config: unknown;
  /** Its ways out: a receiver has one a signal, a processor one, a connector one a pipeline that it feeds. */
  readonly outlets: ReadonlyMap<string, Outlet>;
  /** The whole, unless a pipeline that it stands in runs in several threads. */
  readonly share: Share;
}
/** One way out of an instance, and the keys of those that it leads to. */
export interface Outlet {
  readonly signal: Signal;
  readonly targets: readonly string[];
}

/**
 * Draws every instance that a configuration asks for, in the order in which they start: extensions after those they depend on,
 * exporters, processors and connectors from the end of the pipelines on, receivers. What nobody names is left out. The plan was
 * checked: no circles, and every id is there.
 */
export function drawGraph(plan: Plan): readonly Vertex[] {
  const exporters = idsIn(plan, "exporters", (id) => !plan.connectors.has(id));
  const receivers = idsIn(plan, "receivers", (id) => !plan.connectors.has(id));
  return [
    ...startOrder(plan).map((id) => vertex("extension", id, find(plan.extensions, id))),
    ...exporters.map((id) =>
      vertex("exporter", id, find(plan.exporters, id), {
        signals: signalsOf(plan, "exporters", id),
        share: shareOf(plan, ({ exporters }) => exporters.includes(id)),
      }),
    ),
    ...drawBetween(plan),
    ...receivers.map((id) => drawReceiver(plan, id)),
  ];
}

function vertex(
  kind: Kind,
  id: string,
  { definition, config }: Configured<AnyDefinition>,
  rest: Partial<Pick<Vertex, "pipeline" | "signals" | "outlets" | "share">> = {},
): Vertex {
  const { pipeline, signals = new Set(), outlets = new Map(), share = whole } = rest;
  return { key: keyOf(kind, id, pipeline), kind, id, pipeline, signals, definition, config, outlets, share };
}

const whole: Share = { index: 0, count: 1 };

function shareOf({ spread, pipelines }: Plan, isIn: (pipeline: PipelinePlan) => boolean): Share {
  return spread !== undefined && pipelines.some((one) => spread.pipelines.has(one.id) && isIn(one))
    ? spread.share
    : whole;
}

function keyOf(kind: Kind, id: string, pipeline?: string): string {
  return pipeline === undefined ? `${kind} ${id}` : `${kind} ${id} ${pipeline}`;
}

/** Processors and connectors, each after all that it leads to. */
function drawBetween(plan: Plan): readonly Vertex[] {
  const order = orderPipelines(plan);
  return order.flatMap((step) =>
    "connector" in step ? [drawConnector(plan, step.connector)] : drawProcessors(plan, step),
  );
}

function drawProcessors(plan: Plan, pipeline: PipelinePlan): readonly Vertex[] {
  const { id: name, signal, processors } = pipeline;
  const drawn = processors.map((id, index) => {
    const after = processors[index + 1];
    const targets = after === undefined ? endsOf(plan, pipeline) : [keyOf("processor", after, name)];
    const outlets = new Map([[name, { signal, targets }]]);
    const share = shareOf(plan, (one) => one === pipeline);
    const rest = { pipeline: name, signals: new Set([signal]), outlets, share };
    return vertex("processor", id, find(plan.processors, id), rest);
  });
  return drawn.toReversed();
}

function drawConnector(plan: Plan, id: string): Vertex {
  const fed = plan.pipelines.filter(({ receivers }) => receivers.includes(id));
  const outlets = new Map(fed.map((one) => [one.id, { signal: one.signal, targets: headOf(plan, one) }]));
  const share = shareOf(plan, ({ exporters }) => exporters.includes(id));
  const signals = signalsOf(plan, "exporters", id);
  return vertex("connector", id, find(plan.connectors, id), { signals, outlets, share });
}

function drawReceiver(plan: Plan, id: string): Vertex {
  const signals = signalsOf(plan, "receivers", id);
  const fed = plan.pipelines.filter(({ receivers }) => receivers.includes(id));
  const outlets = new Map(
    [...signals].map((signal) => {
      const targets = fed.filter((one) => one.signal === signal).flatMap((one) => headOf(plan, one));
      return [signal, { signal, targets }];
    }),
  );
  const share = shareOf(plan, ({ receivers }) => receivers.includes(id));
  return vertex("receiver", id, find(plan.receivers, id), { signals, outlets, share });
}

/** Where a pipeline begins. */
function headOf(plan: Plan, pipeline: PipelinePlan): readonly string[] {
  const [first] = pipeline.processors;
  return first === undefined ? endsOf(plan, pipeline) : [keyOf("processor", first, pipeline.id)];
}
function endsOf({ connectors }: Plan, { exporters }: PipelinePlan): readonly string[] {
  return exporters.map((id) => keyOf(connectors.has(id) ? "connector" : "exporter", id));
}

/** Every extension after those it depends on, otherwise as listed. */
function startOrder({ extensions, extensionOrder }: Plan): readonly string[] {
  const order = new Set<string>();
  function visit(id: string, path: readonly string[]): void {
    if (order.has(id)) return;
    if (path.includes(id)) throw new Error("BUG: extensions depend on each other in a circle");
    const { definition, config } = find(extensions, id);
    for (const needed of definition.dependencies?.(config) ?? []) visit(needed, [...path, id]);
    order.add(id);
  }
  for (const id of extensionOrder) visit(id, []);
  return [...order];
}

type Role = "receivers" | "exporters";

function idsIn({ pipelines }: Plan, role: Role, isWanted: (id: string) => boolean): readonly string[] {
  return [...new Set(pipelines.flatMap((pipeline) => pipeline[role]))].filter(isWanted);
}
function signalsOf({ pipelines }: Plan, role: Role, id: string): ReadonlySet<Signal> {
  return new Set(pipelines.filter((pipeline) => pipeline[role].includes(id)).map(({ signal }) => signal));
}

function find<D>(components: ReadonlyMap<string, Configured<D>>, id: string): Configured<D> {
  const found = components.get(id);
  if (found === undefined) throw new Error(`BUG: no component "${id}" for a list that names it`);
  return found;
}
