import { type Attributes, type Catalog, keyOf, type Metric, type Resource, type Shape } from "@sluice/data";
import { longer } from "./key-table.ts";

/** As many former points of a series are looked through; beyond, a new one is made. */
const MAX_BEFORE = 16;
const BYTES_PER_POINT = 24;

/** Where a catalog's series have their labels. */
export interface LabelSource {
  attributes(series: number): Attributes;
  /** Bytes that the labels of one series take, on average. */
  readonly bytesPerSeries: number;
}

/** The points of one job's instance. Labels are derived when asked for. */
export class SeriesCatalog implements Catalog {
  readonly resource: Resource;
  readonly order: object;
  size = 0;
  readonly #labels: LabelSource;
  #series: Int32Array = new Int32Array(8);
  /** The point of the same series that was added before, or -1. */
  #before: Int32Array = new Int32Array(8);
  readonly #metrics: Metric[] = [];
  readonly #shapes: Shape[] = [];

  constructor(labels: LabelSource, resource: Resource, order: object) {
    this.#labels = labels;
    this.resource = resource;
    this.order = order;
  }

  get bytes(): number {
    return Math.ceil(this.size * (BYTES_PER_POINT + this.#labels.bytesPerSeries));
  }
  metric(id: number): Metric {
    this.#check(id);
    return this.#metrics[id]!;
  }
  shape(id: number): Shape {
    this.#check(id);
    return this.#shapes[id]!;
  }
  attributes(id: number): Attributes {
    this.#check(id);
    return this.#labels.attributes(this.#series[id]!);
  }
  key(id: number): string {
    return keyOf(this, id);
  }

  /** The point of a series whose newest one is `newest` (-1 = it has none) with this metric and shape; made if need be. */
  pointOf(series: number, newest: number, metric: Metric, shape: Shape): number {
    let id = newest;
    for (let i = 0; id >= 0 && i < MAX_BEFORE; i++) {
      if (this.#metrics[id] === metric && isSame(this.#shapes[id]!, shape)) return id;
      id = this.#before[id]!;
    }
    const added = this.size++;
    if (added === this.#series.length) {
      this.#series = longer(this.#series, added + 1);
      this.#before = longer(this.#before, this.#series.length);
    }
    this.#series[added] = series;
    this.#before[added] = newest;
    this.#metrics.push(metric);
    this.#shapes.push(shape);
    return added;
  }

  #check(id: number): void {
    if (!(id >= 0 && id < this.size)) throw new RangeError(`cannot show point ${id} of ${this.size}`);
  }
}

/** Shapes of custom buckets differ in their bounds only; long ones are not interned. */
function isSame(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.kind !== "histogram" || b.kind !== "histogram" || a.bounds.length !== b.bounds.length) return false;
  return a.bounds.every((bound, i) => bound === b.bounds[i]);
}
