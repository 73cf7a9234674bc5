/** Components for tests that write down what happens to them: of each kind one that is replaced and one that can be updated. */
import {
  type Consume,
  type Context,
  type Decoded,
  defineConnector,
  defineExporter,
  defineExtension,
  defineProcessor,
  defineReceiver,
  type ExtensionDefinition,
  type HttpListener,
  type Lifecycle,
  type Outputs,
  t,
  type Updatable,
} from "@sluice/component";
import type { Batch, BatchOf, Signal } from "@sluice/data";
import type { Definitions } from "./definitions.ts";

/** What happens to the components of one collector. */
export interface Record {
  /** "start receiver in", "consume exporter out metrics", in order. */
  readonly journal: string[];
  /** What to throw when this is about to be written into the journal. */
  readonly faults: Map<string, Error>;
  /** What to wait for after this was written into the journal. */
  readonly gates: Map<string, Promise<unknown>>;
  /** When set: what a receiver sends from its start until its shutdown, which waits for what this gives. */
  readonly source: { begin: ((id: string, next: Consume) => () => Promise<void>) | undefined };
  /** Each receiver's way into its pipelines, by id: the newest instance's. */
  readonly next: Map<string, Consume>;
  /** What each component was created with, by "kind id": the newest instance's. */
  readonly contexts: Map<string, Context>;
  readonly outputs: Map<string, Outputs>;
  /** All instances that were created. */
  readonly instances: { readonly name: string; starts: number; shutdowns: number }[];
  /** Batches that came to an instance before its start or after its shutdown, and shutdowns of one with a batch inside. */
  readonly wrongs: string[];
  /** Every batch that an exporter took. */
  readonly taken: { readonly exporter: string; readonly batch: Batch }[];
}

export function createRecord(): Record {
  const maps = { faults: new Map(), gates: new Map(), next: new Map(), contexts: new Map(), outputs: new Map() };
  return { ...maps, source: { begin: undefined }, journal: [], instances: [], wrongs: [], taken: [] };
}

const config = t.object("What a component of a test does.", {
  value: t.string({ description: "Something to change.", default: "" }),
  token: t.optional(t.secret({ description: "Something secret to change." })),
  port: t.optional(t.integer({ description: "Answers there with its id and value." })),
  asks: t.optional(t.string({ description: "The extension whose capability is asked for." })),
  after: t.array(t.string({ description: "An id." }), { description: "Extensions that start before.", default: [] }),
});
type Settings = Decoded<typeof config>;

const signals = ["metrics", "traces", "logs"] as const;
const routes = [...signals.map((signal) => ({ from: signal, to: signal })), { from: "logs", to: "metrics" } as const];

type Make = (settings: Settings, context: Context) => Part;

/** Types `in`, `step`, `join`, `out` and `aid`, and each with `_live`, which can be updated. */
export function definitionsFor(record: Record): Definitions {
  return [false, true].flatMap((live) => {
    const common: CommonOf = (type) => ({ type: live ? `${type}_live` : type, stability: "stable", config });
    const make: Make = (settings, context) => createPart(record, live, settings, context);
    return [
      defineReceiver({
        ...common("in"),
        signals,
        create: (settings, context, next) => createSource(record, make(settings, context), context.id, next),
      }),
      defineProcessor({
        ...common("step"),
        signals,
        create(settings, context, next) {
          const { part, take } = make(settings, context);
          return { ...part, consume: (batch) => take(batch, next) };
        },
      }),
      defineConnector({
        ...common("join"),
        routes,
        create(settings, context, outputs) {
          const { part, take } = make(settings, context);
          record.outputs.set(context.id, outputs);
          return { ...part, consume: (batch) => take(batch, outputs.to(batch.signal)!) };
        },
      }),
      defineExporter({
        ...common("out"),
        signals,
        create(settings, context) {
          const { part, take } = make(settings, context);
          const keep: Consume = async (batch) =>
            void record.taken.push({ exporter: context.id, batch: batch as Batch });
          return { ...part, consume: (batch) => take(batch, keep) };
        },
      }),
      extension(common("aid"), make),
    ];
  });
}

type CommonOf = (type: string) => {
  readonly type: string;
  readonly stability: "stable";
  readonly config: typeof config;
};

function extension(common: ReturnType<CommonOf>, make: Make): ExtensionDefinition<Settings> {
  return defineExtension({
    ...common,
    dependencies: ({ after }) => after,
    create(settings, context) {
      const { part, note } = make(settings, context);
      const provides = settings.value === "auth" ? { httpClientAuth: { headers: async () => ({}) } } : {};
      const { id } = context;
      return {
        ...part,
        provides,
        ready: () => note(`ready ${id}`),
        notReady: () => note(`not ready ${id}`),
        statusChanged: (event) => note(`${id} hears ${event.kind} ${event.id} ${event.status}`),
      };
    },
  });
}

/** A receiver, which sends what `source` says. */
function createSource({ next: ways, source }: Record, { part }: Part, id: string, next: Consume): Part["part"] {
  ways.set(id, next);
  const state = { end: undefined as (() => Promise<void>) | undefined };
  return {
    ...part,
    async start() {
      await part.start?.();
      state.end = source.begin?.(id, next);
    },
    async shutdown() {
      await state.end?.();
      await part.shutdown?.();
    },
  };
}

/** What all parts share. */
interface Part {
  readonly part: Lifecycle & Updatable<Settings>;
  readonly note: (what: string) => void;
  /** Passes a batch on. */
  readonly take: (batch: BatchOf<Signal>, next: Consume) => Promise<void>;
}

/** What all parts do: tell of themselves, listen, ask for an extension, show their value's length as a gauge. */
function createPart(record: Record, live: boolean, first: Settings, context: Context): Part {
  const { wrongs, instances, contexts } = record;
  const name = `${context.kind} ${context.id}`;
  const instance = { name, starts: 0, shutdowns: 0 };
  const state: PartState = { settings: first, listener: undefined, inside: 0 };
  const { note, happen } = createNotes(record, name);
  note(`create ${name}`);
  instances.push(instance);
  contexts.set(name, context);
  // Only where there is something to show, so that other tests' pages are free of it.
  if (first.value !== "") {
    const length = { description: "Length of the value.", unit: "1" };
    context.meter.observe("part_value", length, () => state.settings.value.length);
  }
  const lifecycle: Lifecycle = {
    async start() {
      instance.starts += 1;
      await happen("start");
      ask(context, first);
      state.listener = await listen(context, first);
    },
    async shutdown() {
      instance.shutdowns += 1;
      if (state.inside > 0) wrongs.push(`${name} was shut down with a batch inside`);
      await state.listener?.close();
      await happen("shutdown");
    },
  };
  const update: Updatable<Settings> = live ? updatable(context, state, { note, happen }) : {};
  return {
    part: { ...lifecycle, ...update },
    note,
    async take(batch, next) {
      if (instance.starts === 0) wrongs.push(`${name} took a batch before its start`);
      if (instance.shutdowns > 0) wrongs.push(`${name} took a batch after its shutdown`);
      state.inside += 1;
      try {
        await happen("consume", batch.signal);
        await next(batch);
      } finally {
        state.inside -= 1;
      }
    },
  };
}

interface PartState {
  settings: Settings;
  listener: HttpListener | undefined;
  /** Batches under way. */
  inside: number;
}
type Happen = (verb: string, more?: string) => Promise<void>;

interface Notes {
  readonly note: Part["note"];
  readonly happen: Happen;
}
function createNotes({ journal, faults, gates }: Record, name: string): Notes {
  function note(what: string): void {
    journal.push(what);
    const fault = faults.get(what);
    if (fault !== undefined) throw fault;
  }
  async function happen(verb: string, more = ""): Promise<void> {
    const what = `${verb} ${name}${more && ` ${more}`}`;
    note(what);
    await gates.get(what);
  }
  return { note, happen };
}

function ask(context: Context, { asks }: Settings): void {
  if (asks !== undefined) context.extension(asks, "httpClientAuth");
}
async function listen({ env, kind, id }: Context, { port, value }: Settings): Promise<HttpListener | undefined> {
  if (port === undefined) return undefined;
  const address = { host: "127.0.0.1", port };
  return env.net.serveHttp({ address, maxBodyBytes: 0 }, () => ({ status: 200, body: `${kind} ${id} ${value}` }));
}

function updatable(context: Context, state: PartState, { note, happen }: Notes): Updatable<Settings> {
  const name = `${context.kind} ${context.id}`;
  return {
    async update(settings) {
      await happen("update");
      ask(context, settings);
      const before = state.settings;
      const moves = settings.port !== before.port || settings.value !== before.value;
      const listener = moves ? await listen(context, settings) : state.listener;
      return {
        changes: settings.value === before.value ? [] : [`value of ${name} changed`],
        apply() {
          const old = state.listener;
          Object.assign(state, { settings, listener });
          if (old !== listener) void old?.close();
          note(`apply ${name}`);
        },
        async discard() {
          if (listener !== state.listener) await listener?.close();
          await happen("discard");
        },
      };
    },
  };
}
