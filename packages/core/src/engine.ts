import type { BuildInfo, Env, Host, Operation } from "@sluice/component";
import { nothing, type Running } from "./draft.ts";
import type { FeatureGates } from "./feature-gates.ts";
import type { Listeners } from "./listeners.ts";
import { createOperations, type Operations } from "./operations.ts";
import { createStatusBoard, type StatusBoard, type StatusListener } from "./status.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { createWatchers, type Watchers } from "./watchers.ts";

/** What an engine is made of. */
export interface EngineOptions {
  readonly env: Env;
  readonly build: BuildInfo;
  readonly baseDirectory: string;
  readonly telemetry: Telemetry;
  readonly listeners: Listeners;
  readonly featureGates: FeatureGates;
  /** Ends the collector gracefully. */
  readonly fail: (error: Error) => void;
  /** Who hears of statuses beside extensions. */
  readonly listening?: readonly StatusListener[];
  /** The other threads; without it there are none. */
  readonly others?: OtherThreads | undefined;
}
/** What other threads add to what is shown of the collector. */
export interface OtherThreads {
  /** Shows the instances of all threads as one. */
  joinStatuses(own: StatusBoard): StatusBoard;
  /** What they recorded of batches, as it was at the last `gather`, with what this thread did. */
  joinOperations(own: readonly Operation[]): readonly Operation[];
  gather(): Promise<void>;
}
/** What every instance of one collector shares. */
export interface Engine extends Omit<EngineOptions, "featureGates" | "listening" | "others"> {
  readonly statuses: StatusBoard;
  readonly operations: Operations;
  readonly watchers: Watchers;
  readonly host: Host;
  /** What is in force. */
  running(): Running;
  /** Puts this in force: the host shows it, its extensions hear of statuses. */
  turn(running: Running): void;
}

/** Makes an engine in which nothing runs yet. */
export function createEngine({ featureGates, listening = [], others, ...options }: EngineOptions): Engine {
  const { clock } = options.env;
  const state = { running: nothing };
  const operations = createOperations(clock, options.telemetry.tracer);
  const board = createStatusBoard(clock);
  const statuses = others?.joinStatuses(board) ?? board;
  const watchers = createWatchers();
  const host: Host = {
    startedAt: clock.now(),
    pipelines: () => state.running.config?.pipelines ?? [],
    extensions: () => [...state.running.extensions.keys()],
    featureGates: () => featureGates.list(),
    operations: () => others?.joinOperations(operations.list()) ?? operations.list(),
    gather: async () => others?.gather(),
  };
  return {
    ...options,
    statuses,
    operations,
    watchers,
    host,
    running: () => state.running,
    turn(running) {
      state.running = running;
      const nodes = [...running.nodes.values()];
      operations.keep(new Set(nodes.map(({ kind, id }) => `${kind}/${id}`)));
      statuses.listen([...listening, ...watchers.listeners(nodes)]);
    },
  };
}
