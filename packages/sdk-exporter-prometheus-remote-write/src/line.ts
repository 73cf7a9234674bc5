/** Exports that wait for their turn: one at a time, so that samples of a series stay in order, and bounded. */
export interface Line<T> {
  /** Resolves or rejects as the work on it does; rejects at once when there is no room. */
  take(item: T, bytes: number): Promise<void>;
}

/** Bytes that may wait, whatever the number of exports. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Makes a line of at most `size` items, the one under way included. */
export function createLine<T>(size: number, work: (item: T) => Promise<void>): Line<T> {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  let waitingBytes = 0;
  return {
    async take(item, bytes) {
      if (waiting >= size) throw new Error(`queue is full: ${waiting} exports wait for the backend`);
      // One that is larger alone may still go when nothing else waits.
      if (waiting > 0 && waitingBytes + bytes > MAX_BYTES) throw new Error("queue is full: it holds 64 MiB");
      waiting++;
      waitingBytes += bytes;
      const done = last.then(() => work(item));
      last = done
        .catch(() => {})
        .then(() => {
          waiting--;
          waitingBytes -= bytes;
        });
      await done;
    },
  };
}
