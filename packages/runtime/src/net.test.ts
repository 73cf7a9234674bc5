import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Address, Connection, HttpListener, TlsClientOptions, TlsServerOptions } from "@sluice/component";
import { afterEach, expect, test } from "vitest";
import { createEnv } from "./env.ts";

const { net } = createEnv();
const file = (name: string): string => readFileSync(new URL(`../testdata/${name}`, import.meta.url), "utf8");
const ca = [file("authority.pem")];
const server: TlsServerOptions = { cert: file("server.pem"), key: file("server.key") };
const client = { cert: file("client.pem"), key: file("client.key") };

const open: HttpListener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

async function serve(tls?: TlsServerOptions, address: Address = { host: "127.0.0.1", port: 0 }): Promise<HttpListener> {
  const listener = await net.serveHttp({ address, tls, maxBodyBytes: 10 }, (request) => ({
    status: 200,
    body: request.remoteAddress,
  }));
  open.push(listener);
  return listener;
}

function get(connection: Connection): Promise<string> {
  connection.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  return text(connection);
}

test("TCP", async () => {
  const { port, address } = await serve();
  expect(address).toBe(`127.0.0.1:${port}`);
  const connection = await net.connect({ address: { host: "127.0.0.1", port } });
  expect(connection.remoteAddress).toBe(address);
  expect(connection.alpn).toBe(undefined);
  expect(await get(connection)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*127\.0\.0\.1:\d+$/);
  // A name with several addresses, of which one answers.
  (await net.connect({ address: { host: "localhost", port } })).destroy();
});

test("a Unix socket", async () => {
  const path = join(tmpdir(), `sluice-${process.pid}.sock`);
  const listener = await serve(undefined, { path });
  expect(listener).toMatchObject({ address: path, port: 0 });
  const connection = await net.connect({ address: { path } });
  expect(connection.remoteAddress).toBe(path);
  expect(await get(connection)).toContain("200 OK");
});

/** Connects with TLS: the answer's first line, or the code of the refusal. */
async function check(options: TlsClientOptions, expected: string, tls = server, host = "localhost"): Promise<void> {
  const { port } = await serve(tls);
  const seen = await net
    .connect({ address: { host, port }, tls: options })
    .then(get)
    .then(
      (answer) => answer.slice(0, answer.indexOf("\r\n")),
      (error) => error.code,
    );
  expect(seen).toBe(expected);
}

test("TLS", async () => {
  const ok = "HTTP/1.1 200 OK";
  await check({ ca }, ok);
  await check({ ca }, ok, server, "127.0.0.1");
  await check({ ca, serverName: "localhost" }, ok, server, "127.0.0.1");
  await check({ ca, serverName: "127.0.0.1" }, ok);
  await check({ ca, serverName: "other" }, "ERR_TLS_CERT_ALTNAME_INVALID");
  await check({}, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  await check({ insecureSkipVerify: true }, ok);
  await check({ ca, maxVersion: "TLSv1.2" }, ok);
  await check({ ca, maxVersion: "TLSv1.2" }, "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", {
    ...server,
    minVersion: "TLSv1.3",
  });
  await check({ ca, curves: ["X25519"], ciphers: ["TLS_AES_256_GCM_SHA384"] }, ok);
  await check({ ca, ...client }, ok, { ...server, clientCa: ca });
  await check({ ca }, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", { ...server, clientCa: ca });
});

test("ALPN, and TLS over an open connection", async () => {
  const { port } = await serve(server);
  const address = { host: "localhost", port };
  const plain = await net.connect({ address });
  const connection = await net.connect({ address, tls: { ca, alpn: ["h2", "http/1.1"] }, over: plain });
  expect(connection.alpn).toBe("http/1.1");
  expect(connection.remoteAddress).toBe(`localhost:${port}`);
  expect(await get(connection)).toContain("200 OK");
});

async function refused(connecting: Promise<Connection>): Promise<unknown> {
  return connecting.then(
    () => undefined,
    (error) => error,
  );
}

/** A TCP server for one test: its port, and the way to end it. */
async function raw(onConnection: Parameters<typeof createServer>[1]): Promise<{ port: number; server: Server }> {
  const tcp = createServer(onConnection);
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  return { port: (tcp.address() as { port: number }).port, server: tcp };
}

test("refusals keep Node's code and say the address", async () => {
  const gone = await raw(() => {});
  gone.server.close();
  const address = { host: "localhost", port: gone.port };
  expect(await refused(net.connect({ address }))).toMatchObject({
    code: "ECONNREFUSED",
    message: `cannot connect to "localhost:${gone.port}"`,
  });
  expect(await refused(net.connect({ address: { path: "/nowhere" } }))).toMatchObject({ code: "ENOENT" });
  const { port } = await serve();
  expect(await refused(net.connect({ address: { host: "localhost", port }, tls: { ca } }))).toMatchObject({
    cause: { message: "TLS: wrong version number, as from a server that speaks no TLS" },
  });
  // It hangs up instead of shaking hands.
  const rude = await raw((socket) => socket.end());
  const tls = { ca };
  expect(await refused(net.connect({ address: { host: "127.0.0.1", port: rude.port }, tls }))).toMatchObject({
    code: "ECONNRESET",
  });
  rude.server.close();
});

test("connecting can be aborted", async () => {
  const reason = new Error("stop");
  const address = { host: "127.0.0.1", port: 9 };
  expect(await refused(net.connect({ address, signal: AbortSignal.abort(reason) }))).toBe(reason);
  // A peer that never answers the handshake.
  const control = new AbortController();
  const silent = await raw(() => control.abort(reason));
  const connecting = net.connect({
    address: { host: "127.0.0.1", port: silent.port },
    tls: { ca },
    signal: control.signal,
  });
  expect(await refused(connecting)).toBe(reason);
  silent.server.close();
});

test("a connection that lends what it reads", async () => {
  const { port } = await serve();
  const address = { host: "127.0.0.1", port };
  const [one, two] = [await net.connect({ address, lends: true }), await net.connect({ address, lends: true })];
  const lent = (connection: Connection): Promise<string> => {
    const pieces: string[] = [];
    connection.lend?.((piece) => void pieces.push(piece.toString()));
    connection.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return new Promise((resolve) => connection.once("end", () => resolve(pieces.join(""))));
  };
  for (const answer of await Promise.all([lent(one), lent(two)])) expect(answer).toMatch(/^HTTP\/1.1 200 /);
  const plain = await net.connect({ address, lends: true });
  expect(await get(plain)).toMatch(/^HTTP\/1.1 200 /);
});
