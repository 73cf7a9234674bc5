/** A classic histogram as one sample: what Prometheus keeps as a native histogram with custom buckets. */
export interface CustomHistogram {
  /** Finite upper bounds, strictly ascending. */
  readonly bounds: Float64Array;
  /** Cumulative counts of these and of +Inf, then sum and count: the slots of a histogram's shape. */
  readonly numbers: Float64Array;
}

/**
 * Gathers the lines of a classic histogram, in any order, and makes one sample of them where Prometheus would: the count falls
 * back to the highest bucket's, +Inf to the count, and of a bound shown twice the first counts.
 */
export class ClassicHistogram {
  #buckets: { readonly bound: number; readonly count: number }[] = [];
  #count: number | undefined;
  #sum = 0;
  #problem: string | undefined;

  clear(): void {
    this.#buckets = [];
    this.#count = undefined;
    this.#sum = 0;
    this.#problem = undefined;
  }
  addBucket(bound: number, count: number): void {
    if (Number.isNaN(bound)) this.#problem ??= "bucket boundary must not be NaN";
    if (count < 0) this.#problem ??= `bucket count must be non-negative: le=${bound}, count=${count}`;
    this.#buckets.push({ bound, count });
  }
  setCount(count: number): void {
    if (count < 0) this.#problem ??= `count must be non-negative: count=${count}`;
    this.#count = count;
  }
  setSum(sum: number): void {
    this.#sum = sum;
  }

  /** The sample, or why there is none. */
  convert(): CustomHistogram | string {
    if (this.#problem !== undefined) return this.#problem;
    const buckets = ascending(this.#buckets);
    const last = buckets.at(-1);
    const count = this.#count ?? last?.count ?? 0;
    if (last?.bound !== Number.POSITIVE_INFINITY) buckets.push({ bound: Number.POSITIVE_INFINITY, count });
    const numbers = new Float64Array(buckets.length + 2);
    let before = Number.NEGATIVE_INFINITY;
    for (const [at, bucket] of buckets.entries()) {
      if (bucket.count < before) return `count is not cumulative: ${bucket.count} < ${before}`;
      before = bucket.count;
      numbers[at] = bucket.count;
    }
    if (before !== count) return `count mismatch: count=${count} != le=+Inf count=${before}`;
    numbers[buckets.length] = this.#sum;
    numbers[buckets.length + 1] = count;
    return { bounds: Float64Array.from(buckets.slice(0, -1), ({ bound }) => bound), numbers };
  }
}

type Bucket = { readonly bound: number; readonly count: number };
function ascending(buckets: readonly Bucket[]): Bucket[] {
  // Sorting is stable, so the first of equal bounds stays in front.
  const sorted = [...buckets].sort((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0));
  return sorted.filter(({ bound }, at) => at === 0 || bound !== sorted[at - 1]!.bound);
}
