/** One end of a line between two threads. What is posted arrives in order, as a copy: plain data, maps, sets and errors. */
export interface Port {
  post(message: unknown): void;
  /** Sets who takes what arrives; what came before waits for it. */
  listen(fn: (message: unknown) => void): void;
  /** Hears and says nothing more, and no longer keeps its thread alive. */
  close(): void;
}

/** A thread, seen from the one that started it. */
export interface Thread extends Port {
  /** Resolves when it has ended: with what it died of, or with undefined. */
  readonly ended: Promise<Error | undefined>;
  /** Ends it at once, whatever it does. Safe when it has ended, and twice. */
  end(): Promise<void>;
}

/** Threads that run this same program, given to it by its main. */
export interface Threads {
  /** How many can run at the same time. */
  readonly cores: number;
  /** The way to whoever started this thread; undefined in the first thread. */
  readonly parent: Port | undefined;
  /** Starts one that runs the program from its beginning; `heapBytes` is what its heap may grow to. */
  start(options: { readonly name: string; readonly heapBytes: number }): Thread;
}

/** Which part of the work is that of one instance: `count` instances like it run, each in a thread of its own. */
export interface Share {
  /** From 0 to `count` - 1. */
  readonly index: number;
  readonly count: number;
}
