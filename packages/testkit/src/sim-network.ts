import type { Address, Connection, HttpHandler, HttpListener, HttpServerOptions, Net } from "@sluice/component";
import { addressText, createHttpServer, type Door, type DoorOptions, openHttp2, shareSocket } from "@sluice/runtime";
import { type Fault, failure, Link, type Side } from "./sim-link.ts";
import type { SimulatedTime } from "./sim-time.ts";

/** The first port given to a listener that asked for any. */
const FIRST_FREE_PORT = 40_000;

/** The network of a simulation, as a test sets it up and disturbs it. */
export interface SimulatedNetwork {
  /** Makes things go wrong at "host:port" from now on; without `fault` all is well again. */
  fault(address: string, fault?: Fault): void;
  /** Takes connections and says nothing by itself; for peers that break the rules. */
  listenRaw(address: Address, onConnection: (connection: Side) => void, options?: RawOptions): RawListener;
  /** A server of the test's own: not listed as open. */
  serveHttp(options: HttpServerOptions, handler: HttpHandler): Promise<HttpListener>;
  /** Connections that clients opened and did not close. */
  readonly connections: number;
}
/** Nobody speaks for it, so it cannot hand over. */
export type RawListener = Omit<HttpListener, "succeed">;
/** What a raw listener pretends to speak. */
export interface RawOptions {
  /** Clients must ask for TLS; nothing is encrypted. */
  readonly tls?: boolean;
  /** What ALPN agrees on, if the client offers it. */
  readonly alpn?: string;
}

/** Serves what connected while it held the socket. */
interface SimulatedDoor extends Door {
  readonly tls: boolean;
}

interface Listener {
  readonly text: string;
  readonly hidden: boolean;
  readonly alpn: string | undefined;
  /** Whether a client must ask for TLS now. */
  secure(): boolean;
  accept(side: Side): void;
}

/** A network in memory: one machine with every name that is listened on. */
export class Network implements SimulatedNetwork {
  readonly env: Net = {
    connect: (options) => this.#connect(options),
    serveHttp: (options, handler) => this.#serve(options, handler, false),
    http2: openHttp2,
  };
  readonly #time: SimulatedTime;
  readonly #listeners = new Map<string, Listener>();
  /** Open connections, and where to. */
  readonly #links = new Map<Link, string>();
  readonly #faults = new Map<string, Fault>();
  /** Told at every change of faults. */
  readonly #waiting = new Set<() => void>();
  #port = FIRST_FREE_PORT;
  #clients = 0;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  fault(address: string, fault: Fault = {}): void {
    const [host = "", port = ""] = address.split(/:(?=\d+$)/);
    this.#faults.set(keyOf(port === "" ? { path: address } : { host, port: Number(port) }), fault);
    for (const link of this.#links.keys()) link.pump();
    for (const fn of this.#waiting) fn();
    this.#waiting.clear();
    this.#time.happened();
  }

  listenRaw(address: Address, onConnection: (side: Side) => void, options: RawOptions = {}): RawListener {
    const { tls = false, alpn } = options;
    const { text, port } = this.#listen(address, { hidden: true, alpn, secure: () => tls, accept: onConnection });
    return { address: text, port, close: async () => this.#forget(text) };
  }

  serveHttp(options: HttpServerOptions, handler: HttpHandler): Promise<HttpListener> {
    return this.#serve(options, handler, true);
  }

  get connections(): number {
    return this.#links.size;
  }

  /** What the simulated code left open, one line each. */
  open(): string[] {
    return [
      ...[...this.#listeners.values()].filter(({ hidden }) => !hidden).map(({ text }) => `listener on ${text}`),
      ...[...this.#links.values()].map((text) => `connection to ${text}`),
    ];
  }

  #listen(address: Address, listener: Omit<Listener, "text">): { text: string; port: number } {
    const bound = "port" in address && address.port === 0 ? { ...address, port: this.#port++ } : address;
    const key = keyOf(bound);
    const text = addressText(bound);
    if (this.#listeners.has(key)) throw Object.assign(new Error(`cannot listen on "${text}"`), { code: "EADDRINUSE" });
    this.#listeners.set(key, { ...listener, text });
    return { text, port: "port" in bound ? bound.port : 0 };
  }

  async #serve(options: HttpServerOptions, handler: HttpHandler, hidden: boolean): Promise<HttpListener> {
    const timers = hidden ? this.#time.hidden : this.#time.timers;
    const open = (of: DoorOptions, by: HttpHandler): SimulatedDoor =>
      Object.assign(createHttpServer(of, by, timers), { tls: of.tls !== undefined });
    const first = open(options, handler);
    const { text, port } = this.#listen(options.address, {
      hidden,
      alpn: "http/1.1",
      secure: () => shared.holder()?.tls ?? false,
      accept: (side) => shared.holder()?.accept(side, side.remoteAddress),
    });
    const stop = async (): Promise<void> => this.#forget(text);
    const shared = shareSocket({ address: text, port, stop }, first, open);
    return shared.listener;
  }

  #forget(text: string): void {
    for (const [key, listener] of this.#listeners) if (listener.text === text) this.#listeners.delete(key);
  }

  /** The listener on this very name, or one on all names of the machine. */
  #listenerAt(address: Address): Listener | undefined {
    const exact = this.#listeners.get(keyOf(address));
    if (exact !== undefined || "path" in address) return exact;
    return this.#listeners.get(keyOf({ host: "0.0.0.0", port: address.port }));
  }

  #faultOf(key: string): Fault {
    return this.#faults.get(key) ?? {};
  }

  /** Waits as long as the network takes, and for the end of a partition. */
  async #reach(key: string, signal: AbortSignal | undefined): Promise<void> {
    const { latencyMs = 0 } = this.#faultOf(key);
    if (latencyMs > 0) await this.#time.hidden.sleep(latencyMs, signal);
    while (this.#faultOf(key).partition) await this.#nextFault(signal);
  }

  #nextFault(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  async #connect(options: Parameters<Net["connect"]>[0]): Promise<Connection> {
    const { address, tls, over, signal } = options;
    const key = keyOf(address);
    signal?.throwIfAborted();
    this.#time.happened();
    const listener = this.#listenerAt(address);
    const agreed = listener?.alpn !== undefined && tls?.alpn?.includes(listener.alpn) ? listener.alpn : undefined;
    if (over !== undefined) return withAlpn(over, agreed);
    await this.#reach(key, signal);
    // It may have come or gone in the meantime.
    const reached = this.#listenerAt(address);
    if (reached === undefined || this.#faultOf(key).refuse) throw refusal(address);
    if (tls && !reached.secure()) throw refused(addressText(address), "ERR_SSL_WRONG_VERSION_NUMBER");
    return this.#open(address, reached, tls === undefined ? undefined : agreed, tls !== undefined);
  }

  #open(address: Address, listener: Listener, alpn: string | undefined, secure: boolean): Connection {
    const text = addressText(address);
    const peers = { client: text, server: `127.0.0.1:${50_000 + (this.#clients++ % 10_000)}` };
    const link = new Link(this.#time, () => this.#faultOf(keyOf(address)), peers);
    this.#links.set(link, text);
    link.client.once("close", () => this.#links.delete(link));
    withAlpn(link.client, alpn);
    withAlpn(link.server, alpn);
    // Plain bytes are no handshake.
    if (listener.secure() && !secure) link.server.destroy();
    else listener.accept(link.server);
    return link.client;
  }
}

function withAlpn<C extends Connection>(connection: C, alpn: string | undefined): C {
  return Object.defineProperty(connection, "alpn", { value: alpn, enumerable: true, configurable: true });
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
