interface Wanted {
  readonly size: number;
  readonly bytes: number;
}

/** How much a queue holds and may hold, counted twice: in the units of its sizer, and in bytes of memory. */
export interface Room {
  readonly size: number;
  readonly bytes: number;
  /** Whether so much would fit if nothing else were there. */
  couldHold(wanted: Wanted): boolean;
  /** Takes room at once, or gives false. Nobody overtakes those who wait. */
  tryTake(wanted: Wanted): boolean;
  /** Waits for room and takes it, first come, first served; false when the queue is closed first. */
  take(wanted: Wanted): Promise<boolean>;
  giveBack(size: number, bytes: number): void;
  /** Sends away everyone who waits, now and later. */
  close(): void;
}

export function createRoom(capacity: number, maxBytes: number): Room {
  const line: { readonly wanted: Wanted; readonly end: (taken: boolean) => void }[] = [];
  let size = 0;
  let bytes = 0;
  let closed = false;
  const fits = (wanted: Wanted) => size + wanted.size <= capacity && bytes + wanted.bytes <= maxBytes;
  const add = (wanted: Wanted) => {
    size += wanted.size;
    bytes += wanted.bytes;
  };
  const tryTake = (wanted: Wanted) => {
    const free = line.length === 0 && fits(wanted);
    if (free) add(wanted);
    return free;
  };
  return {
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
    couldHold: (wanted) => wanted.size <= capacity && wanted.bytes <= maxBytes,
    tryTake,
    async take(wanted) {
      if (tryTake(wanted)) return true;
      return !closed && (await new Promise<boolean>((end) => line.push({ wanted, end })));
    },
    giveBack(gone, goneBytes) {
      size -= gone;
      bytes -= goneBytes;
      while (line.length > 0 && fits(line[0]!.wanted)) {
        const next = line.shift()!;
        add(next.wanted);
        next.end(true);
      }
    },
    close() {
      closed = true;
      for (const { end } of line.splice(0)) end(false);
    },
  };
}
