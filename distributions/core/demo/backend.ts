/** A remote-write receiver that checks what arrives: order, labels, and every sample of the sample application. */
import type { HttpRequest, HttpResponse } from "@sluice/component";
import { decodeWriteRequest, snappyDecompress } from "@sluice/lib-prometheus";
import { families } from "@sluice/tool-validator";

const maxRequestBytes = 64 * 1024 * 1024;

interface SeriesState {
  lastMs: number;
  stale: boolean;
}
export interface Backend {
  handle(request: HttpRequest): Promise<HttpResponse>;
  readonly stats: BackendStats;
}
export interface BackendStats {
  requests: number;
  bytes: number;
  samples: number;
  staleMarkers: number;
  /** Series that are not stale. */
  series: number;
  /** Scrapes of the sample application that arrived whole and right. */
  verified: number;
  problems: number;
  lastProblem: string;
  /** The latest `shop_queue_length` values, oldest first: the moving chart. */
  chart: number[];
}
interface Arrived {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly stale: boolean;
  readonly ms: number;
}

export function createBackend(job: string): Backend {
  const stats: BackendStats = {
    requests: 0,
    bytes: 0,
    samples: 0,
    staleMarkers: 0,
    series: 0,
    verified: 0,
    problems: 0,
    lastProblem: "",
    chart: [],
  };
  const problem: Problem = (text) => {
    stats.problems++;
    stats.lastProblem = text;
  };
  const note = createTally(stats, problem);

  const receive = (body: Uint8Array): void => {
    const scrapes = new Map<number, Arrived[]>();
    for (const { labels: pairs, samples } of decodeWriteRequest(snappyDecompress(body, maxRequestBytes)).timeseries) {
      const labels = Object.fromEntries(pairs);
      for (const { value, stale, timestampMs: ms } of samples) {
        const arrived = { labels, value, stale, ms };
        note(arrived);
        if (labels.job !== job) continue;
        const scrape = scrapes.get(ms);
        if (scrape === undefined) scrapes.set(ms, [arrived]);
        else scrape.push(arrived);
      }
    }
    for (const scrape of scrapes.values()) verify(scrape, stats, problem);
  };

  return {
    stats,
    async handle(request) {
      const body = await request.body();
      stats.requests++;
      stats.bytes += body.length;
      try {
        receive(body);
      } catch (error) {
        const text = String(error);
        problem(text);
        return { status: 400, body: `${text}\n` };
      }
      return { status: 204 };
    },
  };
}

type Problem = (text: string) => void;

/** Counts samples and live series; a sample out of order, or with labels out of order, is a problem. */
function createTally(stats: BackendStats, problem: Problem): (arrived: Arrived) => void {
  const series = new Map<string, SeriesState>();
  return ({ labels, stale, ms }) => {
    const names = Object.keys(labels);
    if (names.some((name, at) => at > 0 && names[at - 1]! >= name))
      problem(`labels are not sorted: ${names.join(", ")}`);
    const key = JSON.stringify(labels);
    const state = series.get(key) ?? { lastMs: Number.NEGATIVE_INFINITY, stale: true };
    if (ms <= state.lastMs) problem(`out of order: ${key}`);
    if (state.stale !== stale) stats.series += stale ? -1 : 1;
    series.set(key, { lastMs: ms, stale });
    stats.samples++;
    if (stale) stats.staleMarkers++;
  };
}

/** Compares one scrape of the sample application with what it exposed. */
function verify(arrived: readonly Arrived[], stats: BackendStats, problem: Problem): void {
  const counter = arrived.find(({ labels }) => labels.__name__ === "shop_scrapes_total");
  if (counter === undefined) return;
  const wanted = new Map(
    families(counter.value).flatMap((family) =>
      family.samples.map((each) => [keyOf(each.name, each.labels), each.value]),
    ),
  );
  let right = true;
  for (const { labels, value, stale } of arrived) {
    const { __name__: name = "", job: _job, instance: _instance, ...own } = labels;
    if (!name.startsWith("shop_")) continue;
    const key = keyOf(name, own);
    const expected = wanted.get(key);
    if (stale ? expected === undefined : expected === value) wanted.delete(key);
    else {
      right = false;
      problem(`${key}: arrived ${stale ? "stale" : value}, exposed ${expected}`);
    }
    if (name === "shop_queue_length") stats.chart = [...stats.chart.slice(-47), value];
  }
  for (const key of wanted.keys()) problem(`missing: ${key}`);
  if (right && wanted.size === 0) stats.verified++;
}

/** One spelling for a series, whatever the order of its labels; `otel_scope_*` labels are the exporter's addition. */
function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([key]) => !key.startsWith("otel_scope_"));
  return `${name}{${pairs
    .map(([key, value]) => `${key}="${value}"`)
    .sort()
    .join(",")}}`;
}
