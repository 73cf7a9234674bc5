import type { Http2Session } from "@sluice/component";
import { Body, type BodyRules } from "./body.ts";
import type { Deadline } from "./deadline.ts";
import { HttpError } from "./errors.ts";
import type { RawAnswer } from "./http1.ts";
import { statusText } from "./status-text.ts";

/** Headers that belong to one connection and must not be sent over HTTP/2 (RFC 9113 8.2.2). */
const CONNECTION_HEADERS = new Set([
  "connection",
  "host",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** A request for a session. */
export interface Http2Exchange extends BodyRules {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** One HTTP/2 connection, shared by all requests to an origin. */
export class Http2Client {
  readonly key: string;
  readonly generation: number;
  idleSince = 0;
  /** Requests under way. */
  active = 0;
  readonly #session: Http2Session;

  constructor(session: Http2Session, key: string, generation: number) {
    this.#session = session;
    this.key = key;
    this.generation = generation;
  }

  get usable(): boolean {
    return !this.#session.closed;
  }

  /** Lets requests under way finish. */
  destroy(): void {
    this.#session.close();
  }

  /** Rejects with `HttpError`. */
  async send(exchange: Http2Exchange, deadline: Deadline): Promise<RawAnswer> {
    const controller = new AbortController();
    deadline.listen((error) => controller.abort(error));
    try {
      const answer = await this.#session.request(headersOf(exchange), exchange.body, controller.signal);
      const body = await readBody(answer.body, exchange);
      return { status: answer.status, statusText: statusText(answer.status), headers: answer.headers, body };
    } catch (cause) {
      if (deadline.error !== undefined) throw deadline.error;
      if (cause instanceof HttpError) throw cause;
      throw new HttpError("connection", "HTTP/2 stream failed", { cause });
    } finally {
      deadline.listen(undefined);
    }
  }
}

function headersOf({ method, url, headers, body }: Http2Exchange): Record<string, string> {
  const result: Record<string, string> = {
    ":method": method,
    ":scheme": url.protocol.slice(0, -1),
    ":path": url.pathname + url.search,
    ":authority": url.host,
  };
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (lower === "host") result[":authority"] = value;
    else if (!CONNECTION_HEADERS.has(lower)) result[lower] = value;
  }
  if (body !== undefined) result["content-length"] = String(body.length);
  return result;
}

type Incoming = Awaited<ReturnType<Http2Session["request"]>>["body"];

function readBody(stream: Incoming, rules: BodyRules): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const body = new Body();
    body.start(rules);
    stream.on("data", (chunk: Buffer) => {
      try {
        body.append(chunk, 0, chunk.length);
        if (!body.full) return;
        resolve(body.take());
        stream.destroy();
      } catch (error) {
        reject(error as Error);
        stream.destroy();
      }
    });
    stream.on("end", () => resolve(body.take()));
    stream.on("error", reject);
    stream.on("close", () => reject(new Error("stream closed before the answer was whole")));
  });
}
