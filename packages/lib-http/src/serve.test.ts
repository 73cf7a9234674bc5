import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type HttpRequest, type HttpResponse, t } from "@sluice/component";
import { createEnv } from "@sluice/runtime";
import { certificates, createContext } from "@sluice/testkit";
import { expect, onTestFinished, test } from "vitest";
import { createHttpClient, type HttpClientRequest, type SendOptions } from "./client.ts";
import { decoded } from "./decode.testing.ts";
import { serve } from "./serve.ts";
import { createWorld, textOf } from "./server.testing.ts";
import { httpServerProperties, validateHttpServer } from "./server-config.ts";

const schema = t.object("Settings.", httpServerProperties({ endpoint: "localhost:4318" }));
const echo = async (request: HttpRequest): Promise<HttpResponse> => ({ status: 200, body: await request.body() });

/** A server with these settings in a world in memory, and a client for it. */
async function setUp(config: object, handler: (request: HttpRequest) => HttpResponse | Promise<HttpResponse> = echo) {
  const world = createWorld();
  const ctx = createContext({ simulation: world, baseDirectory: "/etc" });
  const listener = await serve(await decoded(schema, config), ctx, handler);
  const client = createHttpClient({ env: world.env, acceptEncoding: "identity" });
  const ask = async (request: Partial<HttpClientRequest & SendOptions> = {}) =>
    await world.run(client.request({ url: `http://localhost:${listener.port}/`, timeoutMs: 100_000, ...request }));
  return { ...world, listener, client, ask };
}

const post = (body: Uint8Array, encoding: string) => ({
  method: "POST",
  body,
  headers: { "Content-Encoding": encoding },
});

test("endpoint and transport", async () => {
  const check = async (config: object, expected: string): Promise<void> =>
    expect((await setUp(config)).listener.address).toBe(expected);
  await check({}, "127.0.0.1:4318");
  await check({ endpoint: "0.0.0.0:1" }, "0.0.0.0:1");
  await check({ endpoint: "[::1]:1" }, "[::1]:1");
  await check({ endpoint: ":1", transport: "tcp4" }, "0.0.0.0:1");
  await check({ endpoint: ":1", transport: "tcp6" }, "[::]:1");
  await check({ endpoint: "localhost:1", transport: "tcp6" }, "[::1]:1");
  await check({ endpoint: "/run/x.sock", transport: "unix" }, "/run/x.sock");
});

test("bodies are decompressed", async () => {
  const { ask } = await setUp({});
  const text = Buffer.from("hello ".repeat(100));
  for (const [encoding, body] of [
    ["gzip", gzipSync(text)],
    ["zstd", zstdCompressSync(text)],
    ["zlib", deflateSync(text)],
    ["deflate", deflateSync(text)],
    ["identity", text],
    ["GZIP", gzipSync(text)],
  ] as const) {
    expect(textOf(await ask(post(body, encoding))), encoding).toBe(text.toString());
  }
});

test("compression_algorithms, unknown encodings and broken bodies", async () => {
  const { ask } = await setUp({ compression_algorithms: ["gzip"] });
  expect((await ask(post(gzipSync("x"), "gzip"))).status).toBe(200);
  expect(await ask(post(zstdCompressSync("x"), "zstd"))).toMatchObject({ status: 400 });
  expect(textOf(await ask(post(gzipSync("x"), "br")))).toBe('unsupported Content-Encoding "br"\n');
  expect(textOf(await ask(post(Buffer.from("x"), "gzip")))).toBe("cannot decode gzip body\n");
});

test("max_request_body_size, as sent and decompressed", async () => {
  const { ask } = await setUp({ max_request_body_size: 1000 });
  expect((await ask({ method: "POST", body: new Uint8Array(1000) })).status).toBe(200);
  expect((await ask({ method: "POST", body: new Uint8Array(1001) })).status).toBe(413);
  expect((await ask(post(gzipSync(new Uint8Array(1000)), "gzip"))).status).toBe(200);
  for (const bomb of [
    post(gzipSync(new Uint8Array(1001)), "gzip"),
    post(zstdCompressSync(new Uint8Array(1 << 20)), "zstd"),
  ]) {
    expect(await ask(bomb)).toMatchObject({ status: 413 });
  }
});

test("response_headers and keep_alives_enabled", async () => {
  const { ask, network, settle } = await setUp(
    { response_headers: { "X-A": "b", "X-C": "d" }, keep_alives_enabled: false },
    () => ({ status: 200, headers: { "x-c": "own" } }),
  );
  expect((await ask()).headers).toMatchObject({ "x-a": "b", "x-c": "own", connection: "close" });
  await settle();
  expect(network.connections).toBe(0);
  const kept = await setUp({});
  await kept.ask();
  expect(kept.network.connections).toBe(1);
});

test("the four timeouts", async () => {
  const late = await setUp({ write_timeout: "5s" }, () => new Promise(() => {}));
  expect((await late.ask()).status).toBe(503);
  expect(late.clock.monotonic()).toBe(5000);
  const check = async (config: object, sent: string, expected: number): Promise<void> => {
    const { env, advance, network } = await setUp(config);
    const connection = await env.net.connect({ address: { host: "localhost", port: 4318 } });
    connection.on("error", () => {}).resume();
    connection.write(sent);
    await advance(expected - 1);
    expect(network.connections).toBe(1);
    // A client that was refused is listened to for a moment.
    await advance(2001);
    expect(network.connections).toBe(0);
  };
  const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
  await check({ read_header_timeout: "3s" }, "GET / HT", 3000);
  await check({ read_timeout: "4s" }, post, 4000);
  await check({ idle_timeout: "2s" }, `${post}hello`, 2000);
});

test("cors: an allowed page may read, another may not", async () => {
  const cors = { allowed_origins: ["https://*.example.com", "http://a"], exposed_headers: ["X-A", "X-B"] };
  const { ask } = await setUp({ cors });
  const from = async (origin: string) => (await ask({ headers: { Origin: origin } })).headers;
  expect(await from("https://x.example.com")).toMatchObject({
    "access-control-allow-origin": "https://x.example.com",
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "X-A, X-B",
    vary: "Origin",
  });
  expect(await from("HTTP://A")).toHaveProperty("access-control-allow-origin", "HTTP://A");
  for (const origin of ["https://example.com", "https://.example.com.evil", "http://b", "null"]) {
    expect(await from(origin), origin).not.toHaveProperty("access-control-allow-origin");
  }
  const all = await setUp({ cors: { allowed_origins: ["*"] } });
  expect((await all.ask({ headers: { Origin: "x" } })).headers["access-control-allow-origin"]).toBe("*");
  for (const config of [{}, { cors: {} }]) {
    const none = await setUp(config);
    expect((await none.ask({ headers: { Origin: "http://a" } })).headers).not.toHaveProperty("vary");
  }
});

test("cors: a browser that asks first", async () => {
  const { ask } = await setUp(
    { cors: { allowed_origins: ["http://a"], allowed_headers: ["X-Key"], max_age: 7 } },
    () => ({ status: 500 }),
  );
  const preflight = async (origin: string, method: string, wanted: string) =>
    await ask({
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": wanted },
    });
  expect(await preflight("http://a", "POST", "x-key, content-type")).toMatchObject({
    status: 204,
    headers: {
      "access-control-allow-origin": "http://a",
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "x-key, content-type",
      "access-control-max-age": "7",
    },
  });
  for (const refused of [
    ["http://b", "POST", "x-key"],
    ["http://a", "DELETE", ""],
    ["http://a", "POST", "x-other"],
  ] as const) {
    const { status, headers } = await preflight(refused[0], refused[1], refused[2]);
    expect(status).toBe(204);
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  }
  expect((await ask({ method: "OPTIONS", headers: { Origin: "http://a" } })).status).toBe(500);
});

test("tls, and clients that must show a certificate", async () => {
  const { ca, caFile, server, client: identity } = certificates();
  const env = createEnv();
  const ctx = { ...createContext(), env, baseDirectory: "/" };
  const ask = async (section: object, own: object): Promise<string> => {
    const listener = await serve(await decoded(schema, { endpoint: "localhost:0", tls: section }), ctx, () => ({
      status: 200,
      body: "ok",
    }));
    const client = createHttpClient({ env, tls: () => ({ ca: [ca], ...own }) });
    onTestFinished(async () => {
      client.close();
      await listener.close();
    });
    return await client
      .request({ url: `https://localhost:${listener.port}/`, timeoutMs: 5000 })
      .then(textOf, () => "failed");
  };
  const files = { cert_file: server.certFile, key_file: server.keyFile };
  expect(await ask(files, {})).toBe("ok");
  expect(await ask({ cert_pem: server.cert, key_pem: server.key }, {})).toBe("ok");
  expect(await ask({ ...files, min_version: "1.3" }, { maxVersion: "TLSv1.2" })).toBe("failed");
  expect(await ask({ ...files, client_ca_file: caFile }, {})).toBe("failed");
  expect(await ask({ ...files, client_ca_file: caFile }, { cert: identity.cert, key: identity.key })).toBe("ok");
  await expect(ask({ ...files, key_file: "/no.key" }, {})).rejects.toThrow('cannot read key file "/no.key"');
});

/** The problems of a configuration, each as "path: message". */
async function check(config: object, ...expected: string[]): Promise<void> {
  const problems = validateHttpServer(await decoded(schema, config), ["x"]);
  expect(
    problems.map(
      ({ path, message, severity }) => `${path.join(".")}: ${severity === "warning" ? "warning: " : ""}${message}`,
    ),
  ).toEqual(expected);
}

test("problems", async () => {
  await check({
    tls: { cert_file: "a", key_file: "b" },
    cors: { allowed_origins: ["*"] },
    response_headers: { A: "b" },
  });
  for (const endpoint of ["localhost", "http://localhost:1", "localhost:99999", "[x]:1", "a:b:1"])
    await check({ endpoint }, `x.endpoint: found "${endpoint}", expected host:port`);
  await check(
    { endpoint: "\\\\.\\pipe\\x", transport: "npipe" },
    "x.transport: named pipes are not supported; expected tcp, tcp4, tcp6 or unix",
  );
  await check(
    { auth: { authenticator: "a" } },
    "x.auth: authentication of clients is not supported; remove this section",
  );
  await check({ include_metadata: true }, "x.include_metadata: metadata of clients is not supported; remove this key");
  await check({ middlewares: [{ id: "a" }] }, "x.middlewares: middlewares are not supported; remove this key");
  await check(
    { compression_algorithms: ["", "lz4"] },
    'x.compression_algorithms.1: "lz4" is not supported; expected gzip, zstd, zlib, deflate or ""',
  );
  await check(
    { response_headers: { "a b": "c", d: "e\nf" } },
    'x.response_headers.a b: found "a b", expected a header name',
    "x.response_headers.d: found a control character in the value",
  );
  await check({ tls: {} }, "x.tls: found no certificate; expected cert_file and key_file");
  await check(
    { tls: { cert_file: "a" } },
    "x.tls.cert_file: found a certificate without its key; expected key_file or key_pem too",
  );
  const once = "warning: is not supported for servers: files are read at start only";
  await check(
    { tls: { cert_file: "a", key_file: "b", client_ca_file_reload: true, reload_interval: "1m" } },
    `x.tls.client_ca_file_reload: ${once}`,
    `x.tls.reload_interval: ${once}`,
  );
});
