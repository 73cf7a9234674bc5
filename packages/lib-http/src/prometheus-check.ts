import type { CheckContext, Problem, Secret } from "@sluice/component";
import { PRINTABLE, TOKEN } from "./head.ts";
import {
  JWT_BEARER,
  type OAuth2Config,
  type PrometheusHttpClientConfig,
  type PrometheusTlsConfig,
  type ProxyConfig,
  SIGNATURES,
} from "./prometheus-config.ts";
import { parseProxyUrl } from "./proxy.ts";
import { resolvePath } from "./tls-source.ts";
import { hideLogin } from "./url.ts";

/** Set by the client or by the scraper itself. */
const RESERVED_HEADERS = new Set([
  "authorization",
  "host",
  "content-encoding",
  "content-length",
  "content-type",
  "user-agent",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "www-authenticate",
  "accept-encoding",
  "x-prometheus-remote-write-version",
  "x-prometheus-remote-read-version",
  "x-prometheus-scrape-timeout-seconds",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-content-sha256",
]);

type Path = Problem["path"];
type Add = (path: Path, message: string) => void;
type Text = string | Secret | undefined;

const isSet = (value: Text): boolean =>
  value !== undefined && (typeof value === "string" ? value : value.reveal()) !== "";
const count = (...values: Text[]): number => values.filter(isSet).length;

/** The rules across Prometheus' HTTP client keys, in Prometheus' words. `path` leads to the object they are spread into. */
export function validatePrometheusHttpClient(config: PrometheusHttpClientConfig, path: Path = []): Problem[] {
  const problems: Problem[] = [];
  const add: Add = (where, message) => void problems.push({ path: [...path, ...where], message });
  checkAuth(config, add);
  if (config.oauth2 !== undefined) checkOAuth2(config.oauth2, add);
  checkTls(config.tls_config, ["tls_config"], add);
  checkProxy(config, [], add);
  checkHeaders(config, add);
  checkRefs(config, [], add);
  return problems;
}

function checkAuth(config: PrometheusHttpClientConfig, add: Add): void {
  const { basic_auth: basic, authorization, oauth2, bearer_token: token, bearer_token_file: tokenFile } = config;
  const bearer = count(token, tokenFile);
  if (bearer > 1) add(["bearer_token"], "at most one of bearer_token & bearer_token_file must be configured");
  if (bearer > 0 && (basic ?? oauth2) !== undefined) {
    add(["bearer_token"], "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
  }
  if (basic !== undefined && count(basic.username, basic.username_file, basic.username_ref) > 1) {
    add(["basic_auth"], "at most one of basic_auth username, username_file & username_ref must be configured");
  }
  if (basic !== undefined && count(basic.password, basic.password_file, basic.password_ref) > 1) {
    add(["basic_auth"], "at most one of basic_auth password, password_file & password_ref must be configured");
  }
  if (authorization !== undefined) {
    if (bearer > 0) add(["authorization"], "authorization is not compatible with bearer_token & bearer_token_file");
    const { credentials, credentials_file, credentials_ref, type } = authorization;
    if (count(credentials, credentials_file, credentials_ref) > 1) {
      add(["authorization"], "at most one of authorization credentials & credentials_file must be configured");
    }
    if (type.trim().toLowerCase() === "basic") {
      add(["authorization", "type"], 'authorization type cannot be set to "basic", use "basic_auth" instead');
    }
  }
  if ([basic, authorization, oauth2].filter((section) => section !== undefined).length > 1) {
    add(
      [authorization ? "authorization" : "oauth2"],
      "at most one of basic_auth, oauth2 & authorization must be configured",
    );
  }
}

function checkOAuth2(oauth2: OAuth2Config, add: Add): void {
  const path = ["oauth2"];
  if (oauth2.client_id === "") add(path, "oauth2 client_id must be configured");
  if (oauth2.token_url === "") add(path, "oauth2 token_url must be configured");
  else if (URL.parse(oauth2.token_url) === null)
    add([...path, "token_url"], `found "${hideLogin(oauth2.token_url)}", expected a URL`);
  if (oauth2.grant_type === JWT_BEARER) {
    if (
      count(oauth2.client_certificate_key, oauth2.client_certificate_key_file, oauth2.client_certificate_key_ref) > 1
    ) {
      add(
        path,
        "at most one of oauth2 client_certificate_key, client_certificate_key_file & client_certificate_key_ref must be configured using grant-type=urn:ietf:params:oauth:grant-type:jwt-bearer",
      );
    }
    if (!Object.hasOwn(SIGNATURES, oauth2.signature_algorithm)) {
      add([...path, "signature_algorithm"], "valid signature algorithms are RS256, RS384 and RS512");
    }
  } else if (oauth2.grant_type !== "client_credentials") {
    add([...path, "grant_type"], `found "${oauth2.grant_type}", expected client_credentials or ${JWT_BEARER}`);
  } else if (count(oauth2.client_secret, oauth2.client_secret_file, oauth2.client_secret_ref) > 1) {
    add(
      path,
      "at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured using grant-type=client_credentials",
    );
  }
  checkTls(oauth2.tls_config, [...path, "tls_config"], add);
  checkProxy(oauth2, path, add);
}

function checkTls(tls: PrometheusTlsConfig, path: Path, add: Add): void {
  if (count(tls.ca, tls.ca_file, tls.ca_ref) > 1) add(path, "at most one of ca, ca_file & ca_ref must be configured");
  const certs = count(tls.cert, tls.cert_file, tls.cert_ref);
  const keys = count(tls.key, tls.key_file, tls.key_ref);
  if (certs > 1) add(path, "at most one of cert, cert_file & cert_ref must be configured");
  if (keys > 1) add(path, "at most one of key and key_file must be configured");
  if (certs > 0 && keys === 0) {
    add(path, "exactly one of key or key_file must be configured when a client certificate is configured");
  }
  if (keys > 0 && certs === 0) {
    add(path, "exactly one of cert or cert_file must be configured when a client key is configured");
  }
  if (tls.max_version !== "" && tls.max_version < tls.min_version) {
    add(path, "tls_config.max_version must be greater than or equal to tls_config.min_version if both are specified");
  }
}

function checkProxy(proxy: ProxyConfig, path: Path, add: Add): void {
  const { proxy_url: url, no_proxy: noProxy, proxy_from_environment: environment } = proxy;
  if (environment && url !== "") {
    add([...path, "proxy_url"], "if proxy_from_environment is configured, proxy_url must not be configured");
  }
  if (environment && noProxy !== "") {
    add([...path, "no_proxy"], "if proxy_from_environment is configured, no_proxy must not be configured");
  }
  if (noProxy !== "" && url === "" && !environment) {
    add([...path, "no_proxy"], "if no_proxy is configured, proxy_url must also be configured");
  }
  if (Object.keys(proxy.proxy_connect_header).length > 0 && url === "" && !environment) {
    add(
      [...path, "proxy_connect_header"],
      "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured",
    );
  }
  for (const [name, values] of Object.entries(proxy.proxy_connect_header)) {
    const texts = values.map((value) => value.reveal());
    checkHeader(name, texts, [...path, "proxy_connect_header", name], add);
  }
  if (url === "") return;
  try {
    parseProxyUrl(url);
  } catch (error) {
    add([...path, "proxy_url"], (error as Error).message);
  }
}

function checkHeaders(config: PrometheusHttpClientConfig, add: Add): void {
  for (const [name, { values, secrets }] of Object.entries(config.http_headers)) {
    const path = ["http_headers", name];
    if (RESERVED_HEADERS.has(name.toLowerCase())) add(path, `setting header "${name}" is not allowed`);
    checkHeader(name, [...values, ...secrets.map((secret) => secret.reveal())], path, add);
  }
}

function checkHeader(name: string, values: readonly string[], path: Path, add: Add): void {
  if (!TOKEN.test(name)) add(path, `found "${name}", expected a header name`);
  if (!values.every((text) => PRINTABLE.test(text))) add(path, "found a control character in a value");
}

/** Any key that ends in `_ref`, at any depth. */
function checkRefs(value: object, path: Path, add: Add): void {
  for (const [key, inner] of Object.entries(value)) {
    if (key.endsWith("_ref") && inner !== undefined) {
      add([...path, key], "secret managers are not supported; use the secret itself or its _file form");
    } else if (path.length < 2 && typeof inner === "object" && inner !== null && key !== "http_headers") {
      checkRefs(inner, [...path, key], add);
    }
  }
}

/** Whether the files Prometheus asks for at start are there. */
export async function checkPrometheusHttpClientFiles(
  config: PrometheusHttpClientConfig,
  path: Path,
  check: Pick<CheckContext, "env" | "baseDirectory">,
): Promise<Problem[]> {
  const wanted: readonly (readonly [string, string, Path])[] = [
    ["authorization credentials", config.authorization?.credentials_file ?? "", ["authorization", "credentials_file"]],
    ["authorization credentials", config.bearer_token_file, ["bearer_token_file"]],
    ["client cert", config.tls_config.cert_file, ["tls_config", "cert_file"]],
    ["client key", config.tls_config.key_file, ["tls_config", "key_file"]],
  ];
  const problems: Problem[] = [];
  for (const [what, name, where] of wanted) {
    if (name === "") continue;
    const full = resolvePath(check.baseDirectory, name);
    const found = await check.env.files.stat(full);
    const reason = found === undefined ? "no such file" : "not a file";
    if (found?.kind !== "file") {
      problems.push({ path: [...path, ...where], message: `error checking ${what} file "${full}": ${reason}` });
    }
  }
  return problems;
}
