import type { Consume } from "@sluice/component";
import { type Batch, itemCount } from "@sluice/data";

/** The end of a pipeline in a test. */
export interface Sink {
  readonly consume: Consume;
  /** What was taken, oldest first. */
  readonly batches: readonly Batch[];
  /** Data points, spans and records taken. */
  readonly items: number;
  /** How often `consume` was called, refusals included. */
  readonly calls: number;
  /** Refuses the next `times` batches (default 1) with this error. */
  fail(error: Error, times?: number): void;
  /** Resolves once `fn` is true of this sink; asked after every call of `consume`. */
  until(fn: (sink: Sink) => boolean): Promise<void>;
}

/** Makes a sink that takes everything until told otherwise. */
export function createSink(): Sink {
  const batches: Batch[] = [];
  const refusals: Error[] = [];
  const waiting = new Set<() => void>();
  const state = { calls: 0 };

  const sink: Sink = {
    batches,
    get items() {
      return batches.reduce((sum, batch) => sum + itemCount(batch), 0);
    },
    get calls() {
      return state.calls;
    },
    async consume(batch) {
      state.calls++;
      const refusal = refusals.shift();
      if (refusal === undefined) batches.push(batch as Batch);
      for (const look of waiting) look();
      if (refusal !== undefined) throw refusal;
    },
    fail(error, times = 1) {
      for (let i = 0; i < times; i++) refusals.push(error);
    },
    until(fn) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          try {
            if (!fn(sink)) return;
            resolve();
          } catch (error) {
            reject(error);
          }
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      });
    },
  };
  return sink;
}
