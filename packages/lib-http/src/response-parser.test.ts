import { expect, test } from "vitest";
import { type Expectation, ResponseParser } from "./response-parser.ts";

const GET: Expectation = { method: "GET", limit: 1000, truncate: false, scratch: undefined };

/** Parses an answer, then the end of the stream if the answer is not whole, and shows what was found. */
function parse(text: string, expectation: Partial<Expectation> = {}) {
  const parser = new ResponseParser();
  parser.start({ ...GET, ...expectation });
  const bytes = Buffer.from(text, "latin1");
  const taken = parser.feed(bytes);
  if (!parser.done) parser.end();
  const { status, statusText, headers, keepAlive } = parser;
  return {
    status,
    statusText,
    headers,
    keepAlive,
    body: Buffer.from(parser.takeBody()).toString("latin1"),
    left: bytes.length - taken,
  };
}
const body = (text: string, expectation?: Partial<Expectation>): string => parse(text, expectation).body;
const reuse = (text: string, expectation?: Partial<Expectation>): boolean => parse(text, expectation).keepAlive;
const refuse = (text: string, message: string | RegExp, expectation?: Partial<Expectation>): void => {
  expect(() => parse(text, expectation)).toThrow(message);
};

test("status line and headers", () => {
  const answer = parse(
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain \r\nX-A: 1\r\nx-a: \t2\r\nEmpty:\r\nContent-Length: 0\r\n\r\n",
  );
  expect(answer).toMatchObject({ status: 404, statusText: "Not Found", keepAlive: true, body: "", left: 0 });
  expect({ ...answer.headers }).toEqual({
    "content-type": "text/plain",
    "x-a": "1, 2",
    empty: "",
    "content-length": "0",
  });
});

test("small servers: no reason, bare LF, names that an object would know", () => {
  expect(parse("HTTP/1.1 200\nContent-Length: 2\n\nhi")).toMatchObject({ status: 200, statusText: "", body: "hi" });
  const { headers } = parse("HTTP/1.1 200 \r\n__proto__: x\r\nContent-Length: 0\r\n\r\n");
  expect(Object.entries(headers)).toContainEqual(["__proto__", "x"]);
});

test("where a body ends", () => {
  expect(body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")).toBe("hello");
  expect(body("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello")).toBe("hello");
  expect(body("HTTP/1.1 200 OK\r\n\r\nuntil the end")).toBe("until the end");
  expect(
    body(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n, world...\r\n0\r\nTrailer: x\r\n\r\n",
    ),
  ).toBe("hello, world...");
  expect(body("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")).toBe("");
  expect(body("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")).toBe("");
  expect(body("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", { method: "HEAD" })).toBe("");
  expect(body("HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")).toBe("hi");
  expect(parse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK").left).toBe(15);
});

test("whether the connection lives on", () => {
  expect(reuse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).toBe(true);
  expect(reuse("HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 0\r\n\r\n")).toBe(false);
  expect(reuse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")).toBe(false);
  expect(reuse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")).toBe(true);
  expect(reuse("HTTP/1.1 200 OK\r\n\r\nx")).toBe(false);
  expect(reuse("HTTP/1.0 200 Connection established\r\n\r\n", { method: "CONNECT" })).toBe(true);
});

test("what could be read in two ways is refused", () => {
  refuse(
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "ambiguous body length",
  );
  refuse("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "ambiguous body length");
  refuse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "bad Content-Length");
  for (const length of ["+5", "-1", "0x5", "5 5", "", "5,", "9999999999999999", "\u00a05"]) {
    refuse(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nhello`, "bad Content-Length");
  }
  for (const encoding of ["gzip, chunked", "chunked, chunked", "identity", "xchunked", ""]) {
    refuse(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${encoding}\r\n\r\n0\r\n\r\n`, "unsupported Transfer-Encoding");
  }
  refuse(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "unsupported Transfer-Encoding",
  );
  for (const line of [" folded: x", "\tfolded", "no colon", ": no name", "sp ace: x", "a : x", "nul: \0", "cr: a\rb"]) {
    refuse(`HTTP/1.1 200 OK\r\nA: b\r\n${line}\r\n\r\n`, "not a header line");
  }
  for (const chunk of ["", "g", "-1", "0x1", "1 1", " 1", "1111111111111"]) {
    refuse(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}\r\nx\r\n0\r\n\r\n`, "bad chunk size");
  }
  refuse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n", "chunk line without CRLF");
  refuse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", "chunk longer than its size");
});

test("what is no HTTP/1 answer", () => {
  for (const line of [
    "SSH-2.0-x",
    "HTTP/2 200 OK",
    "HTTP/1.2 200 OK",
    "HTTP/1.1 20 OK",
    "HTTP/1.1 2000",
    "HTTP/1.1  200",
    "",
    "http/1.1 200 OK",
  ]) {
    refuse(`${line}\r\n\r\n`, "not an HTTP/1 status line");
  }
  refuse("HTTP/1.1 101 Switching\r\n\r\n", "unexpected switch");
});

test("answers that break off", () => {
  for (const text of [
    "",
    "HTTP/1.1 200",
    "HTTP/1.1 200 OK\r\nA: b\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
  ]) {
    refuse(text, "unexpected end");
  }
  refuse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "unexpected end");
  refuse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", "unexpected end");
});

test("limits", () => {
  refuse(`HTTP/1.1 200 OK\r\nA: ${"x".repeat(65_536)}`, "headers exceed 65536 bytes");
  refuse(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(257)}\r\n`, "more than 256 headers");
  expect(parse(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(256)}\r\n`).status).toBe(200);
  refuse(`${"HTTP/1.1 100 Continue\r\n\r\n".repeat(6)}`, "too many 1xx");
  refuse(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${"x".repeat(5000)}`, "chunk line too long");
  refuse(
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${"A: b\r\n".repeat(300)}\r\n`,
    "more than 256 headers",
  );
  refuse("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "body size limit exceeded");
  refuse(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(1000)}`, "body size limit exceeded");
  refuse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n".padEnd(2000, "x"), "body size limit exceeded");
  expect(body(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(999)}`)).toHaveLength(999);
});

test("a truncated body ends the answer, and the connection with it", () => {
  const cut = { keepAlive: false, body: "x".repeat(1000) };
  const long = `HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n${"x".repeat(1500)}`;
  expect(parse(long, { truncate: true })).toMatchObject(cut);
  const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${`1F4\r\n${"x".repeat(500)}\r\n`.repeat(3)}`;
  expect(parse(chunked, { truncate: true })).toMatchObject(cut);
  expect(parse(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(1500)}`, { truncate: true })).toMatchObject(cut);
  const short = `HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n${"x".repeat(999)}`;
  expect(parse(short, { truncate: true })).toMatchObject({ keepAlive: true, body: "x".repeat(999) });
});

test("a scratch buffer is filled in place, grown, and kept", () => {
  const scratch = { bytes: new Uint8Array(8) };
  const lent = scratch.bytes;
  const parser = new ResponseParser();
  const read = (text: string): Uint8Array => {
    parser.start({ ...GET, scratch });
    parser.feed(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`));
    return parser.takeBody();
  };
  expect(read("hello").buffer).toBe(lent.buffer);
  const grown = read("a longer text");
  expect(Buffer.from(grown).toString()).toBe("a longer text");
  expect(grown.buffer).toBe(scratch.bytes.buffer);
  expect(read("hi").buffer).toBe(scratch.bytes.buffer);
});

test("a length that is only claimed is not allocated", () => {
  const scratch = { bytes: new Uint8Array(0) };
  const parser = new ResponseParser();
  parser.start({ ...GET, limit: 1e12, scratch });
  parser.feed(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 900000000000\r\n\r\nx"));
  expect(scratch.bytes.length).toBeLessThanOrEqual(1 << 20);
});
