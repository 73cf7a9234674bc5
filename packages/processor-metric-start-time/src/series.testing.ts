/** Points in and out of the processor as short text. */
import type { Consume } from "@sluice/component";
import {
  type Batch,
  type BatchOf,
  type ExponentialPoint,
  type MetricsPart,
  msAt,
  nsAt,
  rowCount,
  VALUE,
} from "@sluice/data";
import {
  type ContextOptions,
  createContext,
  createSink,
  metricsBatch,
  type PointSpec,
  type TestContext,
} from "@sluice/testkit";
import type { Config } from "./config.ts";
import { createProcessor } from "./processor.ts";

/** The moment that is second 0 in these tests, in milliseconds since 1970. */
export const ZERO = 1_767_225_600_000;

export interface SetUp {
  readonly consume: Consume<"metrics">;
  readonly context: TestContext;
  readonly processor: ReturnType<typeof createProcessor>;
  readonly sink: ReturnType<typeof createSink>;
  /** All that came out, a line a batch. */
  readonly lines: () => string[];
}

export function setUp(config: Partial<Config> = {}, options: ContextOptions = {}): SetUp {
  const context = createContext({ kind: "processor", id: "metric_start_time", ...options });
  const sink = createSink();
  const processor = createProcessor(configOf(config), context, sink.consume);
  const lines = () => sink.batches.map(lineOf);
  return { consume: processor.consume, context, processor, sink, lines };
}

export function configOf(config: Partial<Config>): Config {
  return { strategy: "true_reset_point", gc_interval: 600_000, start_time_metric_regex: "", ...config };
}

/** A batch at a second after `ZERO`. */
export function at(second: number, ...points: PointSpec[]): BatchOf<"metrics"> {
  return metricsBatch(points, { timeMs: ZERO + second * 1000 });
}

/** Each point as `name value@time<start`, the times in seconds after `ZERO`; one without a start time has no `<`. */
export function lineOf(batch: Batch): string {
  return (batch as BatchOf<"metrics">).parts
    .flatMap((part) => (part.form === "wire" ? part.decode() : [part]))
    .flatMap(pointsOf)
    .join(" ");
}

function pointsOf(part: MetricsPart): string[] {
  const { layout, rows, time, start } = part;
  return Array.from({ length: rowCount(part) }, (_, i) => {
    const row = rows === undefined ? i : rows[i]!;
    const { name } = layout.catalog.metric(layout.ids[row]!);
    const startMs = start === undefined ? 0 : msAt(start, row);
    const begin = startMs === 0 ? "" : `<${secondOf(startMs, nsAt(start!, row))}`;
    return `${name} ${valueText(part, row)}@${secondOf(msAt(time, row), nsAt(time, row))}${begin}`;
  });
}

function secondOf(ms: number, ns: number): string {
  return ns === 0 ? `${(ms - ZERO) / 1000}` : `${(ms - ZERO) / 1000}+${ns}ns`;
}

function valueText({ layout, slots, states, wide, ragged }: MetricsPart, row: number): string {
  const from = layout.at[row]!;
  const to = layout.at[row + 1]!;
  if (states === "stale" || (states !== undefined && from < to && states[from] !== VALUE)) return "stale";
  if (from === to) return ragged?.has(row) ? exponentialText(ragged.get(row)!) : "stale";
  return Array.from(slots.subarray(from, to), (value, i) => wide?.get(from + i) ?? value).join("/");
}

function exponentialText({ count, sum, zeroCount, positive, negative }: ExponentialPoint): string {
  const buckets = ({ offset, counts }: ExponentialPoint["positive"]) => `${offset}:[${[...counts].join()}]`;
  return `${count}/${sum}/${zeroCount}/${buckets(positive)}/${buckets(negative)}`;
}
