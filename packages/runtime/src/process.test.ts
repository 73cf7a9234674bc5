import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { expect, test } from "vitest";
import { createEnv } from "./env.ts";
import { onReloadSignal, onStopSignal } from "./process.ts";

test("this process", () => {
  const env = createEnv();
  expect(env.process.pid).toBe(process.pid);
  expect(env.process.cwd).toBe(process.cwd());
  expect(env.process.env.PATH).toBe(process.env.PATH);
  expect(env.process.memory().rss).toBeGreaterThan(1e6);
  expect(env.process.heapLimit).toBeGreaterThan(env.process.memory().heapUsed);
  expect(env.process.runtime).toMatch(/^Node \d+\.\d+\.\d+, [a-z0-9]+ [a-z0-9]+$/);
  expect(env.process.cpuSeconds()).toBeGreaterThan(0);
  expect(env.random.bytes(5)).toHaveLength(5);
  expect(env.random.next()).toBeLessThan(1);
});

test("memory is given back, and the flags stay as they were", async () => {
  const before = cachedDataVersionTag();
  const held = new WeakRef({});
  // What was looked at in this turn of the event loop is kept until its end.
  await new Promise((resolve) => setImmediate(resolve));
  createEnv().process.releaseMemory?.();
  expect(held.deref()).toBe(undefined);
  expect(cachedDataVersionTag()).toBe(before);
  expect("releaseMemory" in createEnv({ isGuest: true }).process).toBe(false);
});

test("how late the event loop is", async () => {
  const { process } = createEnv();
  expect(process.eventLoopDelay?.()).toBe(undefined);
  let late: ReturnType<NonNullable<typeof process.eventLoopDelay>>;
  while (late === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    late = process.eventLoopDelay?.();
  }
  expect(late.p50).toBeGreaterThanOrEqual(0);
  expect(late.max).toBeGreaterThanOrEqual(late.p50);
});

test("stop signals", () => {
  const seen: string[] = [];
  const before = process.listenerCount("SIGTERM");
  const off = onStopSignal((signal) => seen.push(signal));
  process.emit("SIGTERM");
  process.emit("SIGINT");
  off();
  expect(seen).toEqual(["SIGTERM", "SIGINT"]);
  expect(process.listenerCount("SIGTERM")).toBe(before);
});

test("reload signals", () => {
  let seen = 0;
  const before = process.listenerCount("SIGHUP");
  const off = onReloadSignal(() => seen++);
  process.emit("SIGHUP");
  process.emit("SIGHUP");
  off();
  expect(seen).toBe(2);
  expect(process.listenerCount("SIGHUP")).toBe(before);
});

test("the end, with everything closed and with something left open", () => {
  const check = (open: string) => {
    const script = `import { endProcess } from ${JSON.stringify(join(import.meta.dirname, "process.ts"))}; ${open}; endProcess(3);`;
    const ended = spawnSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 20_000 });
    expect([open, ended.status, ended.stderr.toString()]).toEqual([open, 3, ""]);
  };
  check("");
  check("setInterval(() => {}, 10_000)");
});
