/** Measures one collector under a steady scrape load. */
import { setTimeout as sleep } from "node:timers/promises";
import { samplesPerPage } from "./books.ts";
import type { Collector } from "./collectors.ts";
import type { Figures } from "./figures.ts";
import type { Run } from "./harness.ts";
import { startRun, until, whyEnded } from "./harness.ts";
import type { LedgerStats } from "./ledger.ts";
import { samplesSent } from "./ledger.ts";
import type { Load } from "./load.ts";
import { sampleRate } from "./load.ts";
import { accountProblems, type LoopDelay, lastAccount, loopDelay } from "./own-numbers.ts";
import { usageOf } from "./process-meter.ts";
import type { SinkStats } from "./sink.ts";
import { growth } from "./statistics.ts";
import { lastWords } from "./words.ts";

/** How a load is run. */
export interface Course {
  /** Seconds from the first sample on: caches fill and just-in-time compilers settle. */
  readonly warmUp: number;
  /** Seconds that count. A multiple of the interval, or the last part of it decides. */
  readonly window: number;
  /** See `RunOptions`. */
  readonly pinned?: boolean;
  /** Megabytes of requests that the sink keeps; 1500 unless told. */
  readonly holdMb?: number;
}

/** What a run gave. */
export interface Measurement {
  readonly figures: Figures;
  /** What the collector did wrong; empty when it did everything right. */
  readonly problems: readonly string[];
  /** What a reader of the figures must know. */
  readonly remarks?: readonly string[];
}

const rssEveryMs = 500;
/** Memory that a Node process or a Go binary has before it does anything. */
const baseRss = 50e6;
/** Prometheus sends a part of a batch after five seconds; nothing new for longer means that nothing more will come. */
const quietMs = 7000;
/** A collector may be this long behind when the targets stop. */
const drainSeconds = 60;
const firstSampleSeconds = 60;
const holdMb = 1500;
/** Memory of a shorter window says nothing about growth. */
const growthSeconds = 120;

interface Snapshot {
  readonly at: number;
  readonly cpu: number;
  readonly harness: number;
  readonly pages: number;
  readonly late: number;
  readonly missed: number;
  readonly delay: LoopDelay | undefined;
}

/** Reading the page starts the next window of the delays on it. */
async function snapshot(run: Run, own: boolean): Promise<Snapshot> {
  const { served, late, missed } = await run.generatorStats();
  const delay = own ? loopDelay(await run.ownPage()) : undefined;
  return {
    at: performance.now(),
    cpu: usageOf(run.collector.pid!).cpuSeconds,
    harness: usageOf(run.generator.pid!).cpuSeconds + usageOf(run.sink.pid!).cpuSeconds,
    pages: served.reduce((sum, pages) => sum + pages, 0),
    late,
    missed,
    delay,
  };
}

async function rssOver(run: Run, seconds: number): Promise<number[]> {
  const start = performance.now();
  const readings: number[] = [];
  for (let next = start; next < start + seconds * 1000; next += rssEveryMs) {
    readings.push(usageOf(run.collector.pid!).rssBytes);
    await sleep(Math.max(0, next + rssEveryMs - performance.now()));
  }
  return readings;
}

/** What was shown, and how long the rest took to come. */
interface Drained {
  readonly shown: number;
  readonly seconds: number;
}

/** Waits for the rest after the targets stopped. */
export async function drain(run: Run, load: Load): Promise<Drained> {
  const start = performance.now();
  await run.pause();
  await sleep(200);
  const { served } = await run.generatorStats();
  const shown = served.reduce((sum, pages) => sum + pages, 0) * samplesPerPage(load);
  const last = { samples: -1, since: performance.now() };
  await until(run, "the last samples", drainSeconds, async () => {
    const { samples } = await run.sinkStats();
    if (samples !== last.samples) Object.assign(last, { samples, since: performance.now() });
    return samples >= shown || performance.now() - last.since > quietMs;
  });
  return { shown, seconds: (last.since - start) / 1000 };
}

/** Everything the sink found wrong. */
export function findings(sink: LedgerStats & { readonly badRequests: number }): string[] {
  const counts = {
    missing: sink.missing,
    "out of order": sink.outOfOrder,
    "wrong values": sink.wrongValues,
    torn: sink.torn,
    duplicates: sink.duplicates,
    unknown: sink.unknown,
    "bad requests": sink.badRequests,
  };
  return Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
}

/** The figures of a window. */
function figuresOf(load: Load, before: Snapshot, after: Snapshot, rss: readonly number[]): Figures {
  const elapsed = (after.at - before.at) / 1000;
  const samples = (after.pages - before.pages) * load.series;
  const cpu = after.cpu - before.cpu;
  const rssMax = Math.max(...rss);
  return {
    cpuPerMillion: (cpu / samples) * 1e6,
    cpuPercent: (cpu / elapsed) * 100,
    rssMean: rss.reduce((sum, bytes) => sum + bytes, 0) / rss.length,
    rssMax,
    bytesPerSeries: Math.max(0, (rssMax - baseRss) / (load.targets * load.series)),
    ...(elapsed < growthSeconds ? {} : { rssGrowth: growth(rss) }),
    samplesPerSecond: samples / elapsed,
    late: after.late - before.late,
    missed: after.missed - before.missed,
    harnessCores: (after.harness - before.harness) / elapsed,
    ...(after.delay === undefined ? {} : { loopP99: after.delay.p99 * 1000, loopP999: after.delay.p999 * 1000 }),
  };
}

/** What is wrong, for a table: a collector that did not keep up, and what only ours is held to. */
function problemsOf(load: Load, figures: Figures, sink: SinkStats, account: readonly string[]): string[] {
  const { samplesPerSecond = 0, missed = 0, lost = 0 } = figures;
  const share = samplesPerSecond / sampleRate(load);
  return [
    ...(share < 0.98 && missed > 0 ? [`fell behind: ${(share * 100).toFixed(1)} % of the scrapes`] : []),
    ...(lost === 0 ? [] : [`${lost} samples lost`]),
    ...findings(sink),
    ...account,
  ];
}

/** Runs a collector for warm-up, a steady window and a drain; fails when it cannot be measured. */
export async function measureScrape(collector: Collector, load: Load, course: Course): Promise<Measurement> {
  const own = collector.name === "sluice";
  const options = { holdMb: course.holdMb ?? holdMb, pinned: course.pinned ?? false };
  const run = await startRun(collector, load, options);
  try {
    await until(run, "the first sample", firstSampleSeconds, async () => (await run.received()).requests > 0);
    if (own) await run.ownPage();
    await sleep(course.warmUp * 1000);
    const before = await snapshot(run, own);
    const rss = await rssOver(run, course.window);
    const after = await snapshot(run, own);
    const ended = whyEnded(run);
    if (ended !== undefined) throw new Error(`${ended} under load: ${lastWords(run.log())}`);
    if (after.pages === before.pages) throw new Error(`nothing was scraped: ${lastWords(run.log())}`);
    const { shown, seconds } = await drain(run, load);
    await run.endCollector();
    const sink = await run.sinkStats();
    const sent = samplesSent(sink);
    const lost = Math.max(0, shown - sink.samples);
    const figures = {
      ...figuresOf(load, before, after, rss),
      lost,
      drain: seconds,
      wireBytes: sink.bytes / sent,
    };
    const account = own ? accountProblems(lastAccount(run.log()), sent) : [];
    return { figures, problems: problemsOf(load, figures, sink, account) };
  } finally {
    await run.stop();
  }
}
