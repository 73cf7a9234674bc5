import { dirname } from "node:path";
import type { Kind, Status } from "@sluice/component";
import { checkComponentConfig } from "@sluice/core";
import { createHttpClient } from "@sluice/lib-http";
import { checkComponent, createContext, createSimulation } from "@sluice/testkit";
import { expect, test } from "vitest";
import type { HealthCheckConfig } from "./config.ts";
import { createHealthCheck } from "./extension.ts";
import definition from "./index.ts";

checkComponent(definition, dirname(import.meta.dirname));

/** Starts the extension; `ask` GETs a path: status, type and body. */
async function start(yaml = "") {
  const simulation = createSimulation();
  const { env, run } = simulation;
  const read = async (text: string): Promise<HealthCheckConfig> => {
    const checked = await checkComponentConfig(definition, text, env);
    if ("problems" in checked) throw new Error(checked.problems);
    return checked.config as HealthCheckConfig;
  };
  const extension = createHealthCheck(await read(yaml), createContext({ kind: "extension", simulation }));
  const update = async (text: string) => await run(Promise.resolve(extension.update!(await read(text))));
  await run(Promise.resolve(extension.start?.()));
  const client = createHttpClient({ env });
  const ask = async (path = "/") => {
    const { status, headers, body } = await run(client.request({ url: `http://localhost:13133${path}` }));
    return [status, headers["content-type"], new TextDecoder().decode(body)];
  };
  const hear = (status: Status, id = "out", kind: Kind = "exporter") =>
    extension.statusChanged?.({ kind, id, status, error: undefined, at: 0 });
  return { simulation, extension, ask, hear, update };
}
const unavailable = '{"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""}';

test("is available from ready until the stop", async () => {
  const { simulation, extension, ask } = await start();
  expect(await ask()).toEqual([503, "application/json", unavailable]);
  extension.ready?.();
  await simulation.advance(61_500);
  const body = '{"status":"Server available","upSince":"2026-01-01T00:00:00.000Z","uptime":"1m1.5s"}';
  expect(await ask()).toEqual([200, "application/json", body]);
  extension.notReady?.();
  expect(await ask()).toEqual([503, "application/json", unavailable]);
});

test("paths are answered as Go's routes are", async () => {
  const status = async (path: string, asked: string) => (await (await start(`path: ${path}`)).ask(asked))[0];
  expect(await status("/", "/any/thing?x=1")).toBe(503);
  expect(await status("/health", "/health?x=1")).toBe(503);
  expect(await status("/health", "/health/live")).toBe(404);
  expect(await status("/health", "/")).toBe(404);
  expect(await status("/health/", "/health/live")).toBe(503);
});

test("bodies can be fixed", async () => {
  const { extension, ask } = await start("response_body: { healthy: fine }");
  expect(await ask()).toEqual([503, "text/plain; charset=utf-8", ""]);
  extension.ready?.();
  expect(await ask()).toEqual([200, "text/plain; charset=utf-8", "fine"]);
});

const checking = "check_collector_pipeline: { enabled: true, interval: 1m, exporter_failure_threshold: 2 }";

test("more failures than the threshold within the interval are unhealthy", async () => {
  const { simulation, extension, ask, hear } = await start(checking);
  extension.ready?.();
  for (const kind of ["receiver", "processor", "extension"] as const) hear("recoverable_error", "x", kind);
  hear("recoverable_error");
  await simulation.advance(30_000);
  hear("recoverable_error", "other");
  expect((await ask())[0]).toBe(200);
  hear("recoverable_error");
  expect(await ask()).toEqual([500, "application/json", unavailable]);
  await simulation.advance(30_000);
  expect((await ask())[0]).toBe(200);
  for (let i = 0; i < 10_000; i++) hear("recoverable_error");
  expect((await ask())[0]).toBe(500);
  await simulation.advance(60_000);
  expect((await ask())[0]).toBe(200);
});

test("an exporter that can no longer work is unhealthy", async () => {
  const { extension, ask, hear } = await start(checking);
  extension.ready?.();
  hear("ok");
  expect((await ask())[0]).toBe(200);
  hear("permanent_error");
  expect((await ask())[0]).toBe(500);
});

test("an exporter that took another's place, or is gone, is healthy again", async () => {
  const { extension, ask, hear } = await start(checking);
  extension.ready?.();
  for (const status of ["ok", "stopped"] as const) {
    hear("permanent_error");
    expect((await ask())[0]).toBe(500);
    hear(status);
    expect((await ask())[0]).toBe(200);
  }
});

test("without the check, exporters do not matter", async () => {
  const { extension, ask, hear } = await start();
  extension.ready?.();
  hear("permanent_error");
  expect((await ask())[0]).toBe(200);
});

test("takes another configuration while it runs, and stays up", async () => {
  const { simulation, extension, ask, hear, update } = await start("path: /old");
  extension.ready?.();
  hear("permanent_error");
  await simulation.advance(1000);
  const next = await update(`{ path: /new, ${checking} }`);
  expect((await ask("/old"))[0]).toBe(200);
  next.apply();
  expect(next.changes).toContain("check_collector_pipeline.interval changed");
  expect((await ask("/old"))[0]).toBe(404);
  expect((await ask("/new"))[0]).toBe(500);
  hear("ok");
  expect((await ask("/new"))[0]).toBe(200);
  for (let i = 0; i < 3; i++) hear("recoverable_error");
  expect((await ask("/new"))[0]).toBe(500);
  (await update(`{ path: /new, ${checking.replace("threshold: 2", "threshold: 3")} }`)).apply();
  const up = '{"status":"Server available","upSince":"2026-01-01T00:00:00.000Z","uptime":"1s"}';
  expect(await ask("/new")).toEqual([200, "application/json", up]);
  await simulation.run(extension.shutdown?.() ?? Promise.resolve());
  expect(simulation.open().filter((line) => !line.startsWith("timer"))).toEqual([]);
});
