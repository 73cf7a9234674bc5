import { keyOf } from "./identity.ts";
import type { Attributes, Catalog, Metric, Resource, Shape } from "./model.ts";

/**
 * What a view changes. Each rule is given what the base shows (`metric` in `attributes` is the base's metric). Rules must be
 * pure: same input, same output, for ever; a value from a request's context goes into the choice of the view. Slots stay where
 * they are, so `metric` must not change the kind into one with other numbers.
 */
export interface ViewRules {
  resource?(resource: Resource): Resource;
  metric?(metric: Metric): Metric;
  attributes?(metric: Metric, attributes: Attributes): Attributes;
}

const views = new WeakMap<ViewRules, WeakMap<Catalog, Catalog>>();

/**
 * The catalog `base` as seen through `rules`: same ids, same order, nothing stored per id. O(1), and remembered: the same
 * base and rules (by object) give the same view.
 */
export function view(base: Catalog, rules: ViewRules): Catalog {
  let known = views.get(rules);
  if (known === undefined) {
    known = new WeakMap();
    views.set(rules, known);
  }
  let result = known.get(base);
  if (result === undefined) {
    result = new View(base, rules);
    known.set(base, result);
  }
  return result;
}

class View implements Catalog {
  readonly order: object;
  readonly bytes = 0;
  readonly #base: Catalog;
  readonly #rules: ViewRules;
  #resource: Resource | undefined;
  // By metric, not by id: two ids of one metric must show one object.
  readonly #metrics = new WeakMap<Metric, Metric>();

  constructor(base: Catalog, rules: ViewRules) {
    this.#base = base;
    this.#rules = rules;
    this.order = base.order;
  }
  get resource(): Resource {
    if (this.#resource === undefined) {
      const { resource } = this.#base;
      this.#resource = this.#rules.resource?.(resource) ?? resource;
    }
    return this.#resource;
  }
  get size(): number {
    return this.#base.size;
  }
  metric(id: number): Metric {
    const metric = this.#base.metric(id);
    if (this.#rules.metric === undefined) return metric;
    let shown = this.#metrics.get(metric);
    if (shown === undefined) {
      shown = this.#rules.metric(metric);
      this.#metrics.set(metric, shown);
    }
    return shown;
  }
  shape(id: number): Shape {
    return this.#base.shape(id);
  }
  attributes(id: number): Attributes {
    const attributes = this.#base.attributes(id);
    return this.#rules.attributes?.(this.#base.metric(id), attributes) ?? attributes;
  }
  key(id: number): string {
    return keyOf(this, id);
  }
}
