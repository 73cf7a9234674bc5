import { createServer } from "node:http2";
import { text } from "node:stream/consumers";
import type { Connection, HttpHandler } from "@sluice/component";
import { expect, test } from "vitest";
import { createSimulation, type Simulation } from "./simulation.ts";

const address = { host: "app", port: 80 };
const hello: HttpHandler = async (request) => ({
  status: 200,
  body: `hello ${Buffer.from(await request.body()).toString()}`,
});

async function served(handler = hello): Promise<Simulation> {
  const simulation = createSimulation();
  await simulation.network.serveHttp({ address, maxBodyBytes: 1e6 }, handler);
  return simulation;
}

async function post(simulation: Simulation, body: string, to = address): Promise<string> {
  const connection = await simulation.env.net.connect({ address: to });
  connection.write(`POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const answer = await text(connection);
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "done",
    (error) => error.code,
  );
}

test("HTTP over memory", async () => {
  const simulation = await served();
  const { run, open, network } = simulation;
  expect(await run(post(simulation, "you"))).toBe("hello you");
  const large = "x".repeat(500_000);
  expect(await run(post(simulation, large))).toBe(`hello ${large}`);
  expect(open()).toEqual([]);
  expect(network.connections).toBe(0);
  expect(simulation.clock.monotonic()).toBe(0);
});

test("what env opened is listed until it is closed", async () => {
  const { env, open, run, settle } = createSimulation();
  const options = { address: { host: "localhost", port: 0 }, maxBodyBytes: 10, idleTimeoutMs: 60_000 };
  const listener = await env.net.serveHttp(options, hello);
  const connection = await run(env.net.connect({ address: { host: "127.0.0.1", port: listener.port } }));
  expect(open()).toEqual([`listener on localhost:${listener.port}`, `connection to 127.0.0.1:${listener.port}`]);
  connection.destroy();
  await run(listener.close());
  await settle();
  expect(open()).toEqual([]);
});

test("addresses", async () => {
  const { env, network } = createSimulation();
  network.listenRaw({ host: "0.0.0.0", port: 1 }, () => {});
  network.listenRaw({ path: "/run/s" }, () => {});
  const connect = (to: Parameters<typeof env.net.connect>[0]["address"]) => codeOf(env.net.connect({ address: to }));
  expect(await connect({ host: "any-name", port: 1 })).toBe("done");
  expect(await connect({ path: "/run/s" })).toBe("done");
  expect(await connect({ host: "any-name", port: 2 })).toBe("ECONNREFUSED");
  expect(await connect({ path: "/run/t" })).toBe("ENOENT");
  expect(() => network.listenRaw({ host: "::", port: 1 }, () => {})).toThrow('cannot listen on "[::]:1"');
});

test("a raw server and back-pressure", async () => {
  const { env, network, settle } = createSimulation();
  const peers: Connection[] = [];
  network.listenRaw(address, (side) => peers.push(side));
  const connection = await env.net.connect({ address });
  expect([connection.remoteAddress, peers[0]?.remoteAddress]).toEqual(["app:80", "127.0.0.1:50000"]);
  const taken = { bytes: 0 };
  const count = (): void => {
    taken.bytes += 10_000;
  };
  for (let i = 0; i < 50; i++) connection.write(Buffer.alloc(10_000), count);
  await settle();
  expect(taken.bytes).toBeLessThan(200_000);
  peers[0]?.resume();
  await settle();
  expect(taken.bytes).toBe(500_000);
});

test("faults: refuse", async () => {
  const simulation = await served();
  simulation.network.fault("app:80", { refuse: true });
  expect(await codeOf(simulation.run(post(simulation, "")))).toBe("ECONNREFUSED");
  simulation.network.fault("app:80");
  expect(await simulation.run(post(simulation, "a"))).toBe("hello a");
});

test("faults: reset after so many bytes", async () => {
  const simulation = await served();
  simulation.network.fault("app:80", { resetAfterBytes: 200 });
  expect(await codeOf(simulation.run(post(simulation, "a".repeat(1000))))).toBe("ECONNRESET");
  simulation.network.fault("app:80", { resetAfterBytes: 2000 });
  expect(await simulation.run(post(simulation, "a"))).toBe("hello a");
});

test("faults: latency", async () => {
  const simulation = await served();
  simulation.network.fault("app:80", { latencyMs: 100 });
  expect(await simulation.run(post(simulation, "a"))).toBe("hello a");
  expect(simulation.clock.monotonic()).toBe(300);
});

test("faults: partition", async () => {
  const simulation = await served();
  const { env, network, settle, run } = simulation;
  const connection = await env.net.connect({ address });
  network.fault("app:80", { partition: true });
  const connecting = post(simulation, "a");
  connection.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const answer = text(connection);
  await expect(run(connecting, 1e6)).rejects.toThrow("pending");
  await expect(run(answer, 1e6)).rejects.toThrow("pending");
  network.fault("app:80");
  await settle();
  expect(await connecting).toBe("hello a");
  expect(await answer).toMatch(/hello $/);
});

test("a connect can be aborted", async () => {
  const { env, network, run } = await served();
  network.fault("app:80", { partition: true });
  const control = new AbortController();
  const connecting = env.net.connect({ address, signal: control.signal });
  control.abort(new Error("stop"));
  await expect(run(connecting)).rejects.toThrow("stop");
});

test("TLS is a flag", async () => {
  const { env, network, run } = await served();
  const secure = { host: "secure", port: 443 };
  network.listenRaw(secure, (side) => side.end("x"), { tls: true, alpn: "h2" });
  expect((await env.net.connect({ address: secure, tls: { alpn: ["h2", "http/1.1"] } })).alpn).toBe("h2");
  expect((await env.net.connect({ address: secure, tls: {} })).alpn).toBe(undefined);
  expect(await codeOf(env.net.connect({ address, tls: {} }))).toBe("ERR_SSL_WRONG_VERSION_NUMBER");
  expect(await run(text(await env.net.connect({ address: secure })))).toBe("");
  const over = await env.net.connect({ address });
  expect((await env.net.connect({ address: secure, tls: { alpn: ["h2"] }, over })).alpn).toBe("h2");
});

test("a listener hands over", async () => {
  const { env, run, open, settle } = createSimulation();
  const says = (body: string): HttpHandler => {
    return () => ({ status: 200, body });
  };
  const a = await env.net.serveHttp({ address, maxBodyBytes: 10 }, says("a"));
  const accepted = await run(env.net.connect({ address }));
  const b = await a.succeed({ maxBodyBytes: 10, tls: { cert: "", key: "" } }, says("b"));
  await expect(a.succeed({ maxBodyBytes: 10 }, says("x"))).rejects.toThrow("did before");
  const get = async (tls?: object): Promise<string> => {
    const connection = await env.net.connect({ address, tls });
    return ask(connection);
  };
  expect(await run(get({}))).toMatch(/b$/);
  expect(await codeOf(run(get()))).toBe("EPIPE");
  const closed = a.close();
  expect(await run(ask(accepted))).toMatch(/a$/);
  await run(closed);
  expect(open()).toContain("listener on app:80");
  await run(b.close());
  await settle();
  expect([open(), await codeOf(env.net.connect({ address }))]).toEqual([[], "ECONNREFUSED"]);
});

async function ask(connection: Connection): Promise<string> {
  connection.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  return text(connection);
}

test("HTTP/2 over memory", async () => {
  const { env, network, run, open, settle } = createSimulation();
  const server = createServer((request, response) => response.end(`hello ${request.url}`));
  network.listenRaw(address, (side) => server.emit("connection", side), { tls: true, alpn: "h2" });
  const session = env.net.http2(await env.net.connect({ address, tls: { alpn: ["h2"] } }));
  const answer = await run(session.request({ ":path": "/a" }, undefined, undefined));
  expect(answer.status).toBe(200);
  expect(await run(text(answer.body))).toBe("hello /a");
  session.close();
  await settle();
  expect(open()).toEqual([]);
});

/** All that a busy little world did, with its times. */
async function traceOf(seed: number): Promise<string[]> {
  const simulation = createSimulation({ seed });
  const { env, network, advance, clock } = simulation;
  const trace: string[] = [];
  await network.serveHttp({ address, maxBodyBytes: 1e6 }, async (request) => {
    const body = await request.body();
    trace.push(`${clock.monotonic()} asked ${body.length} ${request.remoteAddress}`);
    await env.timers.sleep(env.random.next() * 10);
    return { status: 200, body };
  });
  network.fault("app:80", { latencyMs: 3, resetAfterBytes: 3000 });
  const client = async (name: number): Promise<void> => {
    for (let i = 0; i < 5; i++) {
      await env.timers.sleep(env.random.next() * 20);
      const result = await post(simulation, "x".repeat(env.random.next() * 2000)).catch((error) => error.code);
      trace.push(`${clock.monotonic()} client ${name} ${result.length}`);
    }
  };
  for (let name = 0; name < 5; name++) void client(name);
  await advance(1000);
  return trace;
}

test("the same seed gives the same trace", async () => {
  const trace = await traceOf(5);
  expect(trace.length).toBeGreaterThan(40);
  expect(await traceOf(5)).toEqual(trace);
  expect(await traceOf(6)).not.toEqual(trace);
});
