import { connect as connectTcp, type NetConnectOpts, type Socket, type TcpNetConnectOpts } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Connection, Net, Timers } from "@sluice/component";
import { addressText } from "./address.ts";
import { coded } from "./errors.ts";
import { openHttp2 } from "./http2.ts";
import { serveHttp } from "./listen.ts";
import { nodeTls, tlsClientOptions } from "./tls.ts";

type ConnectOptions = Parameters<Net["connect"]>[0];

/** Sockets of this machine; those that a guest opens do not keep the process alive. */
export function createNet(timers: Timers, isGuest = false): Net {
  return {
    connect: (options) => connect(options, isGuest),
    serveHttp: (options, handler) => serveHttp(options, handler, timers),
    http2: openHttp2,
  };
}

function connect(options: ConnectOptions, isGuest: boolean): Promise<Connection> {
  const { address, tls, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const socket = open(options);
    if (isGuest) socket.unref();
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

function open({ address, tls, over, lends }: ConnectOptions): Socket {
  const where = "path" in address ? { path: address.path } : { host: address.host, port: address.port };
  if (tls === undefined) return lends ? openLending(where) : connectTcp({ ...where, noDelay: true });
  const options = tlsClientOptions("host" in address ? address.host : "localhost", tls);
  if (over !== undefined) return nodeTls().connect({ ...options, socket: over });
  const socket = nodeTls().connect({ ...options, ...where });
  socket.setNoDelay(true);
  return socket;
}

/** One buffer for all: what is read is lent to its reader before the next read. Saves an allocation of 64 KiB a read. */
let readBuffer: Buffer | undefined;

function openLending(where: { host: string; port: number } | { path: string }): Socket {
  readBuffer ??= Buffer.allocUnsafeSlow(256 * 1024);
  let lend: ((piece: Buffer) => void) | undefined;
  const onread = {
    buffer: readBuffer,
    callback(length: number, buffer: Uint8Array): boolean {
      const piece = (buffer as Buffer).subarray(0, length);
      if (lend === undefined) return socket.push(Buffer.from(piece));
      lend(piece);
      return true;
    },
  };
  // Node takes `onread` wherever it takes an address; its types know it only for TCP.
  const options: NetConnectOpts = { ...where, noDelay: true, onread } as TcpNetConnectOpts;
  const socket: Socket = connectTcp(options);
  Object.defineProperty(socket, "lend", {
    value(fn: (piece: Buffer) => void): void {
      lend = fn;
      // Nobody listens for data, which is what makes a stream flow.
      socket.resume();
    },
  });
  return socket;
}

/** The socket itself, with what the contract adds; Node's own `remoteAddress` lacks the port and is gone after a close. */
function asConnection(socket: Socket, remoteAddress: string): Connection {
  const { alpnProtocol } = socket as Partial<TLSSocket>;
  const alpn = typeof alpnProtocol === "string" ? alpnProtocol : undefined;
  return Object.defineProperties(socket, {
    alpn: { value: alpn, enumerable: true },
    remoteAddress: { value: remoteAddress, enumerable: true },
  }) as Socket & Connection;
}
