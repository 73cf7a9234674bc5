import { type BatchOf, type Layout, type Metric, type MetricsPart, type Resource, VALUE } from "@sluice/data";
import { compileRegex } from "@sluice/lib-prometheus";

const DEFAULT_NAME = "process_start_time_seconds";

/** Finds, in a batch, when each resource started: the first gauge or sum whose name matches says it in seconds. */
export class StartMetric {
  readonly #matches: (name: string) => boolean;
  readonly #ofMetric = new WeakMap<Metric, boolean>();
  readonly #ofLayout = new WeakMap<Layout, readonly number[]>();
  readonly #keys = new WeakMap<Resource, string>();
  #seconds = new Map<string, number>();

  /** `pattern` in RE2's syntax, found anywhere in a name; "" is the name that Prometheus clients use. */
  constructor(pattern: string) {
    if (pattern === "") this.#matches = (name) => name === DEFAULT_NAME;
    else {
      const matcher = compileRegex(`.*(?:${pattern}).*`);
      this.#matches = (name) => matcher.matches(name);
    }
  }

  /** Looks through a batch; `startOf` answers for it from now on. */
  look(parts: BatchOf<"metrics">["parts"]): void {
    this.#seconds = new Map();
    for (const part of parts) {
      for (const points of part.form === "wire" ? part.decode() : [part]) {
        const seconds = this.#secondsIn(points);
        const key = this.#keyOf(points.layout.catalog.resource);
        if (seconds !== undefined && !this.#seconds.has(key)) this.#seconds.set(key, seconds);
      }
    }
  }

  /** When the resource started, in seconds since 1970; undefined when nothing in the batch says so. */
  startOf(resource: Resource): number | undefined {
    return this.#seconds.size === 0 ? undefined : this.#seconds.get(this.#keyOf(resource));
  }

  #secondsIn({ layout, rows, slots, states }: MetricsPart): number | undefined {
    if (states === "stale") return undefined;
    for (const row of this.#rowsOf(layout)) {
      if (rows !== undefined && !rows.includes(row)) continue;
      const slot = layout.at[row]!;
      const value = slots[slot]!;
      if ((states === undefined || states[slot] === VALUE) && value > 0 && value < Number.POSITIVE_INFINITY)
        return value;
    }
    return undefined;
  }

  #rowsOf(layout: Layout): readonly number[] {
    let found = this.#ofLayout.get(layout);
    if (found === undefined) {
      const { catalog, ids } = layout;
      const rows: number[] = [];
      for (let row = 0; row < ids.length; row++) if (this.#says(catalog.metric(ids[row]!))) rows.push(row);
      found = rows;
      this.#ofLayout.set(layout, found);
    }
    return found;
  }

  #says(metric: Metric): boolean {
    let says = this.#ofMetric.get(metric);
    if (says === undefined) {
      says = (metric.kind === "gauge" || metric.kind === "sum") && this.#matches(metric.name);
      this.#ofMetric.set(metric, says);
    }
    return says;
  }

  /** Parts of one resource need not share its object. */
  #keyOf(resource: Resource): string {
    let key = this.#keys.get(resource);
    if (key === undefined) {
      key = JSON.stringify(resource.attributes, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
      this.#keys.set(resource, key);
    }
    return key;
  }
}
