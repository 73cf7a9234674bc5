import type { BatchOf, Signal } from "@sluice/data";
import type { Capabilities } from "./capabilities.ts";
import type { Env } from "./env.ts";
import type { Problem } from "./errors.ts";
import type { ObjectSchema, Schema } from "./schema.ts";
import type { Logger, Meter } from "./telemetry.ts";
import type { Share } from "./threads.ts";

/**
 * Hands a batch on. Resolved means safe (delivered or queued). Rejected means not taken: `PermanentError` must not be tried
 * again, `RetryLaterError` says when, anything else may be tried again. Waiting is back-pressure: there are no hidden queues.
 * Nothing in a batch is written after it was handed on; share it freely.
 */
export type Consume<S extends Signal = Signal> = (batch: BatchOf<S>) => Promise<void>;

export interface Lifecycle {
  /** Opens sockets, files, timers; everything before this is free of I/O. Long work goes on after it resolved. */
  start?(): Promise<void>;
  /** Flushes and closes. Safe without `start`, and safe to call twice. */
  shutdown?(): Promise<void>;
}

/** A new configuration that a running component has made ready; the old one is in force until `apply`. */
export interface Update {
  /** What differs, for a person: `job "node" added`, `endpoint changed`. Empty: nothing does. */
  readonly changes: readonly string[];
  /** Puts the new configuration in force, at once and without failing. What ends with the old one may end later. */
  apply(): void;
  /** Gives back what was made ready; called instead of `apply`. */
  discard?(): Promise<void>;
}
/** A component that can take a new configuration while it runs. One without `update` is replaced: another instance starts, the batches turn to it, and the old one shuts down. */
export interface Updatable<C> {
  /**
   * Reads, opens and checks what `config` needs while the old configuration stays in force; rejects when it cannot. Called at
   * every reload, also when `config` is equal to the one in force: files that it names may have changed.
   */
  update?(config: C): Promise<Update>;
}

export type Kind = "receiver" | "processor" | "exporter" | "connector" | "extension";
export type Stability = "development" | "alpha" | "beta" | "stable" | "deprecated" | "unmaintained";

export type Status =
  | "starting"
  | "ok"
  | "recoverable_error"
  | "permanent_error"
  | "fatal_error"
  | "stopping"
  | "stopped";
export interface StatusEvent {
  readonly kind: Kind;
  readonly id: string;
  readonly status: Status;
  readonly error: Error | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface BuildInfo {
  readonly command: string;
  readonly description: string;
  readonly version: string;
}

/** What a component is given at `create`. Grows only as a change of public API. */
export interface Context {
  readonly kind: Kind;
  /** `type` or `type/name`, canonical type. */
  readonly id: string;
  /** The signals this instance is used for. */
  readonly signals: ReadonlySet<Signal>;
  readonly env: Env;
  readonly log: Logger;
  readonly meter: Meter;
  readonly build: BuildInfo;
  /** Directory of the first configuration file: the base of relative paths that Prometheus resolves against its file. */
  readonly baseDirectory: string;
  /**
   * Reads a text in YAML or JSON (a file that the configuration names) by a schema. Rejects with `ConfigError`, whose message
   * lists every problem as `source:line:column: path: found, expected`, one a line.
   */
  readonly decode: <T>(schema: Schema<T>, text: string, source: string) => Promise<T>;
  /** What runs around this instance, as it is now. */
  readonly host: Host;
  /**
   * Its part of the work: a receiver that `shares` does no other; whoever bounds something divides the bound. The whole unless
   * `service::workers` spreads its pipelines over threads. Stays as long as the instance lives.
   */
  readonly share: Share;
  /** What another extension offers; call it in `start` or `update`. Throws `ConfigError` when the extension is not there or has no such capability. */
  extension<C extends keyof Capabilities>(id: string, capability: C): Capabilities[C];
  /** Tells the engine how this instance fares; `fatal_error` ends the process gracefully. */
  status(status: "ok" | "recoverable_error" | "permanent_error" | "fatal_error", error?: Error): void;
}

/** One running pipeline: its ids as the configuration names them, canonical types. */
export interface PipelineInfo {
  /** `signal` or `signal/name`. */
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}
/** Something new or old that can be turned on or off by name. */
export interface FeatureGate {
  readonly id: string;
  readonly stage: "alpha" | "beta" | "stable" | "deprecated";
  readonly enabled: boolean;
  readonly description: string;
}
/** One call that handed a batch on. */
export interface OperationSample {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  readonly items: number;
  /** Why the batch was not taken; undefined when it was. */
  readonly error: string | undefined;
}
/** The calls of one instance for one signal, summed up. */
export interface Operation {
  /**
   * "exporter/<id>/<signal>" and kin. What is measured is the call itself: of a receiver, the handing on of a batch until it is
   * taken; of all others, the taking, which for processors and connectors includes what comes after them.
   */
  readonly name: string;
  /** Calls under way. */
  readonly running: number;
  /** Batches that were taken, by how long it took: `taken[i]` from `operationBoundsMs[i]` up to, not including, the next bound. */
  readonly taken: readonly number[];
  /** Batches that were refused. */
  readonly refused: number;
  /** A few of each bucket and of the refused, newest first. */
  readonly samples: readonly OperationSample[];
}
/** Lower bounds of the buckets of `Operation.taken`, in milliseconds; upstream's. */
export const operationBoundsMs = [0, 0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000] as const;

/** The collector around an instance, for extensions that show it. */
export interface Host {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  pipelines(): readonly PipelineInfo[];
  /** Ids of the running extensions, in the order in which they started. */
  extensions(): readonly string[];
  featureGates(): readonly FeatureGate[];
  /**
   * How batches fare at the running instances, by name. Recording begins with the first call: until then it costs nothing. What
   * other threads recorded is as it was at the last `gather`.
   */
  operations(): readonly Operation[];
  /** Asks the other threads, if there are any, for what they recorded. */
  gather(): Promise<void>;
}

/** What `validate` may look at. */
export type CheckContext = Pick<Context, "env" | "baseDirectory" | "build" | "decode">;

interface Definition<C> {
  /** Upstream's canonical name, [a-z][0-9a-z_]*. */
  readonly type: string;
  /** Old names; using one works and warns once. */
  readonly aliases?: readonly string[];
  readonly stability: Stability;
  readonly config: ObjectSchema<C>;
  /**
   * There can be only one instance in a collector: it listens, or has to see all data. Pipelines with it stay in one thread.
   */
  readonly isSingle?: true;
  /**
   * Checks rules that span several keys, and files; gives one problem per mistake, all at once. Asked also where the schema
   * found unknown keys, or numbers, texts and lists out of its bounds: then a configuration has its type, but may break those.
   */
  validate?(config: C, check: CheckContext): readonly Problem[] | Promise<readonly Problem[]>;
}
/** `create` is synchronous and touches nothing but memory. One instance serves all pipelines and signals; the engine routes by `batch.signal`. */
export interface ReceiverDefinition<C = unknown, S extends Signal = Signal> extends Definition<C> {
  readonly kind: "receiver";
  readonly signals: readonly S[];
  /** Can do a part of its work, as `Context.share` says, so that all parts together are the whole. What is one source stays in one part. */
  readonly shares?: true;
  create(config: C, context: Context, next: Consume<S>): Lifecycle & Updatable<C>;
}
/** One instance a pipeline. */
export interface ProcessorDefinition<C = unknown, S extends Signal = Signal> extends Definition<C> {
  readonly kind: "processor";
  readonly signals: readonly S[];
  create(config: C, context: Context, next: Consume<S>): Lifecycle & Updatable<C> & { readonly consume: Consume<S> };
}
export interface ExporterDefinition<C = unknown, S extends Signal = Signal> extends Definition<C> {
  readonly kind: "exporter";
  readonly signals: readonly S[];
  create(config: C, context: Context): Lifecycle & Updatable<C> & { readonly consume: Consume<S> };
}
/** One way through a connector: from a pipeline of one signal into one of the same or another. */
export interface Route {
  readonly from: Signal;
  readonly to: Signal;
}
/** The pipelines that a connector feeds. */
export interface Outputs {
  /** Hands on to every pipeline of the signal; undefined when there is none. */
  to<S extends Signal>(signal: S): Consume<S> | undefined;
  /** The way into each pipeline, by the pipeline's id. */
  readonly pipelines: ReadonlyMap<string, { readonly signal: Signal; readonly consume: Consume }>;
}
/** Ends pipelines and begins others. One instance for all pipelines that name it. */
export interface ConnectorDefinition<C = unknown> extends Definition<C> {
  readonly kind: "connector";
  readonly routes: readonly Route[];
  create(config: C, context: Context, outputs: Outputs): Lifecycle & Updatable<C> & { readonly consume: Consume };
}
export interface ExtensionDefinition<C = unknown> extends Definition<C> {
  readonly kind: "extension";
  /** What its instances offer. Without it only a start tells whether one that a configuration names has what is wanted. */
  readonly provides?: readonly (keyof Capabilities)[];
  /** Ids of the extensions that must start before this one. */
  dependencies?(config: C): readonly string[];
  create(config: C, context: Context): Extension & Updatable<C>;
}
export interface Extension extends Lifecycle {
  readonly provides?: Partial<Capabilities>;
  /** All pipelines are up. */
  ready?(): void;
  /** The collector is about to stop. */
  notReady?(): void;
  /** Called for every status event of every component, past ones first. */
  statusChanged?(event: StatusEvent): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a list of definitions is heterogeneous; the schema makes each call safe.
type Any = any;
export type AnyDefinition =
  | ReceiverDefinition<Any, Any>
  | ProcessorDefinition<Any, Any>
  | ExporterDefinition<Any, Any>
  | ConnectorDefinition<Any>
  | ExtensionDefinition<Any>;

export function defineReceiver<C, S extends Signal>(
  definition: Omit<ReceiverDefinition<C, S>, "kind">,
): ReceiverDefinition<C, S> {
  return { kind: "receiver", ...definition };
}
export function defineProcessor<C, S extends Signal>(
  definition: Omit<ProcessorDefinition<C, S>, "kind">,
): ProcessorDefinition<C, S> {
  return { kind: "processor", ...definition };
}
export function defineExporter<C, S extends Signal>(
  definition: Omit<ExporterDefinition<C, S>, "kind">,
): ExporterDefinition<C, S> {
  return { kind: "exporter", ...definition };
}
export function defineConnector<C>(definition: Omit<ConnectorDefinition<C>, "kind">): ConnectorDefinition<C> {
  return { kind: "connector", ...definition };
}
export function defineExtension<C>(definition: Omit<ExtensionDefinition<C>, "kind">): ExtensionDefinition<C> {
  return { kind: "extension", ...definition };
}
