import { createServer, type Server, type Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import type { Address, HttpHandler, HttpListener, HttpServerOptions, Timers } from "@sluice/component";
import { addressText } from "./address.ts";
import { createEmptiness } from "./emptiness.ts";
import { coded } from "./errors.ts";
import { createHttpServer } from "./http-server.ts";
import { type Door, type DoorOptions, shareSocket } from "./shared-socket.ts";
import { nodeTls, tlsServerOptions } from "./tls.ts";

/** A door for sockets as they were accepted: TLS, if any, begins behind it. */
interface SocketDoor extends Door {
  accept(socket: Socket, remoteAddress: string): void;
}

/** Opens a port or Unix socket and serves HTTP/1.1 on it, over TLS when asked to. */
export async function serveHttp(
  options: HttpServerOptions,
  handler: HttpHandler,
  timers: Timers,
): Promise<HttpListener> {
  const { address } = options;
  const open = (of: DoorOptions, by: HttpHandler): SocketDoor => openDoor(of, by, timers);
  const first = open(options, handler);
  // Half-open: a client may end its side after the request and still wait for the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  await listen(server, address);
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const shared = shareSocket(
    {
      address: addressText("path" in address ? address : { host: address.host, port }),
      port,
      stop: () => new Promise((resolve) => server.close(() => resolve())),
    },
    first,
    open,
  );
  server.on("connection", (socket) => {
    const holder = shared.holder();
    if (holder === undefined) socket.destroy();
    else holder.accept(socket, peerOf(socket));
  });
  return shared.listener;
}

function openDoor(options: DoorOptions, handler: HttpHandler, timers: Timers): SocketDoor {
  const http = createHttpServer(options, handler, timers);
  const tls = options.tls && tlsServer(options.tls, (socket) => http.accept(socket, peerOf(socket)));
  /** Those still shaking hands, too. */
  const sockets = new Set<Socket>();
  const emptiness = createEmptiness(() => sockets.size === 0);
  return {
    accept(socket, remoteAddress) {
      sockets.add(socket);
      socket.once("close", () => {
        sockets.delete(socket);
        emptiness.check();
      });
      if (tls) tls.emit("connection", socket);
      else http.accept(socket, remoteAddress);
    },
    async retire() {
      void http.retire();
      await emptiness.wait();
    },
    async close() {
      await http.close();
      for (const socket of sockets) socket.destroy();
      await emptiness.wait();
    },
  };
}

/** Shakes hands on sockets that others accepted; does not listen itself. */
function tlsServer(options: NonNullable<HttpServerOptions["tls"]>, secured: (socket: Socket) => void): TlsServer {
  try {
    const server = nodeTls().createServer(tlsServerOptions(options), secured);
    return server.on("tlsClientError", (_error, socket) => socket.destroy());
  } catch (error) {
    throw coded("cannot use the TLS settings", error);
  }
}

function listen(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => reject(coded(`cannot listen on "${addressText(address)}"`, error));
    server.once("error", refused);
    server.listen("path" in address ? { path: address.path } : { host: address.host, port: address.port }, () => {
      server.off("error", refused);
      // Out of file descriptors: the connection is lost, the listener lives on.
      server.on("error", () => {});
      resolve();
    });
  });
}

function peerOf(socket: Socket): string {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return "";
  return addressText({ host: remoteAddress, port: remotePort });
}
