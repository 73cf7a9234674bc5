import { dirname } from "node:path";
import { createHttpClient } from "@sluice/lib-http";
import { checkComponent, configOf, createContext, createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import type { ZpagesConfig } from "./config.ts";
import definition from "./index.ts";

checkComponent(definition, dirname(import.meta.dirname));

/** Starts the extension; `ask` GETs a path: its status. */
async function start(yaml = "") {
  const simulation = createSimulation();
  const { env, run } = simulation;
  const recording = { calls: 0 };
  const operations = () => {
    recording.calls++;
    return [];
  };
  const decode = async (text: string) => (await configOf(definition, text)) as ZpagesConfig;
  const context = createContext({ kind: "extension", id: "zpages", simulation, host: { operations } });
  const extension = definition.create(await decode(yaml), context);
  expect(recording.calls).toBe(0);
  await run(Promise.resolve(extension.start?.()));
  const client = createHttpClient({ env });
  const ask = async (path = "/") => (await run(client.request({ url: `http://localhost:55679${path}` }))).status;
  const update = async (text: string) => run(extension.update!(await decode(text)));
  return { ...simulation, extension, recording, client, ask, update };
}

test("serves from the start on, and lets the collector record", async () => {
  const { ask, recording, extension, client, run, open } = await start();
  expect(recording.calls).toBe(1);
  extension.statusChanged?.({ kind: "receiver", id: "x", status: "ok", error: undefined, at: 0 });
  expect([await ask(), await ask("/debug/servicez"), await ask("/debug/expvarz")]).toEqual([200, 200, 404]);
  client.close();
  await run(extension.shutdown!());
  expect(open()).toEqual([]);
});

test("another configuration is in force once it is applied", async () => {
  const { ask, update } = await start();
  const ready = await update("expvar: { enabled: true }");
  expect([ready.changes, await ask("/debug/expvarz")]).toEqual([["expvar.enabled changed"], 404]);
  ready.apply();
  expect(await ask("/debug/expvarz")).toBe(200);
  const back = await update("");
  await back.discard?.();
  expect(await ask("/debug/expvarz")).toBe(200);
});
