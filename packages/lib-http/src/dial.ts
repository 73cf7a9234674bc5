import type { Connection, Net, TlsClientOptions } from "@sluice/component";
import type { Deadline } from "./deadline.ts";
import { HttpError } from "./errors.ts";
import { basicCredentials, checkHeaders, headBytes } from "./head.ts";
import { Http1Connection } from "./http1.ts";
import { socks5Connect } from "./socks.ts";
import { bareHost, portOf } from "./url.ts";

/**
 * TLS material for new connections. Asked at each connection attempt; must give the same object as long as nothing changed:
 * another object means other connections.
 */
export type TlsSource = () => TlsClientOptions | Promise<TlsClientOptions>;

/** The way to an origin. */
export interface Route {
  /** Requests with one key can share connections. */
  readonly key: string;
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly proxy: URL | undefined;
  /** Connects here instead of to host and port. */
  readonly socketPath: string | undefined;
}

/** What all connections of a client have in common. */
export interface DialOptions {
  readonly net: Net;
  /** Sent with CONNECT. */
  readonly connectHeaders: Readonly<Record<string, string>>;
}

/** Longest answer to CONNECT worth reading. */
const CONNECT_ANSWER = 64 << 10;

/** What a connection needs of TLS: to the origin (with ALPN), and to an https proxy (without). */
export interface DialTls {
  readonly origin: TlsClientOptions;
  readonly proxy: TlsClientOptions;
}

/** Opens a connection along a route. Rejects with `HttpError` ("connect", or what ended the request). */
export async function dial(
  options: DialOptions,
  route: Route,
  tls: DialTls | undefined,
  deadline: Deadline,
): Promise<Connection> {
  try {
    return await open(options, route, tls, deadline);
  } catch (cause) {
    if (deadline.error !== undefined) throw deadline.error;
    if (cause instanceof HttpError) throw cause;
    throw new HttpError("connect", `cannot connect to "${route.socketPath ?? authority(route)}"`, { cause });
  }
}

async function open(
  options: DialOptions,
  route: Route,
  tls: DialTls | undefined,
  deadline: Deadline,
): Promise<Connection> {
  const { net } = options;
  const { host, port, proxy, socketPath } = route;
  const toOrigin = route.secure ? tls?.origin : undefined;
  if (proxy === undefined) {
    const address = socketPath === undefined ? { host, port } : { path: socketPath };
    return await connect(net, { address, tls: toOrigin, lends: true }, deadline);
  }
  const proxyTls = proxy.protocol === "https:" ? tls?.proxy : undefined;
  const proxyAddress = { host: bareHost(proxy), port: portOf(proxy) };
  const connection = await connect(net, { address: proxyAddress, tls: proxyTls }, deadline);
  // Under TLS nobody else listens for its errors; they show as a closed connection.
  connection.on("error", () => {});
  try {
    if (proxy.protocol.startsWith("socks5")) await deadline.race(socks5Connect(connection, proxy, host, port));
    else if (route.secure) await connectThrough(options, connection, route, proxy, deadline);
    if (toOrigin === undefined) return connection;
    return await connect(net, { address: { host, port }, tls: toOrigin, over: connection }, deadline);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** One step of the way; the end of the request ends it. */
async function connect(
  net: Net,
  options: Omit<Parameters<Net["connect"]>[0], "signal">,
  deadline: Deadline,
): Promise<Connection> {
  const controller = new AbortController();
  deadline.listen((error) => controller.abort(error));
  try {
    return await net.connect({ ...options, signal: controller.signal });
  } finally {
    deadline.listen(undefined);
  }
}

async function connectThrough(
  { connectHeaders }: DialOptions,
  connection: Connection,
  route: Route,
  proxy: URL,
  deadline: Deadline,
): Promise<void> {
  const target = authority(route);
  const login = basicCredentials(proxy);
  const headers = { Host: target, ...(login && { "Proxy-Authorization": login }), ...connectHeaders };
  checkHeaders(headers);
  const tunnel = new Http1Connection(connection, "", 0);
  const expectation = { method: "CONNECT", limit: CONNECT_ANSWER, truncate: false, scratch: undefined };
  const answer = await tunnel.send(headBytes("CONNECT", target, headers), undefined, expectation, deadline);
  if (answer.status >= 300 || !tunnel.reusable) {
    const status = `${answer.status} ${answer.statusText}`.trim();
    throw new HttpError("connect", `cannot connect to "${target}" through the proxy: ${status}`);
  }
  tunnel.release();
}

const authority = ({ host, port }: Route): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
