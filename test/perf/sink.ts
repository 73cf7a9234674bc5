/**
 * A remote-write 1.0 receiver that decodes every request and checks every sample against the generator's pages:
 * `node test/perf/sink.ts --targets 100 --series 1000`. Prints its port as JSON when it listens. `GET /stats` tells what came.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { gzipPeriod } from "./generator.ts";
import type { Ledger, LedgerStats } from "./ledger.ts";
import { createLedger } from "./ledger.ts";
import { maxPeriod } from "./page.ts";
import { snappyDecompress } from "./snappy.ts";
import { walkWriteRequest } from "./write-request.ts";

/** What `GET /stats` tells. */
export interface SinkStats extends LedgerStats {
  requests: number;
  /** Compressed bytes of all requests. */
  bytes: number;
  /** Requests that could not be decoded. */
  badRequests: number;
}

interface State {
  requests: number;
  bytes: number;
  badRequests: number;
}

function openLedger(): Ledger {
  const { values } = parseArgs({
    options: {
      targets: { type: "string", default: "100" },
      series: { type: "string", default: "1000" },
      churn: { type: "string", default: "0" },
      "churn-every": { type: "string", default: "1" },
      gzip: { type: "boolean", default: false },
    },
  });
  return createLedger(
    {
      series: Number(values.series),
      churn: Number(values.churn),
      churnEvery: Number(values["churn-every"]),
      period: values.gzip ? gzipPeriod : maxPeriod,
    },
    Number(values.targets),
  );
}

function end(response: ServerResponse, status: number, body = ""): void {
  response.writeHead(status, { "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** Takes one request; what is not snappy is refused with 415, which makes vmagent fall back to it from zstd. */
function take(request: IncomingMessage, body: Buffer, state: State, ledger: Ledger): number {
  if (request.headers["content-encoding"] !== "snappy") return 415;
  state.requests++;
  state.bytes += body.length;
  try {
    walkWriteRequest(snappyDecompress(body), ledger);
    return 204;
  } catch {
    state.badRequests++;
    return 400;
  }
}

function main(): void {
  const ledger = openLedger();
  const state: State = { requests: 0, bytes: 0, badRequests: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "GET") {
        const stats: SinkStats = { ...state, ...ledger.stats };
        end(response, 200, JSON.stringify(stats));
      } else end(response, take(request, Buffer.concat(chunks), state, ledger));
    });
  });
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1", () => {
    process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
  });
}

if (import.meta.main) main();
