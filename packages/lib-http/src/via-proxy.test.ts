import { expect, test } from "vitest";
import { createHttpClient, type HttpClientOptions } from "./client.ts";
import { fixedProxy } from "./proxy.ts";
import { createWorld, textOf } from "./server.testing.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Asks for `url` through a proxy that answers with `script`, and gives the answer and what the proxy received. */
async function through(
  proxy: string,
  url: string,
  answers: readonly (string | Buffer)[],
  options: Partial<HttpClientOptions> = {},
) {
  const world = createWorld();
  let log = "";
  let parts = 0;
  const port = Number(new URL(proxy).port);
  world.network.listenRaw(
    { host: "proxy", port },
    (side) => {
      side.on("error", () => {});
      side.on("data", (chunk: Buffer) => {
        log += chunk.toString("latin1");
        const answer = answers[parts++];
        if (answer !== undefined) side.write(answer);
      });
    },
    { tls: proxy.startsWith("https") },
  );
  const client = createHttpClient({ env: world.env, proxy: fixedProxy(proxy), ...options });
  const outcome = await world
    .run(client.request({ url, timeoutMs: 1000 }))
    .then(textOf, (error: Error) => error.message);
  return { ...world, client, outcome, log };
}

test("plain requests are sent to the proxy with the whole URL", async () => {
  const { outcome, log } = await through("http://us%65r:pass@proxy:3128", "http://target:81/a?b#c", [OK]);
  expect(outcome).toBe("ok");
  expect(log).toBe(
    `GET http://target:81/a?b HTTP/1.1\r\nHost: target:81\r\nAccept-Encoding: gzip\r\nProxy-Authorization: Basic ${btoa("user:pass")}\r\n\r\n`,
  );
});

test("they share connections, whatever their target", async () => {
  const { client, run, network } = await through("http://proxy:3128", "http://a/", [OK, OK]);
  expect(textOf(await run(client.request({ url: "http://b/" })))).toBe("ok");
  expect(network.connections).toBe(1);
});

test("an https proxy is spoken to over TLS", async () => {
  const { outcome, log } = await through("https://proxy:3128", "http://target/", [OK]);
  expect(outcome).toBe("ok");
  expect(log).toContain("GET http://target/ HTTP/1.1\r\n");
});

test("https goes through a tunnel; credentials and headers for the proxy stay outside", async () => {
  for (const opened of [
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.0 200 Connection established\r\nContent-Length: 5\r\n\r\n",
  ]) {
    const { outcome, log } = await through("http://user:pass@proxy:3128", "https://target/a", [opened, OK], {
      connectHeaders: { "X-Proxy": "y" },
    });
    expect(outcome).toBe("ok");
    expect(log).toBe(
      `CONNECT target:443 HTTP/1.1\r\nHost: target:443\r\nProxy-Authorization: Basic ${btoa("user:pass")}\r\nX-Proxy: y\r\n\r\n` +
        "GET /a HTTP/1.1\r\nHost: target\r\nAccept-Encoding: gzip\r\n\r\n",
    );
  }
});

test("a proxy that will not, breaks off, or says too much", async () => {
  const check = async (answer: string, expected: string): Promise<void> => {
    const { outcome, open } = await through("http://proxy:3128", "https://target/", [answer]);
    expect(outcome).toContain(expected);
    expect(open()).toEqual([]);
  };
  await check(
    "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    'cannot connect to "target:443" through the proxy: 407 Proxy Authentication Required',
  );
  await check("HTTP/1.1 200 OK\r\n\r\nextra", "through the proxy: 200 OK");
  await check("nonsense\r\n", "malformed HTTP response");
  await check("", "context deadline exceeded");
});

const CONNECTED = Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);

test("a header for the proxy that would end its line is not sent", async () => {
  const options = { connectHeaders: { "X-Proxy": "a\r\nX: y" } };
  const { outcome, log, open } = await through("http://proxy:3128", "https://target/", [], options);
  expect(outcome).toBe('cannot send header "X-Proxy": control character in its value');
  expect([log, open()]).toEqual(["", []]);
});

test("SOCKS5: names are resolved by the proxy", async () => {
  const { outcome, log } = await through("socks5://proxy:1080", "http://target:81/", [Buffer.of(5, 0), CONNECTED, OK]);
  expect(outcome).toBe("ok");
  expect(log).toBe(
    "\x05\x01\x00" +
      "\x05\x01\x00\x03\x06target\x00\x51" +
      "GET / HTTP/1.1\r\nHost: target:81\r\nAccept-Encoding: gzip\r\n\r\n",
  );
});

test("SOCKS5: with credentials, addresses, TLS, and a reply that names a host", async () => {
  const named = Buffer.from("\x05\x00\x00\x03\x02hi\x00\x50", "latin1");
  const { outcome, log } = await through("socks5://user:pass@proxy:1080", "https://10.0.0.1/", [
    Buffer.of(5, 2),
    Buffer.of(1, 0),
    named,
    OK,
  ]);
  expect(outcome).toBe("ok");
  expect(log).toContain(
    "\x05\x02\x00\x02" + "\x01\x04user\x04pass" + "\x05\x01\x00\x01\x0a\x00\x00\x01\x01\xbb" + "GET / ",
  );
});

test("SOCKS5: refusals", async () => {
  const check = async (answers: readonly Buffer[], expected: string): Promise<void> => {
    const { outcome, open } = await through("socks5://user:pass@proxy:1080", "http://target/", answers);
    expect(outcome).toContain(expected);
    expect(open()).toEqual([]);
  };
  await check([Buffer.from("HT")], "not a SOCKS5 proxy");
  await check([Buffer.of(5, 255)], "no acceptable authentication method");
  await check([Buffer.of(5, 2), Buffer.of(1, 1)], "credentials refused");
  await check([Buffer.of(5, 0), Buffer.of(5, 5, 0, 1)], "connection refused");
  await check([Buffer.of(5, 0), Buffer.of(5, 0, 0, 9)], "bad address type");
  await check([Buffer.of(5)], "context deadline exceeded");
});
