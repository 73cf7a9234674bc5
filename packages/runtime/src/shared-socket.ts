import type { Duplex } from "node:stream";
import type { HttpHandler, HttpListener, HttpServerOptions } from "@sluice/component";

/** Serves the connections that came while one listener held the socket. */
export interface Door {
  /** Takes over the connection. */
  accept(connection: Duplex, remoteAddress: string): void;
  /**
   * Ends connections after their answers; those that asked nothing yet get their first one, and idle ones another if they ask
   * within a second. Resolves when none is left.
   */
  retire(): Promise<void>;
  /** As `retire`, but ends idle connections at once and waits for nobody who asked nothing yet; also while `retire` is under way. */
  close(): Promise<void>;
}
/** What doors are opened with. */
export type DoorOptions = Omit<HttpServerOptions, "address">;

/** A socket that listens, real or simulated. */
export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  /** Takes no connection any more, from the call on. */
  stop(): Promise<void>;
}

/** One socket and those who hold it in turn. */
export interface SharedSocket<D extends Door> {
  /** The first listener; the others come from its `succeed`. */
  readonly listener: HttpListener;
  /** Who takes what connects now; undefined when all are closed. */
  holder(): D | undefined;
}

/**
 * Lets listeners hand a socket over: the newest that is open holds it, and the last to close stops it. `open` makes the door of a
 * successor, and throws when its options cannot be used.
 */
export function shareSocket<D extends Door>(
  socket: ListeningSocket,
  first: D,
  open: (options: DoorOptions, handler: HttpHandler) => D,
): SharedSocket<D> {
  const { address, port } = socket;
  const doors: D[] = [];
  const stopping = Promise.withResolvers<void>();
  let stopped: Promise<void> | undefined;

  function listenerOf(door: D): HttpListener {
    doors.push(door);
    return {
      address,
      port,
      async succeed(options, handler) {
        if (doors.at(-1) !== door) {
          throw new Error(
            `cannot hand over "${address}": this listener ${doors.includes(door) ? "did before" : "is closed"}`,
          );
        }
        return listenerOf(open(options, handler));
      },
      async close() {
        const at = doors.indexOf(door);
        if (at >= 0) doors.splice(at, 1);
        // Who just connected is about to ask, and was told of no end; but an end of all waits for nobody.
        if (doors.length > 0) await Promise.race([door.retire(), stopping.promise]);
        else {
          stopped ??= socket.stop();
          stopping.resolve();
        }
        await door.close();
        await stopped;
      },
    };
  }
  return { listener: listenerOf(first), holder: () => doors.at(-1) };
}
