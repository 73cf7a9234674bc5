import type { Address, Connection, HttpHandler, HttpListener, HttpServerOptions, Net } from "@sluice/component";
import { addressText, createHttpServer, openHttp2 } from "@sluice/runtime";
import { createLink, type Fault, failure, type Link, type Side } from "./sim-link.ts";
import type { SimulatedTime } from "./sim-time.ts";

/** The first port given to a listener that asked for any. */
const FIRST_FREE_PORT = 40_000;

/** The network of a simulation, as a test sets it up and disturbs it. */
export interface SimulatedNetwork {
  /** Makes things go wrong at "host:port" from now on; without `fault` all is well again. */
  fault(address: string, fault?: Fault): void;
  /** Takes connections and says nothing by itself; for peers that break the rules. */
  listenRaw(address: Address, onConnection: (connection: Side) => void, options?: RawOptions): HttpListener;
  /** A server of the test's own: not listed as open. */
  serveHttp(options: HttpServerOptions, handler: HttpHandler): Promise<HttpListener>;
  /** Connections that clients opened and did not close. */
  readonly connections: number;
}
export interface RawOptions {
  /** Clients must ask for TLS; nothing is encrypted. */
  readonly tls?: boolean;
  /** What ALPN agrees on, if the client offers it. */
  readonly alpn?: string;
}

interface Listener extends RawOptions {
  readonly text: string;
  readonly hidden: boolean;
  accept(side: Side): void;
}

/** A network in memory: one machine with every name that is listened on. `open` lists what the simulated code left open. */
export function createNetwork(time: SimulatedTime): {
  readonly network: SimulatedNetwork;
  readonly env: Net;
  open(): string[];
} {
  const listeners = new Map<string, Listener>();
  const links = new Map<Link, string>();
  const faults = new Map<string, Fault>();
  /** Told at every change of faults. */
  const waiting = new Set<() => void>();
  const state = { port: FIRST_FREE_PORT, client: 0 };
  const faultOf = (key: string): Fault => faults.get(key) ?? {};

  function listen(address: Address, listener: Omit<Listener, "text">): { text: string; port: number } {
    const bound = "port" in address && address.port === 0 ? { ...address, port: state.port++ } : address;
    const key = keyOf(bound);
    const text = addressText(bound);
    if (listeners.has(key)) throw Object.assign(new Error(`cannot listen on "${text}"`), { code: "EADDRINUSE" });
    listeners.set(key, { ...listener, text });
    return { text, port: "port" in bound ? bound.port : 0 };
  }

  async function serveHttp(options: HttpServerOptions, handler: HttpHandler, hidden: boolean): Promise<HttpListener> {
    const server = createHttpServer(options, handler, hidden ? time.hidden : time.timers);
    const { text, port } = listen(options.address, {
      hidden,
      tls: options.tls !== undefined,
      alpn: "http/1.1",
      accept: (side) => server.accept(side, side.remoteAddress),
    });
    return {
      address: text,
      port,
      close() {
        forget(text);
        return server.close();
      },
    };
  }

  function listenRaw(address: Address, onConnection: (side: Side) => void, options: RawOptions = {}): HttpListener {
    const { text, port } = listen(address, { ...options, hidden: true, accept: onConnection });
    return { address: text, port, close: async () => forget(text) };
  }

  function forget(text: string): void {
    for (const [key, listener] of listeners) if (listener.text === text) listeners.delete(key);
  }

  /** The listener on this very name, or one on all names of the machine. */
  function listenerAt(address: Address): Listener | undefined {
    const exact = listeners.get(keyOf(address));
    return exact ?? ("port" in address ? listeners.get(keyOf({ host: "0.0.0.0", port: address.port })) : undefined);
  }

  /** Waits as long as the network takes, and for the end of a partition. */
  async function reach(key: string, signal: AbortSignal | undefined): Promise<void> {
    const { latencyMs = 0 } = faultOf(key);
    if (latencyMs > 0) await time.hidden.sleep(latencyMs, signal);
    while (faultOf(key).partition) await nextFault(signal);
  }

  function nextFault(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.add(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  async function connect({ address, tls, over, signal }: Parameters<Net["connect"]>[0]): Promise<Connection> {
    const key = keyOf(address);
    const text = addressText(address);
    signal?.throwIfAborted();
    time.happened();
    if (over === undefined) await reach(key, signal);
    const listener = listenerAt(address);
    if (over === undefined && (listener === undefined || faultOf(key).refuse)) throw refusal(address);
    const alpn = tls && listener?.alpn !== undefined && tls.alpn?.includes(listener.alpn) ? listener.alpn : undefined;
    if (over !== undefined) return Object.defineProperty(over, "alpn", { value: alpn, configurable: true });
    if (tls && !listener?.tls) throw refused(text, "ERR_SSL_WRONG_VERSION_NUMBER");
    const peers = { client: text, server: `127.0.0.1:${50_000 + (state.client++ % 10_000)}` };
    const link = createLink(time, () => faultOf(key), peers);
    links.set(link, text);
    link.client.once("close", () => links.delete(link));
    for (const side of [link.client, link.server]) {
      Object.defineProperty(side, "alpn", { value: alpn, configurable: true });
    }
    // Plain bytes are no handshake.
    if (listener?.tls && !tls) link.server.destroy();
    else listener?.accept(link.server);
    return link.client;
  }

  return {
    network: {
      fault(address, fault) {
        const [host = "", port = ""] = address.split(/:(?=\d+$)/);
        faults.set(keyOf(port === "" ? { path: address } : { host, port: Number(port) }), fault ?? {});
        for (const link of links.keys()) link.pump();
        for (const fn of waiting) fn();
        waiting.clear();
        time.happened();
      },
      listenRaw,
      serveHttp: (options, handler) => serveHttp(options, handler, true),
      get connections() {
        return links.size;
      },
    },
    env: { connect, serveHttp: (options, handler) => serveHttp(options, handler, false), http2: openHttp2 },
    open: () => [
      ...[...listeners.values()].filter(({ hidden }) => !hidden).map(({ text }) => `listener on ${text}`),
      ...[...links.values()].map((text) => `connection to ${text}`),
    ],
  };
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1", "[::1]"]);
const ANY = new Set(["0.0.0.0", "::", "[::]", ""]);

/** One text for all ways to write an address. */
function keyOf(address: Address): string {
  if ("path" in address) return address.path;
  const { host, port } = address;
  return `${LOOPBACK.has(host) ? "loopback" : ANY.has(host) ? "any" : host}:${port}`;
}

function refusal(address: Address): Error {
  return refused(addressText(address), "path" in address ? "ENOENT" : "ECONNREFUSED");
}

function refused(text: string, code: string): Error {
  return Object.assign(new Error(`cannot connect to "${text}"`, { cause: failure(code, "connect") }), { code });
}
