/** opentelemetry.proto.metrics.v1, writing: resources, scopes and metrics. Points are written by otlp-points-encode.ts. */
import type { Metric, MetricsPart, Resource, Scope, WirePart } from "./model.ts";
import { writeAttributes, writeResource, writeScope, writeText, writeUint32 } from "./otlp-common.ts";
import { isWritable, PointWriter } from "./otlp-points-encode.ts";
import { WireWriter } from "./wire-writer.ts";

/**
 * Encodes an ExportMetricsServiceRequest of all rows meant. A histogram or summary whose count is missing is left out
 * (`isWritable`), since OTLP has no such point; a missing +Inf bucket is taken from the count; a bucket that is not VALUE goes
 * into the next one. An all-ABSENT number is a point without value. Bucket counts are exact up to 2^53; a broken histogram's
 * negative differences become 0.
 */
export function encodeMetrics(parts: readonly (MetricsPart | WirePart<"metrics">)[]): Uint8Array {
  const writer = new WireWriter();
  for (const part of parts) {
    if (part.form === "wire") writer.raw(part.wire);
    else writePart(writer, part);
  }
  return writer.finish();
}

function writePart(writer: WireWriter, part: MetricsPart): void {
  const { catalog, ids } = part.layout;
  const frames = new Frames(writer);
  const points = new PointWriter(writer, part);
  const count = part.rows?.length ?? ids.length;
  for (let i = 0; i < count; i++) {
    const row = part.rows === undefined ? i : part.rows[i]!;
    if (!isWritable(part, row)) continue;
    const id = ids[row]!;
    frames.open(catalog.resource, catalog.metric(id));
    points.write(row, catalog.shape(id), catalog.attributes(id));
  }
  frames.close();
}

const TAG_OF_KIND = { gauge: 0x2a, sum: 0x3a, histogram: 0x4a, exponential: 0x52, summary: 0x5a } as const;
const TEMPORALITIES = ["none", "delta", "cumulative"];

/** The messages around the points that are open: ResourceMetrics, ScopeMetrics, Metric, and the Metric's data. */
class Frames {
  readonly #writer: WireWriter;
  #resource: Resource | undefined;
  #scope: Scope | undefined;
  #metric: Metric | undefined;
  #resourceMark = 0;
  #scopeMark = 0;
  #metricMark = 0;
  #dataMark = 0;

  constructor(writer: WireWriter) {
    this.#writer = writer;
  }

  /** Makes this metric the open one. */
  open(resource: Resource, metric: Metric): void {
    if (metric === this.#metric) return;
    const writer = this.#writer;
    this.#closeMetric();
    if (this.#resource === undefined) {
      this.#resource = resource;
      writer.uint32(0x0a);
      this.#resourceMark = writer.begin();
      writeResource(writer, resource);
    }
    if (metric.scope !== this.#scope) {
      this.#closeScope();
      this.#scope = metric.scope;
      writer.uint32(0x12);
      this.#scopeMark = writer.begin();
      writeScope(writer, metric.scope);
    }
    this.#metric = metric;
    writer.uint32(0x12);
    this.#metricMark = writer.begin();
    writeText(writer, 0x0a, metric.name);
    writeText(writer, 0x12, metric.help);
    writeText(writer, 0x1a, metric.unit);
    writer.uint32(TAG_OF_KIND[metric.kind]);
    this.#dataMark = writer.begin();
  }

  close(): void {
    this.#closeMetric();
    this.#closeScope();
    if (this.#resource === undefined) return;
    writeText(this.#writer, 0x1a, this.#resource.schemaUrl);
    this.#writer.end(this.#resourceMark);
    this.#resource = undefined;
  }

  #closeScope(): void {
    if (this.#scope === undefined) return;
    writeText(this.#writer, 0x1a, this.#scope.schemaUrl);
    this.#writer.end(this.#scopeMark);
    this.#scope = undefined;
  }

  #closeMetric(): void {
    const metric = this.#metric;
    if (metric === undefined) return;
    const writer = this.#writer;
    if (metric.kind !== "gauge" && metric.kind !== "summary") {
      writeUint32(writer, 0x10, TEMPORALITIES.indexOf(metric.temporality));
      if (metric.kind === "sum") writeUint32(writer, 0x18, metric.monotonic ? 1 : 0);
    }
    writer.end(this.#dataMark);
    writeAttributes(writer, 0x62, metric.metadata);
    writer.end(this.#metricMark);
    this.#metric = undefined;
  }
}
