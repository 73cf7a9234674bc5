import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Case, configOf } from "./case.ts";
import { type Answered, createRecord, isEnough, linesOf, type Recorded, scrape, take } from "./record.ts";

const folder = join(import.meta.dirname, "testdata");

/** Where the kept answer to a case stands. */
export const answerFile = (name: string): string => join(folder, `${name}.txt`);

/** The Go collector's answer as it was when last asked. */
export async function readAnswer(name: string): Promise<string[]> {
  const text = await readFile(answerFile(name), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** Without it the Go collector knows remote write 1.0 only. */
const rw2 = "+exporter.prometheusremotewritexporter.enableSendingRW2";
const patienceMs = 60_000;

/** Runs the Go collector at `program` with all these cases at once; they must ask for the same feature gates. */
export async function run(program: string, all: readonly Case[]): Promise<Map<string, string[]>> {
  const records = new Map(all.map((one) => [one.name, { one, record: createRecord() }] as const));
  const server = createServer((request, response) => {
    answer(records, request).then(
      ({ status, headers, body }) => void response.writeHead(status, headers).end(body),
      (error: unknown) => fail(response, error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const home = await mkdtemp(join(tmpdir(), "differential-"));
  await writeFile(join(home, "config.yaml"), JSON.stringify(configuration(all, port)));
  const gates = [rw2, ...(all[0]?.gates === undefined ? [] : [all[0].gates])].join();
  const args = ["--config=config.yaml", `--feature-gates=${gates}`];
  const child = spawn(program, args, { cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  const said: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => void said.push(text));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    const end = Date.now() + patienceMs;
    const isDone = (): boolean => [...records.values()].every(({ record }) => isEnough(record));
    while (!isDone() && Date.now() < end && child.exitCode === null) await new Promise((wake) => setTimeout(wake, 100));
    if (!isDone()) throw new Error(`the collector did not scrape everything:\n${said.join("").slice(-4000)}`);
    // It sends what it has before it ends.
    child.kill("SIGTERM");
    await ended;
  } finally {
    child.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
    await rm(home, { recursive: true });
  }
  if (process.env.SLUICE_DIFFERENTIAL_LOG !== undefined) process.stdout.write(said.join(""));
  return new Map([...records].map(([name, { record }]) => [name, linesOf(record)]));
}

/** Targets are reached through a proxy, so that they keep their names; its password names the case. */
function configuration(all: readonly Case[], port: number): object {
  const receivers: Record<string, object> = {};
  const exporters: Record<string, object> = {};
  const pipelines: Record<string, object> = {};
  for (const one of all) {
    const reach = { proxy_url: `http://${one.name}:x@127.0.0.1:${port}` };
    const { receiver, exporter } = configOf(one, `http://127.0.0.1:${port}/${one.name}`, reach);
    receivers[`prometheus/${one.name}`] = receiver;
    exporters[`prometheusremotewrite/${one.name}`] = exporter;
    const ids = { receivers: [`prometheus/${one.name}`], exporters: [`prometheusremotewrite/${one.name}`] };
    pipelines[`metrics/${one.name}`] = ids;
  }
  return { receivers, exporters, service: { telemetry: { metrics: { level: "none" } }, pipelines } };
}

type Records = ReadonlyMap<string, { readonly one: Case; readonly record: Recorded }>;

async function answer(records: Records, request: IncomingMessage): Promise<Answered> {
  const { url = "", headers } = request;
  const credentials = headers["proxy-authorization"]?.replace("Basic ", "");
  if (credentials === undefined) {
    const found = records.get(url.slice(1));
    if (found === undefined) throw new Error(`nobody writes to "${url}"`);
    return take(found.record, await buffer(request), headers);
  }
  const [name = ""] = Buffer.from(credentials, "base64").toString().split(":");
  const { host, pathname, search, protocol } = new URL(url);
  const { one, record } = records.get(name)!;
  const target = host.includes(":") ? host : `${host}:${protocol === "https:" ? 443 : 80}`;
  return scrape(one, record, target, pathname + search, headers);
}

function fail(response: ServerResponse, error: unknown): void {
  process.stderr.write(`${(error as Error).stack}\n`);
  response.writeHead(400).end();
}
