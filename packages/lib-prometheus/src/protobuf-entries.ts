/** What one metric of a protobuf page says, sample by sample, in the order and under the names that Prometheus gives them. */
import { type ExponentialPoint, WireReader } from "@sluice/data";
import { ClassicHistogram, type CustomHistogram } from "./custom-histogram.ts";
import { formatOpenMetricsFloat } from "./format-float.ts";
import { HistogramError, type HistogramMessage, isNative, nativePoint } from "./protobuf-histogram.ts";
import { readExemplar, type SummaryMessage, type ValueMessage } from "./protobuf-metric.ts";
import type { ParsedExemplar } from "./series.ts";

/** What is taken of histograms. */
export interface ProtobufOptions {
  /** Native histograms are taken; otherwise their count and sum are, as those of a classic histogram. */
  readonly native: boolean;
  /** Beside a native histogram, or one with custom buckets, its classic buckets are taken too. */
  readonly classic: boolean;
  /** Histograms with classic buckets only become native ones with custom buckets. */
  readonly custom: boolean;
}

/** One sample of a metric: the suffix of its name, the label that tells it from the metric's others, and its number. */
export interface Entry {
  readonly suffix: string;
  readonly label: string;
  readonly value: number;
  readonly native: ExponentialPoint | CustomHistogram | undefined;
  readonly exemplars: readonly ParsedExemplar[];
}

const NONE: readonly ParsedExemplar[] = [];
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function sample(suffix: string, label: string, value: number, exemplars: readonly ParsedExemplar[] = NONE): Entry {
  return { suffix, label, value, native: undefined, exemplars };
}

/** A counter's, gauge's or untyped metric's number. `bytes` is the page. */
export function* valueEntries({ value, exemplarFrom, exemplarTo }: ValueMessage, bytes: Uint8Array): Generator<Entry> {
  yield sample("", "", value, exemplarsAt(bytes, exemplarFrom, exemplarTo));
}

/** Count, sum and quantiles of a summary. */
export function* summaryEntries({ count, sum, quantiles, values }: SummaryMessage): Generator<Entry> {
  yield sample("_count", "", count);
  yield sample("_sum", "", sum);
  for (let i = 0; i < quantiles.length; i++) {
    yield sample("", `quantile="${formatOpenMetricsFloat(quantiles[i]!)}"`, values[i]!);
  }
}

/** The histogram as native one, classic one, or both. `room` is counted down by the buckets it fills; throws HistogramError. */
export function* histogramEntries(
  message: HistogramMessage,
  bytes: Uint8Array,
  options: ProtobufOptions & { readonly gauge: boolean },
  page: { room: number },
): Generator<Entry> {
  const { sum } = message;
  if (options.native && isNative(message)) {
    const point = nativePoint(message, page.room, options.gauge);
    page.room -= point.positive.counts.length + point.negative.counts.length;
    yield { suffix: "", label: "", value: sum, native: point, exemplars: nativeExemplars(message, bytes) };
    if (options.classic && message.bounds.length > 0) yield* classicEntries(message, bytes);
    return;
  }
  if (!options.custom || options.classic) yield* classicEntries(message, bytes);
  if (!options.custom) return;
  const native = customOf(message);
  yield { suffix: "", label: "", value: sum, native, exemplars: nativeExemplars(message, bytes) };
}

/** Count, sum, and the buckets up to +Inf, which is made up if the page has none. */
function* classicEntries(message: HistogramMessage, bytes: Uint8Array): Generator<Entry> {
  const { sum, bounds, cumulative, exemplarRanges: ranges } = message;
  const count = countOf(message);
  yield sample("_count", "", count);
  yield sample("_sum", "", sum);
  for (let i = 0; i < bounds.length; i++) {
    const exemplars = exemplarsAt(bytes, ranges[2 * i]!, ranges[2 * i + 1]!);
    yield sample("_bucket", `le="${formatOpenMetricsFloat(bounds[i]!)}"`, cumulative[i]!, exemplars);
    if (bounds[i] === Number.POSITIVE_INFINITY) return;
  }
  yield sample("_bucket", 'le="+Inf"', count);
}

function countOf({ count, countFloat }: HistogramMessage): number {
  return countFloat === 0 ? count : countFloat;
}

function customOf(message: HistogramMessage): CustomHistogram {
  const classic = new ClassicHistogram();
  classic.setCount(countOf(message));
  classic.setSum(message.sum);
  for (let i = 0; i < message.bounds.length; i++) classic.addBucket(message.bounds[i]!, message.cumulative[i]!);
  const converted = classic.convert();
  if (typeof converted === "string") throw new HistogramError(converted);
  return converted;
}

/** Its own, or else those of its classic buckets; only with a timestamp, oldest first. */
function nativeExemplars({ exemplars, exemplarRanges }: HistogramMessage, bytes: Uint8Array): ParsedExemplar[] {
  const ranges = exemplars.length > 0 ? exemplars : exemplarRanges;
  const all: ParsedExemplar[] = [];
  for (let i = 0; i < ranges.length; i += 2) all.push(...exemplarsAt(bytes, ranges[i]!, ranges[i + 1]!));
  return all.filter(({ timestampMs }) => timestampMs !== undefined).sort((a, b) => a.timestampMs! - b.timestampMs!);
}

/** The exemplar that stands at a place; -1 = none. */
function exemplarsAt(bytes: Uint8Array, from: number, to: number): readonly ParsedExemplar[] {
  if (from < 0) return NONE;
  const reader = new WireReader(bytes, from, to);
  return [readExemplar(reader, (start, end) => decoder.decode(bytes.subarray(start, end)))];
}
