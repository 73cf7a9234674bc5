/** Targets that mean harm: each answers `/name` in its own way. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { type PageFamily, type PageSide, protobufPage } from "@sluice/lib-prometheus";
import { listen } from "@sluice/testkit";

export type Trick = (response: ServerResponse, request: IncomingMessage) => void;

const histogramPage = (positive: PageSide, count: number): Uint8Array =>
  protobufPage([{ name: "h", type: "histogram", metrics: [{ histogram: { count, sum: 1, schema: 8, positive } }] }]);
const spread = [[0, 1] as const, [1_000_000_000, 1] as const];
const farApart = histogramPage({ spans: spread, deltas: [1, 0] }, 2);
const ones = [1, ...Array<number>(199).fill(0)];
const manyBuckets = histogramPage({ spans: ones.map(() => [3000, 1] as const), deltas: ones }, 200);

/** Serves one trick a name. Gives "host:port". */
export function startTricks(tricks: Readonly<Record<string, Trick>>): Promise<string> {
  return startListener((request, response) => {
    const trick = tricks[(request.url ?? "/").slice(1)];
    if (trick === undefined) response.writeHead(404).end();
    else trick(response, request);
  });
}

/** A web server on a free port; whatever is still open is cut when the test ends. Gives "host:port". */
export async function startListener(listener: RequestListener): Promise<string> {
  return `127.0.0.1:${await listen(createServer(listener))}`;
}

const plain = { "content-type": "text/plain; version=0.0.4" };

const protobuf = {
  "content-type": "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
};
const gauges: PageFamily = { name: "a", type: "gauge", metrics: [{ value: 1 }, { labels: { b: "c" }, value: 2 }] };

/** A native histogram of a few bytes that claims a million empty buckets, or of many that are not empty. */
export const bombs: Readonly<Record<"far_apart" | "many_buckets", Trick>> = {
  far_apart: (response, request) => page(Buffer.from(farApart), protobuf)(response, request),
  many_buckets: (response, request) => page(Buffer.from(manyBuckets), protobuf)(response, request),
};

/** A page, told rightly. */
export const page =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Trick =>
  (response) =>
    void response.writeHead(200, { ...plain, ...headers }).end(body);

/** Exactly these bytes instead of an answer; the connection ends behind them. */
export const raw =
  (text: string | Buffer): Trick =>
  (response) =>
    void response.socket?.end(text);

/** As much as the other side takes, for ever. */
const endless =
  (head: (response: ServerResponse) => void, next: () => string): Trick =>
  (response) => {
    const socket = response.socket!;
    head(response);
    const write = (): void => {
      while (!socket.destroyed && socket.write(next()));
    };
    socket.on("drain", write).on("error", () => {});
    write();
  };
const untilClosed = (response: ServerResponse) => response.socket?.write("HTTP/1.1 200 OK\r\n\r\n");
const counter = { value: 0 };
/** Too long, or too slow when this machine is busy. */
const tooMuch = /^(?:body size limit|context deadline) exceeded$/;

/** Every way to be hostile without a limit on samples or labels, with the reason that the log must give. */
export const tricks: Readonly<Record<string, { readonly trick: Trick; readonly reason: RegExp }>> = {
  gzip_bomb: {
    trick: page(gzipSync(Buffer.alloc(2 ** 29)), { "content-encoding": "gzip" }),
    reason: /^body size limit exceeded$/,
  },
  gzip_broken: {
    trick: page(Buffer.from("1f8b08000000000000ffffffffff", "hex"), { "content-encoding": "gzip" }),
    reason: /gzip/,
  },
  gzip_in_gzip: {
    trick: page(gzipSync(gzipSync("a 1\n")), { "content-encoding": "gzip, gzip" }),
    reason: /expected|invalid|unsupported/i,
  },
  unknown_encoding: {
    trick: page(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1, 2]), { "content-encoding": "zstd" }),
    reason: /expected|invalid|unsupported/i,
  },
  text_as_protobuf: { trick: page("a 1\n", protobuf), reason: /cannot read protobuf/ },
  protobuf_as_text: { trick: page(Buffer.from(protobufPage([gauges]))), reason: /expected|invalid/ },
  protobuf_cut: {
    trick: page(Buffer.from(protobufPage([gauges])).subarray(0, 20), protobuf),
    reason: /cannot read protobuf/,
  },
  protobuf_nested: {
    trick: page(Buffer.from([0x90, 0x4e, ...new Uint8Array(10_000).fill((9 << 3) | 3)]), protobuf),
    reason: /nested too deep/,
  },
  protobuf_endless: {
    trick: endless(
      (response) => response.socket?.write(`HTTP/1.1 200 OK\r\nContent-Type: ${protobuf["content-type"]}\r\n\r\n`),
      () => "\0".repeat(2 ** 16),
    ),
    reason: tooMuch,
  },
  endless_page: {
    trick: endless(untilClosed, () => `endless{n="${counter.value++}"} 1\n`.repeat(1000)),
    reason: tooMuch,
  },
  endless_line: { trick: endless(untilClosed, () => "x".repeat(2 ** 16)), reason: tooMuch },
  endless_head: {
    trick: endless(
      (response) => response.socket?.write("HTTP/1.1 200 OK\r\n"),
      () => `X: ${"y".repeat(1000)}\r\n`,
    ),
    reason: /headers exceed 65536 bytes/,
  },
  slow_drip: {
    trick(response) {
      response.writeHead(200, plain);
      const timer = setInterval(() => response.write("d"), 20);
      response.on("close", () => clearInterval(timer));
    },
    reason: /^context deadline exceeded$/,
  },
  no_answer: { trick() {}, reason: /^context deadline exceeded$/ },
  hangs_up: { trick: raw(""), reason: /connection lost before the answer was whole/ },
  shorter_than_said: {
    trick: raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\na 1\n"),
    reason: /unexpected end of the answer/,
  },
  huge_content_length: {
    trick: raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\na 1\n"),
    reason: /^body size limit exceeded$/,
  },
  bad_content_length: {
    trick: raw("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\na 1\n"),
    reason: /bad Content-Length/,
  },
  two_lengths: {
    trick: raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 9\r\n\r\na 1\nevil 1\n"),
    reason: /Content-Length/,
  },
  bad_chunks: {
    trick: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\na 1\n\r\n0\r\n\r\n"),
    reason: /malformed HTTP response/,
  },
  not_http: { trick: raw(Buffer.alloc(5000, 0xfe)), reason: /malformed HTTP response/ },
  invalid_utf8: { trick: page(Buffer.from('a{b="\xff\xfe"} 1\n', "latin1")), reason: /invalid UTF-8 label value/ },
  html: { trick: page("<!doctype html><html><body>Hello</body></html>\n"), reason: /expected|invalid|unsupported/ },
  binary: { trick: page(Buffer.alloc(1000, 1)), reason: /expected|invalid/ },
  error_page: {
    trick: (response) => void response.writeHead(500, "Bad\tDay").end("no"),
    reason: /server returned HTTP status 500/,
  },
  redirect_loop: {
    trick: (response, request) => void response.writeHead(302, { location: request.url ?? "/" }).end(),
    reason: /stopped after 10 redirects/,
  },
};
