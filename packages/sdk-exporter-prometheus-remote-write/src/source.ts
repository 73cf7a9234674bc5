/** From the SDK's metrics to a part, without bytes between: what identifies a series is worked out when it is first seen. */
import type { MetricData, ResourceMetrics, ScopeMetrics } from "@opentelemetry/sdk-metrics";
import {
  type AppendCatalog,
  createCatalog,
  EXPONENTIAL,
  type Layout,
  layoutOf,
  type Metric,
  type MetricsPart,
  pointsPart,
  type Resource,
  type Scope,
  type Shape,
} from "@sluice/data";
import { isStill, textOf, toAttributes } from "./attributes.ts";
import { Columns } from "./columns.ts";
import { exponentialPoint, histogramShape, numberShape, pushHistogram } from "./points.ts";

/** The SDK's `DataPointType`, `AggregationTemporality` and `ValueType`: numbers that are the same in 2.x and 3.x. */
const HISTOGRAM = 0;
const EXPONENTIAL_HISTOGRAM = 1;
const GAUGE = 2;
const DELTA = 0;
const INT_VALUES = 0;

/** Series that are kept however few are alive. */
const FEW = 1024;
/** Layouts that are known: a reader with `maxExportBatchSize` hands in a collection as several exports. */
const MAX_LAYOUTS = 16;

/** A metric and the ids of its points. */
interface Known {
  readonly metric: Metric;
  readonly byText: Map<string, number>;
  /** The ids in the order of the last export: mostly that of the next. */
  readonly order: number[];
}

/** One export as a part. */
export interface Converted {
  /** undefined when there is nothing to send. */
  readonly part: MetricsPart | undefined;
  /** Names of metrics that were left out because they are deltas. */
  readonly deltas: readonly string[];
}

/** Everything remembered of one resource. */
export class Source {
  private catalog: AppendCatalog;
  private metrics = new Map<string, Known>();
  private layouts: Layout[] = [];
  /** Rows of the collection that is under way, and of the one before: what is alive. */
  private collection = { ms: 0, rows: 0, before: 0 };

  constructor(resource: Resource) {
    this.catalog = createCatalog(resource);
  }

  /** How many series are remembered. */
  get size(): number {
    return this.catalog.size;
  }

  /** `nowMs` stands for times that are none. */
  convert(scopes: readonly ScopeMetrics[], nowMs: number): Converted {
    this.forgetTheDead();
    const columns = new Columns(nowMs);
    const deltas: string[] = [];
    for (const { scope, metrics } of scopes) {
      const ours = scopeOf(scope);
      const text = JSON.stringify([ours.name, ours.version, ours.schemaUrl, textOf(ours.attributes)]);
      for (const metric of metrics) {
        if (metric.dataPoints.length === 0) continue;
        if (metric.dataPointType !== GAUGE && metric.aggregationTemporality === DELTA) {
          deltas.push(metric.descriptor.name);
        } else this.addMetric(metric, ours, text, columns);
      }
    }
    return { part: this.partOf(columns), deltas };
  }

  private addMetric(data: MetricData, scope: Scope, scopeText: string, columns: Columns): void {
    const known = this.known(data, scope, scopeText);
    const isInt = data.descriptor.valueType === INT_VALUES;
    let place = 0;
    switch (data.dataPointType) {
      case HISTOGRAM:
        for (const point of data.dataPoints) {
          const shape = histogramShape(point.value);
          columns.row(this.idOf(known, place++, shape, point.attributes), point);
          pushHistogram(point.value, shape, columns.slots);
        }
        break;
      case EXPONENTIAL_HISTOGRAM:
        for (const point of data.dataPoints) {
          columns.row(this.idOf(known, place++, EXPONENTIAL, point.attributes), point);
          columns.exponential(exponentialPoint(point.value));
        }
        break;
      default:
        for (const point of data.dataPoints) {
          columns.row(this.idOf(known, place++, numberShape(point.value, isInt), point.attributes), point);
          columns.slots.push(point.value);
        }
    }
    known.order.length = place;
  }

  private known(data: MetricData, scope: Scope, scopeText: string): Known {
    const metric = metricOf(data, scope);
    const { name, kind, monotonic, unit, help } = metric;
    const text = JSON.stringify([scopeText, name, kind, monotonic, unit, help]);
    let known = this.metrics.get(text);
    if (known === undefined) {
      known = { metric: this.catalog.intern(metric), byText: new Map(), order: [] };
      this.metrics.set(text, known);
    }
    return known;
  }

  private idOf(known: Known, place: number, shape: Shape, given: object): number {
    const { catalog } = this;
    const before = known.order[place];
    if (before !== undefined && catalog.shape(before) === shape && isStill(given, catalog.attributes(before))) {
      return before;
    }
    const attributes = toAttributes(given);
    const { kind, inf, sum, min, max, bounds } = shape;
    const text = JSON.stringify([kind, inf, sum, min, max, bounds.join(), textOf(attributes)]);
    let id = known.byText.get(text);
    if (id === undefined) {
      id = catalog.add({ metric: known.metric, shape, attributes });
      known.byText.set(text, id);
    }
    known.order[place] = id;
    return id;
  }

  private partOf(columns: Columns): MetricsPart | undefined {
    const rows = columns.ids.length;
    if (rows === 0) return undefined;
    const { collection } = this;
    const part = pointsPart({ layout: this.layoutFor(columns.ids), ...columns.finish() });
    if (collection.ms === part.time.ms) collection.rows += rows;
    else this.collection = { ms: part.time.ms, rows, before: collection.rows };
    return part;
  }

  /** The same object as long as the ids are the same: what the encoder takes for "nothing changed". */
  private layoutFor(ids: readonly number[]): Layout {
    const found = this.layouts.find(
      (layout) => layout.ids.length === ids.length && layout.ids.every((id, i) => id === ids[i]),
    );
    if (found !== undefined) return found;
    const layout = layoutOf(this.catalog, Int32Array.from(ids));
    if (this.layouts.length === MAX_LAYOUTS) this.layouts.shift();
    this.layouts.push(layout);
    return layout;
  }

  /** Begins anew when most of what is remembered was not in the last collections: what lives is learnt again, once. */
  private forgetTheDead(): void {
    const alive = Math.max(this.collection.rows, this.collection.before);
    if (this.catalog.size <= Math.max(FEW, 4 * alive)) return;
    this.catalog = createCatalog(this.catalog.resource, this.catalog.order);
    this.metrics = new Map();
    this.layouts = [];
  }
}

/** The SDK's resource as a batch has it. */
export function resourceOf({ attributes, schemaUrl = "" }: ResourceMetrics["resource"]): Resource {
  return { attributes: toAttributes(attributes), droppedAttributes: 0, schemaUrl };
}

function scopeOf({ name, version, schemaUrl, ...more }: ScopeMetrics["scope"] & { attributes?: object }): Scope {
  return {
    name,
    version: version ?? "",
    schemaUrl: schemaUrl ?? "",
    attributes: toAttributes(more.attributes),
    droppedAttributes: 0,
  };
}

const kinds = ["histogram", "exponential", "gauge", "sum"] as const;

function metricOf(data: MetricData, scope: Scope): Metric {
  const { name, unit, description } = data.descriptor;
  const kind = kinds[data.dataPointType] ?? "gauge";
  return {
    name,
    kind,
    monotonic: "isMonotonic" in data && data.isMonotonic,
    temporality: kind === "gauge" ? "none" : "cumulative",
    unit: unit ?? "",
    help: description ?? "",
    metadata: [],
    scope,
  };
}
