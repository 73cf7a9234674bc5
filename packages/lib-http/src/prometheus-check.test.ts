import { t } from "@sluice/component";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { decoded } from "./decode.testing.ts";
import { checkPrometheusHttpClientFiles, validatePrometheusHttpClient } from "./prometheus-check.ts";
import { prometheusHttpClientProperties } from "./prometheus-config.ts";

const schema = t.object("Settings.", prometheusHttpClientProperties);

/** The problems of a configuration, each as "path: message". */
async function check(config: object, ...expected: string[]): Promise<void> {
  const problems = validatePrometheusHttpClient(await decoded(schema, config), ["x"]);
  expect(problems.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual(expected);
}

test("what is well", async () => {
  await check({});
  await check({
    basic_auth: { username: "u", password_file: "p" },
    proxy_url: "http://p",
    no_proxy: "a",
    proxy_connect_header: { A: ["b"] },
  });
  await check({
    authorization: { credentials: "c" },
    tls_config: { cert: "c", key_file: "k", min_version: "TLS12", max_version: "TLS12" },
  });
  await check({
    oauth2: { client_id: "c", token_url: "http://t" },
    proxy_from_environment: true,
    http_headers: { "X-A": { values: ["b"] } },
  });
});

test("one way to authenticate", async () => {
  await check(
    { bearer_token: "a", bearer_token_file: "b" },
    "x.bearer_token: at most one of bearer_token & bearer_token_file must be configured",
  );
  const bearer =
    "x.bearer_token: at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured";
  await check({ bearer_token: "a", basic_auth: {} }, bearer);
  await check({ bearer_token_file: "a", oauth2: { client_id: "c", token_url: "http://t" } }, bearer);
  await check(
    { basic_auth: { username: "a", username_file: "b" } },
    "x.basic_auth: at most one of basic_auth username, username_file & username_ref must be configured",
  );
  await check(
    { basic_auth: { password: "a", password_file: "b" } },
    "x.basic_auth: at most one of basic_auth password, password_file & password_ref must be configured",
  );
  await check(
    { authorization: {}, bearer_token: "a" },
    "x.authorization: authorization is not compatible with bearer_token & bearer_token_file",
  );
  await check(
    { authorization: { credentials: "a", credentials_file: "b" } },
    "x.authorization: at most one of authorization credentials & credentials_file must be configured",
  );
  await check(
    { authorization: { type: "Basic" } },
    'x.authorization.type: authorization type cannot be set to "basic", use "basic_auth" instead',
  );
  await check(
    { authorization: {}, basic_auth: {} },
    "x.authorization: at most one of basic_auth, oauth2 & authorization must be configured",
  );
  await check(
    { oauth2: { client_id: "c", token_url: "http://t" }, basic_auth: {} },
    "x.oauth2: at most one of basic_auth, oauth2 & authorization must be configured",
  );
});

test("oauth2", async () => {
  const valid = { client_id: "c", token_url: "http://t" };
  await check(
    { oauth2: {} },
    "x.oauth2: oauth2 client_id must be configured",
    "x.oauth2: oauth2 token_url must be configured",
  );
  await check({ oauth2: { ...valid, token_url: "nowhere" } }, 'x.oauth2.token_url: found "nowhere", expected a URL');
  await check(
    { oauth2: { ...valid, client_secret: "a", client_secret_file: "b" } },
    "x.oauth2: at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured using grant-type=client_credentials",
  );
  await check(
    { oauth2: { ...valid, grant_type: "password" } },
    'x.oauth2.grant_type: found "password", expected client_credentials or urn:ietf:params:oauth:grant-type:jwt-bearer',
  );
  const jwt = { ...valid, grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" };
  await check({ oauth2: { ...jwt, client_certificate_key: "a" } });
  await check(
    { oauth2: { ...jwt, client_certificate_key: "a", client_certificate_key_file: "b" } },
    "x.oauth2: at most one of oauth2 client_certificate_key, client_certificate_key_file & client_certificate_key_ref must be configured using grant-type=urn:ietf:params:oauth:grant-type:jwt-bearer",
  );
  await check(
    { oauth2: { ...jwt, signature_algorithm: "HS256" } },
    "x.oauth2.signature_algorithm: valid signature algorithms are RS256, RS384 and RS512",
  );
  await check(
    { oauth2: { ...valid, tls_config: { cert: "c" }, no_proxy: "a" } },
    "x.oauth2.tls_config: exactly one of key or key_file must be configured when a client certificate is configured",
    "x.oauth2.no_proxy: if no_proxy is configured, proxy_url must also be configured",
  );
});

test("tls_config", async () => {
  const tls = async (tls_config: object, message: string): Promise<void> =>
    await check({ tls_config }, `x.tls_config: ${message}`);
  await tls({ ca: "a", ca_file: "b" }, "at most one of ca, ca_file & ca_ref must be configured");
  await tls({ cert: "a", cert_file: "b", key: "c" }, "at most one of cert, cert_file & cert_ref must be configured");
  await tls({ cert: "a", key: "b", key_file: "c" }, "at most one of key and key_file must be configured");
  await tls(
    { cert_file: "a" },
    "exactly one of key or key_file must be configured when a client certificate is configured",
  );
  await tls({ key_file: "a" }, "exactly one of cert or cert_file must be configured when a client key is configured");
  await tls(
    { min_version: "TLS13", max_version: "TLS12" },
    "tls_config.max_version must be greater than or equal to tls_config.min_version if both are specified",
  );
});

test("proxies", async () => {
  await check(
    { proxy_from_environment: true, proxy_url: "http://p" },
    "x.proxy_url: if proxy_from_environment is configured, proxy_url must not be configured",
  );
  await check(
    { proxy_from_environment: true, no_proxy: "a" },
    "x.no_proxy: if proxy_from_environment is configured, no_proxy must not be configured",
  );
  await check({ no_proxy: "a" }, "x.no_proxy: if no_proxy is configured, proxy_url must also be configured");
  await check(
    { proxy_connect_header: { A: ["b"] } },
    "x.proxy_connect_header: if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured",
  );
  await check(
    { proxy_url: "ftp://p" },
    'x.proxy_url: unsupported proxy scheme "ftp"; expected http, https, socks5 or socks5h',
  );
});

test("proxy_connect_header", async () => {
  const proxy = { proxy_url: "http://p" };
  await check({ ...proxy, proxy_connect_header: { "X-A": ["b", "c"] } });
  await check(
    { ...proxy, proxy_connect_header: { "a b": ["c"], d: ["e\r\nf: g"] } },
    'x.proxy_connect_header.a b: found "a b", expected a header name',
    "x.proxy_connect_header.d: found a control character in a value",
  );
});

test("http_headers", async () => {
  for (const name of ["Host", "authorization", "X-AMZ-Date"])
    await check({ http_headers: { [name]: {} } }, `x.http_headers.${name}: setting header "${name}" is not allowed`);
  await check({ http_headers: { "a b": {} } }, 'x.http_headers.a b: found "a b", expected a header name');
  await check({ http_headers: { a: { secrets: ["b\nc"] } } }, "x.http_headers.a: found a control character in a value");
});

test("secret managers", async () => {
  const message = "secret managers are not supported; use the secret itself or its _file form";
  await check({ authorization: { credentials_ref: "a" } }, `x.authorization.credentials_ref: ${message}`);
  await check(
    { oauth2: { client_id: "c", token_url: "http://t", tls_config: { ca_ref: "a" } } },
    `x.oauth2.tls_config.ca_ref: ${message}`,
  );
});

test("files that must be there", async () => {
  const { env, files } = createSimulation();
  files.write("/etc/good", "x");
  const problems = async (config: object): Promise<string[]> =>
    (await checkPrometheusHttpClientFiles(await decoded(schema, config), [], { env, baseDirectory: "/etc" })).map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
  expect(
    await problems({
      authorization: { credentials_file: "good" },
      tls_config: { cert_file: "/etc/good", key_file: "good" },
    }),
  ).toEqual([]);
  expect(
    await problems({ authorization: { credentials_file: "bad" }, tls_config: { cert_file: "/bad", key_file: "/etc" } }),
  ).toEqual([
    'authorization.credentials_file: error checking authorization credentials file "/etc/bad": no such file',
    'tls_config.cert_file: error checking client cert file "/bad": no such file',
    'tls_config.key_file: error checking client key file "/etc": not a file',
  ]);
  expect(await problems({ bearer_token_file: "bad" })).toEqual([
    'bearer_token_file: error checking authorization credentials file "/etc/bad": no such file',
  ]);
});
