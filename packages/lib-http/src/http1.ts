import type { Connection } from "@sluice/component";
import type { Deadline } from "./deadline.ts";
import { HttpError } from "./errors.ts";
import { type Expectation, ResponseParser } from "./response-parser.ts";

/** An answer as it came: the body may still be compressed. */
export interface RawAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One HTTP/1.1 connection: one request at a time, many after each other. */
export class Http1Connection {
  /** Whether the connection can take another request. */
  reusable = true;
  /** Requests sent on it. */
  uses = 0;
  readonly connection: Connection;
  /** For the pool: where the connection belongs, since when it is idle (monotonic ms), and which TLS settings made it. */
  readonly key: string;
  readonly generation: number;
  idleSince = 0;
  /** Called once when the connection can no longer be used, also while idle. */
  onClose: (() => void) | undefined;
  readonly #parser = new ResponseParser();
  #resolve: ((answer: RawAnswer) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  #deadline: Deadline | undefined;

  constructor(connection: Connection, key: string, generation: number) {
    this.key = key;
    this.generation = generation;
    this.connection = connection;
    const data = (chunk: Buffer): void => this.#data(chunk);
    if (connection.lend === undefined) connection.on("data", data);
    else connection.lend(data);
    connection.on("end", () => this.#end());
    connection.on("error", (cause: Error) => this.#lost(cause));
    connection.on("close", () => this.#lost(undefined));
  }

  /** No byte of an answer came to the last request. */
  get unanswered(): boolean {
    return !this.#parser.answered;
  }

  /** Sends a request and reads its answer. Rejects with `HttpError`; the connection is then closed. */
  send(
    head: Uint8Array,
    body: Uint8Array | undefined,
    expectation: Expectation,
    deadline: Deadline,
  ): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#deadline = deadline;
      this.uses++;
      this.#parser.start(expectation);
      deadline.listen((error) => this.#fail(error));
      if (deadline.error !== undefined) return;
      if (body === undefined || body.length === 0) {
        this.connection.write(head);
        return;
      }
      this.connection.cork();
      this.connection.write(head);
      this.connection.write(body);
      this.connection.uncork();
    });
  }

  destroy(): void {
    this.reusable = false;
    this.connection.destroy();
  }

  /** Leaves the connection to someone else, after a CONNECT. */
  release(): Connection {
    for (const event of ["data", "end", "error", "close"]) this.connection.removeAllListeners(event);
    this.connection.on("error", () => {});
    return this.connection;
  }

  #data(chunk: Buffer): void {
    // An answer nobody asked for, or bytes after a broken one.
    if (this.#resolve === undefined) {
      this.destroy();
      return;
    }
    try {
      const taken = this.#parser.feed(chunk);
      if (this.#parser.done) this.#finish(taken === chunk.length);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #end(): void {
    if (this.#resolve === undefined) {
      this.#lost(undefined);
      return;
    }
    try {
      this.#parser.end();
      this.#finish(false);
    } catch (error) {
      this.#fail(this.#parser.answered ? (error as Error) : lost(undefined));
    }
  }

  #lost(cause: Error | undefined): void {
    if (this.#resolve !== undefined) this.#fail(lost(cause));
    this.reusable = false;
    this.#closed();
    this.connection.destroy();
  }

  #finish(clean: boolean): void {
    const parser = this.#parser;
    const resolve = this.#settle();
    // A peer that answered before it read the whole request will not read the next one rightly.
    if (!clean || !parser.keepAlive || this.connection.writableLength > 0) this.destroy();
    const { status, statusText, headers } = parser;
    resolve?.({ status, statusText, headers, body: parser.takeBody() });
  }

  #fail(error: Error): void {
    const reject = this.#reject;
    this.#settle();
    this.#parser.takeBody();
    this.destroy();
    this.#closed();
    reject?.(error);
  }

  #settle(): ((answer: RawAnswer) => void) | undefined {
    const resolve = this.#resolve;
    this.#deadline?.listen(undefined);
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#deadline = undefined;
    return resolve;
  }

  #closed(): void {
    const { onClose } = this;
    this.onClose = undefined;
    onClose?.();
  }
}

const lost = (cause: Error | undefined): HttpError =>
  new HttpError("connection", "connection lost before the answer was whole", cause && { cause });
