/** For tests: everything a scanner says of a page with histograms, as plain data. */
import type { ExponentialPoint } from "@sluice/data";
import {
  type CustomHistogram,
  END,
  HELP,
  type ParsedExemplar,
  parseMetadataName,
  parseMetadataText,
  parseSeries,
  SERIES,
  TYPE,
} from "./index.ts";
import { bitsOf } from "./pages.testing.ts";

/** What such a scanner has; `exemplars` are those of the entry. */
export interface HistogramScanner {
  readonly bytes: Uint8Array;
  readonly seriesFrom: number;
  readonly seriesTo: number;
  readonly nameFrom: number;
  readonly nameTo: number;
  readonly textFrom: number;
  readonly textTo: number;
  readonly value: number;
  readonly hasTimestamp: boolean;
  readonly timestampMs: number;
  readonly createdMs: number;
  readonly native: ExponentialPoint | CustomHistogram | undefined;
  readonly exemplarFrom: number;
  readonly exemplarTo: number;
  next(): number;
}

type Bucket = readonly [index: number, bits: string];
/** A native histogram with all numbers as bits; buckets that are not empty, counted as Prometheus counts. */
export interface PlainHistogram {
  readonly kind: "whole" | "float";
  readonly gauge: boolean;
  readonly schema: number;
  readonly count: string;
  readonly sum: string;
  readonly zeroCount: string;
  readonly zeroThreshold: string;
  readonly custom: readonly string[];
  readonly positive: readonly Bucket[];
  readonly negative: readonly Bucket[];
}
export interface PlainEntry {
  readonly kind: string;
  readonly name?: string;
  readonly text?: string;
  readonly labels?: readonly (readonly [string, string])[];
  readonly bits?: string;
  readonly histogram?: PlainHistogram;
  readonly timestamp?: number;
  readonly created?: number;
  readonly exemplars?: readonly object[];
}

/** The entries of a page up to its end; throws as the scanner does. */
export function entriesOf(
  scanner: HistogramScanner,
  exemplarsOf: (scanner: HistogramScanner) => readonly ParsedExemplar[],
): PlainEntry[] {
  const entries: PlainEntry[] = [];
  for (let kind = scanner.next(); kind !== END; kind = scanner.next()) {
    const { bytes } = scanner;
    if (kind !== SERIES) {
      const name = parseMetadataName(bytes, scanner.nameFrom, scanner.nameTo);
      const text = parseMetadataText(bytes, scanner.textFrom, scanner.textTo, "openmetrics");
      entries.push({ kind: kind === HELP ? "help" : kind === TYPE ? "type" : "unit", name, text });
      continue;
    }
    const { name, labels } = parseSeries(bytes, scanner.seriesFrom, scanner.seriesTo);
    const { native, createdMs, hasTimestamp, timestampMs, value } = scanner;
    const all: [string, string][] = [["__name__", name], ...labels];
    const exemplars = scanner.exemplarFrom < 0 ? [] : exemplarsOf(scanner).map(plainExemplar).sort(byText);
    entries.push({
      kind: "series",
      labels: all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
      ...(native === undefined ? { bits: bitsOf(value) } : { histogram: plainHistogram(native) }),
      ...(hasTimestamp && { timestamp: timestampMs }),
      ...(createdMs > 0 && { created: createdMs }),
      ...(exemplars.length > 0 && { exemplars }),
    });
  }
  return entries;
}

function plainExemplar({ labels, value, timestampMs }: ParsedExemplar): object {
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return { labels: sorted, bits: bitsOf(value), ...(timestampMs !== undefined && { timestamp: timestampMs }) };
}
/** Exemplars of one series have no order. */
export function byText(a: object, b: object): number {
  const key = (item: object): string => JSON.stringify(Object.entries(item).sort(([x], [y]) => (x < y ? -1 : 1)));
  return key(a) < key(b) ? -1 : 1;
}

function plainHistogram(native: ExponentialPoint | CustomHistogram): PlainHistogram {
  return "bounds" in native ? plainCustom(native) : plainExponential(native);
}

function plainExponential(point: ExponentialPoint): PlainHistogram {
  const buckets = ({ offset, counts }: ExponentialPoint["positive"]): Bucket[] =>
    [...counts].flatMap((count, at): Bucket[] => (count === 0 ? [] : [[offset + at + 1, bitsOf(count)]]));
  return {
    kind: point.native?.float === true ? "float" : "whole",
    gauge: point.native?.reset === "gauge",
    schema: point.scale,
    count: bitsOf(point.count),
    sum: bitsOf(point.sum ?? Number.NaN),
    zeroCount: bitsOf(point.zeroCount),
    zeroThreshold: bitsOf(point.zeroThreshold),
    custom: [],
    positive: buckets(point.positive),
    negative: buckets(point.negative),
  };
}

function plainCustom({ bounds, numbers }: CustomHistogram): PlainHistogram {
  const counts = [...numbers.subarray(0, -2)].map((count, at) => count - (numbers[at - 1] ?? 0));
  const zero = bitsOf(0);
  return {
    kind: numbers.subarray(0, -2).every((count) => Number.isInteger(count)) ? "whole" : "float",
    gauge: false,
    schema: -53,
    count: bitsOf(numbers.at(-1)!),
    sum: bitsOf(numbers.at(-2)!),
    zeroCount: zero,
    zeroThreshold: zero,
    custom: [...bounds].map(bitsOf),
    positive: counts.flatMap((count, at): Bucket[] => (count === 0 ? [] : [[at, bitsOf(count)]])),
    negative: [],
  };
}
