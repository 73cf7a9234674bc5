// Run: node --expose-gc packages/lib-http/src/client.bench.ts [seconds for each case]
// CPU of the client alone: the server is another process. Cases are those of a scrape and of a remote write.
import { type ChildProcess, fork } from "node:child_process";
import { Agent, get, request as nodeRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { createEnv } from "@sluice/runtime";
import { createHttpClient } from "./client.ts";

const PAGE = 204 << 10;
const page = Buffer.from(
  Array.from(
    { length: 3000 },
    (_, index) => `http_requests_total{code="200",handler="/api/${index}"} ${index * 7919}\n`,
  )
    .join("")
    .slice(0, PAGE),
);

/** The server: pages by path, in this process when it was forked. */
async function runServer(): Promise<void> {
  const zipped = gzipSync(page);
  const { net } = createEnv();
  const { port } = await net.serveHttp(
    { address: { host: "127.0.0.1", port: 0 }, maxBodyBytes: 1 << 24 },
    async (request) => {
      if (request.method === "POST") return { status: 204, body: (await request.body()).subarray(0, 0) };
      if (request.target === "/gzip") return { status: 200, headers: { "content-encoding": "gzip" }, body: zipped };
      return { status: 200, headers: { "content-type": "text/plain; version=0.0.4" }, body: page };
    },
  );
  process.send?.(port);
}

/** Repeats `work` for the given time and gives CPU microseconds of this process for each. */
async function measure(name: string, seconds: number, work: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < 500; count++) await work();
  const start = performance.now();
  const before = process.cpuUsage();
  let done = 0;
  for (; performance.now() - start < seconds * 1000; done++) await work();
  const { user, system } = process.cpuUsage(before);
  const wall = ((performance.now() - start) * 1000) / done;
  print(
    `${name.padEnd(32)} ${((user + system) / done).toFixed(1).padStart(8)} us CPU ${wall.toFixed(1).padStart(8)} us`,
  );
}

function nodeGet(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks).length));
    }).on("error", reject);
  });
}

function nodePost(url: string, agent: Agent, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = nodeRequest(
      url,
      { agent, method: "POST", headers: { "content-length": body.length } },
      (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode ?? 0));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Memory of idle connections: what a scraper of many quiet targets holds. Needs --expose-gc. */
async function measureIdle(url: string): Promise<void> {
  const { timers } = createEnv();
  const client = createHttpClient({ env: createEnv() });
  const prepared = client.prepare({ url: `${url}/` });
  const memory = async (): Promise<number> => {
    // Buffers are given back some turns after their collection.
    for (let turn = 0; turn < 5; turn++) {
      globalThis.gc?.();
      await timers.sleep(20);
    }
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  await client.send(prepared);
  const before = await memory();
  const count = 500;
  await Promise.all(Array.from({ length: count }, async () => void (await client.send(prepared))));
  print(`idle connection ${(((await memory()) - before) / count).toFixed(0)} bytes of heap and buffers`);
  client.close();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(server: ChildProcess): Promise<void> {
  const port = await new Promise<number>((resolve) => server.once("message", (message) => resolve(message as number)));
  const seconds = Number(process.argv[2] ?? 3);
  const url = `http://127.0.0.1:${port}`;
  const agent = new Agent({ keepAlive: true });
  const client = createHttpClient({ env: createEnv() });
  const [plain, zipped, write] = [
    client.prepare({ url: `${url}/` }),
    client.prepare({ url: `${url}/gzip` }),
    client.prepare({ method: "POST", url }),
  ];
  const scratch = { bytes: new Uint8Array(PAGE) };
  const body = Buffer.alloc(128 << 10, "x");
  const options = { timeoutMs: 10_000, maxBodyBytes: 1 << 20 };
  await measure("GET 204 KB, node:http", seconds, async () => await nodeGet(`${url}/`, agent));
  await measure("GET 204 KB", seconds, async () => await client.send(plain, options));
  await measure("GET 204 KB, scratch", seconds, async () => await client.send(plain, { ...options, scratch }));
  await measure("GET 204 KB, gzip", seconds, async () => await client.send(zipped, { ...options, scratch }));
  await measure("POST 128 KB, node:http", seconds, async () => await nodePost(url, agent, body));
  await measure("POST 128 KB", seconds, async () => await client.send(write, { ...options, body }));
  agent.destroy();
  client.close();
  if (globalThis.gc !== undefined) await measureIdle(url);
}

if (process.send === undefined) {
  const server = fork(import.meta.filename);
  await main(server).finally(() => server.kill());
} else {
  await runServer();
}
