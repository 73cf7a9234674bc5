import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createEnv } from "@sluice/runtime";
import { certificates } from "@sluice/testkit";
import { expect, onTestFinished, test } from "vitest";
import { createHttpClient, type HttpClientOptions } from "./client.ts";

const { ca, server: own } = certificates();

/** An HTTP/2 server that tells what it was asked, and a client for it. */
async function setUp(options: Partial<HttpClientOptions> = {}) {
  const sessions: ServerHttp2Session[] = [];
  const server = createSecureServer({ cert: own.cert, key: own.key, allowHTTP1: true }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/silent") return;
      if (request.url === "/reset") {
        request.stream.close(2);
        return;
      }
      if (request.url === "/gzip") response.setHeader("content-encoding", "gzip");
      const { httpVersion, method, url, headers } = request;
      const text = JSON.stringify({ httpVersion, method, url, headers, body: Buffer.concat(chunks).toString() });
      response.statusCode = request.url === "/busy" ? 503 : 200;
      response.end(request.url === "/gzip" ? gzipSync(text) : request.url === "/long" ? "x".repeat(100_000) : text);
    });
  });
  server.on("session", (session) => void sessions.push(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tls = { ca: [ca] };
  const client = createHttpClient({ env: createEnv(), tls: () => tls, ...options });
  onTestFinished(() => {
    client.close();
    server.close();
  });
  const ask = async (path: string, more: object = {}) =>
    await client.request({ url: `https://localhost:${port}${path}`, timeoutMs: 5000, ...more });
  const read = async (path: string, more: object = {}) =>
    JSON.parse(Buffer.from((await ask(path, more)).body).toString());
  return { ask, read, sessions, client, port };
}

test("a request arrives as it was meant", async () => {
  const { read, port } = await setUp();
  const seen = await read("/a?b", {
    method: "POST",
    body: Buffer.from("hello"),
    headers: { "X-A": "b", Connection: "x" },
  });
  expect(seen).toMatchObject({ httpVersion: "2.0", method: "POST", url: "/a?b", body: "hello" });
  expect(seen.headers).toMatchObject({
    ":authority": `localhost:${port}`,
    ":scheme": "https",
    "x-a": "b",
    "content-length": "5",
  });
  expect(seen.headers).not.toHaveProperty("connection");
  expect((await read("/", { headers: { Host: "virtual" } })).headers[":authority"]).toBe("virtual");
});

test("enableHttp2: false, and what the words for a status are", async () => {
  const { ask, read } = await setUp({ enableHttp2: false });
  expect((await read("/")).httpVersion).toBe("1.1");
  expect((await ask("/busy")).statusText).toBe("Service Unavailable");
  const second = await setUp();
  expect(await second.ask("/busy")).toMatchObject({ status: 503, statusText: "Service Unavailable" });
});

test("requests share one session, also those that dialled at the same time", async () => {
  const { read, sessions } = await setUp();
  await Promise.all([read("/1"), read("/2"), read("/3")]);
  await read("/4");
  expect(sessions.filter((session) => !session.closed && !session.destroyed)).toHaveLength(1);
});

test("a session that the server left is replaced", async () => {
  const { read, sessions } = await setUp();
  await read("/1");
  const gone = new Promise((resolve) => sessions[0]!.once("close", resolve));
  sessions[0]!.goaway();
  sessions[0]!.close();
  await gone;
  expect((await read("/2")).url).toBe("/2");
  sessions.at(-1)!.destroy();
  expect((await read("/3")).url).toBe("/3");
});

test("limits, gzip and errors are those of HTTP/1", async () => {
  const { ask, read } = await setUp();
  expect((await read("/gzip")).url).toBe("/gzip");
  await expect(ask("/long", { maxBodyBytes: 1000 })).rejects.toMatchObject({ code: "body_limit" });
  expect((await ask("/long", { maxBodyBytes: 1000, truncate: true })).body).toHaveLength(1000);
  await expect(ask("/reset")).rejects.toMatchObject({ code: "connection" });
  await expect(ask("/silent", { timeoutMs: 30 })).rejects.toMatchObject({
    code: "timeout",
    message: "context deadline exceeded",
  });
  expect((await read("/after")).url).toBe("/after");
});

test("maxPerHost: requests that wait for a connection share the session that comes up", async () => {
  const { read, sessions } = await setUp({ pool: { maxPerHost: 1 } });
  const seen = await Promise.all(["/1", "/2", "/3"].map((path) => read(path)));
  expect(seen.map(({ url }) => url)).toEqual(["/1", "/2", "/3"]);
  expect(sessions).toHaveLength(1);
});
