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
  type HttpListener,
  type Lifecycle,
  type Outputs,
  t,
  type Updatable,
} from "@sluice/component";
import type { Batch } from "@sluice/data";
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

/** Types `in`, `step`, `join`, `out` and `aid`, and each with `_live`, which can be updated. */
export function definitionsFor(record: Record): Definitions {
  return [false, true].flatMap((live) => {
    const common = (type: string) => ({ type: live ? `${type}_live` : type, stability: "stable", config }) as const;
    const make = (settings: Settings, context: Context) => createPart(record, live, settings, context);
    return [
      defineReceiver({
        ...common("in"),
        signals,
        create(settings, context, next) {
          record.next.set(context.id, next);
          const { part } = make(settings, context);
          const state = { end: undefined as (() => Promise<void>) | undefined };
          return {
            ...part,
            async start() {
              await part.start?.();
              state.end = record.source.begin?.(context.id, next);
            },
            async shutdown() {
              await state.end?.();
              await part.shutdown?.();
            },
          };
        },
      }),
      defineProcessor({
        ...common("step"),
        signals,
        create(settings, context, next) {
          const { part, take } = make(settings, context);
          async function consume(batch: Parameters<Consume>[0]): Promise<void> {
            await take(batch, next);
          }
          return { ...part, consume };
        },
      }),
      defineConnector({
        ...common("join"),
        routes,
        create(settings, context, outputs) {
          const { part, take } = make(settings, context);
          record.outputs.set(context.id, outputs);
          async function consume(batch: Parameters<Consume>[0]): Promise<void> {
            await take(batch, outputs.to(batch.signal)!);
          }
          return { ...part, consume };
        },
      }),
      defineExporter({
        ...common("out"),
        signals,
        create(settings, context) {
          const { part, take } = make(settings, context);
          async function consume(batch: Parameters<Consume>[0]): Promise<void> {
            await take(batch, async () => void record.taken.push({ exporter: context.id, batch: batch as Batch }));
          }
          return { ...part, consume };
        },
      }),
      defineExtension({
        ...common("aid"),
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
      }),
    ];
  });
}

/** What all parts do: tell of themselves, listen, ask for an extension, show their value's length as a gauge. */
function createPart(record: Record, live: boolean, first: Settings, context: Context) {
  const { journal, faults, gates, instances, contexts } = record;
  const name = `${context.kind} ${context.id}`;
  const instance = { name, starts: 0, shutdowns: 0 };
  const state = { settings: first, listener: undefined as HttpListener | undefined, inside: 0 };
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
  note(`create ${name}`);
  instances.push(instance);
  contexts.set(name, context);
  // Only where there is something to show, so that other tests' pages are free of it.
  if (first.value !== "") {
    const length = { description: "Length of the value.", unit: "1" };
    context.meter.observe("part_value", length, () => state.settings.value.length);
  }

  function ask({ asks }: Settings): void {
    if (asks !== undefined) context.extension(asks, "httpClientAuth");
  }
  async function listen({ port, value }: Settings): Promise<HttpListener | undefined> {
    if (port === undefined) return undefined;
    const address = { host: "127.0.0.1", port };
    return context.env.net.serveHttp({ address, maxBodyBytes: 0 }, () => ({ status: 200, body: `${name} ${value}` }));
  }
  /** Passes a batch on. */
  async function take(batch: Parameters<Consume>[0], next: Consume): Promise<void> {
    if (instance.starts === 0) record.wrongs.push(`${name} took a batch before its start`);
    if (instance.shutdowns > 0) record.wrongs.push(`${name} took a batch after its shutdown`);
    state.inside += 1;
    try {
      await happen("consume", batch.signal);
      await next(batch);
    } finally {
      state.inside -= 1;
    }
  }
  const lifecycle: Lifecycle = {
    async start() {
      instance.starts += 1;
      await happen("start");
      ask(first);
      state.listener = await listen(first);
    },
    async shutdown() {
      instance.shutdowns += 1;
      if (state.inside > 0) record.wrongs.push(`${name} was shut down with a batch inside`);
      await state.listener?.close();
      await happen("shutdown");
    },
  };
  const updatable: Updatable<Settings> = {
    async update(settings) {
      await happen("update");
      ask(settings);
      const before = state.settings;
      const moves = settings.port !== before.port || settings.value !== before.value;
      const listener = moves ? await listen(settings) : state.listener;
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
  const part: Lifecycle & Updatable<Settings> = { ...lifecycle, ...(live && updatable) };
  return { part, note, take };
}
