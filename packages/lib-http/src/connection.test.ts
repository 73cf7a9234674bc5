import { expect, test } from "vitest";
import { createHttpClient } from "./client.ts";
import { createWorld, textOf } from "./server.testing.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const ends = (received: string): number => received.split("\r\n\r\n").length - 1;

/** A client, and a server that runs `script`; the requests each connection received. */
function setUp(script: Parameters<ReturnType<typeof createWorld>["serveRaw"]>[2], pool = {}) {
  const world = createWorld();
  const client = createHttpClient({ env: world.env, pool });
  world.serveRaw("target", 80, script);
  const get = async (options: object = {}) =>
    await world.run(client.request({ url: "http://target/", timeoutMs: 1000, ...options }));
  return { ...world, client, get };
}

test("a kept connection that the peer closes meanwhile is replaced once, without an error", async () => {
  let connections = 0;
  const { get } = setUp((side, received) => {
    if (ends(received) === 1) connections++;
    if (ends(received) === 1) side.write(OK);
    else side.destroy();
  });
  for (let count = 0; count < 3; count++) expect(textOf(await get())).toBe("ok");
  expect(textOf(await get({ method: "POST" }))).toBe("ok");
  expect(connections).toBe(4);
});

test("also when it resets it", async () => {
  const { get } = setUp((side, received) => {
    if (ends(received) === 1) side.write(OK);
    else side.reset();
  });
  await get();
  expect(textOf(await get())).toBe("ok");
});

test("a new connection that is closed is an error, as is one that broke within an answer", async () => {
  const closed = setUp((side) => side.destroy());
  await expect(closed.get()).rejects.toMatchObject({ code: "connection" });
  const broken = setUp((side, received) => {
    side.write(ends(received) === 1 ? OK : OK.slice(0, 10));
    if (ends(received) > 1) side.end();
  });
  await broken.get();
  await expect(broken.get()).rejects.toThrow("unexpected end of the answer");
});

test("a connection is not used again after trouble or unasked bytes", async () => {
  for (const answer of [
    `${OK}HTTP/1.1`,
    OK.replace("\r\n", "\r\nConnection: close\r\n"),
    OK.replace("HTTP/1.1", "HTTP/1.0"),
  ]) {
    const { get, network } = setUp((side) => void side.write(answer));
    expect(textOf(await get())).toBe("ok");
    expect(network.connections).toBe(0);
  }
  const late = setUp((side) => void side.write(OK, () => side.write("HTTP/1.1 200 OK\r\n")));
  await late.get();
  await late.settle();
  expect(late.network.connections).toBe(0);
});

test("an answer that ends with the connection", async () => {
  const { get } = setUp((side) => void side.end("HTTP/1.1 200 OK\r\n\r\nuntil the end"));
  expect(textOf(await get())).toBe("until the end");
});

test("an answer that comes before the request was read ends the connection", async () => {
  const world = createWorld();
  const client = createHttpClient({ env: world.env });
  // A peer that does not read.
  world.network.listenRaw({ host: "target", port: 80 }, (side) => void side.write(OK));
  const request = { method: "POST", url: "http://target/", body: new Uint8Array(1 << 20) };
  expect(textOf(await world.run(client.request(request)))).toBe("ok");
  await world.settle();
  expect(world.network.connections).toBe(0);
});

test("malformed answers are errors and close the connection", async () => {
  const { get, network } = setUp((side) => void side.write("HTTP/1.1 200 OK\r\n folded\r\n\r\n"));
  await expect(get()).rejects.toMatchObject({ code: "protocol" });
  expect(network.connections).toBe(0);
});

test("idleTimeoutMs", async () => {
  const { get, network, advance } = setUp((side) => void side.write(OK), { idleTimeoutMs: 5000 });
  await get();
  await advance(4000);
  await get();
  await advance(4999);
  expect(network.connections).toBe(1);
  await advance(1);
  expect(network.connections).toBe(0);
});

test("idleTimeoutMs 0 keeps connections, and leaves no timer", async () => {
  const { get, network, open } = setUp((side) => void side.write(OK), { idleTimeoutMs: 0 });
  await get();
  expect(network.connections).toBe(1);
  expect(open().filter((line) => line.includes("timer"))).toEqual([]);
});

test("maxIdlePerHost", async () => {
  const { get, network } = setUp((side) => void side.write(OK), { maxIdlePerHost: 2 });
  await Promise.all([get(), get(), get(), get()]);
  expect(network.connections).toBe(2);
});

test("maxIdle closes the connection that was unused longest", async () => {
  const world = createWorld();
  const client = createHttpClient({ env: world.env, pool: { maxIdle: 2 } });
  for (const host of ["a", "b", "c"]) world.serveRaw(host, 80, (side) => void side.write(OK));
  const get = async (host: string) => await world.run(client.request({ url: `http://${host}/` }));
  for (const host of ["a", "b", "a", "c"]) await get(host);
  expect(world.open().filter((line) => line.startsWith("connection"))).toEqual([
    "connection to a:80",
    "connection to c:80",
  ]);
});

test("maxPerHost: requests wait for their turn, also when a connection fails, and their time counts", async () => {
  const sides: (() => void)[] = [];
  let failed = false;
  const { client, network, advance, settle } = setUp(
    (side, received) =>
      void sides.push(() => {
        if (failed || ends(received) === 1) side.write(OK);
        else side.destroy();
        failed ||= ends(received) === 2;
      }),
    { maxPerHost: 1 },
  );
  const ask = async (timeoutMs: number) => await client.request({ url: "http://target/", timeoutMs });
  const settled = Promise.allSettled([ask(0), ask(0), ask(0), ask(1000)]);
  await advance(1000);
  for (let count = 0; count < 4; count++) {
    expect(network.connections).toBe(1);
    sides.shift()?.();
    await settle();
  }
  const outcomes = (await settled).map((outcome) =>
    outcome.status === "rejected" ? outcome.reason.code : textOf(outcome.value),
  );
  expect(outcomes).toEqual(["ok", "ok", "ok", "timeout"]);
});

test("keepAlive: false, also with a server that would go on", async () => {
  const world = createWorld();
  const client = createHttpClient({ env: world.env, keepAlive: false });
  world.serveRaw("target", 80, (side) => void side.write(OK));
  await world.run(client.request({ url: "http://target/" }));
  await world.settle();
  expect(world.network.connections).toBe(0);
});
