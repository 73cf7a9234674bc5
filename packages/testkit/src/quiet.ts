import { Gzip } from "node:zlib";

/** Turns of the event loop without any event after which nothing more will come by itself: HTTP/2 uses a few in a row. */
const QUIET_TURNS = 5;

/** Compressions at work in Node's thread pool, which are the only work of the pool that simulated code may cause. */
const pool = { busy: 0, watched: false };

/** Waits for all that will happen without time passing. */
export interface Quiet {
  /** Says that something happened. */
  readonly happened: () => void;
  /** Resolves when nothing has happened for some turns of the event loop. */
  readonly settle: () => Promise<void>;
}

/** Counts turns and events, never time: the same program settles in the same number of turns. */
export function createQuiet(): Quiet {
  watchPool();
  const state = { events: 0 };
  return {
    happened: () => void state.events++,
    async settle() {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
        const before = state.events;
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (state.events !== before || pool.busy > 0) quiet = -1;
      }
    },
  };
}

/** Every compressor and decompressor of node:zlib does its asynchronous work in this one method. */
function watchPool(): void {
  if (pool.watched) return;
  pool.watched = true;
  const base: { _transform: Transform } = Object.getPrototypeOf(Object.getPrototypeOf(Gzip.prototype));
  const transform = base._transform;
  base._transform = function (chunk, encoding, callback) {
    pool.busy++;
    transform.call(this, chunk, encoding, (...result) => {
      pool.busy--;
      callback(...result);
    });
  };
}
type Transform = (chunk: Uint8Array, encoding: string, callback: (...result: unknown[]) => void) => void;
