/**
 * A remote-write 1.0 receiver that decodes every request and checks every sample against the generator's pages:
 * `node test/perf/sink.ts --targets 100 --series 1000`. Prints its port as JSON when it listens. `GET /stats` tells what came.
 * With `--hold MB` requests are kept as they came, up to that much, and read when `GET /stats` asks: so nothing is spent on them
 * while a collector is measured.
 */
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
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
  held: Buffer[];
  heldBytes: number;
  /** While what is held is being read. */
  settling: Promise<void> | undefined;
}

/** Requests read in one go: the collector waits for its answers meanwhile. */
const readAtOnce = 8;

function book(body: Buffer, state: State, books: Ledger): boolean {
  try {
    walkWriteRequest(snappyDecompress(body), books);
    return true;
  } catch {
    state.badRequests++;
    return false;
  }
}

/** Reads what is held, in the order it came, a few requests at a time. */
async function readHeld(state: State, books: Ledger): Promise<void> {
  while (state.held.length > 0) {
    const held = state.held;
    state.held = [];
    state.heldBytes = 0;
    for (const [index, body] of held.entries()) {
      book(body, state, books);
      if (index % readAtOnce === 0) await setImmediate();
    }
  }
  state.settling = undefined;
}

async function settle(state: State, books: Ledger): Promise<void> {
  state.settling ??= readHeld(state, books);
  await state.settling;
}

/** Takes one request; what is not snappy is refused with 415, which makes vmagent fall back to it from zstd. */
function take({ head, body }: HandRequest, state: State, books: Ledger, hold: number): string {
  if (!/\r\ncontent-encoding: *snappy\r\n/i.test(head)) return "415 Unsupported Media Type";
  const whole = body.length === 1 ? body[0]! : Buffer.concat(body);
  state.requests++;
  state.bytes += whole.length;
  if (hold === 0) return book(whole, state, books) ? "204 No Content" : "400 Bad Request";
  state.held.push(whole);
  state.heldBytes += whole.length;
  if (state.heldBytes > hold) void settle(state, books);
  return "204 No Content";
}

async function told(path: string, state: State, books: Ledger): Promise<Received | SinkStats> {
  if (path === "/stats") await settle(state, books);
  const { requests, bytes, badRequests } = state;
  return path === "/stats" ? { requests, bytes, badRequests, ...books.stats } : { requests, bytes };
}

async function main(): Promise<void> {
  const { load, page, hold } = readLoad(process.argv.slice(2), { hold: "0" });
  const books = openBooks(load, page);
  const state: State = { requests: 0, bytes: 0, badRequests: 0, held: [], heldBytes: 0, settling: undefined };
  const handle = async (request: HandRequest, socket: Socket): Promise<void> => {
    if (request.method === "POST") answer(socket, take(request, state, books, Number(hold) * 1e6));
    else answer(socket, "200 OK", JSON.stringify(await told(request.path, state, books)));
  };
  process.stdout.write(`${JSON.stringify({ port: await listen(serveByHand(handle)) })}\n`);
}

if (import.meta.main) await main();
