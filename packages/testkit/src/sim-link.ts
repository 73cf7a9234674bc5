import { Duplex } from "node:stream";
import type { Connection, Timer } from "@sluice/component";
import type { SimulatedTime } from "./sim-time.ts";

/** Bytes one side may have on their way before its writes wait: what the buffers of a real kernel hold. */
const WINDOW_BYTES = 64 * 1024;

/** What goes wrong on the way to an address; asked anew for every piece of data. */
export interface Fault {
  /** Connecting fails with ECONNREFUSED. */
  readonly refuse?: boolean;
  /** Each connection is reset for both sides once it carried so many bytes, in both directions together. */
  readonly resetAfterBytes?: number;
  /** Milliseconds for a connect, and for each piece of data in one direction. */
  readonly latencyMs?: number;
  /** Nothing arrives, connects included, until the fault is over; then all that was sent does. */
  readonly partition?: boolean;
}

/** One end of a connection in memory. */
export interface Side extends Connection {
  /** Ends with ECONNRESET on both sides, whatever is under way. */
  reset(): void;
}

/** A connection in memory: both ends, and what lies between. */
export interface Link {
  readonly client: Side;
  readonly server: Side;
  /** Looks again for what may pass: after a fault is over. */
  pump(): void;
}

interface Direction {
  readonly queue: { readonly due: number; readonly chunk: Uint8Array | undefined }[];
  queuedBytes: number;
  /** The reader asked for more. */
  wanted: boolean;
  /** Continues a writer that filled the window. */
  drained: (() => void) | undefined;
  timer: Timer | undefined;
}

/** Connects two ends; `server` and `client` say what each sees as its peer. */
export function createLink(
  time: SimulatedTime,
  fault: () => Fault,
  peers: { readonly client: string; readonly server: string },
): Link {
  const toServer = newDirection();
  const toClient = newDirection();
  const state = { carried: 0 };

  function end(from: Direction, to: Direction, remoteAddress: string, other: () => Side): Side {
    const stream = new Duplex({
      // A server may still answer a client that ended its side.
      allowHalfOpen: from === toServer,
      read() {
        from.wanted = true;
        schedule();
      },
      write(chunk: Uint8Array, _encoding, callback) {
        if (other().destroyed) return callback(failure("EPIPE", "write"));
        // A copy, as a kernel makes one: whoever reuses the buffer too early is not found out otherwise.
        send(to, Buffer.from(chunk));
        if (to.queuedBytes < WINDOW_BYTES) callback();
        else to.drained = callback;
      },
      final(callback) {
        send(to, undefined);
        callback();
      },
      destroy(error, callback) {
        // A side that goes away without ending is seen as ended.
        if (!stream.writableFinished) send(to, undefined);
        from.timer?.cancel();
        from.queue.length = 0;
        from.drained?.();
        time.happened();
        callback(error);
      },
    });
    return Object.defineProperties(stream, {
      alpn: { value: undefined, enumerable: true, configurable: true },
      remoteAddress: { value: remoteAddress, enumerable: true },
      reset: { value: reset },
      /** Node's HTTP server ends a socket with this. */
      destroySoon: {
        value() {
          if (stream.writableFinished) stream.destroy();
          else stream.end(() => stream.destroy());
        },
      },
    }) as Duplex as Side;
  }

  function send(to: Direction, chunk: Uint8Array | undefined): void {
    to.queue.push({ due: time.clock.monotonic() + (fault().latencyMs ?? 0), chunk });
    to.queuedBytes += chunk?.length ?? 0;
    time.happened();
    schedule();
  }

  function schedule(): void {
    process.nextTick(pump);
  }
  function pump(): void {
    deliver(toServer, server);
    deliver(toClient, client);
  }

  function deliver(direction: Direction, reader: Side): void {
    while (direction.wanted && !reader.destroyed && fault().partition !== true) {
      const [next] = direction.queue;
      if (next === undefined) return;
      const wait = next.due - time.clock.monotonic();
      if (wait > 0) {
        direction.timer?.cancel();
        direction.timer = time.hidden.after(wait, pump);
        return;
      }
      direction.queue.shift();
      time.happened();
      if (next.chunk === undefined) {
        reader.push(null);
        return;
      }
      pass(direction, reader, next.chunk);
    }
  }

  function pass(direction: Direction, reader: Side, chunk: Uint8Array): void {
    const left = (fault().resetAfterBytes ?? Number.POSITIVE_INFINITY) - state.carried;
    const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
    state.carried += part.length;
    direction.queuedBytes -= chunk.length;
    direction.wanted = part.length === 0 || reader.push(part);
    const { drained } = direction;
    direction.drained = undefined;
    drained?.();
    if (part.length >= left) reset();
  }

  function reset(): void {
    for (const side of [client, server]) side.destroy(failure("ECONNRESET", "read"));
  }

  const client: Side = end(toClient, toServer, peers.client, () => server);
  const server: Side = end(toServer, toClient, peers.server, () => client);
  return { client, server, pump: schedule };
}

function newDirection(): Direction {
  return { queue: [], queuedBytes: 0, wanted: false, drained: undefined, timer: undefined };
}

/** An error as Node's sockets give it. */
export function failure(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
