import { type Decoded, t } from "@sluice/component";

/** The grant type of RFC 7523. */
export const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** What the values of `signature_algorithm` mean to node:crypto. */
export const SIGNATURES: Readonly<Record<string, string>> = { RS256: "sha256", RS384: "sha384", RS512: "sha512" };

const VERSIONS = ["", "TLS10", "TLS11", "TLS12", "TLS13"] as const;

const ref = () => t.optional(t.string({ description: "Name in a secret manager. Not supported." }));
const file = (what: string) =>
  t.string({ description: `File with ${what}; read again for each request.`, default: "", file: "required" });

const tlsConfig = t.object("TLS.", {
  ca: t.string({ description: "CA certificates to trust, as PEM.", default: "" }),
  ca_file: t.string({ description: "File with them.", default: "", file: "required" }),
  ca_ref: ref(),
  cert: t.string({ description: "Own certificate, as PEM.", default: "" }),
  cert_file: t.string({ description: "File with it.", default: "", file: "required" }),
  cert_ref: ref(),
  key: t.optional(t.secret({ description: "Its private key, as PEM." })),
  key_file: t.string({ description: "File with it.", default: "", file: "required" }),
  key_ref: ref(),
  server_name: t.string({ description: "Name for SNI and for the check of the certificate.", default: "" }),
  insecure_skip_verify: t.boolean({ description: "true does not check the server's certificate.", default: false }),
  min_version: t.oneOf(VERSIONS, { description: "Lowest TLS version; empty is TLS12.", default: "" }),
  max_version: t.oneOf(VERSIONS, { description: "Highest TLS version; empty is the highest there is.", default: "" }),
});
/** A decoded `tls_config`. */
export type PrometheusTlsConfig = Decoded<typeof tlsConfig>;

const proxyProperties = {
  proxy_url: t.string({ description: "Proxy for the requests: http, https or socks5.", default: "" }),
  no_proxy: t.string({ description: "Hosts, networks and ports that are reached directly, by commas.", default: "" }),
  proxy_from_environment: t.boolean({
    description: "Whether HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold.",
    default: false,
  }),
  proxy_connect_header: t.record(t.array(t.secret({ description: "Value." }), { description: "Values." }), {
    description: "Headers sent to the proxy with CONNECT.",
    default: {},
  }),
};
const proxyObject = t.object("A proxy.", proxyProperties);
/** The decoded proxy keys. */
export type ProxyConfig = Decoded<typeof proxyObject>;

const basicAuth = t.object("User and password.", {
  username: t.text({ description: "User.", default: "" }),
  username_file: file("the user"),
  username_ref: ref(),
  password: t.optional(t.secret({ description: "Password." })),
  password_file: file("the password"),
  password_ref: ref(),
});

const authorization = t.object("The Authorization header.", {
  type: t.string({ description: "Scheme.", default: "Bearer" }),
  credentials: t.optional(t.secret({ description: "Credentials." })),
  credentials_file: file("the credentials"),
  credentials_ref: ref(),
});

const oauth2 = t.object("A token from an OAuth 2.0 server; kept until it expires.", {
  client_id: t.text({ description: "Client id.", default: "" }),
  client_secret: t.optional(t.secret({ description: "Client secret." })),
  client_secret_file: file("the client secret"),
  client_secret_ref: ref(),
  client_certificate_key_id: t.text({ description: "Id of the key that signs (`kid`), for jwt-bearer.", default: "" }),
  client_certificate_key: t.optional(t.secret({ description: "RSA key that signs, as PEM, for jwt-bearer." })),
  client_certificate_key_file: file("that key"),
  client_certificate_key_ref: ref(),
  grant_type: t.string({
    description: "`client_credentials` or `urn:ietf:params:oauth:grant-type:jwt-bearer`.",
    default: "client_credentials",
  }),
  signature_algorithm: t.string({ description: "RS256, RS384 or RS512, for jwt-bearer.", default: "RS256" }),
  iss: t.text({ description: "Issuer; empty is the client id. For jwt-bearer.", default: "" }),
  audience: t.text({ description: "Audience; empty is the token URL. For jwt-bearer.", default: "" }),
  claims: t.record(t.any({ description: "Value." }), { description: "More claims, for jwt-bearer.", default: {} }),
  scopes: t.array(t.text({ description: "Scope." }), { description: "Scopes.", default: [] }),
  token_url: t.string({ description: "Where tokens come from.", default: "" }),
  endpoint_params: t.record(t.text({ description: "Value." }), {
    description: "More parameters of the token request.",
    default: {},
  }),
  tls_config: t.defaulted(tlsConfig),
  ...proxyProperties,
});
/** A decoded `oauth2`. */
export type OAuth2Config = Decoded<typeof oauth2>;

const httpHeader = t.object("One header.", {
  values: t.array(t.text({ description: "Value." }), { description: "Values that are no secret.", default: [] }),
  secrets: t.array(t.secret({ description: "Value." }), { description: "Values that are secret.", default: [] }),
  files: t.array(t.string({ description: "File.", file: "required" }), {
    description: "Files with secret values; read again for each request.",
    default: [],
  }),
});

/** Prometheus' HTTP client keys, to be spread into the object of a scrape_config or an HTTP discovery. */
export const prometheusHttpClientProperties = {
  basic_auth: t.optional(basicAuth),
  authorization: t.optional(authorization),
  oauth2: t.optional(oauth2),
  bearer_token: t.optional(t.secret({ description: "Bearer token.", deprecated: "use authorization.credentials" })),
  bearer_token_file: t.string({
    description: "File with the bearer token.",
    default: "",
    file: "required",
    deprecated: "use authorization.credentials_file",
  }),
  tls_config: t.defaulted(tlsConfig),
  ...proxyProperties,
  follow_redirects: t.boolean({ description: "Whether redirects are followed.", default: true }),
  enable_http2: t.boolean({ description: "Whether HTTP/2 is offered over TLS.", default: true }),
  http_headers: t.record(httpHeader, { description: "More headers for each request.", default: {} }),
};

const clientObject = t.object("Prometheus' HTTP client.", prometheusHttpClientProperties);
/** What `prometheusHttpClientProperties` decode to. */
export type PrometheusHttpClientConfig = Decoded<typeof clientObject>;
