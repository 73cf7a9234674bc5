/** Stands between an exporter and a real backend, and makes trouble when a test says so. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { decodeWriteRequest, snappyDecompress } from "@sluice/lib-prometheus";
import { onTestFinished } from "vitest";
import { keyOf } from "./prometheus.ts";

/**
 * What happens to requests: "hang" never answers; "cut" lets the backend store what can be stored twice and cuts its answer in the
 * middle; a status is answered without the backend.
 */
export type Trouble =
  | "none"
  | "hang"
  | "cut"
  | { readonly status: number; readonly retryAfter?: number; readonly body?: string };

/** A request, by what is in it. */
export interface Written {
  /** Sorted JSON of the labels, and the time. */
  readonly samples: readonly { readonly series: string; readonly timestampMs: number }[];
}
export interface BackendProxy {
  readonly url: string;
  /** From the next request on. */
  trouble: Trouble;
  /** Requests that met trouble, all kinds together. */
  readonly met: number;
  /** Requests (digests) that failed and did not come back byte for byte until now. */
  readonly open: ReadonlyMap<string, number>;
  /** Requests answered with 4xx other than 429. */
  readonly refused: readonly Written[];
  /** How long after an answer with Retry-After the same bytes came again, in milliseconds. */
  readonly waited: readonly number[];
  /** What went wrong in here: never anything. */
  readonly faults: readonly unknown[];
  /** Nobody listens any more, and connections are cut. */
  close(): Promise<void>;
  /** Listens again on the same port. */
  listen(): Promise<void>;
}

const maxBytes = 64 * 1024 * 1024;

/** What the proxy remembers. */
function createMemory() {
  return {
    trouble: "none" as Trouble,
    met: 0,
    refused: [] as Written[],
    waited: [] as number[],
    faults: [] as unknown[],
    /** By digest of the body: when it was answered with Retry-After, or 0. */
    open: new Map<string, number>(),
  };
}
type Memory = ReturnType<typeof createMemory>;

export async function startBackendProxy(backend: string): Promise<BackendProxy> {
  const memory = createMemory();
  const server = createServer((request, response) => {
    handle(memory, backend, request, response).catch((error) => {
      memory.faults.push(error);
      response.destroy();
    });
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return Object.assign(memory, { url: `http://127.0.0.1:${port}`, close, listen: () => listen(port) });
}

async function handle(
  memory: Memory,
  backend: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const digest = createHash("sha256").update(body).digest("hex");
  const since = memory.open.get(digest) ?? 0;
  if (since > 0) memory.waited.push(performance.now() - since);
  const { trouble } = memory;
  if (trouble !== "none") memory.met++;
  memory.open.set(digest, 0);
  if (trouble === "none") {
    const answer = await forward(backend, request, body);
    if (answer === undefined) response.destroy();
    else response.writeHead(answer.status).end(answer.body);
    if (answer !== undefined && answer.status < 300) memory.open.delete(digest);
  } else if (trouble === "cut") {
    if (canBeStoredTwice(written(body))) await forward(backend, request, body);
    response.writeHead(200, { "content-length": "100" }).write("cut in the mid", () => response.destroy());
  } else if (trouble !== "hang") {
    const { status, retryAfter, body: words = "no" } = trouble;
    if (retryAfter !== undefined) memory.open.set(digest, performance.now());
    if (status < 500 && status !== 429) {
      memory.refused.push(written(body));
      memory.open.delete(digest);
    }
    response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` }).end(words);
  }
}

/** Undefined when nobody answers. */
async function forward(backend: string, { url, headers }: IncomingMessage, body: Buffer) {
  const { "content-type": type = "", "content-encoding": encoding = "" } = headers;
  const sent = { "content-type": type, "content-encoding": encoding };
  const options = { method: "POST", headers: sent, body: new Uint8Array(body) };
  const answer = await fetch(`${backend}${url}`, options).catch(() => undefined);
  return answer && { status: answer.status, body: await answer.text().catch(() => "") };
}

function written(body: Uint8Array): Written {
  const { timeseries } = decodeWriteRequest(snappyDecompress(body, maxBytes));
  return {
    samples: [...timeseries].flatMap(({ labels, samples }) =>
      samples.map(({ timestampMs }) => ({ series: keyOf(Object.fromEntries(labels)), timestampMs })),
    ),
  };
}

/**
 * A backend takes a sample it has already, unless it has a later one of the series: so a request with two of a series cannot be
 * sent again once it was stored.
 */
function canBeStoredTwice({ samples }: Written): boolean {
  return new Set(samples.map(({ series }) => series)).size === samples.length;
}
