/** The processor beside its plain twin: an object a point, a map of everything, and nothing shared or remembered by layout. */
import { type BatchOf, batchOf, type MetricsPart, pointsPart, timesOf } from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StrategyName } from "./config.ts";
import { lineOf, setUp, ZERO } from "./series.testing.ts";

/** What one series shows at one moment: numbers that all count upwards. */
interface Shown {
  readonly series: number;
  readonly value: number;
  readonly stale: boolean;
}
interface Moment {
  /** Seconds since the moment before; at times the clock goes back. */
  readonly step: number;
  readonly shown: readonly Shown[];
}

const kinds = ["sum", "histogram", "summary", "gauge"] as const;
const SERIES = kinds.length * 2;

const moments: fc.Arbitrary<Moment[]> = fc.array(
  fc.record({
    step: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: -4, max: 0 })),
    shown: fc.uniqueArray(
      fc.record({
        series: fc.nat({ max: SERIES - 1 }),
        value: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 50, max: 60 }) }, fc.integer({ min: 0, max: 100 })),
        stale: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
      }),
      { selector: ({ series }) => series, maxLength: SERIES },
    ),
  }),
  { maxLength: 12 },
);

/** The numbers of a point that shows `value`, so that all of them fall when it does. */
function specOf({ series, value, stale }: Shown): PointSpec {
  const kind = kinds[series % kinds.length]!;
  const base = { name: `${kind}_${series}`, stale };
  if (kind === "histogram") return { ...base, histogram: { bounds: [1], counts: [value, 2 * value], sum: 3 * value } };
  if (kind === "summary") return { ...base, summary: { quantiles: { 0.5: 7 }, sum: 3 * value, count: value } };
  return { ...base, kind, value };
}
function textOf(series: number, value: number): string {
  const kind = kinds[series % kinds.length]!;
  if (kind === "histogram") return [value, 2 * value, 3 * value, 2 * value].join("/");
  return kind === "summary" ? [7, 3 * value, value].join("/") : `${value}`;
}

interface Known {
  start: number;
  last: number;
  value: number;
  first: number;
}

/** What ought to come out, a line a batch; times in milliseconds after ZERO. */
function twin(strategy: StrategyName, input: readonly Moment[]): string[] {
  const known = new Map<number, Known>();
  const lines: string[] = [];
  let now = 100_000;
  for (const { step, shown } of input) {
    now += step * 1000;
    const points: string[] = [];
    for (const { series, value, stale } of shown) {
      const name = `${kinds[series % kinds.length]!}_${series}`;
      const say = (text: string, start: number | undefined) =>
        points.push(`${name} ${text}@${now / 1000}${start === undefined || start > now ? "" : `<${start / 1000}`}`);
      if (kinds[series % kinds.length] === "gauge") say(stale ? "stale" : `${value}`, undefined);
      else if (stale) say("stale", known.get(series)?.start);
      else point(strategy, known, series, value, now, say);
    }
    if (points.length > 0 || shown.length === 0) lines.push(points.join(" "));
  }
  return lines;
}

function point(
  strategy: StrategyName,
  known: Map<number, Known>,
  series: number,
  value: number,
  now: number,
  say: (text: string, start: number) => void,
): void {
  const it = known.get(series) ?? { start: now, last: now, value, first: value };
  if (strategy === "start_time_metric" && !known.has(series)) it.start = -5000;
  known.set(series, it);
  if (now > it.last) {
    if (value < it.value) {
      it.start = now - 1;
      it.first = 0;
    }
    it.last = now;
    it.value = value;
  }
  if (strategy !== "subtract_initial_point") say(textOf(series, value), it.start);
  else if (now > it.start && value >= it.first) say(textOf(series, value - it.first), it.start);
}

/** As a source that shows the same again does it: one layout for as long as the series are the same, and one catalog each. */
function batchesOf(input: readonly Moment[], shared: boolean): BatchOf<"metrics">[] {
  const layouts = new Map<string, MetricsPart["layout"]>();
  let now = 100_000;
  return input.map(({ step, shown }) => {
    now += step * 1000;
    const batch = metricsBatch(shown.map(specOf), { timeMs: ZERO + now });
    const [part] = batch.parts as [MetricsPart];
    const names = shown.map(({ series }) => series).join();
    const layout = (shared ? layouts.get(names) : undefined) ?? part.layout;
    layouts.set(names, layout);
    return batchOf("metrics", [pointsPart({ ...part, layout, time: timesOf(ZERO + now) })]);
  });
}

for (const strategy of ["true_reset_point", "subtract_initial_point", "start_time_metric"] as const) {
  for (const shared of [true, false]) {
    test(`${strategy}, ${shared ? "the same layouts again" : "a new catalog every time"}`, async () => {
      await fc.assert(
        fc.asyncProperty(moments, async (input) => {
          const { consume, sink } = setUp({ strategy }, { host: { startedAt: ZERO - 5000 } });
          for (const batch of batchesOf(input, shared)) await consume(batch);
          expect(sink.batches.map(lineOf)).toEqual(twin(strategy, input));
        }),
        { numRuns: 300 },
      );
    });
  }
}
