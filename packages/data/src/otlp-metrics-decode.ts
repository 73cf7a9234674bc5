/** opentelemetry.proto.metrics.v1, reading. Fields may come in any order: every message is first looked over, then read. */
import { createCatalog } from "./catalog.ts";
import type { Attributes, Metric, MetricsPart, Scope } from "./model.ts";
import { readAttribute, readResourceFrame, readScopeFrame } from "./otlp-common.ts";
import { PointReader } from "./otlp-points.ts";
import { PointsBuilder } from "./points-builder.ts";
import { WireReader } from "./wire-reader.ts";

/** A stretch of the wire, start and end. */
type Stretch = readonly [number, number];

/**
 * Decodes an ExportMetricsServiceRequest: one part a ResourceMetrics, with a new catalog each. Throws `WireError`.
 *
 * Everything a point can say is kept, but for: what has no points (a metric without data, an empty resource); numbers of a
 * point flagged NoRecordedValue; exemplars without a value; the order of a summary's quantiles. Bucket counts are exact up to
 * a sum of 2^53. Buckets that contradict themselves (not one count more than bounds, bounds not ascending) are left out, and a
 * last bound of +Inf is what the last bucket means anyway. Unknown fields are dropped.
 */
export function decodeMetrics(bytes: Uint8Array): MetricsPart[] {
  const reader = new WireReader(bytes);
  const parts: MetricsPart[] = [];
  while (reader.find(0x0a)) {
    const outer = reader.enter();
    const part = readResourceMetrics(reader);
    if (part !== undefined) parts.push(part);
    reader.leave(outer);
  }
  return parts;
}

function readResourceMetrics(reader: WireReader): MetricsPart | undefined {
  const builder = new PointsBuilder(createCatalog(readResourceFrame(reader)));
  // Grouped, because the rows of one scope, and in it of one metric, stand together even where the request repeats them apart.
  const scopes = new Map<Scope, Map<Metric, Stretch[]>>();
  while (reader.find(0x12)) {
    const outer = reader.enter();
    readScopeMetrics(reader, builder, scopes);
    reader.leave(outer);
  }
  const points = new PointReader(reader, builder);
  const after = reader.pos;
  const { end } = reader;
  for (const metrics of scopes.values()) {
    for (const [metric, stretches] of metrics) {
      for (const [start, stop] of stretches) {
        reader.pos = start;
        reader.end = stop;
        points.readData(metric);
      }
    }
  }
  reader.pos = after;
  reader.end = end;
  return builder.finish();
}

function readScopeMetrics(
  reader: WireReader,
  builder: PointsBuilder,
  scopes: Map<Scope, Map<Metric, Stretch[]>>,
): void {
  const scope = readScopeFrame(reader);
  while (reader.find(0x12)) {
    const outer = reader.enter();
    const found = readMetric(reader, scope);
    reader.leave(outer);
    if (found === undefined) continue;
    const metric = builder.catalog.intern(found.metric);
    let metrics = scopes.get(metric.scope);
    if (metrics === undefined) {
      metrics = new Map();
      scopes.set(metric.scope, metrics);
    }
    const stretches = metrics.get(metric);
    if (stretches === undefined) metrics.set(metric, [found.data]);
    else stretches.push(found.data);
  }
}

/** What the data field of this tag holds. */
function kindOf(tag: number): Metric["kind"] | undefined {
  switch (tag) {
    case 0x2a:
      return "gauge";
    case 0x3a:
      return "sum";
    case 0x4a:
      return "histogram";
    case 0x52:
      return "exponential";
    case 0x5a:
      return "summary";
    default:
      return undefined;
  }
}
const TEMPORALITY = ["none", "delta", "cumulative"] as const;

/** Looks over a Metric; undefined when it has no data. Of several data fields the last one counts. */
function readMetric(reader: WireReader, scope: Scope): { readonly metric: Metric; readonly data: Stretch } | undefined {
  let name = "";
  let help = "";
  let unit = "";
  const metadata: Attributes[number][] = [];
  let kind: Metric["kind"] | undefined;
  let start = 0;
  let stop = 0;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.text();
    else if (tag === 0x12) help = reader.text();
    else if (tag === 0x1a) unit = reader.text();
    else if (tag === 0x62) metadata.push(readAttribute(reader));
    else if (kindOf(tag) === undefined) reader.skip(tag);
    else {
      kind = kindOf(tag);
      const outer = reader.enter();
      start = reader.pos;
      stop = reader.end;
      reader.leave(outer);
    }
  }
  if (kind === undefined) return undefined;
  const { temporality, monotonic } = readAggregation(reader, kind, start, stop);
  return { metric: { name, kind, monotonic, temporality, unit, help, metadata, scope }, data: [start, stop] };
}

/** Temporality and monotonicity, which may stand behind the points they are about. */
function readAggregation(
  reader: WireReader,
  kind: Metric["kind"],
  start: number,
  stop: number,
): Pick<Metric, "temporality" | "monotonic"> {
  const { pos, end } = reader;
  let temporality: Metric["temporality"] = "none";
  let monotonic = false;
  reader.pos = start;
  reader.end = stop;
  const aggregates = kind === "sum" || kind === "histogram" || kind === "exponential";
  while (aggregates && reader.more()) {
    const tag = reader.tag();
    if (tag === 0x10) temporality = TEMPORALITY[reader.uint32()] ?? "none";
    else if (tag === 0x18 && kind === "sum") monotonic = reader.uint64() !== 0;
    else reader.skip(tag);
  }
  reader.pos = pos;
  reader.end = end;
  return { temporality, monotonic };
}
