import { type HttpHandler, t } from "@sluice/component";
import { certificates, createContext } from "@sluice/testkit";
import { expect, test } from "vitest";
import { createHttpClient } from "./client.ts";
import { decoded } from "./decode.testing.ts";
import { createWorld, textOf } from "./server.testing.ts";
import { httpServerProperties } from "./server-config.ts";
import { createServing } from "./serving.ts";

const schema = t.object("Settings.", httpServerProperties({ endpoint: "localhost:4318" }));
const hello: HttpHandler = () => ({ status: 200, body: "hello" });
const { server, expired } = certificates();
const tls = { cert_file: "/tls.pem", key_file: "/tls.key" };

/** A server with these settings, and the ways to ask and change it. */
async function setUp(config: object = {}) {
  const world = createWorld();
  world.files.write("/tls.pem", server.cert);
  world.files.write("/tls.key", server.key);
  const serving = createServing(createContext({ simulation: world }), hello);
  await serving.start(await decoded(schema, config));
  const ask = async (port = 4318): Promise<string> => {
    const client = createHttpClient({ env: world.env, acceptEncoding: "identity" });
    const answer = await world
      .run(client.request({ url: `http://localhost:${port}/`, timeoutMs: 1000 }))
      .catch((error) => error);
    client.close();
    return answer instanceof Error ? "failed" : `${answer.headers["x-a"] ?? ""} ${textOf(answer)}`.trim();
  };
  const update = async (next: object) => world.run(serving.update(await decoded(schema, next)));
  return { ...world, serving, ask, update };
}

test("an equal configuration changes nothing", async () => {
  const config = { response_headers: { "x-a": "1" }, tls };
  const { update, serving, open, run } = await setUp(config);
  const ready = await update(config);
  expect(ready.changes).toEqual([]);
  ready.apply();
  expect(open()).toEqual(["listener on 127.0.0.1:4318"]);
  await run(serving.shutdown());
  expect(open()).toEqual([]);
});

test("what differs is told by key, also in secrets and in files", async () => {
  const config = { response_headers: { "x-a": "1" }, tls };
  const { update, files } = await setUp(config);
  const check = async (next: object, ...expected: string[]): Promise<void> => {
    const ready = await update(next);
    expect(ready.changes).toEqual(expected);
    await ready.discard?.();
  };
  await check({ ...config, idle_timeout: "2m", read_timeout: "1s" }, "read_timeout changed", "idle_timeout changed");
  await check({ ...config, response_headers: { "x-a": "2" } }, "response_headers.x-a changed");
  await check({ response_headers: { "x-a": "1" } }, "tls removed");
  files.write("/tls.pem", expired.cert);
  await check(config, "files of tls changed");
});

test("the same address is handed over, at once", async () => {
  const { ask, update, serving, open, run } = await setUp({ response_headers: { "x-a": "1" } });
  const ready = await update({ response_headers: { "x-a": "2" } });
  expect(await ask()).toBe("2 hello");
  await run(ready.discard!());
  expect(await ask()).toBe("1 hello");
  (await update({ response_headers: { "x-a": "3" } })).apply();
  expect(await ask()).toBe("3 hello");
  await run(serving.shutdown());
  expect(open()).toEqual([]);
});

test("another address is opened beside the old one, which closes when it applies", async () => {
  const { ask, update, serving, open, run, settle } = await setUp();
  const ready = await update({ endpoint: "localhost:1" });
  expect([await ask(), await ask(1)]).toEqual(["hello", "hello"]);
  ready.apply();
  await settle();
  expect([await ask(), await ask(1)]).toEqual(["failed", "hello"]);
  await run(serving.shutdown());
  await run(serving.shutdown());
  expect(open()).toEqual([]);
});

test("what cannot be used leaves the old one in place", async () => {
  const { ask, update } = await setUp();
  await expect(update({ tls: { ...tls, key_file: "/gone" } })).rejects.toThrow('cannot read key file "/gone"');
  expect(await ask()).toBe("hello");
  const closed = createServing(createContext(), hello);
  await expect(closed.update(await decoded(schema, {}))).rejects.toThrow("cannot update a server that is not started");
});
