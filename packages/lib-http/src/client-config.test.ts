import { gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { ConfigError, t } from "@sluice/component";
import { createContext, type Simulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import {
  createClient,
  type HttpClientDefaults,
  httpClientProperties,
  type PostRequest,
  validateHttpClient,
} from "./client-config.ts";
import { decoded } from "./decode.testing.ts";
import { createWorld } from "./server.testing.ts";

const settings = async (config: object, defaults: HttpClientDefaults = {}) =>
  await decoded(t.object("Settings.", httpClientProperties(defaults)), config);

/** A client with these settings for http://target/write, over a world in which that is served. */
async function setUp(config: object, prepare: (simulation: Simulation) => void = () => {}) {
  const world = createWorld();
  await world.serve("target", 80);
  prepare(world);
  const auth = { headers: async () => ({ "X-Signed": "yes" }) };
  const ctx = createContext({
    simulation: world,
    baseDirectory: "/etc",
    extensions: { signer: { httpClientAuth: auth } },
  });
  const client = await createClient(await settings({ endpoint: "http://target/write", ...config }), ctx);
  const post = async (request: Partial<PostRequest> = {}) =>
    await world.run(client.post({ body: Buffer.from("hello"), ...request }));
  return { ...world, client, post };
}

/** What the server saw of one post. */
async function posted(config: object, request: Partial<PostRequest> = {}) {
  const { post, asked } = await setUp(config);
  await post(request);
  return asked[0]!;
}

test("endpoint, unless the request has a URL of its own", async () => {
  expect(await posted({})).toMatchObject({ method: "POST", target: "/write", body: "hello" });
  expect(await posted({}, { url: "http://target/other" })).toMatchObject({ target: "/other" });
});

test("headers win over the request's, and Host replaces the endpoint's", async () => {
  const { headers } = await posted(
    { headers: { "x-a": "mine", Host: "virtual" } },
    { headers: { "X-A": "theirs", "X-B": "b" } },
  );
  expect(headers).toMatchObject({ "x-a": "mine", "x-b": "b", host: "virtual" });
});

test("headers stay with their origin", async () => {
  const { post, serve, asked } = await setUp({ endpoint: "http://away/", headers: { "X-Api-Key": "k" } });
  await serve("away", 80, () => ({ status: 307, headers: { location: "http://target/" } }));
  await post();
  expect(asked.map(({ headers }) => headers["x-api-key"])).toEqual(["k", undefined]);
});

test("a redirect that would lose the body is the answer", async () => {
  const { post, serve, asked } = await setUp({ endpoint: "http://away/" });
  const statuses = [302, 307];
  await serve("away", 80, () => ({ status: statuses.shift()!, headers: { location: "http://target/" } }));
  expect((await post()).status).toBe(302);
  expect((await post()).status).toBe(200);
  expect(asked.map(({ method, body }) => `${method} ${body}`)).toEqual(["POST hello", "POST hello", "POST hello"]);
});

test("timeout", async () => {
  const { post, network, clock } = await setUp({ timeout: "3s" });
  network.fault("target:80", { partition: true });
  await expect(post()).rejects.toThrow("context deadline exceeded");
  expect(clock.monotonic()).toBe(3000);
});

test("auth.authenticator", async () => {
  expect((await posted({ auth: { authenticator: "signer" } })).headers["x-signed"]).toBe("yes");
  await expect(setUp({ auth: { authenticator: "nobody" } })).rejects.toThrow(ConfigError);
});

test("compression, and bodies that are compressed already", async () => {
  const check = async (compression: string, inflate: (bytes: Buffer) => Buffer): Promise<void> => {
    const world = await setUp({ compression });
    const text = "hello hello hello ".repeat(100);
    let seen = "";
    await world.network.serveHttp({ address: { host: "raw", port: 80 }, maxBodyBytes: 10_000 }, async (request) => {
      seen = `${request.headers["content-encoding"]}: ${inflate(Buffer.from(await request.body())).toString()}`;
      return { status: 200 };
    });
    await world.post({ url: "http://raw/", body: Buffer.from(text) });
    expect(seen).toBe(`${compression}: ${text}`);
  };
  await check("gzip", gunzipSync);
  await check("zlib", inflateSync);
  await check("deflate", inflateSync);
  await check("zstd", zstdDecompressSync);
  expect((await posted({ compression: "none" })).headers).not.toHaveProperty("content-encoding");
  expect(await posted({ compression: "gzip" }, { encoding: "snappy" })).toMatchObject({
    body: "hello",
    headers: { "content-encoding": "snappy" },
  });
});

test("compression_params.level", async () => {
  const words = Array.from({ length: 3000 }, (_, index) => `${(index * 7919) % 1013} ${index % 17}`).join(" ");
  const size = async (compression: string, level: number): Promise<number> => {
    const { headers } = await posted({ compression, compression_params: { level } }, { body: Buffer.from(words) });
    return Number(headers["content-length"]);
  };
  expect(await size("gzip", 1)).toBeGreaterThan(await size("gzip", 9));
  expect(await size("zlib", -2)).not.toBe(await size("zlib", 0));
  expect(await size("gzip", 0)).toBe(await size("gzip", -1));
  expect(await size("zstd", 1)).not.toBe(await size("zstd", 11));
  expect(await size("zstd", 2)).toBe(await size("zstd", 1));
});

test("proxy_url, and the environment without it", async () => {
  const proxied = async (config: object, environment: Record<string, string>): Promise<string[]> => {
    const { post, asked, serve } = await setUp(config, ({ process }) => void Object.assign(process.env, environment));
    await serve("proxy", 3128);
    await serve("other", 3128);
    await post();
    return asked.map(({ host, target }) => `${host} ${target}`);
  };
  expect(await proxied({ proxy_url: "http://proxy:3128" }, { HTTP_PROXY: "other:3128" })).toEqual([
    "proxy http://target/write",
  ]);
  expect(await proxied({}, { HTTP_PROXY: "other:3128" })).toEqual(["other http://target/write"]);
  expect(await proxied({}, { HTTP_PROXY: "other:3128", NO_PROXY: "target" })).toEqual(["target /write"]);
  await expect(setUp({}, ({ process }) => void Object.assign(process.env, { HTTP_PROXY: "ftp://x" }))).rejects.toThrow(
    "cannot read the proxy settings",
  );
});

test("the pool's keys", async () => {
  const open = async (config: object, count = 4): Promise<number> => {
    const { client, run, network, settle } = await setUp(config);
    await Promise.all(Array.from({ length: count }, async () => await run(client.post({ body: Buffer.from("x") }))));
    await settle();
    return network.connections;
  };
  expect(await open({})).toBe(4);
  expect(await open({ max_idle_conns_per_host: 3 })).toBe(3);
  expect(await open({ max_idle_conns_per_host: 3, max_idle_conns: 1 })).toBe(1);
  expect(await open({ max_conns_per_host: 1 })).toBe(1);
  expect(await open({ disable_keep_alives: true })).toBe(0);
  const { post, advance, network } = await setUp({ idle_conn_timeout: "5s" });
  await post();
  await advance(4999);
  expect(network.connections).toBe(1);
  await advance(1);
  expect(network.connections).toBe(0);
});

test("force_attempt_http2 and tls reach the connection", async () => {
  for (const http2 of [true, false]) {
    const world = createWorld();
    world.files.write("/etc/ca.pem", "CA");
    const calls: unknown[] = [];
    const net = { ...world.env.net, connect: async ({ tls }: { tls?: unknown }) => Promise.reject(calls.push(tls)) };
    const ctx = { ...createContext(), env: { ...world.env, net }, baseDirectory: "/etc" };
    const config = {
      endpoint: "https://target/",
      force_attempt_http2: http2,
      tls: { ca_file: "ca.pem", min_version: "1.3" },
    };
    const client = await createClient(await settings(config), ctx);
    await client.post({ body: new Uint8Array(1) }).catch(() => {});
    expect(calls).toMatchObject([{ ca: ["CA"], minVersion: "TLSv1.3", ...(http2 && { alpn: ["h2", "http/1.1"] }) }]);
    expect(calls[0]).toHaveProperty("insecureSkipVerify", false);
    if (!http2) expect(calls[0]).not.toHaveProperty("alpn");
  }
});

test("a TLS file that is missing is a ConfigError at start", async () => {
  await expect(setUp({ tls: { ca_file: "no.pem" } })).rejects.toMatchObject({
    name: "ConfigError",
    message: "cannot load the TLS settings",
    cause: { message: 'cannot read CA file "/etc/no.pem"' },
  });
});

test("a long answer is cut, not refused", async () => {
  const { post, serve } = await setUp({});
  await serve("long", 80, () => ({ status: 400, body: "x".repeat(100_000) }));
  expect(await post({ url: "http://long/" })).toMatchObject({ status: 400, body: { length: 65_536 } });
});

test("post can be given up", async () => {
  const { client, run, network } = await setUp({});
  network.fault("target:80", { partition: true });
  const controller = new AbortController();
  const answer = client.post({ body: new Uint8Array(1), signal: controller.signal });
  controller.abort();
  await expect(run(answer)).rejects.toMatchObject({ code: "aborted" });
});

/** The problems of a configuration, each as "path: message". */
async function check(config: object, ...expected: string[]): Promise<void> {
  const problems = validateHttpClient(await settings({ endpoint: "https://target", ...config }), ["x"], ["snappy"]);
  expect(
    problems.map(
      ({ path, message, severity }) => `${path.join(".")}: ${severity === "warning" ? "warning: " : ""}${message}`,
    ),
  ).toEqual(expected);
}

test("problems", async () => {
  await check({
    compression: "gzip",
    compression_params: { level: 9 },
    headers: { "X-A": "é" },
    proxy_url: "socks5://p",
  });
  await check(
    { endpoint: "target:9090/x" },
    'x.endpoint: found "target:9090/x" without a scheme; expected "http://target:9090/x", or https://',
  );
  await check({ endpoint: "ftp://target" }, 'x.endpoint: found "ftp://target", expected an http:// or https:// URL');
  await check(
    { endpoint: "me:hunter2@target/x" },
    'x.endpoint: found "[REDACTED]@target/x" without a scheme; expected "http://[REDACTED]@target/x", or https://',
  );
  await check(
    { endpoint: "htp://me:hunt/er@2@target/x" },
    'x.endpoint: found "htp://[REDACTED]@target/x", expected an http:// or https:// URL',
  );
  await check({ endpoint: "http://:1" }, 'x.endpoint: found "http://:1", expected an http:// or https:// URL');
  await check(
    { proxy_url: "ftp://p" },
    'x.proxy_url: unsupported proxy scheme "ftp"; expected http, https, socks5 or socks5h',
  );
  await check(
    { headers: { "a b": "c", d: "e\nf" } },
    'x.headers.a b: found "a b", expected a header name',
    "x.headers.d: found a control character in the value",
  );
  await check(
    { compression: "lz4" },
    'x.compression: "lz4" is not supported; expected gzip, zlib, deflate, zstd or none',
  );
  await check({ compression: "snappy" });
  await check(
    { compression: "snappy", compression_params: { level: 1 } },
    "x.compression_params.level: found 1, expected 0: this compression has no levels",
  );
  await check(
    { compression: "gzip", compression_params: { level: 10 } },
    "x.compression_params.level: found 10, expected -2 (Huffman only), -1 or 0 (default), or 1 to 9",
  );
  await check({ cookies: {} }, "x.cookies: keeping cookies is not supported; remove this section");
  await check({ middlewares: [{ id: "a" }] }, "x.middlewares: middlewares are not supported; remove this key");
  await check(
    { http2_read_idle_timeout: "1s", http2_ping_timeout: "1s" },
    "x.http2_read_idle_timeout: warning: HTTP/2 pings are not supported; this key has no effect",
    "x.http2_ping_timeout: warning: HTTP/2 pings are not supported; this key has no effect",
  );
});

test("problems of tls", async () => {
  const tls = async (section: object, ...expected: string[]): Promise<void> =>
    await check({ tls: section }, ...expected.map((text) => `x.tls.${text}`));
  await tls({ ca_file: "a", ca_pem: "b" }, "ca_pem: found together with ca_file; expected one of the two");
  await tls(
    { cert_file: "a", cert_pem: "b", key_file: "c" },
    "cert_pem: found together with cert_file; expected one of the two",
  );
  await tls({ cert_file: "a" }, "cert_file: found a certificate without its key; expected key_file or key_pem too");
  await tls({ key_pem: "a" }, "key_file: found a key without its certificate; expected cert_file or cert_pem too");
  await tls(
    { min_version: "1.3", max_version: "1.2" },
    'max_version: found "1.2", expected at least min_version, "1.3"',
  );
  await tls(
    { cipher_suites: ["AES"] },
    'cipher_suites.0: unknown cipher suite "AES"; expected Go\'s name, for example "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"',
  );
  const insecure = { cipher_suites: ["TLS_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"] };
  await tls(
    insecure,
    'cipher_suites.1: cipher suite "TLS_RSA_WITH_AES_128_CBC_SHA" is insecure; set include_insecure_cipher_suites to use it',
  );
  await tls({ ...insecure, include_insecure_cipher_suites: true });
  await tls({ tpm: { enabled: true } }, "tpm: keys in a TPM are not supported; use key_file or key_pem");
  await tls(
    { insecure: true },
    "insecure: warning: has no effect on an https endpoint; did you mean insecure_skip_verify?",
  );
});

test("defaults are the exporter's", async () => {
  const made = await settings(
    { endpoint: "http://a" },
    { timeout: "5s", compression: "snappy", read_buffer_size: 1, write_buffer_size: 2 },
  );
  expect(made).toMatchObject({
    timeout: 5000,
    compression: "snappy",
    read_buffer_size: 1,
    write_buffer_size: 2,
    idle_conn_timeout: 90_000,
  });
  expect((await settings({}, { endpoint: "" })).endpoint).toBe("");
  expect(t.object("Settings.", httpClientProperties()).json.required).toEqual(["endpoint"]);
});
