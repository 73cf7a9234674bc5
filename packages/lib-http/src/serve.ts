import { gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import {
  type Address,
  ConfigError,
  type Context,
  type Env,
  type HttpHandler,
  type HttpListener,
  type HttpRequest,
  type HttpResponse,
  type HttpServerOptions,
  type TlsServerOptions,
} from "@sluice/component";
import { corsHeaders, corsPreflight } from "./cors.ts";
import { type HttpServerConfig, listenAddress, type ServerTlsConfig } from "./server-config.ts";
import { commonTlsOptions } from "./tls-config.ts";
import { resolvePath } from "./tls-source.ts";

const DEFAULT_MAX_BODY = 20 << 20;

/** A request that is answered with this status without its handler. */
class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** What a configuration asks of a listener. */
export interface ServerSetup {
  readonly address: Address;
  readonly options: Omit<HttpServerOptions, "address">;
  readonly handler: HttpHandler;
}

/**
 * Serves HTTP as a configuration describes it; call it in `start`. The handler sees bodies decompressed and within
 * `max_request_body_size`; when it lets their rejection pass, the client is answered rightly. With `bodies` "raw" it sees
 * them as they were sent, and has `Content-Encoding` to itself. Rejects with `ConfigError` when a TLS file cannot be read, else as
 * `env.net.serveHttp` does.
 */
export async function serve(
  config: HttpServerConfig,
  ctx: Pick<Context, "env" | "baseDirectory">,
  handler: HttpHandler,
  bodies: "decoded" | "raw" = "decoded",
): Promise<HttpListener> {
  const setup = await setUpServer(config, ctx, handler, bodies);
  return ctx.env.net.serveHttp({ address: setup.address, ...setup.options }, setup.handler);
}

/** Reads what a server needs and opens nothing. Rejects with `ConfigError` when a TLS file cannot be read. */
export async function setUpServer(
  config: HttpServerConfig,
  ctx: Pick<Context, "env" | "baseDirectory">,
  handler: HttpHandler,
  bodies: "decoded" | "raw" = "decoded",
): Promise<ServerSetup> {
  const address = listenAddress(config);
  if (address === undefined) throw new ConfigError(`cannot listen on "${config.endpoint}": not an address`);
  const maxBodyBytes = config.max_request_body_size || DEFAULT_MAX_BODY;
  return {
    address,
    options: {
      tls: config.tls && (await serverTlsOptions(config.tls, ctx)),
      maxBodyBytes,
      readTimeoutMs: config.read_timeout,
      headerTimeoutMs: config.read_header_timeout,
      idleTimeoutMs: config.idle_timeout,
    },
    handler: decorated(config, ctx.env, bodies === "raw" ? handler : decodingFor(config, maxBodyBytes, handler)),
  };
}

/** The handler with all that the configuration does before and after it. */
function decorated(config: HttpServerConfig, env: Env, handler: HttpHandler): HttpHandler {
  const fixed = Object.entries(config.response_headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]);
  const always: Record<string, string> = {
    ...Object.fromEntries(fixed),
    ...(!config.keep_alives_enabled && { connection: "close" }),
  };
  const cors = config.cors?.allowed_origins.length ? config.cors : undefined;

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    const preflight = cors && corsPreflight(cors, request);
    if (preflight !== undefined) return { ...preflight, headers: { ...always, ...preflight.headers } };
    const response = await withinTime(Promise.resolve(request).then(handler));
    const headers = { ...always, ...(cors && corsHeaders(cors, request)), ...response.headers };
    return { ...response, headers };
  }

  async function withinTime(response: Promise<HttpResponse>): Promise<HttpResponse> {
    if (config.write_timeout === 0) return await response;
    const late = Promise.withResolvers<HttpResponse>();
    const timer = env.timers.after(config.write_timeout, () => late.resolve({ status: 503, body: "timed out\n" }));
    try {
      return await Promise.race([response, late.promise]);
    } finally {
      timer.cancel();
    }
  }

  return answer;
}

/** The handler, given requests whose bodies are decompressed. */
function decodingFor(config: HttpServerConfig, maxBodyBytes: number, handler: HttpHandler): HttpHandler {
  return async (request) => {
    try {
      return await handler(decoding(request, config.compression_algorithms, maxBodyBytes));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, headers: { "content-type": "text/plain" }, body: `${error.message}\n` };
    }
  };
}

/** The request with its body decompressed; a body that is not compressed passes as it is. */
function decoding(request: HttpRequest, accepted: readonly string[], maxBytes: number): HttpRequest {
  const encoding = (request.headers["content-encoding"] ?? "").trim().toLowerCase();
  if (encoding === "" || encoding === "identity") return request;
  if (!accepted.includes(encoding)) throw new Refusal(400, `unsupported Content-Encoding "${encoding}"`);
  return { ...request, body: async () => decompress(await request.body(), encoding, maxBytes) };
}

function decompress(body: Uint8Array, encoding: string, maxBytes: number): Uint8Array {
  const options = { maxOutputLength: maxBytes };
  try {
    if (encoding === "gzip") return gunzipSync(body, options);
    if (encoding === "zstd") return zstdDecompressSync(body, options);
    return inflateSync(body, options);
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new Refusal(413, `request body larger than ${maxBytes} bytes`, { cause });
    }
    throw new Refusal(400, `cannot decode ${encoding} body`, { cause });
  }
}

async function serverTlsOptions(
  tls: ServerTlsConfig,
  { env, baseDirectory }: Pick<Context, "env" | "baseDirectory">,
): Promise<TlsServerOptions> {
  const read = async (what: string, file: string): Promise<string> => {
    const path = resolvePath(baseDirectory, file);
    try {
      return await env.files.readText(path);
    } catch (cause) {
      throw new ConfigError(`cannot read ${what} file "${path}"`, { cause });
    }
  };
  return {
    ...commonTlsOptions(tls),
    cert: tls.cert_pem?.reveal() ?? (await read("certificate", tls.cert_file)),
    key: tls.key_pem?.reveal() ?? (await read("key", tls.key_file)),
    ...(tls.client_ca_file !== "" && { clientCa: [await read("client CA", tls.client_ca_file)] }),
  };
}
