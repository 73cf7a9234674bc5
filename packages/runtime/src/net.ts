import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { Connection, Net, Timers } from "@sluice/component";
import { addressText } from "./address.ts";
import { coded } from "./errors.ts";
import { openHttp2 } from "./http2.ts";
import { serveHttp } from "./listen.ts";
import { tlsClientOptions } from "./tls.ts";

type ConnectOptions = Parameters<Net["connect"]>[0];

/** Sockets of this machine. */
export function createNet(timers: Timers): Net {
  return { connect, serveHttp: (options, handler) => serveHttp(options, handler, timers), http2: openHttp2 };
}

function connect(options: ConnectOptions): Promise<Connection> {
  const { address, tls, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const socket = open(options);
    // An idle connection may fail while nobody listens; whoever uses it sees it closed.
    socket.on("error", () => {});
    const abort = (): void => {
      reject(signal?.reason);
      socket.destroy();
    };
    const fail = (error: Error): void => {
      signal?.removeEventListener("abort", abort);
      reject(coded(`cannot connect to "${addressText(address)}"`, error));
    };
    // A peer that hangs up during the handshake closes without an error.
    const closed = (): void => fail(Object.assign(new Error("the peer closed the connection"), { code: "ECONNRESET" }));
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("error", fail);
    socket.once("close", closed);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      signal?.removeEventListener("abort", abort);
      socket.off("error", fail);
      socket.off("close", closed);
      resolve(asConnection(socket, addressText(address)));
    });
  });
}

function open({ address, tls, over }: ConnectOptions): Socket {
  const where = "path" in address ? { path: address.path } : { host: address.host, port: address.port };
  if (tls === undefined) return connectTcp({ ...where, noDelay: true });
  const options = tlsClientOptions("host" in address ? address.host : "localhost", tls);
  if (over !== undefined) return connectTls({ ...options, socket: over });
  const socket = connectTls({ ...options, ...where });
  socket.setNoDelay(true);
  return socket;
}

/** The socket itself, with what the contract adds; Node's own `remoteAddress` lacks the port and is gone after a close. */
function asConnection(socket: Socket, remoteAddress: string): Connection {
  const alpn = socket instanceof TLSSocket && socket.alpnProtocol ? socket.alpnProtocol : undefined;
  return Object.defineProperties(socket, {
    alpn: { value: alpn, enumerable: true },
    remoteAddress: { value: remoteAddress, enumerable: true },
  }) as Socket & Connection;
}
