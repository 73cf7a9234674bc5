/** Threads that are none: what they run is in this thread, and what goes between them is copied as between threads. */
import type { Port, Threads } from "@sluice/component";

export interface SimulatedThreads extends Threads {
  /** Ends a thread as if it had died of this; the first one started is 0. */
  kill(position: number, cause: Error | undefined): void;
  /** How many have not ended. */
  readonly alive: number;
  /** What was told of each thread when it was started. */
  readonly started: readonly { readonly name: string; readonly heapBytes: number }[];
}

/** Makes threads that run `main` with the way to who started them. */
export function simulateThreads(main: (parent: Port) => Promise<void>, cores = 2): SimulatedThreads {
  const started: { readonly name: string; readonly heapBytes: number }[] = [];
  const ends: ((cause: Error | undefined) => void)[] = [];
  const alive = new Set<Port>();
  return {
    get alive() {
      return alive.size;
    },
    cores,
    parent: undefined,
    started,
    kill: (position, cause) => ends[position]?.(cause),
    start(options) {
      started.push(options);
      const [here, there] = createPorts();
      alive.add(there);
      const ended = Promise.withResolvers<Error | undefined>();
      const end = (cause: Error | undefined): void => {
        here.close();
        there.close();
        alive.delete(there);
        ended.resolve(cause);
      };
      ends.push(end);
      main(there).then(
        () => end(undefined),
        (error) => end(error as Error),
      );
      return { ...here, ended: ended.promise, end: async () => end(undefined) };
    },
  };
}

/** Two ends of a line. */
export function createPorts(): readonly [Port, Port] {
  const ends = [createEnd(), createEnd()] as const;
  const port = (own: 0 | 1): Port => ({
    post(message) {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => ends[own].isOpen && ends[1 - own]!.take(copy));
    },
    listen: (fn) => ends[own].listen(fn),
    close: () => ends[own].close(),
  });
  return [port(0), port(1)];
}

function createEnd() {
  const waiting: unknown[] = [];
  const state = { fn: undefined as ((message: unknown) => void) | undefined, isOpen: true };
  return {
    get isOpen() {
      return state.isOpen;
    },
    take(message: unknown): void {
      if (!state.isOpen) return;
      if (state.fn === undefined) waiting.push(message);
      else state.fn(message);
    },
    listen(fn: (message: unknown) => void): void {
      state.fn = fn;
      for (const message of waiting.splice(0)) fn(message);
    },
    close(): void {
      state.isOpen = false;
    },
  };
}
