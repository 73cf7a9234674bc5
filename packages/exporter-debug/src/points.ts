/** A metrics part as OTLP would say it: scopes, metrics, points with bucket counts of their own. For printing, not for speed. */
import {
  ABSENT,
  type Attributes,
  type Exemplar,
  type ExponentialPoint,
  isWritable,
  type Metric,
  type MetricsPart,
  msAt,
  nsAt,
  type Scope,
  type Shape,
  STALE,
  slotOf,
  VALUE,
} from "@sluice/data";

/** The points of one scope, by metric. */
export interface ScopeOfMetrics {
  readonly scope: Scope;
  readonly metrics: readonly MetricWithPoints[];
}
/** One metric and those of its points that are shown. */
export interface MetricWithPoints {
  readonly metric: Metric;
  readonly points: readonly Point[];
}
/** One data point; numbers it does not have are undefined, 0 or empty. */
export interface Point {
  readonly attributes: Attributes;
  readonly start: readonly [ms: number, ns: number];
  readonly time: readonly [ms: number, ns: number];
  readonly exemplars: readonly Exemplar[];
  /** Of a gauge or sum; undefined when stale or absent. */
  readonly value: number | bigint | undefined;
  /** Of a histogram or summary. */
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly bounds: readonly number[];
  readonly buckets: readonly number[];
  readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
  readonly exponential: ExponentialPoint | undefined;
}

/** The rows meant, put under their metric and scope. A point that OTLP cannot say is left out, as when it is encoded. */
export function scopesOf(part: MetricsPart): ScopeOfMetrics[] {
  const { catalog, ids } = part.layout;
  const scopes: { scope: Scope; metrics: { metric: Metric; points: Point[] }[] }[] = [];
  for (const row of part.rows ?? ids.keys()) {
    if (!isWritable(part, row)) continue;
    const metric = catalog.metric(ids[row]!);
    if (scopes.at(-1)?.scope !== metric.scope) scopes.push({ scope: metric.scope, metrics: [] });
    const { metrics } = scopes.at(-1)!;
    if (metrics.at(-1)?.metric !== metric) metrics.push({ metric, points: [] });
    metrics.at(-1)!.points.push(pointOf(part, row));
  }
  return scopes;
}

/** How many metrics the rows meant belong to. */
export function metricCount(parts: readonly MetricsPart[]): number {
  let count = 0;
  for (const { layout, rows } of parts) {
    let last: Metric | undefined;
    for (const row of rows ?? layout.ids.keys()) {
      const metric = layout.catalog.metric(layout.ids[row]!);
      if (metric !== last) count++;
      last = metric;
    }
  }
  return count;
}

function pointOf(part: MetricsPart, row: number): Point {
  const { catalog, ids, at } = part.layout;
  const shape = catalog.shape(ids[row]!);
  const slots = new Slots(part, at[row]!, shape);
  const isNumber = shape.kind === "number" || shape.kind === "int";
  const isSummary = shape.kind === "summary";
  return {
    attributes: catalog.attributes(ids[row]!),
    start: part.start === undefined ? [0, 0] : [msAt(part.start, row), nsAt(part.start, row)],
    time: [msAt(part.time, row), nsAt(part.time, row)],
    exemplars: part.exemplars?.get(row) ?? [],
    value: isNumber ? slots.number() : undefined,
    count: slots.named("count") ?? 0,
    sum: slots.named("sum"),
    min: slots.named("min"),
    max: slots.named("max"),
    ...(shape.kind === "histogram" ? slots.buckets() : { bounds: [], buckets: [] }),
    quantiles: isSummary ? slots.quantiles() : [],
    exponential: part.states === "stale" ? undefined : part.ragged?.get(row),
  };
}

/** The slots of one row. */
class Slots {
  readonly #part: MetricsPart;
  readonly #first: number;
  readonly #shape: Shape;

  constructor(part: MetricsPart, first: number, shape: Shape) {
    this.#part = part;
    this.#first = first;
    this.#shape = shape;
  }

  number(): number | bigint | undefined {
    const slot = this.#first;
    if (this.#state(0) !== VALUE) return undefined;
    const value = this.#part.slots[slot]!;
    return this.#shape.kind === "int" ? (this.#part.wide?.get(slot) ?? BigInt(Math.trunc(value) || 0)) : value;
  }

  named(name: "sum" | "count" | "min" | "max"): number | undefined {
    const at = slotOf(this.#shape, name);
    return at >= 0 && this.#state(at) === VALUE ? this.#part.slots[this.#first + at]! : undefined;
  }

  /** What falls into each bucket by itself. A stale histogram shows its buckets with nothing in them. */
  buckets(): { readonly bounds: readonly number[]; readonly buckets: readonly number[] } {
    const { bounds: all, inf } = this.#shape;
    const stale = this.#state(slotOf(this.#shape, "count")) === STALE;
    const bounds: number[] = [];
    const cumulative: number[] = [];
    for (let i = 0; i < all.length; i++) {
      if (!stale && this.#state(i) !== VALUE) continue;
      bounds.push(all[i]!);
      cumulative.push(stale ? 0 : this.#part.slots[this.#first + i]!);
    }
    const hasInf = inf && (stale || this.#state(all.length) === VALUE);
    if (!hasInf && bounds.length === 0) return { bounds, buckets: [] };
    cumulative.push(stale ? 0 : hasInf ? this.#part.slots[this.#first + all.length]! : this.named("count")!);
    return { bounds, buckets: cumulative.map((count, i) => Math.max(0, count - (cumulative[i - 1] ?? 0))) };
  }

  quantiles(): { readonly quantile: number; readonly value: number }[] {
    return [...this.#shape.bounds.entries()]
      .filter(([i]) => this.#state(i) !== ABSENT)
      .map(([i, quantile]) => ({ quantile, value: this.#state(i) === VALUE ? this.#part.slots[this.#first + i]! : 0 }));
  }

  #state(at: number): number {
    const { states } = this.#part;
    if (states === undefined) return VALUE;
    return states === "stale" ? STALE : states[this.#first + at]!;
  }
}

/** The buckets of one side of an exponential histogram, from the innermost out. */
export function bucketsOf(
  scale: number,
  { offset, counts }: ExponentialPoint["positive"],
): { readonly lower: number; readonly upper: number; readonly count: number }[] {
  const factor = Math.LN2 * 2 ** -scale;
  const bound = (index: number) => Math.exp(index * factor);
  return Array.from(counts, (count, i) => ({ lower: bound(offset + i), upper: bound(offset + i + 1), count }));
}
