import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { type Duplex, PassThrough } from "node:stream";
import type { Connection, Http2Session } from "@sluice/component";
import { coded } from "./errors.ts";

/** Loaded with the first connection: few collectors speak HTTP/2, and it takes 6 MB. */
const http2 = () => process.getBuiltinModule("node:http2");

/**
 * Speaks HTTP/2 on an open connection. `headers` hold the pseudo headers too (":method", ":path", ":scheme", ":authority");
 * those of the answer come without them. Trailers are not read.
 */
export function openHttp2(connection: Connection): Http2Session {
  const session = http2().connect("http://unused.invalid", { createConnection: () => connection });
  const state = { going: false };
  session.on("goaway", () => {
    state.going = true;
  });
  // Every request is told by its own stream.
  session.on("error", () => {});
  return {
    get closed() {
      return state.going || session.closed || session.destroyed;
    },
    request: (headers, body, signal) => request(session, headers, body, signal),
    close: () => session.close(),
  };
}

function request(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | undefined,
  signal: AbortSignal | undefined,
): ReturnType<Http2Session["request"]> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const fail = (cause: unknown): void => reject(coded("cannot send an HTTP/2 request", cause));
    if (session.closed || session.destroyed)
      return fail(Object.assign(new Error("session closed"), { code: "ECONNRESET" }));
    const stream = session.request(headers, { endStream: body === undefined });
    const abort = (): void => {
      reject(signal?.reason);
      stream.close(http2().constants.NGHTTP2_CANCEL);
      stream.destroy();
    };
    signal?.addEventListener("abort", abort, { once: true });
    stream.once("close", () => {
      signal?.removeEventListener("abort", abort);
      fail(Object.assign(new Error("stream closed without an answer"), { code: "ECONNRESET" }));
    });
    // Stays: an error after the answer reaches the reader of the body, who may have gone.
    stream.on("error", fail);
    stream.once("response", (answer) => {
      const entries = Object.entries(answer).filter(([name]) => !name.startsWith(":"));
      resolve({
        status: answer[":status"] ?? 0,
        headers: Object.fromEntries(entries.map(([name, value]) => [name, String(value)])),
        body: bodyOf(stream),
      });
    });
    if (body !== undefined) stream.end(body);
  });
}

/** The body as an ordinary stream: Node's own counts as closed before it is read to its end, and readers then give up. */
function bodyOf(stream: ClientHttp2Stream): Duplex {
  const body = new PassThrough();
  body.on("error", () => {});
  stream.pipe(body, { end: false });
  const cut = (): void => void body.destroy(Object.assign(new Error("stream reset"), { code: "ECONNRESET" }));
  // A stream that was reset ends like any other.
  stream.once("end", () => (stream.rstCode ? cut() : body.end()));
  stream.once("error", (error) => body.destroy(error));
  stream.once("close", () => body.writableEnded || cut());
  body.once("close", () => {
    if (!stream.closed) stream.close(http2().constants.NGHTTP2_CANCEL);
  });
  return body;
}
