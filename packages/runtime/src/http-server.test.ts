import type { HttpHandler, HttpListener, HttpServerOptions } from "@sluice/component";
import { afterEach, expect, test } from "vitest";
import { answersIn, exchange } from "./client.testing.ts";
import { createEnv } from "./env.ts";

const env = createEnv();
const open: HttpListener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

/** Answers with what it was asked. */
const echo: HttpHandler = async (request) => {
  if (request.target === "/throw") throw new Error("secret words");
  if (request.target === "/bad-header") return { status: 200, headers: { "x-bad": "a\nb" } };
  if (request.target === "/bad-status") return { status: 7 };
  if (request.target === "/none") return { status: 204 };
  if (request.target === "/unread") return { status: 200, body: "unread" };
  if (request.target === "/late") await new Promise((resolve) => setTimeout(resolve, 5));
  const body = Buffer.from(await request.body()).toString();
  return { status: 200, body: `${request.method} ${request.target} ${request.headers["x-a"] ?? ""} ${body}` };
};

async function serve(options: Partial<HttpServerOptions> = {}, handler = echo): Promise<HttpListener> {
  const address = { host: "127.0.0.1", port: 0 };
  const listener = await env.net.serveHttp({ address, maxBodyBytes: 10, ...options }, handler);
  open.push(listener);
  return listener;
}

async function check(sent: string, expected: readonly string[], end?: "when answered"): Promise<void> {
  const { port } = await serve();
  expect(answersIn(await exchange(port, sent, end))).toEqual(expected);
}
const last = "Host: h\r\nConnection: close\r\n";

test("requests and answers", async () => {
  await check(`GET /a?b=c HTTP/1.1\r\n${last}\r\n`, ["200 OK close: GET /a?b=c"]);
  await check(`POST /a HTTP/1.1\r\n${last}Content-Length: 3\r\n\r\nabc`, ["200 OK close: POST /a  abc"]);
  await check(`POST /a HTTP/1.1\r\n${last}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`, [
    "200 OK close: POST /a  abc",
  ]);
  await check(`GET /a HTTP/1.1\r\nX-A: 1\r\nX-a: 2\r\n${last}\r\n`, ["200 OK close: GET /a 1, 2"]);
  await check(`HEAD /a HTTP/1.1\r\n${last}\r\n`, ["200 OK close"]);
  await check(`GET /none HTTP/1.1\r\n${last}\r\n`, ["204 No Content close"]);
  await check(`GET /a HTTP/1.0\r\n\r\n`, ["200 OK close: GET /a"]);
  await check(`POST /a HTTP/1.1\r\n${last}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`, [
    "100 Continue",
    "200 OK close: POST /a  abc",
  ]);
});

test("the body may be asked for late, and by a client that ended its side", async () => {
  await check(`GET /late HTTP/1.1\r\n${last}\r\n`, ["200 OK close: GET /late"]);
  await check(`POST /late HTTP/1.1\r\n${last}Content-Length: 3\r\n\r\nabc`, ["200 OK close: POST /late  abc"]);
  const { port } = await serve();
  const answer = await exchange(port, "POST /late HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", "at once");
  expect(answersIn(answer)).toEqual(["200 OK: POST /late  abc"]);
});

test("pipelined requests are answered in order", async () => {
  const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;
  await check(`${get("/1")}${get("/2")}GET /3 HTTP/1.1\r\n${last}\r\n`, [
    "200 OK: GET /1",
    "200 OK: GET /2",
    "200 OK close: GET /3",
  ]);
  // An endless row of requests without patience for the answers.
  await check(get("/1").repeat(1000), []);
});

test("a handler that throws is answered 500 without its words", async () => {
  const rest = `${last}\r\n`;
  await check(`GET /throw HTTP/1.1\r\n${rest}`, ["500 Internal Server Error close: Internal Server Error"]);
  await check(`GET /bad-header HTTP/1.1\r\n${rest}`, ["500 Internal Server Error close: Internal Server Error"]);
  await check(`GET /bad-status HTTP/1.1\r\n${rest}`, ["500 Internal Server Error close: Internal Server Error"]);
});

test("bodies have a limit", async () => {
  const head = "POST /a HTTP/1.1\r\nHost: h\r\n";
  const tooLarge = ["413 Payload Too Large close: Payload Too Large"];
  await check(`POST /a HTTP/1.1\r\n${last}Content-Length: 10\r\n\r\n0123456789`, ["200 OK close: POST /a  0123456789"]);
  await check(`${head}Content-Length: 11\r\n\r\n01234567890`, tooLarge);
  await check(`${head}Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n`, tooLarge);
  // Refused before anything is sent, and without an invitation to send.
  await check(`${head}Expect: 100-continue\r\nContent-Length: 11\r\n\r\n`, tooLarge, "when answered");
  // A body that the handler does not read.
  await check(
    `POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n012`,
    ["200 OK close: unread"],
    "when answered",
  );
});

test("what is not HTTP is answered 400", async () => {
  const bad = ["400 Bad Request close"];
  await check("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bad);
  await check("GET\r\n\r\n", bad);
  await check(`GET /a HTTP/1.1\r\n${last}no colon\r\n\r\n`, bad);
  await check(`GET /a HTTP/1.1\r\n${last}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, bad);
  await check("GET /a HTTP/1.1\r\n\r\n", ["400 Bad Request close: 0"]);
  await check(`POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, [
    "400 Bad Request close: Bad Request",
  ]);
  await check(`GET /a HTTP/1.1\r\nHost: h\r\n\r\nrubbish\r\n\r\n`, ["200 OK close: GET /a"]);
  await check(`GET /a HTTP/1.1\r\nHost: h\r\nX: ${"x".repeat(70_000)}\r\n\r\n`, [
    "431 Request Header Fields Too Large close",
  ]);
});

test("a client that goes away ends the read of its body", async () => {
  const failed = Promise.withResolvers<unknown>();
  const { port } = await serve({}, async (request) => {
    await request.body().catch(failed.resolve);
    return { status: 200 };
  });
  await exchange(port, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", "at once");
  expect(await failed.promise).toBeInstanceOf(Error);
});

test("two listeners on one port", async () => {
  const { port } = await serve();
  const second = serve({ address: { host: "127.0.0.1", port } });
  await expect(second).rejects.toMatchObject({
    code: "EADDRINUSE",
    message: `cannot listen on "127.0.0.1:${port}"`,
  });
});
