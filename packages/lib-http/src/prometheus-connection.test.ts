/** `tls_config` and the proxy keys, one by one, in both places where they stand: beside the target and in `oauth2`. */
import { type Env, type Net, type TlsClientOptions, t } from "@sluice/component";
import { expect, test } from "vitest";
import { decoded } from "./decode.testing.ts";
import { createPrometheusHttpClient } from "./prometheus-client.ts";
import { prometheusHttpClientProperties } from "./prometheus-config.ts";
import { createWorld } from "./server.testing.ts";

const schema = t.object("Settings.", prometheusHttpClientProperties);

/** Where keys about the connection to `url` can stand, and the request that then makes this connection. */
const PLACES = {
  target: (keys: object, url: string) => ({ config: keys, request: url }),
  oauth2: (keys: object, url: string) => ({
    config: { oauth2: { client_id: "me", token_url: url, ...keys } },
    request: "http://target/",
  }),
};
type Place = keyof typeof PLACES;
type ConnectOptions = Parameters<Net["connect"]>[0];

/** Asks for `url` in a world that `env` stands for, whatever comes of it. */
async function ask(place: Place, keys: object, url: string, env: Env): Promise<void> {
  const { config, request } = PLACES[place](keys, url);
  const client = createPrometheusHttpClient(await decoded(schema, config), { env, baseDirectory: "/etc" });
  await client.request({ url: request }).catch(() => {});
  client.close();
}

/** What the first connection on the way to `url` is asked for. */
async function firstConnection(
  place: Place,
  keys: object,
  url: string,
  variables: Record<string, string> = {},
): Promise<ConnectOptions | undefined> {
  const { env, files, process } = createWorld();
  Object.assign(process.env, variables);
  for (const name of ["ca", "cert", "key"]) files.write(`/etc/${name}`, `${name} of the file`);
  const calls: ConnectOptions[] = [];
  const connect = async (options: ConnectOptions): Promise<never> => {
    calls.push(options);
    throw new Error("nobody there");
  };
  await ask(place, keys, url, { ...env, net: { ...env.net, connect } });
  return calls[0];
}

async function checkTls(tls_config: object, expected: TlsClientOptions): Promise<void> {
  for (const place of ["target", "oauth2"] as const) {
    const found = await firstConnection(place, { tls_config }, "https://origin/");
    expect(found?.address, place).toEqual({ host: "origin", port: 443 });
    const alpn = ["h2", "http/1.1"];
    expect(found?.tls, `${place} ${Object.keys(tls_config).join(" ")}`).toEqual({
      insecureSkipVerify: false,
      alpn,
      ...expected,
    });
  }
}

test("tls_config", async () => {
  await checkTls({}, {});
  await checkTls({ ca: "C" }, { ca: ["C"] });
  await checkTls({ ca_file: "ca" }, { ca: ["ca of the file"] });
  await checkTls({ cert: "C", key: "K" }, { cert: "C", key: "K" });
  await checkTls({ cert_file: "cert", key_file: "/etc/key" }, { cert: "cert of the file", key: "key of the file" });
  await checkTls({ server_name: "other" }, { serverName: "other" });
  await checkTls({ insecure_skip_verify: true }, { insecureSkipVerify: true });
  await checkTls({ min_version: "TLS11" }, { minVersion: "TLSv1.1" });
  await checkTls({ max_version: "TLS12" }, { maxVersion: "TLSv1.2" });
});

test("enable_http2", async () => {
  const found = await firstConnection("target", { enable_http2: false }, "https://origin/");
  expect(found?.tls).not.toHaveProperty("alpn");
});

/** Which host is connected to first on the way to `url`. */
async function checkWay(keys: object, url: string, host: string, variables?: Record<string, string>): Promise<void> {
  for (const place of ["target", "oauth2"] as const) {
    const found = await firstConnection(place, keys, url, variables);
    expect(found?.address, `${place} ${JSON.stringify(keys)}`).toMatchObject({ host });
  }
}

test("proxy_url, no_proxy and proxy_from_environment", async () => {
  const variables = { HTTP_PROXY: "of-environment:1", NO_PROXY: "direct" };
  await checkWay({}, "http://origin/", "origin", variables);
  await checkWay({ proxy_url: "http://proxy:3128" }, "http://origin/", "proxy", variables);
  await checkWay({ proxy_url: "http://proxy:3128", no_proxy: "origin" }, "http://origin/", "origin");
  await checkWay({ proxy_from_environment: true }, "http://origin/", "of-environment", variables);
  await checkWay({ proxy_from_environment: true }, "http://direct/", "direct", variables);
});

test("proxy_connect_header", async () => {
  for (const place of ["target", "oauth2"] as const) {
    const { env, serveRaw, run } = createWorld();
    const seen = { text: "" };
    serveRaw("proxy", 3128, (side, received) => {
      seen.text = received;
      side.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    const keys = { proxy_url: "http://proxy:3128", proxy_connect_header: { "X-P": ["1", "2"] } };
    await run(ask(place, keys, "https://origin/", env));
    expect(seen.text, place).toMatch(/^CONNECT origin:443 HTTP\/1\.1\r\n(.*\r\n)*X-P: 1, 2\r\n/);
  }
});
