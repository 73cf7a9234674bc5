import type { IncomingMessage } from "node:http";

/** A fault of the client, to be answered with `status`. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The body of one request; nothing is read before the first call of `read`. */
export interface Body {
  /** The whole body; rejects with `HttpError` 413 when it is too large, and with what `fail` was given. */
  read(): Promise<Uint8Array>;
  /** Ends a read that has not ended. */
  fail(error: Error): void;
}

/** `began` is called before the first byte is asked for. */
export function bodyOf(request: IncomingMessage, maxBytes: number, began: () => void): Body {
  const result = Promise.withResolvers<Uint8Array>();
  // Nobody may have asked.
  result.promise.catch(() => {});
  const state = { asked: false, size: 0, chunks: [] as Buffer[] };
  const fail = (error: Error): void => {
    state.chunks = [];
    request.off("data", take);
    result.reject(error);
  };
  const tooLarge = (): void => fail(new HttpError(413, `request body larger than ${maxBytes} bytes`));
  const take = (chunk: Buffer): void => {
    state.size += chunk.length;
    if (state.size > maxBytes) tooLarge();
    else state.chunks.push(chunk);
  };
  request.once("close", () => fail(Object.assign(new Error("the client went away"), { code: "ECONNRESET" })));
  return {
    fail,
    read() {
      if (state.asked) return result.promise;
      state.asked = true;
      if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
        tooLarge();
        return result.promise;
      }
      began();
      request.on("data", take);
      request.once("end", () =>
        result.resolve(state.chunks.length === 1 ? state.chunks[0]! : Buffer.concat(state.chunks)),
      );
      return result.promise;
    },
  };
}

/** Whether the request's headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
