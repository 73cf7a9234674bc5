import type { Counter, Env, Operation, Thread, Threads } from "@sluice/component";
import type { OtherThreads } from "../engine.ts";
import { allOf } from "../errors.ts";
import type { Reading } from "../telemetry/registry.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { joinOperations } from "./joined-operations.ts";
import { type JoinedStatuses, joinStatuses } from "./joined-statuses.ts";
import { type Line, openLine } from "./line.ts";
import type { FirstCalls, Order, WorkerCalls } from "./messages.ts";

/** How long is waited for what a busy worker measured; then what it gave last is shown. */
const READ_MS = 2000;
/** How long a worker that has stopped may take to end. */
const END_MS = 1000;

/** The threads beside the first one, all with the same configuration. */
export interface Workers extends OtherThreads {
  /** Makes a configuration ready in all of them; rejects with the first failure when one cannot, once all have tried. */
  prepare(order: Omit<Order, "index">): Promise<void>;
  /** Puts in force, in all of them, what was made ready. */
  commit(): Promise<void>;
  /** Gives back, in all of them, what was made ready. */
  discard(): Promise<void>;
  /** What each measured. */
  read(): Promise<readonly (readonly Reading[])[]>;
  /** Drains and stops all; gives what went wrong. */
  stop(): Promise<readonly Error[]>;
}
/** What workers are made with. */
export interface WorkersOptions {
  readonly threads: Threads;
  /** How many threads there are with the first one. */
  readonly count: number;
  readonly env: Env;
  readonly telemetry: Telemetry;
  readonly deaths: Counter;
  /** Ends the collector: a worker has died, or a component in it cannot go on. */
  readonly fail: (error: Error) => void;
}

interface Worker {
  /** From 1. */
  readonly index: number;
  readonly thread: Thread;
  readonly line: Line<WorkerCalls>;
  readings: readonly Reading[];
  reading: Promise<unknown> | undefined;
  operations: readonly Operation[];
}

/** Starts the threads; nothing runs in them before `prepare`. */
export function startWorkers(options: WorkersOptions): Workers {
  const { threads, count, env, deaths } = options;
  const state = { statuses: undefined as JoinedStatuses | undefined, isStopping: false };
  deaths.add(0);
  const heapBytes = Math.floor(env.process.heapLimit / count);
  const all = Array.from({ length: count - 1 }, (_, position) => {
    const index = position + 1;
    const thread = threads.start({ name: `worker ${index}`, heapBytes });
    const line: Line<WorkerCalls> = openLine(
      thread,
      callsFrom(index, options, () => state.statuses),
    );
    void thread.ended.then((cause) => {
      const failure = new Error(`worker ${index} died`, { cause: cause ?? new Error("it ended by itself") });
      line.cut(failure);
      if (state.isStopping && cause === undefined) return;
      deaths.add(1);
      options.fail(failure);
    });
    const worker: Worker = { index, thread, line, readings: [], reading: undefined, operations: [] };
    return worker;
  });
  const each = <T>(work: (worker: Worker) => Promise<T>): Promise<T[]> => Promise.all(all.map(work));

  return {
    prepare: (order) => allOf(all.map(({ line, index }) => line.ask("prepare", { ...order, index }))),
    async commit() {
      await each(({ line }) => line.ask("commit", undefined));
    },
    async discard() {
      await each(({ line }) => line.ask("discard", undefined).catch(() => {}));
    },
    read: () => each((worker) => read(worker, env)),
    async gather() {
      await each(async (worker) => {
        const recorded = await within(env, worker.line.ask("operations", undefined)).catch(() => undefined);
        worker.operations = recorded ?? worker.operations;
      });
    },
    joinOperations: (own) => joinOperations([own, ...all.map(({ operations }) => operations)]),
    joinStatuses(own) {
      state.statuses = joinStatuses(own);
      return state.statuses;
    },
    async stop() {
      state.isStopping = true;
      return (await each((worker) => stop(worker, env))).flat();
    },
  };
}

function callsFrom(
  index: number,
  { telemetry, fail }: WorkersOptions,
  statuses: () => JoinedStatuses | undefined,
): FirstCalls {
  return {
    log: ({ level, message, source, fields }) => telemetry.logger(source)[level](message, fields),
    status: (event) => statuses()?.take(index, event),
    span: ({ name, sample }) => telemetry.tracer.take(name, sample),
    fail: (message) => fail(new Error(message)),
  };
}

/** One question at a time: who asks meanwhile is given its answer too. */
async function read(worker: Worker, env: Env): Promise<readonly Reading[]> {
  worker.reading ??= worker.line
    .ask("read", undefined)
    .then((readings) => {
      worker.readings = readings;
    })
    // One that has died measures nothing more.
    .catch(() => {})
    .finally(() => {
      worker.reading = undefined;
    });
  await within(env, worker.reading);
  return worker.readings;
}

/** Waits for a promise, but not for long; then gives undefined. */
async function within<T>({ timers }: Env, promise: Promise<T>): Promise<T | undefined> {
  const rest = new AbortController();
  const patience = timers.sleep(READ_MS, rest.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([promise, patience]);
  } finally {
    rest.abort();
  }
}

async function stop(worker: Worker, { timers }: Env): Promise<readonly Error[]> {
  const { line, thread, index } = worker;
  try {
    const { problems, readings } = await line.ask("stop", undefined);
    worker.readings = readings;
    const rest = new AbortController();
    await Promise.race([thread.ended, timers.sleep(END_MS, rest.signal).catch(() => {})]);
    rest.abort();
    return problems.map((message) => new Error(`worker ${index}: ${message}`));
  } catch (error) {
    // That it died was told when it did.
    return [error as Error];
  } finally {
    line.cut(new Error("the collector has stopped"));
    await thread.end();
  }
}
