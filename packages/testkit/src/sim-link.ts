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

interface Direction {
  readonly queue: { readonly due: number; readonly chunk: Uint8Array | undefined }[];
  queuedBytes: number;
  /** The reader asked for more. */
  wanted: boolean;
  /** Continues a writer that filled the window. */
  drained: (() => void) | undefined;
  timer: Timer | undefined;
}

/** A connection in memory: both ends, and what lies between. */
export class Link {
  readonly client: Side;
  readonly server: Side;
  readonly #time: SimulatedTime;
  readonly #fault: () => Fault;
  readonly #toServer = newDirection();
  readonly #toClient = newDirection();
  #carried = 0;

  /** `peers` says what each end sees as its peer. */
  constructor(time: SimulatedTime, fault: () => Fault, peers: { readonly client: string; readonly server: string }) {
    this.#time = time;
    this.#fault = fault;
    this.client = this.#end(this.#toClient, this.#toServer, peers.client, () => this.server);
    this.server = this.#end(this.#toServer, this.#toClient, peers.server, () => this.client);
  }

  /** Looks again for what may pass: after a fault is over. */
  pump(): void {
    process.nextTick(() => {
      this.#deliver(this.#toServer, this.server);
      this.#deliver(this.#toClient, this.client);
    });
  }

  #end(from: Direction, to: Direction, remoteAddress: string, other: () => Side): Side {
    const stream: Duplex = new Duplex({
      // A server may still answer a client that ended its side.
      allowHalfOpen: from === this.#toServer,
      read: () => {
        from.wanted = true;
        this.pump();
      },
      write: (chunk: Uint8Array, _encoding, callback) => {
        if (other().destroyed) return callback(failure("EPIPE", "write"));
        // A copy, as a kernel makes one: whoever reuses the buffer too early is found out.
        this.#send(to, Buffer.from(chunk));
        if (to.queuedBytes < WINDOW_BYTES) callback();
        else to.drained = callback;
      },
      final: (callback) => {
        this.#send(to, undefined);
        callback();
      },
      destroy: (error, callback) => {
        // A side that goes away without ending is seen as ended.
        if (!stream.writableFinished) this.#send(to, undefined);
        from.timer?.cancel();
        from.queue.length = 0;
        from.drained?.();
        this.#time.happened();
        callback(error);
      },
    });
    // As a real connection: it may fail while nobody listens.
    stream.on("error", () => {});
    return Object.defineProperties(stream, {
      alpn: { value: undefined, enumerable: true, configurable: true },
      remoteAddress: { value: remoteAddress, enumerable: true },
      reset: { value: () => this.#reset() },
      destroySoon: { value: () => destroySoon(stream) },
    }) as Duplex as Side;
  }

  #send(to: Direction, chunk: Uint8Array | undefined): void {
    to.queue.push({ due: this.#time.clock.monotonic() + (this.#fault().latencyMs ?? 0), chunk });
    to.queuedBytes += chunk?.length ?? 0;
    this.#time.happened();
    this.pump();
  }

  #deliver(direction: Direction, reader: Side): void {
    while (direction.wanted && !reader.destroyed && this.#fault().partition !== true) {
      const [next] = direction.queue;
      if (next === undefined) return;
      const wait = next.due - this.#time.clock.monotonic();
      if (wait > 0) {
        direction.timer?.cancel();
        direction.timer = this.#time.hidden.after(wait, () => this.pump());
        return;
      }
      direction.queue.shift();
      this.#time.happened();
      if (next.chunk === undefined) {
        reader.push(null);
        return;
      }
      this.#pass(direction, reader, next.chunk);
    }
  }

  #pass(direction: Direction, reader: Side, chunk: Uint8Array): void {
    const left = (this.#fault().resetAfterBytes ?? Number.POSITIVE_INFINITY) - this.#carried;
    const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
    this.#carried += part.length;
    direction.queuedBytes -= chunk.length;
    direction.wanted = part.length === 0 || reader.push(part);
    const { drained } = direction;
    direction.drained = undefined;
    drained?.();
    if (part.length >= left) this.#reset();
  }

  #reset(): void {
    for (const side of [this.client, this.server]) side.destroy(failure("ECONNRESET", "read"));
  }
}

function newDirection(): Direction {
  return { queue: [], queuedBytes: 0, wanted: false, drained: undefined, timer: undefined };
}

/** What Node's HTTP server ends a socket with. */
function destroySoon(stream: Duplex): void {
  if (stream.writableFinished) stream.destroy();
  else stream.end(() => stream.destroy());
}

/** An error as Node's sockets give it. */
export function failure(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
