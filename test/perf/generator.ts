/**
 * Serves the pages of many targets: `node test/perf/generator.ts --targets 100 --series 1000`.
 * Prints its ports as JSON when it listens. Target t is `/t/<t>` on port t modulo the number of ports. `GET /stats` tells
 * how often each target was read, `POST /pause` makes every target answer 503 from then on.
 */
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { answer, type HandRequest, listen, responseHead, serveByHand } from "./hand-http.ts";
import { type Load, readLoad } from "./load.ts";
import type { PageOptions } from "./page.ts";
import { maxPeriod, pageTemplate } from "./page.ts";
import { createTimetable, type Timeliness } from "./timetable.ts";

/** What `GET /stats` tells. */
export interface GeneratorStats extends Timeliness {
  /** Pages shown, by target. */
  readonly served: readonly number[];
  readonly bytes: number;
  /** Milliseconds since the epoch of the first page shown, 0 before. */
  readonly firstAt: number;
}

interface Options {
  readonly load: Load;
  readonly page: PageOptions;
  readonly render: PageSource;
}

interface State {
  readonly served: number[];
  readonly timetable: ReturnType<typeof createTimetable>;
  bytes: number;
  firstAt: number;
  paused: boolean;
}

/** A page as it goes to a client. */
type PageSource = (target: number, scrape: number) => Buffer;

async function pageSource({ targets, gzip: compressed }: Load, page: PageOptions): Promise<PageSource> {
  const template = pageTemplate(page);
  if (page.period === maxPeriod) return (target, scrape) => template.render(target, scrape);
  const compress = promisify<Buffer, Buffer>(gzip);
  const pages: Buffer[] = [];
  for (let index = 0; index < targets * page.period; index++) {
    const plain = template.render(Math.floor(index / page.period), index % page.period);
    pages.push(compressed ? await compress(plain) : plain);
  }
  return (target, scrape) => pages[target * page.period + scrape]!;
}

function showPage(socket: Socket, target: number, { load, page, render }: Options, state: State): void {
  const count = state.served[target];
  if (count === undefined || state.paused) {
    answer(socket, count === undefined ? "404 Not Found" : "503 Service Unavailable");
    return;
  }
  const now = performance.now();
  const body = render(target, count % page.period);
  if (state.firstAt === 0) state.firstAt = performance.timeOrigin + now;
  state.timetable.book(target, now);
  state.served[target] = count + 1;
  state.bytes += body.length;
  const type = "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n";
  socket.cork();
  socket.write(responseHead("200 OK", body.length, load.gzip ? `${type}Content-Encoding: gzip\r\n` : type));
  socket.write(body);
  socket.uncork();
}

function handle({ method, path }: HandRequest, socket: Socket, options: Options, state: State): void {
  if (path.startsWith("/t/")) showPage(socket, Number(path.slice(3)), options, state);
  else if (path === "/stats") {
    const { served, bytes, firstAt, timetable } = state;
    const stats: GeneratorStats = { served, bytes, firstAt, ...timetable.counts };
    answer(socket, "200 OK", JSON.stringify(stats));
  } else if (path === "/pause" && method === "POST") {
    state.paused = true;
    answer(socket, "200 OK", "{}");
  } else answer(socket, "404 Not Found");
}

async function main(): Promise<void> {
  const { load, page, ports } = readLoad(process.argv.slice(2), { ports: "1" });
  const options: Options = { load, page, render: await pageSource(load, page) };
  const state: State = {
    served: Array(load.targets).fill(0) as number[],
    timetable: createTimetable(load.targets, load.intervalMs),
    bytes: 0,
    firstAt: 0,
    paused: false,
  };
  const servers = Array.from({ length: Math.min(load.targets, Number(ports)) }, () =>
    serveByHand((request, socket) => handle(request, socket, options, state)),
  );
  process.stdout.write(`${JSON.stringify({ ports: await Promise.all(servers.map(listen)) })}\n`);
}

if (import.meta.main) await main();
