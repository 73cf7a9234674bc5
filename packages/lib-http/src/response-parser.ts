import { Body, type BodyRules } from "./body.ts";
import { HttpError } from "./errors.ts";
import { PRINTABLE, TOKEN } from "./head.ts";

/** Largest head (status line, headers, trailers, 1xx heads before it) in bytes. */
const MAX_HEAD_BYTES = 64 << 10;
const MAX_HEADERS = 256;
const MAX_INFORMATIONAL = 5;
const MAX_CHUNK_LINE = 4 << 10;

const STATUS_LINE = 0;
const HEADERS = 1;
const BODY_LENGTH = 2;
const BODY_CLOSE = 3;
const CHUNK_SIZE = 4;
const CHUNK_DATA = 5;
const CHUNK_END = 6;
const TRAILERS = 7;
const DONE = 8;

const STATUS = /^HTTP\/1\.([01]) ([1-9][0-9][0-9])(?: (.*))?$/;
const DIGITS = /^[0-9]{1,15}$/;
const CHUNK = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/;

/** What the parser must know of the request. */
export interface Expectation extends BodyRules {
  /** "HEAD" has no body; a CONNECT that succeeded has none either. */
  readonly method: string;
}

/**
 * Reads one HTTP/1.x answer from chunks of any size (RFC 9112). Strict where leniency could move the border of an answer:
 * no folded lines, no Content-Length beside Transfer-Encoding, one meaning of Content-Length, CRLF around chunks. A bare LF
 * ends a header line, as small hand-written servers send it. Memory is bounded by the limits above and the body's.
 */
export class ResponseParser {
  status = 0;
  statusText = "";
  headers: Record<string, string> = {};
  /** At least one byte of an answer came. */
  answered = false;
  done = false;
  /** The connection can carry another request. Valid when done. */
  keepAlive = false;

  readonly #body = new Body();
  #state = DONE;
  #connect = false;
  #bodyless = false;
  #version = 1;
  #partial = "";
  #position = 0;
  #headBytes = 0;
  #headers = 0;
  #informational = 0;
  #remaining = 0;
  #chunked = false;
  #length = -1;

  start(expectation: Expectation): void {
    this.#connect = expectation.method === "CONNECT";
    this.#bodyless = expectation.method === "HEAD";
    this.#body.start(expectation);
    this.answered = false;
    this.done = false;
    this.#partial = "";
    this.#headBytes = 0;
    this.#informational = 0;
    this.#startHead();
  }

  /** Takes a chunk and gives the number of its bytes that belong to the answer (fewer than all only when done). Throws `HttpError`. */
  feed(chunk: Buffer): number {
    this.#position = 0;
    if (chunk.length > 0) this.answered = true;
    while (this.#position < chunk.length && !this.done) this.#step(chunk);
    return this.#position;
  }

  /** The peer ended its side. Completes an answer that ends so; throws when the answer is not whole. */
  end(): void {
    if (this.#state === BODY_CLOSE) this.#finish(false);
    if (!this.done) throw malformed("unexpected end of the answer");
  }

  /** The body, owned by the caller from now on. */
  takeBody(): Uint8Array {
    return this.#body.take();
  }

  #startHead(): void {
    this.#state = STATUS_LINE;
    this.headers = Object.create(null) as Record<string, string>;
    this.#headers = 0;
    this.#chunked = false;
    this.#length = -1;
  }

  #step(chunk: Buffer): void {
    switch (this.#state) {
      case BODY_LENGTH:
      case CHUNK_DATA:
        this.#data(chunk);
        break;
      case BODY_CLOSE:
        this.#body.append(chunk, this.#position, chunk.length);
        this.#position = chunk.length;
        if (this.#body.full) this.#finish(false);
        break;
      default: {
        const line = this.#line(chunk);
        if (line !== undefined) this.#takeLine(line);
      }
    }
  }

  #data(chunk: Buffer): void {
    const size = Math.min(this.#remaining, chunk.length - this.#position);
    this.#body.append(chunk, this.#position, this.#position + size);
    this.#position += size;
    this.#remaining -= size;
    // What is cut off is not waited for: it may never end.
    if (this.#body.full) this.#finish(false);
    else if (this.#remaining > 0) return;
    else if (this.#state === CHUNK_DATA) this.#state = CHUNK_END;
    else this.#finish(true);
  }

  /** The next line without its LF, or undefined when its end has not come. */
  #line(chunk: Buffer): string | undefined {
    const end = chunk.indexOf(10, this.#position);
    const stop = end < 0 ? chunk.length : end;
    const framing = this.#state === CHUNK_SIZE || this.#state === CHUNK_END;
    const size = stop - this.#position + 1;
    if (framing && this.#partial.length + size > MAX_CHUNK_LINE) throw malformed("chunk line too long");
    if (!framing) this.#headBytes += size;
    if (this.#headBytes > MAX_HEAD_BYTES) throw malformed(`headers exceed ${MAX_HEAD_BYTES} bytes`);
    const text = this.#partial + chunk.toString("latin1", this.#position, stop);
    this.#position = end < 0 ? stop : end + 1;
    this.#partial = end < 0 ? text : "";
    return end < 0 ? undefined : text;
  }

  #takeLine(text: string): void {
    const crlf = text.endsWith("\r");
    const line = crlf ? text.slice(0, -1) : text;
    switch (this.#state) {
      case STATUS_LINE:
        this.#statusLine(line);
        break;
      case HEADERS:
        if (line === "") this.#headEnd();
        else this.#header(line);
        break;
      case TRAILERS:
        // Trailers are checked like headers and thrown away.
        if (line === "") this.#finish(true);
        else this.#colon(line);
        break;
      default:
        if (!crlf) throw malformed("chunk line without CRLF");
        if (this.#state === CHUNK_SIZE) this.#chunkSize(line);
        else this.#chunkEnd(line);
    }
  }

  #statusLine(line: string): void {
    const match = STATUS.exec(line);
    if (match === null || !PRINTABLE.test(line)) throw malformed("not an HTTP/1 status line");
    this.#version = match[1] === "0" ? 0 : 1;
    this.status = Number(match[2]);
    this.statusText = match[3] ?? "";
    this.#state = HEADERS;
  }

  #header(line: string): void {
    const colon = this.#colon(line);
    const name = line.slice(0, colon).toLowerCase();
    const value = trimBlanks(line.slice(colon + 1));
    if (name === "content-length") this.#contentLength(value);
    else if (name === "transfer-encoding") this.#transferEncoding(value);
    const before = this.headers[name];
    this.headers[name] = before === undefined ? value : `${before}, ${value}`;
  }

  #colon(line: string): number {
    if (++this.#headers > MAX_HEADERS) throw malformed(`more than ${MAX_HEADERS} headers`);
    const colon = line.indexOf(":");
    // A line that starts with a blank (obs-fold) has no token before its colon.
    if (colon < 1 || !TOKEN.test(line.slice(0, colon)) || !PRINTABLE.test(line)) throw malformed("not a header line");
    return colon;
  }

  #contentLength(value: string): void {
    for (const part of value.split(",")) {
      const digits = trimBlanks(part);
      const length = Number(digits);
      if (!DIGITS.test(digits) || (this.#length >= 0 && this.#length !== length)) {
        throw malformed("bad Content-Length");
      }
      this.#length = length;
    }
  }

  #transferEncoding(value: string): void {
    if (value.toLowerCase() !== "chunked" || this.#chunked) throw malformed("unsupported Transfer-Encoding");
    this.#chunked = true;
  }

  #headEnd(): void {
    if (this.#chunked && (this.#length >= 0 || this.#version === 0)) throw malformed("ambiguous body length");
    if (this.status < 200) {
      this.#informationalEnd();
    } else if (this.#connect && this.status < 300) {
      // Whatever a proxy says about the connection, it is now a tunnel.
      this.#finish(true);
      this.keepAlive = true;
    } else if (this.#bodyless || this.status === 204 || this.status === 304) {
      this.#finish(true);
    } else if (this.#chunked) {
      this.#state = CHUNK_SIZE;
    } else if (this.#length >= 0) {
      this.#body.expect(this.#length);
      this.#remaining = this.#length;
      this.#state = BODY_LENGTH;
      if (this.#length === 0) this.#finish(true);
    } else {
      this.#state = BODY_CLOSE;
    }
  }

  #informationalEnd(): void {
    if (this.status === 101) throw malformed("unexpected switch of protocols");
    if (++this.#informational > MAX_INFORMATIONAL) throw malformed("too many 1xx answers");
    this.#startHead();
  }

  #chunkSize(line: string): void {
    const match = CHUNK.exec(line);
    if (match === null) throw malformed("bad chunk size");
    this.#remaining = Number.parseInt(match[1]!, 16);
    this.#state = this.#remaining === 0 ? TRAILERS : CHUNK_DATA;
  }

  #chunkEnd(line: string): void {
    if (line !== "") throw malformed("chunk longer than its size");
    this.#state = CHUNK_SIZE;
  }

  #finish(framed: boolean): void {
    this.#state = DONE;
    this.done = true;
    const connection = this.headers.connection?.toLowerCase().split(",").map(trimBlanks) ?? [];
    const wanted = this.#version === 1 ? !connection.includes("close") : connection.includes("keep-alive");
    this.keepAlive = framed && wanted;
  }
}

/** Only SP and HTAB; a pattern would take quadratic time on hostile runs of blanks, and `trim` takes more than these two. */
function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

const malformed = (what: string): HttpError => new HttpError("protocol", `malformed HTTP response: ${what}`);
