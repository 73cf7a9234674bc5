import {
  ConfigError,
  type Context,
  type Decoded,
  type HttpClientAuth,
  type Problem,
  type TlsClientOptions,
  t,
} from "@sluice/component";
import { createHttpClient, type HttpAnswer, type PreparedRequest } from "./client.ts";
import { COMPRESSIONS, type Compression, compress, levelProblem } from "./compress.ts";
import { mergeHeaders, PRINTABLE, TOKEN } from "./head.ts";
import { environmentProxy, fixedProxy, parseProxyUrl } from "./proxy.ts";
import { clientTls, clientTlsSettings, validateTls } from "./tls-config.ts";
import { tlsSource } from "./tls-source.ts";
import { hideLogin } from "./url.ts";

const NAMES = ["", "none", ...COMPRESSIONS, "snappy", "x-snappy-framed", "lz4"] as const;
type CompressionName = (typeof NAMES)[number];

/** What differs from exporter to exporter. */
export interface HttpClientDefaults {
  /** Without it the key is required. */
  readonly endpoint?: string;
  readonly timeout?: string;
  readonly compression?: CompressionName;
  readonly read_buffer_size?: number;
  readonly write_buffer_size?: number;
}

/** confighttp's client keys, to be spread into a component's object. */
export function httpClientProperties(defaults: HttpClientDefaults = {}) {
  const endpoint = "The URL requests go to.";
  return {
    endpoint:
      defaults.endpoint === undefined
        ? t.string({ description: endpoint, minLength: 1, examples: ["https://backend:9090/api/v1/write"] })
        : t.string({ description: endpoint, default: defaults.endpoint }),
    timeout: t.duration({
      description: "Time for a whole request, connecting included. 0s is no limit.",
      default: defaults.timeout ?? "0s",
    }),
    headers: t.headers({ description: "Headers of every request. `Host` replaces the endpoint's host there." }),
    auth: t.section(
      "off",
      t.object("Credentials from an extension.", {
        authenticator: t.extension({
          capability: "httpClientAuth",
          description: "Id of the extension.",
          examples: ["sigv4auth"],
        }),
      }),
    ),
    compression: t.oneOf(NAMES, {
      description: "How request bodies are compressed; empty or `none` is not at all.",
      default: defaults.compression ?? "",
    }),
    compression_params: t.defaulted(
      t.object("How hard.", {
        level: t.integer({
          description: "0 is the usual level. gzip, zlib, deflate: -2 to 9; zstd: 1, 3, 6 or 11; others have none.",
          default: 0,
        }),
      }),
    ),
    tls: t.defaulted(clientTls),
    proxy_url: t.string({
      description: "Proxy for all requests. Without it HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold.",
      default: "",
    }),
    ...poolProperties(),
    ...toleratedProperties(defaults),
  };
}

function poolProperties() {
  return {
    max_idle_conns: t.integer({ description: "Unused connections kept; 0 is no limit.", default: 100, minimum: 0 }),
    max_idle_conns_per_host: t.integer({
      description: "Unused connections kept to one host; 0 is no other limit than that of all.",
      default: 0,
      minimum: 0,
    }),
    max_conns_per_host: t.integer({
      description: "Connections to one host; requests wait for their turn. 0 is no limit.",
      default: 0,
      minimum: 0,
    }),
    idle_conn_timeout: t.duration({
      description: "How long an unused connection is kept; 0s is for ever.",
      default: "90s",
    }),
    disable_keep_alives: t.boolean({ description: "true opens a connection for each request.", default: false }),
    force_attempt_http2: t.boolean({ description: "Whether HTTP/2 is offered over TLS.", default: true }),
  };
}

/** Keys that are accepted and cannot do here what they do upstream; `validateHttpClient` says so where it matters. */
function toleratedProperties(defaults: HttpClientDefaults) {
  const ping = "How long before a silent HTTP/2 connection is";
  return {
    read_buffer_size: t.integer({
      description: "No effect: buffers have the size they need.",
      default: defaults.read_buffer_size ?? 0,
      minimum: 0,
    }),
    write_buffer_size: t.integer({
      description: "No effect: buffers have the size they need.",
      default: defaults.write_buffer_size ?? 0,
      minimum: 0,
    }),
    http2_read_idle_timeout: t.duration({ description: `${ping} pinged. Not supported.`, default: "0s" }),
    http2_ping_timeout: t.duration({ description: `${ping} given up after a ping. Not supported.`, default: "0s" }),
    cookies: t.section("off", t.object("Keeps the cookies of answers. Not supported.", {})),
    middlewares: t.array(t.object("A middleware.", { id: t.string({ description: "Id of the extension." }) }), {
      description: "Extensions that see each request. Not supported.",
      default: [],
    }),
  };
}

const clientObject = t.object("An HTTP client.", httpClientProperties());
/** What `httpClientProperties` decode to. */
export type HttpClientConfig = Decoded<typeof clientObject>;

/**
 * The rules across confighttp's client keys. `path` leads to the object they are spread into; `encodes` names compressions the
 * component does itself (remote write: snappy).
 */
export function validateHttpClient(
  config: HttpClientConfig,
  path: Problem["path"] = [],
  encodes: readonly CompressionName[] = [],
): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string | readonly string[], message: string, severity: "error" | "warning" = "error"): void =>
    void problems.push({ path: [...path, ...[key].flat()], message, severity });
  const endpoint = endpointProblem(config.endpoint);
  if (endpoint !== undefined) add("endpoint", endpoint);
  if (config.proxy_url !== "") {
    try {
      parseProxyUrl(config.proxy_url);
    } catch (error) {
      add("proxy_url", (error as Error).message);
    }
  }
  for (const [name, value] of Object.entries(config.headers)) {
    if (!TOKEN.test(name)) add(["headers", name], `found "${name}", expected a header name`);
    else if (!PRINTABLE.test(value.reveal())) add(["headers", name], "found a control character in the value");
  }
  const known = ["", "none", ...COMPRESSIONS, ...encodes].includes(config.compression);
  if (!known)
    add("compression", `"${config.compression}" is not supported; expected ${COMPRESSIONS.join(", ")} or none`);
  const level = levelProblem(config.compression, config.compression_params.level);
  if (known && level !== undefined) add(["compression_params", "level"], level);
  if (config.cookies !== undefined) add("cookies", "keeping cookies is not supported; remove this section");
  if (config.middlewares.length > 0) add("middlewares", "middlewares are not supported; remove this key");
  for (const key of ["http2_read_idle_timeout", "http2_ping_timeout"] as const) {
    if (config[key] > 0) add(key, "HTTP/2 pings are not supported; this key has no effect", "warning");
  }
  if (config.tls.insecure && config.endpoint.startsWith("https:")) {
    add(["tls", "insecure"], "has no effect on an https endpoint; did you mean insecure_skip_verify?", "warning");
  }
  return [...problems, ...validateTls(config.tls, [...path, "tls"])];
}

function endpointProblem(endpoint: string): string | undefined {
  // An exporter whose endpoint may be empty has another key that says where to.
  if (endpoint === "") return undefined;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint)) {
    return `found "${hideLogin(endpoint)}" without a scheme; expected "http://${hideLogin(endpoint)}", or https://`;
  }
  const url = URL.parse(endpoint);
  const valid = url !== null && (url.protocol === "http:" || url.protocol === "https:");
  return valid ? undefined : `found "${hideLogin(endpoint)}", expected an http:// or https:// URL`;
}

/** One request of an exporter. The body must not change until the answer. */
export interface PostRequest {
  /** The endpoint unless given. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The body's Content-Encoding when the component compressed it itself; then it goes as it is. */
  readonly encoding?: string;
  readonly signal?: AbortSignal;
}
/** What an exporter sends with. */
export interface ConfiguredClient {
  /** Any status is an answer; rejects with `HttpError`. Configured headers win over the request's. */
  post(request: PostRequest): Promise<HttpAnswer>;
  /** What was read for it beside the configuration: to see whether files or an extension have changed since. */
  readonly loaded: { readonly tls: TlsClientOptions; readonly auth: HttpClientAuth | undefined };
  close(): void;
}

/** Heads of requests kept: headers may hold what clients sent. */
const MAX_PREPARED = 64;
/** What an exporter reads of an answer, as upstream; the rest is thrown away. */
const MAX_ANSWER = 64 << 10;

/**
 * Makes the client a configuration describes. Call it in `start`: it asks for the authenticator and reads the TLS files.
 * Rejects with `ConfigError` when either is not there.
 */
export async function createClient(
  config: HttpClientConfig,
  ctx: Pick<Context, "env" | "baseDirectory" | "extension">,
): Promise<ConfiguredClient> {
  const { env } = ctx;
  const headers = Object.fromEntries(Object.entries(config.headers).map(([name, value]) => [name, value.reveal()]));
  const tls = tlsSource(env, ctx.baseDirectory, clientTlsSettings(config.tls));
  const material = await required("load the TLS settings", tls);
  const proxy = await required("read the proxy settings", () =>
    config.proxy_url === "" ? environmentProxy(env.process.env) : fixedProxy(config.proxy_url),
  );
  const auth = config.auth && ctx.extension(config.auth.authenticator, "httpClientAuth");
  const client = createHttpClient({
    env,
    secretHeaders: Object.keys(headers),
    auth,
    tls,
    proxy,
    acceptEncoding: "identity",
    // Of a GET in place of the POST nobody could say that the data was taken.
    followRedirects: "with_body",
    enableHttp2: config.force_attempt_http2,
    keepAlive: !config.disable_keep_alives,
    pool: {
      idleTimeoutMs: config.idle_conn_timeout,
      maxIdle: config.max_idle_conns,
      maxIdlePerHost: config.max_idle_conns_per_host || Number.POSITIVE_INFINITY,
      maxPerHost: config.max_conns_per_host,
    },
  });
  const compression = COMPRESSIONS.find((name) => name === config.compression);
  const prepared = new Map<string, PreparedRequest>();
  /** Requests to one URL with the same headers follow each other. */
  const prepare = (url: string, own: Record<string, string>): PreparedRequest => {
    const key = `${url} ${JSON.stringify(own)}`;
    let request = prepared.get(key);
    if (request === undefined) {
      request = client.prepare({ method: "POST", url, headers: mergeHeaders(own, headers) });
      if (prepared.size >= MAX_PREPARED) prepared.clear();
      prepared.set(key, request);
    }
    return request;
  };
  return {
    async post(request) {
      const [body, encoding] = encoded(request, compression, config.compression_params.level);
      const own = encoding === undefined ? request.headers : { ...request.headers, "Content-Encoding": encoding };
      return await client.send(prepare(request.url ?? config.endpoint, own ?? {}), {
        body,
        signal: request.signal,
        timeoutMs: config.timeout,
        maxBodyBytes: MAX_ANSWER,
        truncate: true,
      });
    },
    loaded: { tls: material, auth },
    close: () => client.close(),
  };
}

async function required<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new ConfigError(`cannot ${what}`, { cause });
  }
}

function encoded(
  { body, encoding }: PostRequest,
  compression: Compression | undefined,
  level: number,
): readonly [Uint8Array, string | undefined] {
  if (encoding !== undefined || compression === undefined) return [body, encoding];
  return [compress(body, compression, level), compression];
}
