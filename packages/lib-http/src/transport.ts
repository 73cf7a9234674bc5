import type { Env, TlsClientOptions } from "@sluice/component";
import type { BodyRules } from "./body.ts";
import type { Deadline } from "./deadline.ts";
import { type DialTls, dial, type Route, type TlsSource } from "./dial.ts";
import { HttpError } from "./errors.ts";
import { Http1Connection, type RawAnswer } from "./http1.ts";
import { Http2Client } from "./http2.ts";
import { Pool, type PoolSettings } from "./pool.ts";

/** What a transport is made of. */
export interface TransportOptions {
  readonly env: Pick<Env, "net" | "clock" | "timers">;
  readonly pool: PoolSettings;
  readonly tls: TlsSource;
  readonly enableHttp2: boolean;
  /** false: each HTTP/1 connection carries one request, whatever the server says. */
  readonly keepAlive: boolean;
  readonly connectHeaders: Readonly<Record<string, string>>;
}

/** One request, ready for the wire of either protocol. */
export interface WireRequest extends BodyRules {
  readonly route: Route;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The HTTP/1.1 head. */
  readonly head: Uint8Array;
  readonly body: Uint8Array | undefined;
}

/** Carries requests over kept connections: HTTP/2 where ALPN agreed on it, else HTTP/1.1. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #pool: Pool;
  readonly #sessions = new Map<string, Http2Client>();
  #source: TlsClientOptions | undefined;
  #tls: DialTls | undefined;
  /** Grows when the TLS material changes; connections of an older generation are not used again. */
  #generation = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#pool = new Pool(options.pool, options.env.clock, options.env.timers);
  }

  /** Rejects with `HttpError`. A kept connection that the peer closed in the meantime is replaced once. */
  async exchange(request: WireRequest, deadline: Deadline): Promise<RawAnswer> {
    const { key } = request.route;
    const session = this.#sessions.get(key);
    if (session?.usable) {
      try {
        return await this.#overHttp2(session, request, deadline);
      } catch (error) {
        if (session.usable || !isLost(error) || !isIdempotent(request.method)) throw error;
      }
      this.#sessions.delete(key);
    }
    const kept = await this.#pool.acquire(key, false, deadline);
    if (kept === undefined) return await this.#overNew(request, deadline);
    try {
      return await this.#overHttp1(kept, request, deadline);
    } catch (error) {
      // The peer closed an unused connection while the request was on its way: nobody has read it.
      if (kept.uses === 1 || !kept.unanswered || !isLost(error)) throw error;
    }
    const other = await this.#pool.acquire(key, true, deadline);
    return other === undefined
      ? await this.#overNew(request, deadline)
      : await this.#overHttp1(other, request, deadline);
  }

  /** Closes what is unused; requests under way are ended by their deadlines. */
  close(): void {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
    this.#pool.closeIdle();
  }

  async #overNew(request: WireRequest, deadline: Deadline): Promise<RawAnswer> {
    const { route } = request;
    const session = this.#sessions.get(route.key);
    if (session?.usable) {
      // It came up while this request waited for its turn.
      this.#pool.closed(route.key, undefined);
      return await this.#overHttp2(session, request, deadline);
    }
    let opened: Http1Connection | Http2Client;
    try {
      opened = await this.#open(route, deadline);
    } catch (error) {
      this.#pool.closed(route.key, undefined);
      throw error;
    }
    if (opened instanceof Http2Client) return await this.#overHttp2(opened, request, deadline);
    return await this.#overHttp1(opened, request, deadline);
  }

  async #open(route: Route, deadline: Deadline): Promise<Http1Connection | Http2Client> {
    const { env, connectHeaders } = this.#options;
    const tls = route.secure || route.proxy?.protocol === "https:" ? await this.#material(deadline) : undefined;
    const generation = this.#generation;
    const connection = await dial({ net: env.net, connectHeaders }, route, tls, deadline);
    if (connection.alpn === "h2") {
      const client = new Http2Client(env.net.http2(connection), route.key, generation);
      connection.once("close", () => this.#sessionClosed(client));
      return this.#share(client);
    }
    const http1 = new Http1Connection(connection, route.key, generation);
    http1.onClose = () => this.#pool.closed(route.key, http1);
    return http1;
  }

  /** Requests that dialled at the same time meet on the first session. */
  #share(client: Http2Client): Http2Client {
    const known = this.#sessions.get(client.key);
    if (known?.usable && known.generation === client.generation) {
      client.destroy();
      return known;
    }
    this.#sessions.set(client.key, client);
    this.#pool.invite(client.key);
    return client;
  }

  #sessionClosed(client: Http2Client): void {
    this.#pool.wake(client);
    this.#pool.closed(client.key, undefined);
    if (this.#sessions.get(client.key) === client) this.#sessions.delete(client.key);
  }

  async #material(deadline: Deadline): Promise<DialTls> {
    const source = await deadline.race(this.#askTls());
    if (this.#tls !== undefined && source === this.#source) return this.#tls;
    if (this.#source !== undefined) {
      this.#generation++;
      this.close();
    }
    this.#source = source;
    // The same object each time: the runtime prepares certificates once for each.
    this.#tls = { origin: this.#options.enableHttp2 ? { ...source, alpn: ["h2", "http/1.1"] } : source, proxy: source };
    return this.#tls;
  }

  async #askTls(): Promise<TlsClientOptions> {
    try {
      return await this.#options.tls();
    } catch (cause) {
      throw new HttpError("connect", "cannot load the TLS settings", { cause });
    }
  }

  async #overHttp1(connection: Http1Connection, request: WireRequest, deadline: Deadline): Promise<RawAnswer> {
    const answer = await connection.send(request.head, request.body, request, deadline);
    const outdated = connection.generation !== this.#generation && request.route.secure;
    if (outdated || !this.#options.keepAlive) connection.destroy();
    this.#pool.release(connection);
    return answer;
  }

  async #overHttp2(session: Http2Client, request: WireRequest, deadline: Deadline): Promise<RawAnswer> {
    this.#pool.wake(session);
    session.active++;
    try {
      return await session.send(request, deadline);
    } finally {
      session.active--;
      if (session.active === 0 && session.usable) this.#pool.rest(session);
    }
  }
}

const isLost = (error: unknown): boolean => error instanceof HttpError && error.code === "connection";

const isIdempotent = (method: string): boolean => ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].includes(method);
