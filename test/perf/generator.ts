/**
 * Serves the pages of many targets: `node test/perf/generator.ts --targets 100 --series 1000`.
 * Prints its ports as JSON when it listens. Target t is `/t/<t>` on port t modulo the number of ports. `GET /stats` tells
 * how often each target was read, `POST /pause` makes every target answer 503 from then on.
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { parseArgs, promisify } from "node:util";
import { gzip } from "node:zlib";
import type { PageOptions } from "./page.ts";
import { maxPeriod, pageTemplate } from "./page.ts";

/** Gzip pages prepared for each target; they are shown in turn. */
export const gzipPeriod = 8;

/** What `GET /stats` tells. */
export interface GeneratorStats {
  /** Pages shown, by target. */
  readonly served: readonly number[];
  readonly bytes: number;
  /** Milliseconds since the epoch of the first page shown, 0 before. */
  readonly firstAt: number;
}

interface Options {
  readonly targets: number;
  readonly ports: number;
  readonly gzip: boolean;
  readonly page: PageOptions;
}

interface State {
  readonly served: number[];
  bytes: number;
  firstAt: number;
  paused: boolean;
}

/** A page as it goes to a client. */
type PageSource = (target: number, scrape: number) => Buffer;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      targets: { type: "string", default: "100" },
      series: { type: "string", default: "1000" },
      ports: { type: "string", default: "1" },
      churn: { type: "string", default: "0" },
      "churn-every": { type: "string", default: "1" },
      gzip: { type: "boolean", default: false },
    },
  });
  const churn = Number(values.churn);
  if (values.gzip && churn > 0)
    throw new Error("cannot use --gzip with --churn: compressed pages are prepared in advance");
  const targets = Number(values.targets);
  return {
    targets,
    ports: Math.min(targets, Number(values.ports)),
    gzip: values.gzip,
    page: {
      series: Number(values.series),
      churn,
      churnEvery: Number(values["churn-every"]),
      period: values.gzip ? gzipPeriod : maxPeriod,
    },
  };
}

async function pageSource(options: Options): Promise<PageSource> {
  const template = pageTemplate(options.page);
  if (!options.gzip) return (target, scrape) => template.render(target, scrape);
  const compress = promisify<Buffer, Buffer>(gzip);
  const pages: Buffer[] = [];
  for (let index = 0; index < options.targets * gzipPeriod; index++) {
    pages.push(await compress(template.render(Math.floor(index / gzipPeriod), index % gzipPeriod)));
  }
  return (target, scrape) => pages[target * gzipPeriod + scrape]!;
}

function head(status: string, type: string, length: number, more = ""): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${more}\r\n`;
}

function answer(socket: Socket, status: string, body: string): void {
  socket.write(head(status, "application/json", Buffer.byteLength(body)) + body);
}

function showPage(socket: Socket, target: number, options: Options, state: State, page: PageSource): void {
  const count = state.served[target];
  if (count === undefined || state.paused) {
    answer(socket, count === undefined ? "404 Not Found" : "503 Service Unavailable", "");
    return;
  }
  const body = page(target, count % options.page.period);
  if (state.firstAt === 0) state.firstAt = performance.timeOrigin + performance.now();
  state.served[target] = count + 1;
  state.bytes += body.length;
  const encoding = options.gzip ? "Content-Encoding: gzip\r\n" : "";
  socket.cork();
  socket.write(head("200 OK", "text/plain; version=0.0.4; charset=utf-8", body.length, encoding));
  socket.write(body);
  socket.uncork();
}

function handle(socket: Socket, request: string, options: Options, state: State, page: PageSource): void {
  const [method, path] = request.split(" ", 2);
  if (path?.startsWith("/t/")) showPage(socket, Number(path.slice(3)), options, state, page);
  else if (path === "/stats") {
    const stats: GeneratorStats = { served: state.served, bytes: state.bytes, firstAt: state.firstAt };
    answer(socket, "200 OK", JSON.stringify(stats));
  } else if (path === "/pause" && method === "POST") {
    state.paused = true;
    answer(socket, "200 OK", "{}");
  } else answer(socket, "404 Not Found", "");
  if (/\r\nconnection: *close\r\n/i.test(request)) socket.end();
}

/** HTTP by hand on plain sockets: half the price of node:http, and the reader's CPU is what we want to see. */
function serve(options: Options, state: State, page: PageSource): Server {
  return createServer({ noDelay: true }, (socket) => {
    const received = { text: "" };
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      received.text += chunk.toString("latin1");
      for (let end = received.text.indexOf("\r\n\r\n"); end >= 0; end = received.text.indexOf("\r\n\r\n")) {
        const request = received.text.slice(0, end + 2);
        received.text = received.text.slice(end + 4);
        handle(socket, request, options, state, page);
      }
    });
  });
}

async function main(): Promise<void> {
  const options = readOptions();
  const state: State = { served: Array(options.targets).fill(0) as number[], bytes: 0, firstAt: 0, paused: false };
  const page = await pageSource(options);
  const servers = Array.from({ length: options.ports }, () => serve(options, state, page));
  const ports = servers.map(
    (server) =>
      new Promise<number>((done) => {
        server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
      }),
  );
  process.stdout.write(`${JSON.stringify({ ports: await Promise.all(ports) })}\n`);
}

if (import.meta.main) await main();
