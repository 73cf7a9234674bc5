import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Address, HttpHandler, HttpListener, HttpServerOptions, Timers } from "@sluice/component";
import { addressText } from "./address.ts";
import { coded } from "./errors.ts";
import { createHttpServer } from "./http-server.ts";
import { tlsServerOptions } from "./tls.ts";

/** Opens a port or Unix socket and serves HTTP/1.1 on it, over TLS when asked to. */
export async function serveHttp(
  options: HttpServerOptions,
  handler: HttpHandler,
  timers: Timers,
): Promise<HttpListener> {
  const { address, tls } = options;
  const http = createHttpServer(options, handler, timers);
  // Half-open: a client may end its side after the request and still wait for the answer.
  const shared = { allowHalfOpen: true, noDelay: true };
  const accept = (socket: Socket): void => http.accept(socket, peerOf(socket));
  const server = tls ? createTlsServer({ ...shared, ...tlsServerOptions(tls) }, accept) : createServer(shared, accept);
  const handshaking = new Set<Socket>();
  if (tls) {
    server.on("connection", (socket: Socket) => {
      handshaking.add(socket);
      socket.once("close", () => handshaking.delete(socket));
    });
    server.on("secureConnection", (socket: Socket) => handshaking.delete(socket));
    server.on("tlsClientError", (_error, socket: Socket) => socket.destroy());
  }
  await listen(server, address);
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return {
    address: addressText("path" in address ? address : { host: address.host, port }),
    port,
    async close() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of handshaking) socket.destroy();
      await http.close();
      await stopped;
    },
  };
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
