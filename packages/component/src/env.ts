import type { Duplex } from "node:stream";

/**
 * Everything that is not pure, given to a component as `ctx.env`. `@sluice/runtime` implements it over Node; `@sluice/testkit`
 * implements it with a virtual clock, seeded random, and network and files in memory. Nothing else touches the outside.
 */
export interface Env {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly net: Net;
  readonly files: Files;
  readonly process: Process;
}

export interface Clock {
  /** Wall time in milliseconds since 1970, with fractions. */
  now(): number;
  /** Milliseconds since an arbitrary moment, with fractions; never goes back. */
  monotonic(): number;
}

export interface Timer {
  /** Safe to call twice and after the timer fired. */
  cancel(): void;
}
export interface Timers {
  /** Calls `fn` once after `ms` milliseconds (at least 0). */
  after(ms: number, fn: () => void): Timer;
  /** Resolves after `ms`; rejects with `signal.reason` when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** 0 <= x < 1. */
  next(): number;
  bytes(length: number): Uint8Array;
}

/** A byte stream to a peer: a TCP, TLS or Unix socket, or its simulated twin. */
export interface Connection extends Duplex {
  /** What ALPN agreed on ("h2", "http/1.1"), if TLS and agreed. */
  readonly alpn: string | undefined;
  /** The peer as "host:port" or the socket path. */
  readonly remoteAddress: string;
  /**
   * There when it was opened with `lends`: from now on each piece that is read is lent to `fn` instead of emitting "data". The
   * piece is valid only during the call, because all connections read into one buffer.
   */
  lend?(fn: (piece: Buffer) => void): void;
}
/** TLS material as PEM text; undefined = the system's roots. */
export interface TlsClientOptions {
  readonly ca?: readonly string[] | undefined;
  /** The system's roots are trusted beside `ca`. */
  readonly systemCa?: boolean;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Name for SNI and for verification. */
  readonly serverName?: string | undefined;
  readonly insecureSkipVerify?: boolean;
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
  /** OpenSSL cipher names. */
  readonly ciphers?: readonly string[] | undefined;
  readonly curves?: readonly string[] | undefined;
  readonly alpn?: readonly string[] | undefined;
}
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
export interface TlsServerOptions {
  readonly cert: string;
  readonly key: string;
  /** When set, clients must show a certificate signed by one of these. */
  readonly clientCa?: readonly string[] | undefined;
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
  readonly ciphers?: readonly string[] | undefined;
  readonly curves?: readonly string[] | undefined;
}
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export interface Net {
  /**
   * Opens a connection (TLS when `tls` is given; `over` starts TLS on an open connection, for CONNECT proxies). Rejects with
   * an Error whose `code` is Node's (ECONNREFUSED, ENOTFOUND, CERT_...), or with `signal.reason`.
   */
  connect(options: {
    readonly address: Address;
    readonly tls?: TlsClientOptions | undefined;
    readonly over?: Connection | undefined;
    /** Asks for a connection that can `lend`; a network that has none gives an ordinary one. */
    readonly lends?: boolean;
    readonly signal?: AbortSignal | undefined;
  }): Promise<Connection>;
  /** Serves HTTP/1.1 (port 0 = any free port). Rejects with `code` EADDRINUSE, EACCES and kin. */
  serveHttp(options: HttpServerOptions, handler: HttpHandler): Promise<HttpListener>;
  /** Opens HTTP/2 on a connection on which ALPN agreed on h2. */
  http2(connection: Connection): Http2Session;
}

export interface HttpServerOptions {
  readonly address: Address;
  readonly tls?: TlsServerOptions | undefined;
  /** Largest request body in bytes as it stands on the wire; larger is answered 413. */
  readonly maxBodyBytes: number;
  /** Milliseconds; 0 = no limit. */
  readonly readTimeoutMs?: number;
  readonly headerTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
}
export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Lower-case names; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  /** Whole body, within `maxBodyBytes`. Read on the first call; rejects when the client goes away. */
  body(): Promise<Uint8Array>;
}
export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}
/** A throw is answered with 500 and never reaches the process. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
export interface HttpListener {
  /** As "host:port" with the real port, or the socket path. */
  readonly address: string;
  readonly port: number;
  /**
   * Hands the socket over: what connects from now on is served by `handler` within the limits and TLS of `options`; nothing is
   * refused in between. The address stays. Closing this listener then ends its own connections only, and closing the new one
   * first gives the socket back to this. Rejects, nothing changed, when the options cannot be used, or when it handed over before.
   */
  succeed(options: Omit<HttpServerOptions, "address">, handler: HttpHandler): Promise<HttpListener>;
  /** Stops accepting, lets answers under way finish, closes idle connections. */
  close(): Promise<void>;
}
/** One HTTP/2 connection; requests run side by side. */
export interface Http2Session {
  readonly closed: boolean;
  request(
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Duplex }>;
  close(): void;
}

export interface Files {
  /** Rejects with `code` ENOENT, EACCES, EISDIR; with EFBIG when there are more than `most` bytes, also of a file without an end. */
  read(path: string, most?: number): Promise<Uint8Array>;
  readText(path: string): Promise<string>;
  /** undefined when nothing is there. */
  stat(
    path: string,
  ): Promise<{ readonly kind: "file" | "directory"; readonly size: number; readonly modifiedMs: number } | undefined>;
  /** Names in a directory, sorted. */
  list(directory: string): Promise<readonly string[]>;
  /** Appends; creates the file when missing. */
  append(path: string, data: string | Uint8Array): Promise<void>;
  /** Replaces all that a file holds; creates it when missing. */
  write(path: string, data: string | Uint8Array): Promise<void>;
  /** Calls `fn` some time after something in the directory changed; may call once for several changes. */
  watch(directory: string, fn: () => void): Timer;
}

export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly hostname: string;
  /** Working directory: the base of relative paths. */
  readonly cwd: string;
  /** What runs the program, for people: "Node 24.21.0, linux x64". */
  readonly runtime: string;
  /** Bytes that the heap may grow to. */
  readonly heapLimit: number;
  memory(): { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number; readonly external: number };
  /** User and system CPU seconds since the start. */
  cpuSeconds(): number;
  /** By how many milliseconds the event loop was late since the last call; measuring begins with the first call, which gives undefined. */
  eventLoopDelay?(): { readonly p50: number; readonly p99: number; readonly max: number } | undefined;
  /** Gives back memory that nothing needs any more; stops everything for tens of milliseconds, and longer with a large heap. */
  releaseMemory?(): void;
  write(stream: "stdout" | "stderr", text: string): void;
}
