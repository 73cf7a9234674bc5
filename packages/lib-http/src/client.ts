import type { Env, HttpClientAuth } from "@sluice/component";
import type { Scratch } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { gunzip } from "./decode.ts";
import type { Route, TlsSource } from "./dial.ts";
import { bodyLimitExceeded, HttpError } from "./errors.ts";
import { basicCredentials, checkHeaders, findHeader, headBytes, mergeHeaders } from "./head.ts";
import type { RawAnswer } from "./http1.ts";
import type { PoolSettings } from "./pool.ts";
import type { ProxyFor } from "./proxy.ts";
import { MAX_REDIRECTS, redirectOf } from "./redirect.ts";
import { Transport } from "./transport.ts";
import { bareHost, hideLogin, portOf } from "./url.ts";

/** What a client is made of; everything but `env` may be left out. */
export interface HttpClientOptions {
  readonly env: Pick<Env, "net" | "clock" | "timers">;
  /** Sent with every request; a request's own headers win. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of headers that never go to another origin, beside Authorization, Cookie and kin. */
  readonly secretHeaders?: readonly string[];
  /** Asked for headers before each request to the origin that was meant, never after a redirect to another one. */
  readonly auth?: HttpClientAuth | undefined;
  readonly tls?: TlsSource;
  readonly proxy?: ProxyFor;
  /** Sent to a proxy with CONNECT. */
  readonly connectHeaders?: Readonly<Record<string, string>>;
  /** Connects to this Unix socket whatever the URL says. */
  readonly socketPath?: string;
  /** "with_body" follows only a redirect that sends the body again, and gives any other as the answer. */
  readonly followRedirects?: boolean | "with_body";
  readonly enableHttp2?: boolean;
  readonly keepAlive?: boolean;
  /** What is sent as Accept-Encoding unless the request says otherwise. Answers in gzip are always decoded. */
  readonly acceptEncoding?: "gzip" | "identity";
  readonly pool?: Partial<PoolSettings>;
}

/** What is asked for; GET unless told otherwise. */
export interface HttpClientRequest {
  readonly method?: string;
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What may differ each time a request is sent. */
export interface SendOptions {
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For everything: authentication, connecting, redirects, the body. 0 or undefined = no limit. */
  readonly timeoutMs?: number | undefined;
  /** An answer whose body, inflated, has this many bytes or more is refused; 0 = no limit, undefined = 256 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Cuts a body short at `maxBodyBytes` instead of refusing it. Not for answers in gzip: ask for "identity". */
  readonly truncate?: boolean;
  /** Lent for the body as it comes from the wire; the answer's body may be a part of it. */
  readonly scratch?: Scratch | undefined;
}

/** An answer, whole. The caller owns it; with `scratch` the body lasts until the scratch is used again. */
export interface HttpAnswer {
  readonly status: number;
  /** As sent ("Not Found"); over HTTP/2, which sends none, the usual one. */
  readonly statusText: string;
  /** Lower-case names; repeated headers joined by ", ". No prototype. */
  readonly headers: Readonly<Record<string, string>>;
  /** Inflated. */
  readonly body: Uint8Array;
  /** Of the last request, after redirects. */
  readonly url: string;
}

/** A request with everything worked out that does not change between sendings. Keep it, and send it again and again. */
export interface PreparedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly route: Route;
  /** The head of the request without a body and without what `auth` gives. */
  readonly head: Uint8Array;
}

/** A client with its own kept connections; requests run side by side. */
export interface HttpClient {
  /** Rejects with `HttpError`; any status is an answer. */
  request(request: HttpClientRequest & SendOptions): Promise<HttpAnswer>;
  /** Throws `HttpError` (code "request") on what cannot be sent. */
  prepare(request: HttpClientRequest): PreparedRequest;
  send(request: PreparedRequest, options?: SendOptions): Promise<HttpAnswer>;
  /** Ends requests under way with `HttpError` (code "closed") and closes connections. Safe to call twice. */
  close(): void;
}

const DEFAULT_MAX_BODY = 256 << 20;
/** What framing may add to a body that does not compress. */
const GZIP_OVERHEAD = 64 << 10;
const DEFAULT_POOL: PoolSettings = { idleTimeoutMs: 300_000, maxIdle: 20_000, maxIdlePerHost: 1000, maxPerHost: 0 };
const ALWAYS_SECRET = ["authorization", "proxy-authorization", "www-authenticate", "cookie", "cookie2"];
const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);
const METHOD = /^[A-Z]+$/;

/** What a client's functions share. */
interface Client {
  readonly options: HttpClientOptions;
  readonly transport: Transport;
  readonly defaults: Readonly<Record<string, string>>;
  /** Lower-case names of headers that never go to another origin. */
  readonly secret: ReadonlySet<string>;
}

/** Makes an HTTP client with its own connections. Opens nothing until the first request. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { env, acceptEncoding = "gzip", keepAlive = true } = options;
  const transport = new Transport({
    env,
    pool: { ...DEFAULT_POOL, ...options.pool },
    tls: options.tls ?? noTls(),
    enableHttp2: options.enableHttp2 ?? true,
    keepAlive,
    connectHeaders: options.connectHeaders ?? {},
  });
  const client: Client = {
    options,
    transport,
    defaults: mergeHeaders({ "Accept-Encoding": acceptEncoding }, options.headers),
    secret: new Set([...ALWAYS_SECRET, ...(options.secretHeaders ?? []).map((name) => name.toLowerCase())]),
  };
  const underWay = new Set<Deadline>();
  let closed = false;

  function prepare({ method = "GET", url, headers }: HttpClientRequest): PreparedRequest {
    return compose(options, method, parseUrl(url), mergeHeaders(client.defaults, headers));
  }

  async function send(prepared: PreparedRequest, sendOptions: SendOptions = {}): Promise<HttpAnswer> {
    if (closed) throw new HttpError("closed", "client closed");
    const deadline = new Deadline(env, sendOptions.timeoutMs, sendOptions.signal);
    underWay.add(deadline);
    try {
      return await follow(client, prepared, sendOptions, deadline);
    } finally {
      deadline.done();
      underWay.delete(deadline);
    }
  }

  return {
    request: async (request) => await send(prepare(request), request),
    prepare,
    send,
    close() {
      closed = true;
      for (const deadline of underWay) deadline.expire(new HttpError("closed", "client closed"));
      transport.close();
    },
  };
}

function compose(
  { proxy, socketPath, keepAlive = true }: HttpClientOptions,
  method: string,
  given: URL,
  headers: Readonly<Record<string, string>>,
): PreparedRequest {
  if (!METHOD.test(method)) throw new HttpError("request", `cannot send method "${method}"`);
  const login = basicCredentials(given);
  const url = withoutCredentials(given);
  const route = routeOf(url, proxy?.(url), socketPath);
  const known = findHeader(headers, "authorization") !== undefined;
  const all = mergeHeaders(
    { Host: url.host },
    headers,
    login !== undefined && !known ? { Authorization: login } : undefined,
    keepAlive ? undefined : { Connection: "close" },
  );
  checkHeaders(all);
  return { method, url, headers: all, route, head: headOf(method, url, all, route, undefined) };
}

/** Sends a request and follows redirects. */
async function follow(
  client: Client,
  first: PreparedRequest,
  sendOptions: SendOptions,
  deadline: Deadline,
): Promise<HttpAnswer> {
  const { options } = client;
  const limit = bodyLimit(sendOptions);
  let { body } = sendOptions;
  let current = first;
  // Once gone, credentials do not come back, even when a redirect leads home again.
  let trusted = true;
  for (let hops = 0; ; hops++) {
    const hook = trusted ? options.auth : undefined;
    const answer = await exchange(client, current, { ...sendOptions, body }, hook, deadline);
    const { status, headers } = answer;
    const redirect =
      options.followRedirects === false ? undefined : redirectOf(current.url, current.method, status, headers.location);
    const stays = options.followRedirects === "with_body" && redirect?.keepsBody === false;
    if (redirect === undefined || stays) return finish(answer, current.url, limit, sendOptions.truncate);
    if (hops === MAX_REDIRECTS) throw new HttpError("redirect", `stopped after ${MAX_REDIRECTS} redirects`);
    trusted &&= !redirect.crossOrigin;
    if (!redirect.keepsBody) body = undefined;
    current = compose(options, redirect.method, redirect.url, carried(client, current, trusted, redirect.keepsBody));
  }
}

/** The headers that follow a redirect. */
function carried(
  { secret }: Client,
  from: PreparedRequest,
  trusted: boolean,
  keepsBody: boolean,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(from.headers)) {
    const lower = name.toLowerCase();
    if (lower === "host" && (!trusted || value === from.url.host)) continue;
    if (!trusted && secret.has(lower)) continue;
    if (!keepsBody && lower.startsWith("content-")) continue;
    headers[name] = value;
  }
  return headers;
}

async function exchange(
  { transport }: Client,
  prepared: PreparedRequest,
  sendOptions: SendOptions,
  hook: HttpClientAuth | undefined,
  deadline: Deadline,
): Promise<RawAnswer> {
  const { method, url, route } = prepared;
  const { body, scratch, truncate = false } = sendOptions;
  let { headers, head } = prepared;
  if (hook !== undefined) {
    const added = await deadline.race(credentials(hook, prepared, body));
    checkHeaders(added);
    headers = mergeHeaders(headers, added);
  }
  if (hook !== undefined || body !== undefined) head = headOf(method, url, headers, route, body?.length);
  const limit = bodyLimit(sendOptions) + GZIP_OVERHEAD;
  return await transport.exchange({ route, method, url, headers, head, body, limit, truncate, scratch }, deadline);
}

const bodyLimit = ({ maxBodyBytes = DEFAULT_MAX_BODY }: SendOptions): number =>
  maxBodyBytes === 0 ? Number.POSITIVE_INFINITY : maxBodyBytes;

function noTls(): TlsSource {
  const none = {};
  return () => none;
}

function parseUrl(url: string | URL): URL {
  const parsed = typeof url === "string" ? URL.parse(url) : url;
  if (parsed === null) throw new HttpError("request", `cannot parse URL "${hideLogin(String(url))}"`);
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new HttpError("request", `unsupported protocol scheme "${parsed.protocol.slice(0, -1)}"`);
  }
  return parsed;
}

/** They are in a header now, and must not be seen in logs. */
function withoutCredentials(url: URL): URL {
  const bare = new URL(url.href);
  bare.username = "";
  bare.password = "";
  return bare;
}

function routeOf(url: URL, proxy: URL | undefined, socketPath: string | undefined): Route {
  const secure = url.protocol === "https:";
  const host = bareHost(url);
  const port = portOf(url);
  // All plain requests through one HTTP proxy share its connections.
  const shared = proxy !== undefined && !secure && proxy.protocol.startsWith("http");
  const key = proxy === undefined ? url.origin : shared ? proxy.href : `${proxy.href} ${url.origin}`;
  return { key, secure, host, port, proxy, socketPath };
}

function headOf(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  { proxy, secure }: Route,
  bodyLength: number | undefined,
): Uint8Array {
  const path = url.pathname + url.search;
  const length = bodyLength ?? (WITH_BODY.has(method) ? 0 : undefined);
  if (proxy === undefined || secure || proxy.protocol.startsWith("socks")) {
    return headBytes(method, path, headers, length);
  }
  const login = basicCredentials(proxy);
  const all = login === undefined ? headers : mergeHeaders(headers, { "Proxy-Authorization": login });
  return headBytes(method, url.origin + path, all, length);
}

async function credentials(
  hook: HttpClientAuth,
  { method, url, headers }: PreparedRequest,
  body: Uint8Array | undefined,
): Promise<Readonly<Record<string, string>>> {
  try {
    return await hook.headers({ method, url, headers, body });
  } catch (cause) {
    throw new HttpError("auth", "cannot authenticate the request", { cause });
  }
}

function finish(answer: RawAnswer, url: URL, limit: number, truncate = false): HttpAnswer {
  const { status, statusText, headers } = answer;
  const encoding = headers["content-encoding"]?.toLowerCase();
  const gzip = (encoding === "gzip" || encoding === "x-gzip") && answer.body.length > 0;
  const whole = gzip ? gunzip(answer.body, limit) : answer.body;
  const body = truncate ? whole.subarray(0, limit) : whole;
  if (body.length >= limit && !truncate) throw bodyLimitExceeded();
  return { status, statusText, headers, body, url: url.href };
}
