import { gzipSync, zstdCompressSync } from "node:zlib";
import { type HttpHandler, t } from "@sluice/component";
import {
  batchOf,
  decodeLogs,
  decodeMetrics,
  decodeTraces,
  encodeLogs,
  encodeMetrics,
  encodeTraces,
  itemCount,
  type Signal,
  toOtlp,
  WireError,
  wirePart,
} from "@sluice/data";
import { httpServerProperties } from "@sluice/lib-http";
import { decodeWriteRequest, SnappyError, snappyDecompress, type WriteVersion } from "@sluice/lib-prometheus";
import { attributesOf, createContext, createSimulation, logsBatch, metricsBatch, tracesBatch } from "@sluice/testkit";
import { compress, uncompress } from "snappyjs";
import { gunzip } from "../../packages/lib-http/src/decode.ts";
import { HttpError } from "../../packages/lib-http/src/errors.ts";
import { ResponseParser } from "../../packages/lib-http/src/response-parser.ts";
import { setUpServer } from "../../packages/lib-http/src/serve.ts";
import { Memory } from "../../packages/receiver-prometheus-remote-write/src/memory.ts";
import {
  encode1,
  encode2,
  type SeriesSpec,
} from "../../packages/receiver-prometheus-remote-write/src/messages.testing.ts";
import { partsOf } from "../../packages/receiver-prometheus-remote-write/src/parts.ts";
import { RequestReader } from "../../packages/receiver-prometheus-remote-write/src/reader.ts";
import { writtenOf, writtenPlainly } from "../../packages/receiver-prometheus-remote-write/src/written.testing.ts";
import { about, expectSame, outcomeOf, type Parser } from "./parser.ts";

const written: readonly SeriesSpec[] = [
  {
    labels: { __name__: "a", job: "j", instance: "i", x: "1" },
    samples: [
      { value: 1, ms: 1_600_000_000_000, startMs: 1_500_000_000_000 },
      { value: "7ff0000000000002", ms: 1_600_000_000_001 },
    ],
    exemplars: [{ labels: { trace_id: "0af7651916cd43dd8448eb211c80319c" }, value: 2, ms: 3 }],
  },
  {
    labels: { __name__: "h", job: "j" },
    histograms: [
      {
        count_int: 6,
        sum: 1,
        schema: 2,
        zero_count_int: 1,
        positive_spans: [{ offset: 1, length: 2 }],
        positive_deltas: [1, 3],
        timestamp: 5,
      },
      {
        count_float: 3,
        sum: 1,
        schema: -53,
        positive_spans: [{ offset: 0, length: 2 }],
        positive_counts: [1, 2],
        custom_values: [1],
      },
    ],
  },
];

const inOrder = (written: object) => Object.entries(written).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** The receiver's own walk and the plain decoder must say the same of a request, unless a series of it was refused. */
const requests = (version: WriteVersion): Parser => ({
  name: `remote-write-${version}`,
  words: ["__name__", "job", "instance", "\x0a\x00", "\x12\x0b\x09", "otel_scope_name", "trace_id", "le"],
  seeds: () => (version === "1.0" ? [encode1(written, [{ type: 1, family: "a", help: "h" }])] : [encode2(written)]),
  run(input) {
    const plain = outcomeOf(() => {
      const { timeseries, metadata } = decodeWriteRequest(input, version);
      return `${about([...timeseries].length)} ${about([...metadata].length)}`;
    }, WireError);
    const reader = new RequestReader(new Memory(createSimulation().env, 1e6, 256));
    const walked = outcomeOf(() => {
      const { samples, histograms, exemplars, invalid } = reader.read(input, version);
      const parts = partsOf(reader.rows);
      if (invalid.size === 0 && !plain.startsWith("refused")) {
        const [own, plainly] = [writtenOf([batchOf("metrics", parts)]), writtenPlainly(input, version)].map(inOrder);
        expectSame(own, plainly, "walk and decoder");
      }
      const numbers = [samples, histograms, exemplars].map(about).join();
      return `${numbers} ${[...invalid.keys()].toSorted().join()}`;
    }, WireError);
    return `${plain} / ${walked}`;
  },
});

const codecs = {
  metrics: (bytes: Uint8Array) => encodeMetrics(decodeMetrics(bytes)),
  traces: (bytes: Uint8Array) => encodeTraces(decodeTraces(bytes)),
  logs: (bytes: Uint8Array) => encodeLogs(decodeLogs(bytes)),
} as const;
const attributes = attributesOf({ a: "b", n: 1.5, yes: true });
const samples: { readonly [S in Signal]: () => Uint8Array } = {
  metrics: () =>
    toOtlp(
      metricsBatch([
        { name: "g", value: 1, attributes: { a: "b" } },
        { name: "s", kind: "sum", value: 2, unit: "By", help: "h" },
        { name: "h", histogram: { bounds: [1, 2], counts: [1, 2, 3], sum: 4 } },
        { name: "q", summary: { quantiles: { "0.5": 1 }, sum: 1, count: 2 } },
      ]),
    ),
  traces: () =>
    toOtlp(
      tracesBatch(
        [
          { name: "span", attributes },
          { name: "next", kind: 2 },
        ],
        { resource: { host: "h" } },
      ),
    ),
  logs: () =>
    toOtlp(
      logsBatch(
        [
          { body: "text", attributes },
          { body: 1.5, severityText: "WARN" },
        ],
        { resource: { host: "h" } },
      ),
    ),
};

/** What passes the check can be decoded, and what was decoded is written so that it reads the same again. */
const otlp = (signal: Signal): Parser => ({
  name: `otlp-${signal}`,
  words: ["\x0a\x02\x0a\x00", "\x12\x04\x0a\x02", "\x2a\x02", "\x32\x00"],
  seeds: () => [samples[signal]()],
  run(input) {
    const checked = outcomeOf(() => about(wirePart(signal, input.slice()).items), WireError);
    const decoded = outcomeOf(() => {
      const first = codecs[signal](input.slice());
      const second = codecs[signal](first.slice());
      expectSame(hexOf(first), hexOf(second), "what was written twice");
      return about(first.length);
    }, WireError);
    if (!checked.startsWith("refused")) {
      if (decoded.startsWith("refused")) throw new Error(`passes the check and is then ${decoded}`);
      const batch = batchOf(signal, [...wirePart(signal, input.slice()).decode()] as never);
      expectSame(about(itemCount(batch as never)), checked, "items counted and decoded");
    }
    return `${checked} ${decoded}`;
  },
});

const limit = 1 << 16;

const text = "some text, some text, some more text and then some text".repeat(5);
const snappy: Parser = {
  name: "snappy",
  words: [],
  seeds: () => [new Uint8Array(compress(Buffer.from(text))), new Uint8Array(compress(Buffer.from("a")))],
  run(input) {
    return outcomeOf(() => {
      const out = snappyDecompress(input, limit);
      if (out.length > limit) throw new Error("longer than the limit");
      const other = attempt(() => uncompress(input));
      if (other !== undefined) expectSame(hexOf(other), hexOf(out), "two decompressors");
      return about(out.length);
    }, SnappyError);
  },
};

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The other decompressor refuses lengths that take more bytes than they need, close to the end. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const served: HttpHandler = async (request) => ({ status: 200, body: await request.body() });
const serverSchema = t.object("A server.", httpServerProperties({ endpoint: "localhost:1" }));
const serving = (async () => {
  const config = await createContext().decode(serverSchema, `max_request_body_size: ${limit}`, "server");
  return await setUpServer(config, { env: createSimulation().env, baseDirectory: "/" }, served);
})();

const compressed = (encoding: "gzip" | "zstd"): Parser => ({
  name: `body-${encoding}`,
  words: [],
  seeds: () => {
    const pack = encoding === "gzip" ? gzipSync : zstdCompressSync;
    return [text, "", "\0".repeat(3 * limit)].map((it) => Uint8Array.from(pack(Buffer.from(it))));
  },
  async run(input) {
    const { handler } = await serving;
    const headers = { "content-encoding": encoding };
    const request = { method: "POST", target: "/", headers, remoteAddress: "", body: async () => input };
    const { status, body = "" } = await handler(request);
    if (status === 200 && body.length > limit) throw new Error("longer than the limit");
    if (encoding === "zstd") return `${status} ${about(status === 200 ? body.length : 0)}`;
    const scraped = outcomeOf(() => about(gunzip(input, limit).length), HttpError);
    if (scraped.startsWith("refused") !== (status !== 200) && body.length < limit)
      throw new Error("one of two refuses");
    return `${status} ${scraped}`;
  },
});

const answers = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 No Content\nConnection: close\n\n",
];
const http: Parser = {
  name: "http-response",
  words: [
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: ",
    "\r\n\r\n",
    "\r\n",
    "HTTP/1.1 ",
    "100 ",
    "204 ",
    "ffffffff",
    " \t",
    "Connection: close\r\n",
  ],
  seeds: () => answers,
  run(input) {
    const whole = answerOf(input, input.length);
    // Which of two mistakes is told depends on how much of the answer has come.
    const plain = (answer: string): string => (answer.startsWith("refused") ? "refused" : answer);
    expectSame(plain(answerOf(input, 1)), plain(whole), "an answer at once and byte by byte");
    expectSame(plain(answerOf(input, 7)), plain(whole), "an answer at once and in pieces");
    return whole.replace(/ body .*/s, "");
  },
};

function answerOf(input: Uint8Array, size: number): string {
  const scratch = { bytes: new Uint8Array(0) };
  const parser = new ResponseParser();
  parser.start({ method: "GET", limit: 4096, truncate: false, scratch });
  return outcomeOf(() => {
    let taken = 0;
    for (let at = 0; at < input.length && !parser.done; at += size) {
      taken += parser.feed(Buffer.from(input.subarray(at, at + size)));
    }
    if (!parser.done) parser.end();
    const body = parser.takeBody();
    if (body.length >= 4096 || scratch.bytes.length > 64 << 10) throw new Error("more memory than allowed");
    return `${parser.status} ${about(Object.keys(parser.headers).length)} ${parser.keepAlive} body ${taken} ${hexOf(body)}`;
  }, HttpError);
}

export const parsersOfWire: readonly Parser[] = [
  requests("1.0"),
  requests("2.0"),
  snappy,
  compressed("gzip"),
  compressed("zstd"),
  otlp("metrics"),
  otlp("traces"),
  otlp("logs"),
  http,
];
