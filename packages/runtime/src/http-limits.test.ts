import type { HttpHandler, HttpServerOptions, Timers } from "@sluice/component";
import { expect, test } from "vitest";
import { answersIn, exchange } from "./client.testing.ts";
import { serveHttp } from "./listen.ts";
import { timersOver } from "./timers.ts";

/** Timers that fire when told to. */
function manualTimers(): Timers & { fire(ms: number): Promise<void>; readonly pending: number[] } {
  const pending = new Map<object, { ms: number; fn: () => void }>();
  const armed = { fn: () => {} };
  const timers = timersOver((ms, fn) => {
    const timer = { cancel: () => void pending.delete(timer) };
    pending.set(timer, { ms, fn });
    armed.fn();
    return timer;
  });
  return {
    ...timers,
    get pending() {
      return [...pending.values()].map(({ ms }) => ms);
    },
    /** Waits until a timer of this length is set, then fires it. */
    async fire(ms) {
      for (;;) {
        const found = [...pending].find(([, entry]) => entry.ms === ms);
        if (found !== undefined) {
          pending.delete(found[0]);
          return found[1].fn();
        }
        await new Promise<void>((resolve) => {
          armed.fn = resolve;
        });
      }
    },
  };
}

const ok: HttpHandler = async (request) => ({ status: 200, body: await request.body() });
const limits = { headerTimeoutMs: 1, readTimeoutMs: 2, idleTimeoutMs: 3 };

async function serve(options: Partial<HttpServerOptions> = {}, handler = ok) {
  const timers = manualTimers();
  const address = { host: "127.0.0.1", port: 0 };
  const listener = await serveHttp({ address, maxBodyBytes: 10, ...limits, ...options }, handler, timers);
  return { timers, listener };
}

/** What a client that sent this is answered when limits of these milliseconds are over, one after the other. */
async function check(sent: string, fires: readonly number[], expected: readonly string[]): Promise<void> {
  const { timers, listener } = await serve();
  const received = exchange(listener.port, sent);
  for (const ms of fires) await timers.fire(ms);
  expect(answersIn(await received)).toEqual(expected);
  await listener.close();
  expect(timers.pending).toEqual([]);
}

test("limits of time", async () => {
  await check("", [1], ["408 Request Timeout close"]);
  await check("GET / HT", [1], ["408 Request Timeout close"]);
  await check(
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na",
    [2, 1000],
    ["408 Request Timeout close: Request Timeout"],
  );
  await check("GET / HTTP/1.1\r\nHost: h\r\n\r\n", [3], ["200 OK"]);
});

test("without a limit for headers the one for reading counts", async () => {
  const { timers, listener } = await serve({ headerTimeoutMs: 0 });
  const received = exchange(listener.port, "GET");
  await timers.fire(2);
  expect(answersIn(await received)).toEqual(["408 Request Timeout close"]);
  await listener.close();
});

test("closing lets answers under way finish and ends idle connections", async () => {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { listener } = await serve({}, async () => {
    asked.resolve();
    await release.promise;
    return { status: 200, body: "done" };
  });
  const idle = exchange(listener.port, "");
  const busy = exchange(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await asked.promise;
  const closed = listener.close();
  expect(await idle).toBe("");
  expect(await exchange(listener.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")).toBe("");
  release.resolve();
  expect(answersIn(await busy)).toEqual(["200 OK close: done"]);
  await closed;
});

test("closing answers every request of a connection that asked several at once", async () => {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const state = { requests: 0 };
  const { listener } = await serve({}, async ({ target }) => {
    if (++state.requests === 2) asked.resolve();
    await release.promise;
    return { status: 200, body: target };
  });
  const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;
  const busy = exchange(listener.port, `${get("/a")}${get("/b")}`);
  await asked.promise;
  const closed = listener.close();
  release.resolve();
  expect(answersIn(await busy)).toEqual(["200 OK: /a", "200 OK close: /b"]);
  await closed;
});

test("closing waits for a handler, and not for a client", async () => {
  const asked = Promise.withResolvers<void>();
  const { timers, listener } = await serve({}, async (request) => {
    const body = request.body();
    asked.resolve();
    await body;
    return { status: 200 };
  });
  const slow = exchange(listener.port, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na");
  await asked.promise;
  const closed = listener.close();
  await timers.fire(5000);
  expect(await slow).toBe("");
  await closed;
});
