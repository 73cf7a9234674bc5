import { WireWriter } from "@sluice/data";

/** An exemplar; milliseconds since 1970, none when missing. */
export interface PageExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly ms?: number;
}
/** A histogram as the exposition format has it: classic buckets (cumulative), native ones by spans, or both. */
export interface PageHistogram {
  readonly count?: number;
  readonly countFloat?: number;
  readonly sum?: number;
  readonly buckets?: readonly { readonly le: number; readonly count: number; readonly exemplar?: PageExemplar }[];
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  readonly zeroCountFloat?: number;
  readonly positive?: PageSide;
  readonly negative?: PageSide;
  readonly createdMs?: number;
  readonly exemplars?: readonly PageExemplar[];
}
/** Runs of buckets; `deltas` of whole counts, or `counts`, which may have fractions. */
export interface PageSide {
  readonly spans: readonly (readonly [offset: number, length: number])[];
  readonly deltas?: readonly number[];
  readonly counts?: readonly number[];
}
/** One metric: its labels and what its family's type asks for. */
export interface PageMetric {
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a counter, gauge or untyped metric. */
  readonly value?: number;
  readonly createdMs?: number;
  readonly exemplar?: PageExemplar;
  readonly summary?: {
    readonly count: number;
    readonly sum: number;
    readonly quantiles: readonly (readonly [quantile: number, value: number])[];
  };
  readonly histogram?: PageHistogram;
  readonly timestampMs?: number;
}
/** A metric family of a page in protobuf. */
export interface PageFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary" | "untyped" | "histogram" | "gaugehistogram";
  readonly help?: string;
  readonly unit?: string;
  readonly metrics: readonly PageMetric[];
}

const TYPES = ["counter", "gauge", "summary", "untyped", "histogram", "gaugehistogram"] as const;

/** A page in protobuf as a target sends it: each family (`io.prometheus.client.MetricFamily`) behind its length. */
export function protobufPage(families: readonly PageFamily[]): Uint8Array {
  const writer = new WireWriter();
  for (const family of families) {
    const mark = writer.begin();
    text(writer, 1, family.name);
    if (family.help !== undefined) text(writer, 2, family.help);
    whole(writer, 3, TYPES.indexOf(family.type));
    for (const metric of family.metrics) message(writer, 4, () => writeMetric(writer, family.type, metric));
    if (family.unit !== undefined) text(writer, 5, family.unit);
    writer.end(mark);
  }
  return writer.finish();
}

function writeMetric(writer: WireWriter, type: PageFamily["type"], metric: PageMetric): void {
  const { labels = {}, value = 0, createdMs, exemplar, summary, histogram, timestampMs } = metric;
  writeLabels(writer, labels);
  if (type === "counter") {
    message(writer, 3, () => {
      double(writer, 1, value);
      if (exemplar !== undefined) writeExemplar(writer, 2, exemplar);
      writeTime(writer, 3, createdMs);
    });
  } else if (type === "gauge") message(writer, 2, () => double(writer, 1, value));
  else if (type === "untyped") message(writer, 5, () => double(writer, 1, value));
  else if (summary !== undefined) {
    message(writer, 4, () => {
      whole(writer, 1, summary.count);
      double(writer, 2, summary.sum);
      for (const [quantile, at] of summary.quantiles) {
        message(writer, 3, () => {
          double(writer, 1, quantile);
          double(writer, 2, at);
        });
      }
      writeTime(writer, 4, createdMs);
    });
  } else if (histogram !== undefined) message(writer, 7, () => writeHistogram(writer, histogram));
  if (timestampMs !== undefined) whole(writer, 6, timestampMs);
}

function writeHistogram(writer: WireWriter, histogram: PageHistogram): void {
  const { count, countFloat, sum, buckets = [], schema, zeroThreshold, zeroCount, zeroCountFloat } = histogram;
  if (count !== undefined) whole(writer, 1, count);
  if (sum !== undefined) double(writer, 2, sum);
  for (const { le, count: below, exemplar } of buckets) {
    message(writer, 3, () => {
      whole(writer, 1, below);
      double(writer, 2, le);
      if (exemplar !== undefined) writeExemplar(writer, 3, exemplar);
    });
  }
  if (countFloat !== undefined) double(writer, 4, countFloat);
  if (schema !== undefined) signed(writer, 5, schema);
  if (zeroThreshold !== undefined) double(writer, 6, zeroThreshold);
  if (zeroCount !== undefined) whole(writer, 7, zeroCount);
  if (zeroCountFloat !== undefined) double(writer, 8, zeroCountFloat);
  writeSide(writer, 9, histogram.negative);
  writeSide(writer, 12, histogram.positive);
  writeTime(writer, 15, histogram.createdMs);
  for (const exemplar of histogram.exemplars ?? []) writeExemplar(writer, 16, exemplar);
}
function writeSide(writer: WireWriter, field: number, side: PageSide | undefined): void {
  for (const [offset, length] of side?.spans ?? []) {
    message(writer, field, () => {
      signed(writer, 1, offset);
      whole(writer, 2, length);
    });
  }
  // Signed numbers of 32 bits are written as those of 64 are.
  for (const delta of side?.deltas ?? []) signed(writer, field + 1, delta);
  for (const count of side?.counts ?? []) double(writer, field + 2, count);
}

function writeExemplar(writer: WireWriter, field: number, { labels, value, ms }: PageExemplar): void {
  message(writer, field, () => {
    writeLabels(writer, labels);
    double(writer, 2, value);
    writeTime(writer, 3, ms);
  });
}
function writeLabels(writer: WireWriter, labels: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(labels)) {
    message(writer, 1, () => {
      text(writer, 1, name);
      text(writer, 2, value);
    });
  }
}
function writeTime(writer: WireWriter, field: number, ms: number | undefined): void {
  if (ms === undefined) return;
  message(writer, field, () => {
    whole(writer, 1, Math.floor(ms / 1000));
    whole(writer, 2, (ms % 1000) * 1e6);
  });
}

function message(writer: WireWriter, field: number, write: () => void): void {
  writer.uint32((field << 3) | 2);
  const mark = writer.begin();
  write();
  writer.end(mark);
}
function text(writer: WireWriter, field: number, value: string): void {
  writer.uint32((field << 3) | 2);
  writer.text(value);
}
function double(writer: WireWriter, field: number, value: number): void {
  writer.uint32((field << 3) | 1);
  writer.double(value);
}
function whole(writer: WireWriter, field: number, value: number): void {
  writer.uint32(field << 3);
  writer.varint64(value % 0x1_0000_0000, Math.floor(value / 0x1_0000_0000));
}
function signed(writer: WireWriter, field: number, value: number): void {
  writer.uint32(field << 3);
  writer.sint32(value);
}
