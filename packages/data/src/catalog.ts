import { textOf } from "./attributes.ts";
import { keyOf } from "./identity.ts";
import type { Attributes, Catalog, Metric, Resource, Scope, Shape } from "./model.ts";

/** One point's identity. */
export interface PointIdentity {
  readonly metric: Metric;
  readonly shape: Shape;
  /** Kept as given; not to be changed afterwards. */
  readonly attributes: Attributes;
}

/** A catalog that keeps its identities as plain objects; for decoders, generators and tests. */
export interface AppendCatalog extends Catalog {
  /** Hands out the next id. Every call makes a new one: to find a known point again is the caller's work. */
  add(point: PointIdentity): number;
  /** The one object of this catalog for all metrics equal to this one (its scope likewise). `add` does this itself. */
  intern(metric: Metric): Metric;
}

/** Makes an empty catalog. Pass the `order` of a source's earlier catalogs to continue it. */
export function createCatalog(resource: Resource, order: object = {}): AppendCatalog {
  return new Catalogue(resource, order);
}

class Catalogue implements AppendCatalog {
  readonly resource: Resource;
  readonly order: object;
  bytes = 0;
  readonly #metrics: Metric[] = [];
  readonly #shapes: Shape[] = [];
  readonly #attributes: Attributes[] = [];
  readonly #scopeByText = new Map<string, Scope>();
  readonly #scopeNumber = new Map<Scope, number>();
  readonly #metricByText = new Map<string, Metric>();
  #given: Metric | undefined;
  #interned: Metric | undefined;

  constructor(resource: Resource, order: object) {
    this.resource = resource;
    this.order = order;
  }
  get size(): number {
    return this.#metrics.length;
  }
  metric(id: number): Metric {
    return this.#metrics[id]!;
  }
  shape(id: number): Shape {
    return this.#shapes[id]!;
  }
  attributes(id: number): Attributes {
    return this.#attributes[id]!;
  }
  key(id: number): string {
    return keyOf(this, id);
  }
  add({ metric, shape, attributes }: PointIdentity): number {
    this.#shapes.push(shape);
    this.#attributes.push(attributes);
    this.bytes += 48;
    for (const { key, value } of attributes)
      this.bytes += 32 + key.length + (typeof value === "string" ? value.length : 16);
    return this.#metrics.push(this.intern(metric)) - 1;
  }
  intern(metric: Metric): Metric {
    // Fast path: points come metric by metric.
    if (metric === this.#given || metric === this.#interned) return this.#interned!;
    const scope = this.#internScope(metric.scope);
    const text = JSON.stringify([
      this.#scopeNumber.get(scope),
      metric.kind,
      metric.temporality,
      metric.monotonic,
      metric.name,
      metric.unit,
      metric.help,
      textOf(metric.metadata),
    ]);
    let interned = this.#metricByText.get(text);
    if (interned === undefined) {
      interned = scope === metric.scope ? metric : { ...metric, scope };
      this.#metricByText.set(text, interned);
      this.bytes += 128 + 2 * text.length;
    }
    this.#given = metric;
    this.#interned = interned;
    return interned;
  }
  #internScope(scope: Scope): Scope {
    if (this.#scopeNumber.has(scope)) return scope;
    const { name, version, schemaUrl, attributes, droppedAttributes } = scope;
    const text = JSON.stringify([name, version, schemaUrl, textOf(attributes), droppedAttributes]);
    const known = this.#scopeByText.get(text);
    if (known !== undefined) return known;
    this.#scopeByText.set(text, scope);
    this.#scopeNumber.set(scope, this.#scopeNumber.size);
    this.bytes += 128 + 2 * text.length;
    return scope;
  }
}
