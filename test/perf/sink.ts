/**
 * A remote-write 1.0 receiver that decodes every request and checks every sample against the generator's pages:
 * `node test/perf/sink.ts --targets 100 --series 1000`. Prints its port as JSON when it listens. `GET /stats` tells what came.
 * With `--hold MB` requests are kept as they came, up to that much, and read when `GET /stats` asks: so nothing is spent on them
 * while a collector is measured.
 */
import type { Socket } from "node:net";
import { openBooks } from "./books.ts";
import { answer, type HandRequest, listen, serveByHand } from "./hand-http.ts";
import type { Ledger, LedgerStats } from "./ledger.ts";
import { readLoad } from "./load.ts";
import { snappyDecompress } from "./snappy.ts";
import { walkWriteRequest } from "./write-request.ts";

/** What `GET /received` tells, without reading what is held. */
export interface Received {
  requests: number;
  /** Compressed bytes of all requests. */
  bytes: number;
}

/** What `GET /stats` tells. */
export interface SinkStats extends LedgerStats, Received {
  /** Requests that could not be decoded. */
  badRequests: number;
}

interface State extends Received {
  badRequests: number;
  readonly held: Buffer[];
  heldBytes: number;
}

function book(body: Buffer, state: State, books: Ledger): boolean {
  try {
    walkWriteRequest(snappyDecompress(body), books);
    return true;
  } catch {
    state.badRequests++;
    return false;
  }
}

/** Reads what is held, in the order it came. */
function settle(state: State, books: Ledger): void {
  for (const body of state.held.splice(0)) book(body, state, books);
  state.heldBytes = 0;
}

/** Takes one request; what is not snappy is refused with 415, which makes vmagent fall back to it from zstd. */
function take({ head, body }: HandRequest, state: State, books: Ledger, hold: number): string {
  if (!/\r\ncontent-encoding: *snappy\r\n/i.test(head)) return "415 Unsupported Media Type";
  const whole = body.length === 1 ? body[0]! : Buffer.concat(body);
  state.requests++;
  state.bytes += whole.length;
  if (state.heldBytes + whole.length <= hold) {
    state.held.push(whole);
    state.heldBytes += whole.length;
    return "204 No Content";
  }
  if (state.held.length > 0) settle(state, books);
  return book(whole, state, books) ? "204 No Content" : "400 Bad Request";
}

function told(path: string, state: State, books: Ledger): Received | SinkStats {
  if (path === "/stats") settle(state, books);
  const { requests, bytes, badRequests } = state;
  return path === "/stats" ? { requests, bytes, badRequests, ...books.stats } : { requests, bytes };
}

async function main(): Promise<void> {
  const { load, page, hold } = readLoad(process.argv.slice(2), { hold: "0" });
  const books = openBooks(load, page);
  const state: State = { requests: 0, bytes: 0, badRequests: 0, held: [], heldBytes: 0 };
  const handle = (request: HandRequest, socket: Socket): void => {
    if (request.method === "POST") answer(socket, take(request, state, books, Number(hold) * 1e6));
    else answer(socket, "200 OK", JSON.stringify(told(request.path, state, books)));
  };
  process.stdout.write(`${JSON.stringify({ port: await listen(serveByHand(handle)) })}\n`);
}

if (import.meta.main) await main();
