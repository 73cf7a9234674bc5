/** Measures one collector under a steady scrape load. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Collector } from "./collectors.ts";
import type { Load, Run } from "./harness.ts";
import { startRun, until } from "./harness.ts";
import { usageOf } from "./process-meter.ts";
import type { SinkStats } from "./sink.ts";

/** What one collector cost and delivered. */
export interface Measure {
  readonly collector: Collector;
  readonly cpuPerMillion: number;
  readonly rssMean: number;
  readonly rssMax: number;
  readonly samplesPerSecond: number;
  /** Samples delivered right over samples shown, over the whole run. */
  readonly delivered: number;
  /** Compressed bytes a sample. */
  readonly wireBytes: number;
  /** CPU seconds a second of generator and sink together: when this nears the cores, the figures are the harness's. */
  readonly harnessCores: number;
  readonly sink: SinkStats;
}

const rssEveryMs = 500;
/** Caches fill and just-in-time compilers settle before the window. */
const warmUpMs = 10_000;
/** Prometheus sends a part of a batch after five seconds; nothing new for longer means that nothing more will come. */
const quietMs = 7000;
/** A collector may be this long behind when the targets stop. */
const drainSeconds = 60;

interface Snapshot {
  readonly at: number;
  readonly cpu: number;
  readonly harness: number;
  readonly samples: number;
}

async function snapshot(run: Run): Promise<Snapshot> {
  const { samples } = await run.sinkStats();
  return {
    at: performance.now(),
    cpu: usageOf(run.collector.pid!).cpuSeconds,
    harness: usageOf(run.generator.pid!).cpuSeconds + usageOf(run.sink.pid!).cpuSeconds,
    samples,
  };
}

async function rssOver(run: Run, seconds: number): Promise<{ mean: number; max: number }> {
  const end = performance.now() + seconds * 1000;
  const readings: number[] = [];
  while (performance.now() < end) {
    readings.push(usageOf(run.collector.pid!).rssBytes);
    await sleep(rssEveryMs);
  }
  return { mean: readings.reduce((sum, rss) => sum + rss, 0) / readings.length, max: Math.max(...readings) };
}

/** Samples the targets have shown. */
async function shown(run: Run, load: Load): Promise<number> {
  return (await run.generatorStats()).served.reduce((sum, pages) => sum + pages, 0) * load.series;
}

/** Waits for the rest after the targets stopped. */
async function drain(run: Run, load: Load): Promise<{ sink: SinkStats; shown: number }> {
  await run.pause();
  await sleep(200);
  const expected = await shown(run, load);
  const last = { samples: -1, since: performance.now() };
  await until(run, "the last samples", drainSeconds, async () => {
    const { samples } = await run.sinkStats();
    if (samples !== last.samples) Object.assign(last, { samples, since: performance.now() });
    return samples >= expected || performance.now() - last.since > quietMs;
  });
  return { sink: await run.sinkStats(), shown: expected };
}

/** Runs a collector for warm-up, a steady window and a drain. */
export async function measureScrape(collector: Collector, load: Load, seconds: number): Promise<Measure> {
  const run = await startRun(collector, load);
  try {
    await until(run, "the first sample", 30, async () => (await run.sinkStats()).samples > 0);
    await sleep(Math.max(warmUpMs, 3 * load.intervalMs));
    const before = await snapshot(run);
    const rss = await rssOver(run, seconds);
    const after = await snapshot(run);
    const end = await drain(run, load);
    const elapsed = (after.at - before.at) / 1000;
    const samples = after.samples - before.samples;
    return {
      collector,
      cpuPerMillion: ((after.cpu - before.cpu) / samples) * 1e6,
      rssMean: rss.mean,
      rssMax: rss.max,
      samplesPerSecond: samples / elapsed,
      delivered: end.sink.samples / end.shown,
      wireBytes: end.sink.bytes / (end.sink.samples + end.sink.reports + end.sink.stale),
      harnessCores: (after.harness - before.harness) / elapsed,
      sink: end.sink,
    };
  } finally {
    await run.stop();
  }
}
