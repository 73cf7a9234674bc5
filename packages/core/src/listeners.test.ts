import type { Env, HttpListener } from "@sluice/component";
import { createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createListeners, type Owner } from "./listeners.ts";
import { get } from "./world.testing.ts";

function setUp() {
  const simulation = createSimulation();
  const { run } = simulation;
  const listeners = createListeners(simulation.env);
  const owners = new Map<string, Owner & { readonly env: Env }>();
  /** Whoever has this name. */
  function owner(name: string) {
    const known = owners.get(name);
    if (known !== undefined) return known;
    const made = { name };
    const one = Object.assign(made, { env: listeners.envFor(made) });
    owners.set(name, one);
    return one;
  }
  const open = (name: string, port: number, host = "127.0.0.1"): Promise<HttpListener> =>
    run(
      owner(name).env.net.serveHttp({ address: { host, port }, maxBodyBytes: 0 }, () => ({ status: 200, body: name })),
    );
  /** Who answers. */
  const answers = async (port: number) => (await run(get(simulation.env, port, "/"))).split("\r\n\r\n")[1];
  const inUse = { code: "EADDRINUSE" };
  return { simulation, run, listeners, owner, open, answers, inUse };
}

test("outside a reload an address is one listener's", async () => {
  const { open, inUse, answers, run } = setUp();
  const first = await open("a", 80);
  await expect(open("b", 80)).rejects.toMatchObject({ ...inUse, message: expect.stringContaining("the a of this") });
  expect(await answers(80)).toBe("a");
  await run(first.close());
  await open("b", 80);
  expect(await answers(80)).toBe("b");
});

test("at a reload who leaves hands over", async () => {
  const { simulation, listeners, owner, open, answers, run } = setUp();
  const old = await open("a", 80);
  const changeover = listeners.begin();
  const next = await open("b", 80);
  expect(next).toMatchObject({ address: "127.0.0.1:80", port: 80 });
  expect(await answers(80)).toBe("b");
  changeover.check((one) => one === owner("a"));
  changeover.end();
  await run(old.close());
  expect(await answers(80)).toBe("b");
  const further = listeners.begin();
  const last = await open("c", 80);
  further.end();
  await run(next.close());
  expect(await answers(80)).toBe("c");
  await run(last.close());
  expect(simulation.open()).toEqual([]);
});

test("a reload that is given up gives the address back", async () => {
  const { listeners, open, answers, run, inUse } = setUp();
  await open("a", 80);
  const changeover = listeners.begin();
  const next = await open("b", 80);
  await run(next.close());
  changeover.end();
  expect(await answers(80)).toBe("a");
  await expect(open("c", 80)).rejects.toMatchObject(inUse);
});

test("what is opened in one reload is not handed over in it", async () => {
  const { listeners, open, inUse } = setUp();
  await open("a", 80);
  listeners.begin();
  await open("b", 80);
  await expect(open("c", 80)).rejects.toMatchObject({ ...inUse, message: expect.stringContaining("the b of this") });
});

test("who stays keeps its address, unless it moved", async () => {
  const { listeners, owner, open, inUse } = setUp();
  await open("a", 80);
  await open("b", 81);
  const clash = listeners.begin();
  await open("c", 80);
  expect(() => clash.check(() => false)).toThrow(expect.objectContaining(inUse));
  clash.check((one) => one === owner("a"));
  // Each took the other's.
  const swap = listeners.begin();
  await open("a", 81);
  await open("b", 80);
  swap.check((one) => one === owner("c"));
  // Nobody's but its own.
  const same = listeners.begin();
  await open("a", 81);
  same.check(() => false);
});

test("an owner may hand over by itself", async () => {
  const { listeners, open, answers, run } = setUp();
  const old = await open("a", 80);
  const next = await run(old.succeed({ maxBodyBytes: 0 }, () => ({ status: 200, body: "a again" })));
  await run(old.close());
  listeners.begin();
  await open("b", 80);
  await run(next.close());
  expect(await answers(80)).toBe("b");
});

test("a host alone cannot change, and that is said", async () => {
  const { simulation, listeners, open } = setUp();
  await open("a", 80);
  // The simulation's names are machines of their own; a real one refuses.
  await simulation.network.serveHttp({ address: { host: "0.0.0.0", port: 80 }, maxBodyBytes: 0 }, () => ({
    status: 200,
  }));
  listeners.begin();
  await expect(open("b", 80, "0.0.0.0")).rejects.toThrow('while the a listens on "127.0.0.1:80"');
});

test("free ports and sockets by path", async () => {
  const { listeners, owner, run, open, inUse } = setUp();
  const ports = [(await open("a", 0)).port, (await open("a", 0)).port];
  expect(new Set(ports).size).toBe(2);
  const path = (name: string) =>
    run(owner(name).env.net.serveHttp({ address: { path: "/s" }, maxBodyBytes: 0 }, () => ({ status: 200 })));
  await path("a");
  await expect(path("b")).rejects.toMatchObject(inUse);
  listeners.begin();
  await path("b");
});
