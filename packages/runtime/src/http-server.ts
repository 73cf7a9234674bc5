import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpHandler, HttpRequest, HttpResponse, Timer, Timers } from "@sluice/component";
import { createEmptiness } from "./emptiness.ts";
import { type Body, bodyOf, HttpError, hasBody } from "./http-body.ts";
import type { Door, DoorOptions } from "./shared-socket.ts";

// Not imported: an ES import of node:http reads all its exports, WebSocket too, and so loads undici: 4 MB and 25 ms at every start.
const { createServer, STATUS_CODES } = process.getBuiltinModule("node:http");

/** Bytes of request line and headers; more is answered 431. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Requests of one connection that wait for their answers; more ends the connection. */
const MAX_PIPELINED = 100;
/** Once closing: how long a client may keep us waiting for its request or body, or with taking its answer. */
const CLOSE_GRACE_MS = 5000;
/**
 * How long a client is listened to after its last answer, so that unread bytes do not reset the connection under the answer; and
 * how long a kept connection may ask once more when its listener handed over.
 */
const LINGER_MS = 1000;

/** Speaks HTTP/1.1 on connections that others opened: sockets, or their simulated twins. */
export type HttpServer = Door;

interface Peer {
  readonly connection: Duplex;
  readonly remoteAddress: string;
  /** It sent a whole head of a request. */
  asked: boolean;
  /** Requests whose answer is not yet sent. */
  readonly exchanges: Set<Exchange>;
  /** What this connection is waiting for has its limit here. */
  timer: Timer | undefined;
  /** Nothing more is taken from it: it gets the answers under way, and its connection ends. */
  broken: boolean;
}
interface Exchange {
  readonly peer: Peer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Body;
  /** The handler is at work, and does not wait for the client. */
  working: boolean;
}
type Options = Omit<DoorOptions, "tls">;

/** Serves one handler within the limits of `options`; a fault of a client ends at most its own connection. */
export function createHttpServer(options: Options, handler: HttpHandler, timers: Timers): HttpServer {
  return new PeerServer(options, handler, timers);
}

class PeerServer implements HttpServer {
  readonly #options: Options;
  readonly #handler: HttpHandler;
  readonly #timers: Timers;
  readonly #peers = new Map<Duplex, Peer>();
  readonly #emptiness = createEmptiness(() => this.#peers.size === 0);
  readonly #http = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    joinDuplicateHeaders: true,
    // Node's own limits of time do not follow `timers`.
    headersTimeout: 0,
    requestTimeout: 0,
    keepAliveTimeout: 0,
  });
  #state: "open" | "retiring" | "closing" = "open";

  constructor(options: Options, handler: HttpHandler, timers: Timers) {
    this.#options = options;
    this.#handler = handler;
    this.#timers = timers;
    const http = this.#http;
    // A client may end its side after the request and still wait for the answer; Node has no option for it.
    Object.assign(http, { httpAllowHalfOpen: true });
    http.on("request", (request, response) => this.#serve(request, response, () => {}));
    http.on("checkContinue", (request, response) => this.#serve(request, response, () => response.writeContinue()));
    http.on("clientError", (error: NodeJS.ErrnoException, connection) => {
      const peer = this.#peers.get(connection);
      if (peer === undefined || !error.code?.startsWith("HPE_")) connection.destroy();
      else this.#refuse(peer, error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400);
    });
  }

  accept(connection: Duplex, remoteAddress: string): void {
    if (this.#state === "closing") {
      connection.destroy();
      return;
    }
    const peer: Peer = {
      connection,
      remoteAddress,
      asked: false,
      exchanges: new Set(),
      timer: undefined,
      broken: false,
    };
    this.#peers.set(connection, peer);
    connection.once("close", () => {
      this.#peers.delete(connection);
      peer.timer?.cancel();
      this.#emptiness.check();
    });
    const { headerTimeoutMs, readTimeoutMs } = this.#options;
    if (this.#state === "retiring") this.#hurry(peer);
    else this.#limit(peer, headerTimeoutMs || (readTimeoutMs ?? 0), () => this.#refuse(peer, 408));
    this.#http.emit("connection", connection);
  }

  retire(): Promise<void> {
    return this.#end("retiring");
  }

  close(): Promise<void> {
    return this.#end("closing");
  }

  #end(state: "retiring" | "closing"): Promise<void> {
    if (this.#state !== "closing") this.#state = state;
    for (const peer of this.#peers.values()) {
      const isIdle = peer.exchanges.size === 0;
      if (isIdle && this.#state === "closing") peer.connection.destroy();
      // Its next request may be on the way: cut now, it would be lost.
      else if (isIdle && peer.asked) this.#limit(peer, LINGER_MS, () => peer.connection.destroy());
      else this.#hurry(peer);
    }
    return this.#emptiness.wait();
  }

  /** Sets the one limit of a peer; 0 = none. */
  #limit(peer: Peer, ms: number, fn: () => void): void {
    peer.timer?.cancel();
    peer.timer = ms > 0 ? this.#timers.after(ms, fn) : undefined;
  }

  #serve(request: IncomingMessage, response: ServerResponse, began: () => void): void {
    const peer = this.#peers.get(request.socket);
    if (peer === undefined || peer.broken) return;
    if (peer.exchanges.size === MAX_PIPELINED) {
      peer.connection.destroy();
      return;
    }
    peer.asked = true;
    if (this.#state === "open") this.#limit(peer, 0, () => {});
    else this.#hurry(peer);
    const body = bodyOf(request, this.#options.maxBodyBytes, began);
    const exchange: Exchange = { peer, request, response, body, working: true };
    peer.exchanges.add(exchange);
    response.on("error", () => {});
    response.once("close", () => {
      peer.exchanges.delete(exchange);
      if (peer.exchanges.size === 0) this.#answered(peer);
    });
    void this.#answer(exchange);
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { peer, request, response } = exchange;
    const result = await ask(
      this.#handler,
      requestOf(exchange, () => this.#read(exchange)),
    );
    exchange.working = false;
    const unread = hasBody(request) && !request.complete;
    const ending = this.#state !== "open" || peer.broken;
    // An answer that ends the connection takes those behind it along.
    send(response, result, unread || (ending && exchange === [...peer.exchanges].at(-1)));
    if (unread && !peer.broken) this.#linger(request, response);
    else response.end();
  }

  async #read(exchange: Exchange): Promise<Uint8Array> {
    const { body } = exchange;
    const ms = this.#options.readTimeoutMs ?? 0;
    const tooSlow = (): void => body.fail(new HttpError(408, "request body too slow"));
    const timer = ms > 0 ? this.#timers.after(ms, tooSlow) : undefined;
    exchange.working = false;
    try {
      return await body.read();
    } finally {
      exchange.working = true;
      timer?.cancel();
    }
  }

  /** Listens to a body nobody wants, so that its sender gets to read the answer. */
  #linger(request: IncomingMessage, response: ServerResponse): void {
    const timer = this.#timers.after(LINGER_MS, () => response.end());
    request.once("end", () => response.end());
    response.once("close", () => timer.cancel());
    request.resume();
  }

  /** All answers of a connection are sent: it waits for the next request, or ends. */
  #answered(peer: Peer): void {
    if (peer.connection.destroyed) return;
    if (peer.broken || this.#state !== "open") this.#hangUp(peer, "");
    else this.#limit(peer, this.#options.idleTimeoutMs ?? 0, () => peer.connection.destroy());
  }

  /** Takes nothing more from this client. */
  #refuse(peer: Peer, status: number): void {
    if (peer.broken) return;
    peer.broken = true;
    if (peer.exchanges.size === 0) this.#hangUp(peer, rawAnswer(status));
    for (const { body, request, response } of peer.exchanges) {
      if (request.complete) continue;
      body.fail(new HttpError(status, "malformed request body"));
      if (response.headersSent) response.end();
    }
  }

  #hangUp(peer: Peer, lastWords: string): void {
    peer.broken = true;
    peer.connection.end(lastWords);
    this.#limit(peer, LINGER_MS, () => peer.connection.destroy());
  }

  /** Ends a connection that keeps a closing server waiting. */
  #hurry(peer: Peer): void {
    this.#limit(peer, CLOSE_GRACE_MS, () => {
      const working = [...peer.exchanges].some((exchange) => exchange.working);
      if (working) this.#hurry(peer);
      else peer.connection.destroy();
    });
  }
}

async function ask(handler: HttpHandler, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await handler(request);
  } catch (error) {
    return plain(error instanceof HttpError ? error.status : 500);
  }
}

function requestOf({ peer, request }: Exchange, body: () => Promise<Uint8Array>): HttpRequest {
  const cookies = request.headers["set-cookie"];
  const headers = { ...request.headers, ...(cookies && { "set-cookie": cookies.join(", ") }) };
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    headers: headers as Record<string, string>,
    remoteAddress: peer.remoteAddress,
    body,
  };
}

/** Writes all of an answer but its end. */
function send(response: ServerResponse, { status, headers, body }: HttpResponse, last: boolean): void {
  if (response.destroyed) return;
  const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? new Uint8Array(0));
  const bodiless = status === 204 || status === 304;
  try {
    response.writeHead(status, STATUS_CODES[status] ?? "", {
      ...headers,
      ...(!bodiless && { "content-length": bytes.length }),
      ...(last && { connection: "close" }),
    });
  } catch {
    // The handler's status or headers cannot be written as HTTP.
    send(response, plain(500), last);
    return;
  }
  if (bytes.length > 0 && !bodiless) response.write(bytes);
  else response.flushHeaders();
}

function plain(status: number): HttpResponse {
  return { status, headers: { "content-type": "text/plain" }, body: `${STATUS_CODES[status]}\n` };
}

function rawAnswer(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
}
