import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createHttpClient } from "./client.ts";
import { createWorld, textOf, type World } from "./server.testing.ts";

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async function world(options: Omit<Parameters<typeof createHttpClient>[0], "env"> = {}) {
  const made = createWorld();
  return { ...made, client: createHttpClient({ env: made.env, ...options }) };
}

test("a request arrives as it was meant", async () => {
  const { client, run, serve, asked } = await world({ headers: { "User-Agent": "sluice", Accept: "a" } });
  await serve("target", 80);
  const request = {
    method: "POST",
    url: "http://target/a%20b?c=d#e",
    headers: { accept: "b", "X-A": "é" },
    body: Buffer.from("hello"),
  };
  const answer = await run(client.request(request));
  expect(textOf(answer)).toBe("ok");
  expect(answer).toMatchObject({ status: 200, statusText: "OK", url: "http://target/a%20b?c=d#e" });
  expect(asked).toMatchObject([{ method: "POST", target: "/a%20b?c=d", body: "hello" }]);
  expect(asked[0]!.headers).toEqual({
    host: "target",
    "accept-encoding": "gzip",
    "user-agent": "sluice",
    accept: "b",
    "x-a": Buffer.from("é").toString("latin1"),
    "content-length": "5",
  });
});

test("what is sent for each method", async () => {
  const { client, run, serve, asked } = await world({ acceptEncoding: "identity" });
  await serve("target", 8080);
  for (const method of ["GET", "HEAD", "POST", "DELETE"])
    await run(client.request({ method, url: "http://target:8080/" }));
  expect(asked.map(({ headers }) => headers["content-length"])).toEqual([undefined, undefined, "0", undefined]);
  expect(asked[0]!.headers).toEqual({ host: "target:8080", "accept-encoding": "identity" });
});

test("user and password of the URL, unless the request has its own", async () => {
  const { client, run, serve, asked } = await world();
  await serve("target", 80);
  await run(client.request({ url: "http://us%65r:pa%3Ass@target/" }));
  await run(client.request({ url: "http://user:pass@target/", headers: { authorization: "x" } }));
  expect(asked.map(({ headers }) => headers.authorization)).toEqual([`Basic ${btoa("user:pa:ss")}`, "x"]);
});

test("what cannot be sent is refused before it is", async () => {
  const { client } = await world();
  const check = (request: Parameters<typeof client.prepare>[0], message: string): void =>
    expect(() => client.prepare(request)).toThrow(message);
  check({ url: "target:80" }, 'unsupported protocol scheme "target"');
  check({ url: "/x" }, 'cannot parse URL "/x"');
  check({ url: "ftp://target/" }, 'unsupported protocol scheme "ftp"');
  check({ url: "http://user:hush@target:x/" }, 'cannot parse URL "http://[REDACTED]@target:x/"');
  check({ url: "http://target/", method: "GET / HTTP/1.1\r\nX: y" }, "cannot send method");
  check({ url: "http://target/", headers: { "X: y\r\nZ": "z" } }, "not a header name");
  check(
    { url: "http://target/", headers: { X: "y\r\nZ: z" } },
    'cannot send header "X": control character in its value',
  );
});

test("gzip answers are inflated, whatever was asked for", async () => {
  const { client, run, serve } = await world();
  const text = "all work and no play ".repeat(10_000);
  await serve("target", 80, ({ target }) => ({
    status: 200,
    headers: { "content-encoding": target.slice(1) },
    body: gzipSync(text),
  }));
  expect(textOf(await run(client.request({ url: "http://target/gzip" })))).toBe(text);
  expect(textOf(await run(client.request({ url: "http://target/x-gzip" })))).toBe(text);
  expect((await run(client.request({ url: "http://target/br" }))).body).toHaveLength(gzipSync(text).length);
});

test("broken gzip is an error", async () => {
  const { client, run, serve } = await world();
  const bytes = gzipSync("hello");
  await serve("target", 80, ({ target }) => ({
    status: 200,
    headers: { "content-encoding": "gzip" },
    body: target === "/cut" ? bytes.subarray(0, 12) : "hello",
  }));
  await expect(run(client.request({ url: "http://target/cut" }))).rejects.toMatchObject({ code: "encoding" });
  await expect(run(client.request({ url: "http://target/" }))).rejects.toThrow("cannot decode gzip body");
});

test("the limit counts inflated bytes, and as many as it is too many", async () => {
  const { client, run, serve } = await world();
  const text = "x".repeat(1000);
  await serve("target", 80, ({ target }) =>
    target === "/gzip"
      ? { status: 200, headers: { "content-encoding": "gzip" }, body: gzipSync(text) }
      : { status: 200, body: text },
  );
  for (const url of ["http://target/", "http://target/gzip"]) {
    await expect(run(client.request({ url, maxBodyBytes: 1000 }))).rejects.toThrow(/^body size limit exceeded$/);
    expect((await run(client.request({ url, maxBodyBytes: 1001 }))).body).toHaveLength(1000);
  }
  expect((await run(client.request({ url: "http://target/", maxBodyBytes: 10, truncate: true }))).body).toHaveLength(
    10,
  );
});

test("a bomb is not inflated beyond the limit, whatever size it claims", async () => {
  const { client, run, serve } = await world();
  const bomb = gzipSync(new Uint8Array(50 << 20));
  bomb.writeUInt32LE(10, bomb.length - 4);
  await serve("target", 80, () => ({ status: 200, headers: { "content-encoding": "gzip" }, body: bomb }));
  await expect(run(client.request({ url: "http://target/", maxBodyBytes: 1 << 20 }))).rejects.toMatchObject({
    code: "body_limit",
  });
});

test("connections are kept and used again", async () => {
  const { client, run, serve, network, settle } = await world();
  await serve("target", 80);
  const prepared = client.prepare({ url: "http://target/" });
  for (let count = 0; count < 5; count++) expect(textOf(await run(client.send(prepared)))).toBe("ok");
  expect(network.connections).toBe(1);
  await Promise.all([run(client.send(prepared)), run(client.send(prepared))]);
  expect(network.connections).toBe(2);
  client.close();
  await settle();
  expect(network.connections).toBe(0);
});

test("keepAlive: false", async () => {
  const { client, run, serve, network, asked } = await world({ keepAlive: false });
  await serve("target", 80);
  await run(client.request({ url: "http://target/" }));
  expect(network.connections).toBe(0);
  expect(asked[0]!.headers.connection).toBe("close");
});

test("the time limit covers connecting, the head and the body", async () => {
  const cases: ((world: World) => void)[] = [
    ({ network, serveRaw }) => {
      serveRaw("target", 80, () => {});
      network.fault("target:80", { partition: true });
    },
    ({ serveRaw }) => serveRaw("target", 80, () => {}),
    ({ serveRaw }) => serveRaw("target", 80, (side) => void side.write(HEAD.slice(0, -1))),
  ];
  for (const arrange of cases) {
    const made = await world();
    arrange(made);
    const before = made.clock.monotonic();
    const answer = made.client.request({ url: "http://target/", timeoutMs: 1500 });
    await expect(made.run(answer)).rejects.toMatchObject({ code: "timeout", message: "context deadline exceeded" });
    expect(made.clock.monotonic() - before).toBe(1500);
    expect(made.open()).toEqual([]);
  }
});

test("abort and close end a request at once", async () => {
  const { client, run, serveRaw, open } = await world();
  serveRaw("target", 80, () => {});
  const controller = new AbortController();
  const aborted = client.request({ url: "http://target/", signal: controller.signal });
  const closed = client.request({ url: "http://target/", timeoutMs: 1000 });
  controller.abort(new Error("enough"));
  await expect(run(aborted)).rejects.toMatchObject({ code: "aborted", cause: new Error("enough") });
  await expect(run(client.request({ url: "http://target/", signal: controller.signal }))).rejects.toMatchObject({
    code: "aborted",
  });
  client.close();
  await expect(run(closed)).rejects.toMatchObject({ code: "closed" });
  await expect(run(client.request({ url: "http://target/" }))).rejects.toMatchObject({ code: "closed" });
  client.close();
  expect(open()).toEqual([]);
});

test("nobody listens", async () => {
  const { client, run } = await world();
  await expect(run(client.request({ url: "http://target:81/" }))).rejects.toMatchObject({
    code: "connect",
    message: 'cannot connect to "target:81"',
    cause: { code: "ECONNREFUSED" },
  });
});

test("a Unix socket", async () => {
  const made = createWorld();
  const client = createHttpClient({ env: made.env, socketPath: "/run/x.sock" });
  await made.network.serveHttp({ address: { path: "/run/x.sock" }, maxBodyBytes: 0 }, ({ headers }) => ({
    status: 200,
    body: headers.host ?? "",
  }));
  expect(textOf(await made.run(client.request({ url: "http://docker/" })))).toBe("docker");
});

test("the auth hook sees the request, and its headers replace", async () => {
  const seen: unknown[] = [];
  const auth = {
    headers: async (request: { method: string; url: URL; headers: object; body: Uint8Array | undefined }) => {
      seen.push([request.method, request.url.href, Object.keys(request.headers), request.body?.length]);
      return { "X-KEY": "2" };
    },
  };
  const { client, run, serve, asked } = await world({ auth });
  await serve("target", 80);
  await run(
    client.request({ method: "POST", url: "http://target/a", headers: { "x-key": "1" }, body: Buffer.from("abc") }),
  );
  expect(seen).toEqual([["POST", "http://target/a", ["Host", "Accept-Encoding", "x-key"], 3]]);
  expect(asked[0]!.headers).toMatchObject({ "x-key": "2", "content-length": "3" });
});

test("a hook that fails, hangs or gives nonsense", async () => {
  const check = async (headers: () => Promise<Record<string, string>>, expected: object): Promise<void> => {
    const { client, run, serve, asked } = await world({ auth: { headers } });
    await serve("target", 80);
    await expect(run(client.request({ url: "http://target/", timeoutMs: 1000 }))).rejects.toMatchObject(expected);
    expect(asked).toEqual([]);
  };
  await check(async () => Promise.reject(new Error("no")), { code: "auth", cause: new Error("no") });
  await check(() => new Promise(() => {}), { code: "timeout" });
  await check(async () => ({ A: "b\r\nC: d" }), { code: "request" });
});

test("bad escapes in a login are refused without showing it", async () => {
  const { client, run, serve } = await world();
  const refused = { code: "request", message: "cannot read the user and password of a URL: bad escape" };
  await serve("target", 80, () => ({ status: 302, headers: { location: "http://hush:%zz@target/" } }));
  await expect(run(client.request({ url: "http://hush:%zz@target/" }))).rejects.toMatchObject(refused);
  await expect(run(client.request({ url: "http://target/" }))).rejects.toMatchObject(refused);
});

test("a length beyond 256 MiB is refused at once, unless there is no limit", async () => {
  const { client, run, serveRaw } = await world();
  serveRaw("target", 80, (side) => void side.write("HTTP/1.1 200 OK\r\nContent-Length: 270000000\r\n\r\n"));
  const check = async (maxBodyBytes: number | undefined, code: string): Promise<void> =>
    await expect(run(client.request({ url: "http://target/", timeoutMs: 1000, maxBodyBytes }))).rejects.toMatchObject({
      code,
    });
  await check(undefined, "body_limit");
  await check(270_000_001, "timeout");
  await check(0, "timeout");
});
