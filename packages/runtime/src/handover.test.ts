import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type {
  Address,
  Connection,
  HttpHandler,
  HttpListener,
  TlsClientOptions,
  TlsServerOptions,
} from "@sluice/component";
import { afterEach, expect, test } from "vitest";
import { createEnv } from "./env.ts";

const { net } = createEnv();
const file = (name: string): string => readFileSync(new URL(`../testdata/${name}`, import.meta.url), "utf8");
const ca = [file("authority.pem")];
const tls: TlsServerOptions = { cert: file("server.pem"), key: file("server.key") };
const client: TlsClientOptions = { ca, cert: file("client.pem"), key: file("client.key") };
const limits = { maxBodyBytes: 10 };
const anyPort = { host: "127.0.0.1", port: 0 };

const open: HttpListener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0).reverse()) await listener.close();
});
function keep(listener: HttpListener): HttpListener {
  open.push(listener);
  return listener;
}
const named = (name: string): HttpHandler => {
  return () => ({ status: 200, body: name });
};
const first = async (address: Address = anyPort, name = "a") =>
  keep(await net.serveHttp({ address, ...limits }, named(name)));
const next = async (listener: HttpListener, name: string, options: { tls?: TlsServerOptions } = {}) =>
  keep(await listener.succeed({ ...limits, ...options }, named(name)));

const addressOf = ({ address, port }: HttpListener): Address =>
  port === 0 ? { path: address } : { host: "127.0.0.1", port };
const connect = (listener: HttpListener, secure = false): Promise<Connection> =>
  net.connect({ address: addressOf(listener), tls: secure ? client : undefined });

/** Asks on an open connection, which it ends: status and body, "" when it is cut. */
async function ask(connection: Connection): Promise<string> {
  connection.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  return (
    /^HTTP\/1\.1 (\d+)[\s\S]*\r\n\r\n(.*)$/
      .exec(await text(connection))
      ?.slice(1)
      .join(" ") ?? ""
  );
}
const get = async (listener: HttpListener, secure = false) => ask(await connect(listener, secure));

/** Hands over many times while clients come; all variants speak to the clients of one kind. */
async function checkStream(address: Address, variants: readonly (TlsServerOptions | undefined)[], secure: boolean) {
  const handled = new Map<string, number>();
  const answered = new Map<string, number>();
  const add = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const counting = (name: string): HttpHandler => {
    return async () => {
      add(handled, name);
      await new Promise((resolve) => setImmediate(resolve));
      return { status: 200, body: name };
    };
  };
  let listener = await net.serveHttp({ address, tls: variants[0], ...limits }, counting("0"));
  const state = { over: false, answers: 0, more: () => {} };
  async function clientLoop(): Promise<void> {
    while (!state.over) {
      const answer = await get(listener, secure).catch((error) => error.code);
      // A plain listener answers a TLS client's hello with 400, in words that are not TLS.
      if (!secure || answer !== "ERR_SSL_WRONG_VERSION_NUMBER") add(answered, answer.replace("200 ", ""));
      state.answers++;
      state.more();
    }
  }
  const clients = Array.from({ length: 8 }, clientLoop);
  const closing: Promise<void>[] = [];
  for (let turn = 1; turn <= 50; turn++) {
    const before = state.answers;
    while (state.answers < before + 3) await new Promise<void>((resolve) => (state.more = resolve));
    const successor = await listener.succeed({ tls: variants[turn % variants.length], ...limits }, counting(`${turn}`));
    closing.push(listener.close());
    listener = successor;
  }
  state.over = true;
  await Promise.all(clients);
  await Promise.all([...closing, listener.close()]);
  expect(answered).toEqual(handled);
  expect(handled.size).toBeGreaterThan(15);
  await expect(connect(listener)).rejects.toThrow("cannot connect");
}

test("fifty handovers under a stream of connections: none is refused, cut, or answered twice", async () => {
  const path = join(tmpdir(), `sluice-handover-${process.pid}.sock`);
  const clientCa = { ...tls, clientCa: ca };
  await checkStream(anyPort, [undefined], false);
  await checkStream({ path }, [undefined], false);
  await checkStream(anyPort, [tls, clientCa, { ...tls, minVersion: "TLSv1.3" }], true);
  await checkStream({ path }, [tls, clientCa], true);
  await checkStream(anyPort, [undefined, tls, clientCa], true);
});

test("a stack: the newest that is open holds the socket", async () => {
  const a = await first();
  const b = await next(a, "b");
  expect([b.address, b.port]).toEqual([a.address, a.port]);
  const c = await next(b, "c", { tls });
  expect(await get(a, true)).toBe("200 c");
  await expect(next(a, "x")).rejects.toThrow(`cannot hand over "${a.address}": this listener did before`);
  await b.close();
  expect(await get(a, true)).toBe("200 c");
  await expect(next(b, "x")).rejects.toThrow("this listener is closed");
  await c.close();
  await c.close();
  expect(await get(a)).toBe("200 a");
  const d = await next(a, "d");
  await a.close();
  expect(await get(a)).toBe("200 d");
  await d.close();
  await expect(connect(a)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  // The port is free again.
  await first({ host: "127.0.0.1", port: a.port });
});

test("options that cannot be used change nothing", async () => {
  const a = await first();
  const cert = "no certificate";
  await expect(next(a, "b", { tls: { cert, key: tls.key } })).rejects.toThrow("cannot use the TLS settings");
  expect(await get(a)).toBe("200 a");
  expect(await get(await next(a, "c", { tls }), true)).toBe("200 c");
});

test("who was accepted before is served by the listener of then, TLS begun later included", async () => {
  const a = await first();
  const plain = await connect(a);
  await get(a);
  const b = await next(a, "b", { tls });
  const unshaken = await connect(b);
  await get(b, true);
  await next(b, "c");
  const closed = [a.close(), b.close()];
  expect(await get(a)).toBe("200 c");
  expect(await ask(plain)).toBe("200 a");
  expect(
    await ask(await net.connect({ address: anyPort, tls: { ...client, serverName: "localhost" }, over: unshaken })),
  ).toBe("200 b");
  await Promise.all(closed);
});

/** Connections that are kept alive, one idle and one that waits for its answer, at a handover; the idle one asks again. */
async function checkKeptAlive(secure: boolean): Promise<void> {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const handler: HttpHandler = async ({ target }) => {
    if (target === "/slow") {
      asked.resolve();
      await release.promise;
    }
    return { status: 200, body: target };
  };
  const a = keep(await net.serveHttp({ address: anyPort, ...(secure && { tls }), ...limits }, handler));
  const idle = await connect(a, secure);
  const busy = await connect(a, secure);
  idle.write("GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
  await new Promise((resolve) => idle.once("data", resolve));
  busy.write("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  await asked.promise;
  const b = await next(a, "b");
  const closed = a.close();
  idle.write("GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
  const late = await text(idle);
  expect(late).toMatch(/^HTTP\/1\.1 200 [\s\S]*\/late$/);
  expect(late.toLowerCase()).toContain("connection: close");
  release.resolve();
  const answer = await text(busy);
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*\/slow$/);
  expect(answer.toLowerCase()).toContain("connection: close");
  await closed;
  expect(await get(b)).toBe("200 b");
}
test("kept connections end after the answer under way, or one more", async () => {
  await checkKeptAlive(false);
  await checkKeptAlive(true);
});

// A handshake that nobody ends would keep it for ten seconds.
test("closing the last listener waits for nobody who asked nothing", { timeout: 5000 }, async () => {
  const a = await first();
  const silent = await connect(a);
  await get(a);
  const b = await next(a, "b", { tls });
  const unshaken = await connect(b);
  await get(b, true);
  const closed = a.close();
  await b.close();
  await closed;
  for (const connection of [silent, unshaken]) expect(await text(connection).catch(() => "cut")).toMatch(/^(cut)?$/);
});
