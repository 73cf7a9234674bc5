import { readFileSync } from "node:fs";
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from "node:http2";
import { text } from "node:stream/consumers";
import type { Http2Session } from "@sluice/component";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEnv } from "./env.ts";

const { net } = createEnv();
const file = (name: string): string => readFileSync(new URL(`../testdata/${name}`, import.meta.url), "utf8");
const parts = { server: undefined as Http2SecureServer | undefined, session: undefined as Http2Session | undefined };

const ended = Promise.withResolvers<void>();

beforeEach(async () => {
  const server = createSecureServer({ cert: file("server.pem"), key: file("server.key") });
  server.on("stream", (stream, headers) => void answer(stream, String(headers[":path"])));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const tls = { ca: [file("authority.pem")], alpn: ["h2"] };
  const connection = await net.connect({ address: { host: "127.0.0.1", port }, tls });
  expect(connection.alpn).toBe("h2");
  parts.server = server;
  parts.session = net.http2(connection);
});
afterEach(() => {
  parts.session?.close();
  parts.server?.close();
});

async function answer(stream: ServerHttp2Stream, path: string): Promise<void> {
  stream.on("error", () => {});
  if (path === "/reset") return stream.close(2);
  if (path === "/goaway") stream.session?.goaway();
  if (path === "/silent") return;
  if (path === "/cut") {
    stream.respond();
    stream.write("some", () => stream.destroy(new Error("cut")));
    return;
  }
  if (path === "/endless") {
    stream.once("close", ended.resolve);
    stream.respond();
    return;
  }
  const body = await text(stream);
  stream.respond({ ":status": 201, "x-a": "b" });
  stream.end(`${path} ${body}`);
}

async function ask(path: string, body?: string, signal?: AbortSignal): Promise<string> {
  const headers = { ":method": body === undefined ? "GET" : "POST", ":path": path };
  const answer = await parts.session!.request(headers, body === undefined ? undefined : Buffer.from(body), signal);
  return `${answer.status} ${answer.headers["x-a"]} ${await text(answer.body)}`;
}

test("requests run side by side", async () => {
  expect(await Promise.all([ask("/1"), ask("/2", "two"), ask("/3", "")])).toEqual([
    "201 b /1 ",
    "201 b /2 two",
    "201 b /3 ",
  ]);
});

test("a reset stream rejects its request and no other", async () => {
  await expect(ask("/reset")).rejects.toThrow("cannot send an HTTP/2 request");
  expect(await ask("/1")).toBe("201 b /1 ");
});

test("a body may be read late, and is cut when the server resets it or the reader leaves", async () => {
  const late = await parts.session!.request({ ":path": "/1" }, undefined, undefined);
  expect(await ask("/2")).toBe("201 b /2 ");
  expect(await text(late.body)).toBe("/1 ");
  const cut = await parts.session!.request({ ":path": "/cut" }, undefined, undefined);
  await expect(text(cut.body)).rejects.toThrow();
  const left = await parts.session!.request({ ":path": "/endless" }, undefined, undefined);
  left.body.destroy();
  await ended.promise;
});

test("a request can be aborted", async () => {
  const reason = new Error("stop");
  const control = new AbortController();
  const silent = ask("/silent", undefined, control.signal);
  control.abort(reason);
  await expect(silent).rejects.toBe(reason);
  await expect(ask("/1", undefined, control.signal)).rejects.toBe(reason);
});

test("a session that goes away takes no more requests", async () => {
  expect(parts.session?.closed).toBe(false);
  expect(await ask("/goaway")).toBe("201 b /goaway ");
  expect(parts.session?.closed).toBe(true);
  await expect(ask("/1")).rejects.toMatchObject({ cause: { message: "session closed" } });
});
