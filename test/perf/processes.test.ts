import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { compress } from "snappyjs";
import { afterEach, expect, test } from "vitest";
import type { TestSeries } from "./encode.ts";
import { encodeWriteRequest } from "./encode.ts";
import type { GeneratorStats } from "./generator.ts";
import { usageOf } from "./process-meter.ts";
import type { Received, SinkStats } from "./sink.ts";

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

async function start<T>(file: string, ...args: string[]): Promise<T> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as T;
  throw new Error(`cannot start "${file}"`);
}

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

test("the generator spreads its targets over ports, counts, and stops when told", async () => {
  const { ports } = await start<{ ports: number[] }>(
    "generator.ts",
    "--targets",
    "3",
    "--series",
    "26",
    "--ports",
    "2",
  );
  expect(ports).toHaveLength(2);
  const url = (target: number) => `http://127.0.0.1:${ports[target % 2]}/t/${target}`;
  const [first, second] = [await (await fetch(url(2))).text(), await (await fetch(url(2))).text()];
  expect(first).toContain('pod="shop-5c6d8f9b7-00002"');
  expect(first.replaceAll("000000\n", "000001\n")).toBe(second);
  expect((await fetch(url(7))).status).toBe(404);
  await fetch(`http://127.0.0.1:${ports[0]}/pause`, { method: "POST" });
  expect((await fetch(url(0))).status).toBe(503);
  const stats = await json<GeneratorStats>(`http://127.0.0.1:${ports[1]}/stats`);
  expect(stats).toMatchObject({ served: [0, 0, 2], bytes: first.length * 2 });
});

test("the generator shows prepared gzip pages in turn", async () => {
  const { ports } = await start<{ ports: number[] }>(
    "generator.ts",
    "--targets",
    "1",
    "--series",
    "26",
    "--gzip",
    "--variants",
    "8",
  );
  const read = async () => await (await fetch(`http://127.0.0.1:${ports[0]}/t/0`)).text();
  const pages = [await read(), await read()];
  for (let count = 2; count < 8; count++) await read();
  expect(pages[0]).not.toBe(pages[1]);
  expect(await read()).toBe(pages[0]);
  const stats = await json<GeneratorStats>(`http://127.0.0.1:${ports[0]}/stats`);
  expect(stats.bytes).toBeLessThan((pages[0]!.length * 9) / 2);
});

test("the sink decodes what it is sent and refuses the rest", async () => {
  const { port } = await start<{ port: number }>("sink.ts", "--targets", "1", "--series", "26");
  const url = `http://127.0.0.1:${port}/api/v1/write`;
  const up: TestSeries = { labels: [["__name__", "up"]], samples: [[1, 1000]] };
  const post = async (encoding: string, body: Uint8Array) =>
    (await fetch(url, { method: "POST", body: Buffer.from(body), headers: { "content-encoding": encoding } })).status;
  expect(await post("snappy", compress(encodeWriteRequest([up])))).toBe(204);
  expect(await post("zstd", compress(encodeWriteRequest([up])))).toBe(415);
  expect(await post("snappy", Uint8Array.of(1, 2, 3))).toBe(400);
  expect(await json<SinkStats>(`http://127.0.0.1:${port}/stats`)).toMatchObject({
    requests: 2,
    reports: 1,
    badRequests: 1,
  });
});

test("usage counts this process, and nothing for one that is gone", () => {
  const { cpuSeconds, rssBytes } = usageOf(process.pid);
  expect(cpuSeconds).toBeGreaterThan(0);
  expect(rssBytes).toBeGreaterThan(10e6);
  expect(usageOf(2 ** 30)).toEqual({ cpuSeconds: 0, rssBytes: 0 });
});

test("a sink that holds requests has read them all when it is asked, also over a connection that ends", async () => {
  const { port } = await start<{ port: number }>("sink.ts", "--targets", "1", "--series", "26", "--hold", "1");
  const url = `http://127.0.0.1:${port}`;
  const up: TestSeries = { labels: [["__name__", "up"]], samples: [[1, 1000]] };
  const body = Buffer.from(compress(encodeWriteRequest([up])));
  for (let count = 0; count < 20; count++) {
    await fetch(url, { method: "POST", body, headers: { "content-encoding": "snappy" } });
  }
  expect(await json<Received>(`${url}/received`)).toEqual({ requests: 20, bytes: 20 * body.length });
  const answer = await fetch(`${url}/stats`, { headers: { connection: "close" } });
  expect(await answer.json()).toMatchObject({ requests: 20, reports: 20 });
});
