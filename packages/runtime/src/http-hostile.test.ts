import { duplexPair } from "node:stream";
import { text } from "node:stream/consumers";
import type { HttpHandler } from "@sluice/component";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answersIn, exchange } from "./client.testing.ts";
import { createHttpServer } from "./http-server.ts";
import { serveHttp } from "./listen.ts";
import { createTimers } from "./timers.ts";

const options = { maxBodyBytes: 100 };
const handler: HttpHandler = async (request) => ({ status: 200, body: await request.body() });

/** Sends pieces on one connection, ends it, and gives back all that was answered. */
async function inPieces(pieces: readonly string[]): Promise<string> {
  const [client, served] = duplexPair();
  createHttpServer(options, handler, createTimers()).accept(served, "client:1");
  for (const piece of pieces) client.write(piece);
  client.end();
  return text(client);
}

const good = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
const chunked = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
const noise = fc.oneof(
  fc.constantFrom(
    "\r\n",
    "\r\n\r\n",
    "\0",
    ":",
    " ",
    "HTTP/1.1",
    "Content-Length: 99999999999999999999\r\n",
    "ffffffffff\r\n",
  ),
  fc.string({ maxLength: 20 }),
);
const request = fc
  .tuple(fc.constantFrom(good, chunked), fc.array(fc.tuple(fc.nat(), noise), { maxLength: 3 }))
  .map(([whole, changes]) => changes.reduce(insert, whole as string));

function insert(before: string, [at, words]: readonly [number, string]): string {
  const place = at % before.length;
  return before.slice(0, place) + words + before.slice(place);
}

test("a good request in any pieces is answered", async () => {
  const pieces = fc.array(fc.integer({ min: 1, max: good.length - 1 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(pieces, async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), good.length];
      const parts = places.slice(1).map((end, i) => good.slice(places[i], end));
      expect(answersIn(await inPieces(parts))).toEqual(["200 OK: abc"]);
    }),
    { numRuns: 50 },
  );
});

test("whatever comes, the connection ends, with well-formed answers, and the next one is served", async () => {
  const listener = await serveHttp({ ...options, address: { host: "127.0.0.1", port: 0 } }, handler, createTimers());
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests) => {
      const answers = answersIn(await exchange(listener.port, requests.join(""), "at once"));
      for (const answer of answers) expect(answer).toMatch(/^(200|400|405|408|413|417|431) /);
      expect(answersIn(await exchange(listener.port, good, "at once"))).toEqual(["200 OK: abc"]);
    }),
    { numRuns: 150 },
  );
  await listener.close();
});
