import { type ClientHttp2Session, connect, constants } from "node:http2";
import type { Connection, Http2Session } from "@sluice/component";
import { coded } from "./errors.ts";

/**
 * Speaks HTTP/2 on an open connection. `headers` hold the pseudo headers too (":method", ":path", ":scheme", ":authority");
 * those of the answer come without them. Trailers are not read.
 */
export function openHttp2(connection: Connection): Http2Session {
  const session = connect("http://unused.invalid", { createConnection: () => connection });
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
      stream.close(constants.NGHTTP2_CANCEL);
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
        body: stream,
      });
    });
    if (body !== undefined) stream.end(body);
  });
}
