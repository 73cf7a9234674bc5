import { type Address, type Decoded, type Problem, t } from "@sluice/component";
import { PRINTABLE, TOKEN } from "./head.ts";
import { commonTlsProperties, validateTls } from "./tls-config.ts";

/** Content-Encodings of requests that a server can decode; "" is none. */
const REQUEST_ENCODINGS = ["", "gzip", "zstd", "zlib", "deflate"] as const;

/** What differs from server to server. */
export interface HttpServerDefaults {
  /** Without it the key is required. */
  readonly endpoint?: string;
  readonly read_header_timeout?: string;
  readonly write_timeout?: string;
  readonly idle_timeout?: string;
}

const endpointText = "Address to listen on, host:port. Port 0 is any free port.";

/** confighttp's server keys, to be spread into a component's object. */
export function httpServerProperties(defaults: HttpServerDefaults = {}) {
  return {
    endpoint:
      defaults.endpoint === undefined
        ? t.string({ description: endpointText, minLength: 1, examples: ["0.0.0.0:4318"], listens: true })
        : t.string({ description: endpointText, default: defaults.endpoint, listens: true }),
    transport: t.oneOf(["tcp", "tcp4", "tcp6", "unix", "npipe"], {
      description: "Network of the address; `unix`: the endpoint is a socket's path. `npipe` is not supported.",
      default: "tcp",
    }),
    dialer: t.defaulted(
      t.object("No effect on a server.", { timeout: t.duration({ description: "No effect.", default: "0s" }) }),
    ),
    tls: t.section("off", serverTls),
    cors: t.section("off", corsObject),
    auth: t.optional(t.any({ description: "Authentication of clients. Not supported." })),
    max_request_body_size: t.integer({
      description: "Largest request body in bytes, as sent and decompressed; 0 is 20 MiB.",
      default: 20 << 20,
      minimum: 0,
    }),
    include_metadata: t.boolean({
      description: "Keeps the headers of requests for later components. Not supported.",
      default: false,
    }),
    response_headers: t.headers({ description: "Headers of every answer." }),
    compression_algorithms: t.array(t.string({ description: "Content-Encoding; empty is none." }), {
      description: "Content-Encodings of requests that are accepted.",
      default: REQUEST_ENCODINGS,
    }),
    ...timeoutProperties(defaults),
    keep_alives_enabled: t.boolean({ description: "false ends each connection after its answer.", default: true }),
    middlewares: t.array(t.object("A middleware.", { id: t.string({ description: "Id of the extension." }) }), {
      description: "Extensions that see each request. Not supported.",
      default: [],
    }),
  };
}

function timeoutProperties(defaults: HttpServerDefaults) {
  return {
    read_timeout: t.duration({ description: "Time to read a whole request; 0s is no limit.", default: "0s" }),
    read_header_timeout: t.duration({
      description: "Time to read a request's headers; 0s is no limit.",
      default: defaults.read_header_timeout ?? "1m",
    }),
    write_timeout: t.duration({
      description: "Time to answer a request; later it is answered with 503. 0s is no limit.",
      default: defaults.write_timeout ?? "30s",
    }),
    idle_timeout: t.duration({
      description: "How long a connection may wait for its next request; 0s is for ever.",
      default: defaults.idle_timeout ?? "1m",
    }),
  };
}

const serverTls = t.object("TLS; off without this section.", {
  ...commonTlsProperties,
  client_ca_file: t.string({
    description: "File with CA certificates; clients must show a certificate that one of them signed.",
    default: "",
    file: "required",
  }),
  client_ca_file_reload: t.boolean({
    description: "Reads that file again when it changes. Not supported.",
    default: false,
  }),
});

const corsObject = t.object("Lets browsers call from pages of other origins.", {
  allowed_origins: t.array(t.string({ description: "Origin; one `*` stands for any text." }), {
    description: "Whose pages may call.",
    default: [],
  }),
  allowed_headers: t.array(t.string({ description: "Header." }), {
    description: "Request headers they may set beside the harmless ones; `*` is all.",
    default: [],
  }),
  exposed_headers: t.array(t.string({ description: "Header." }), {
    description: "Response headers they may read beside the harmless ones.",
    default: [],
  }),
  max_age: t.integer({ description: "Seconds a browser may keep the permission; 0 is its own default.", default: 0 }),
});

const serverObject = t.object("An HTTP server.", httpServerProperties());
/** What `httpServerProperties` decode to. */
export type HttpServerConfig = Decoded<typeof serverObject>;
/** The decoded `tls` section of a server. */
export type ServerTlsConfig = NonNullable<HttpServerConfig["tls"]>;

/** The rules across confighttp's server keys; `path` leads to the object they are spread into. */
export function validateHttpServer(config: HttpServerConfig, path: Problem["path"] = []): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string | readonly (string | number)[], message: string, severity?: "warning"): void =>
    void problems.push({ path: [...path, ...[key].flat()], message, ...(severity && { severity }) });
  const { transport, endpoint } = config;
  if (transport === "npipe") add("transport", "named pipes are not supported; expected tcp, tcp4, tcp6 or unix");
  else if (listenAddress(config) === undefined) add("endpoint", `found "${endpoint}", expected host:port`);
  if (config.auth !== undefined) add("auth", "authentication of clients is not supported; remove this section");
  if (config.include_metadata) add("include_metadata", "metadata of clients is not supported; remove this key");
  if (config.middlewares.length > 0) add("middlewares", "middlewares are not supported; remove this key");
  for (const [index, name] of config.compression_algorithms.entries()) {
    if ((REQUEST_ENCODINGS as readonly string[]).includes(name)) continue;
    add(
      ["compression_algorithms", index],
      `"${name}" is not supported; expected ${REQUEST_ENCODINGS.slice(1).join(", ")} or ""`,
    );
  }
  for (const [name, value] of Object.entries(config.response_headers)) {
    if (!TOKEN.test(name)) add(["response_headers", name], `found "${name}", expected a header name`);
    else if (!PRINTABLE.test(value.reveal())) add(["response_headers", name], "found a control character in the value");
  }
  return [...problems, ...(config.tls === undefined ? [] : validateServerTls(config.tls, [...path, "tls"]))];
}

function validateServerTls(tls: ServerTlsConfig, path: Problem["path"]): Problem[] {
  const problems = validateTls(tls, path);
  if (tls.cert_file === "" && tls.cert_pem === undefined && tls.key_file === "" && tls.key_pem === undefined) {
    problems.push({ path, message: "found no certificate; expected cert_file and key_file" });
  }
  const once = "is not supported for servers: files are read at start only";
  if (tls.client_ca_file_reload) {
    problems.push({ path: [...path, "client_ca_file_reload"], message: once, severity: "warning" });
  }
  if (tls.reload_interval > 0)
    problems.push({ path: [...path, "reload_interval"], message: once, severity: "warning" });
  return problems;
}

/** Where to listen; undefined when the endpoint is no address. "localhost" means 127.0.0.1 as in Go, whatever the resolver prefers. */
export function listenAddress({ endpoint, transport }: HttpServerConfig): Address | undefined {
  if (transport === "unix") return endpoint === "" ? undefined : { path: endpoint };
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]/]*)):([0-9]{1,5})$/.exec(endpoint);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  const host = match[1] ?? match[2]!;
  if (host === "") return { host: { tcp: "", tcp4: "0.0.0.0", tcp6: "::", npipe: "" }[transport], port };
  if (host === "localhost") return { host: transport === "tcp6" ? "::1" : "127.0.0.1", port };
  return { host, port };
}
