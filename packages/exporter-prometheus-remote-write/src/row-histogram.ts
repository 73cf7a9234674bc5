import { ABSENT, type ExponentialPoint, type MetricsPart, type Shape, STALE, slotOf } from "@sluice/data";
import { addsUp } from "@sluice/lib-prometheus";
import { customHistogram, type Moment, nativeHistogram, staleHistogram } from "./native-histogram.ts";

/**
 * Why a point that should be a native histogram is none: its buckets are too wide for any schema, or its counts are not counts or do
 * not add up.
 */
export type HistogramRefusal = "native_histogram_scale" | "invalid_histogram";

/** The row of a part as a native histogram (lent until the next call), why it cannot be one, or undefined when nothing is there. */
export function rowHistogram(
  part: MetricsPart,
  row: number,
  moment: Moment,
): Uint8Array | HistogramRefusal | undefined {
  const { layout, states } = part;
  const shape = layout.catalog.shape(layout.ids[row]!);
  if (states === "stale") return staleHistogram(moment.ms);
  if (shape.kind !== "exponential") return explicitHistogram(part, layout.at[row]!, shape, moment);
  const point = part.ragged?.get(row);
  if (point === undefined) return staleHistogram(moment.ms);
  if (!isWhole(point)) return "invalid_histogram";
  return nativeHistogram(point, moment) ?? "native_histogram_scale";
}

/**
 * Whether the buckets hold what is counted, which Prometheus and its like demand of whole numbers: they would refuse the sample, some
 * of them the request. What was scraped has been checked by then.
 */
function isWhole({ count, sum, zeroCount, positive, negative, native }: ExponentialPoint): boolean {
  if (native !== undefined) return true;
  let held = zeroCount;
  for (const each of positive.counts) held += each;
  for (const each of negative.counts) held += each;
  return addsUp(count, sum ?? 0, held);
}

function explicitHistogram(
  { slots, states }: MetricsPart,
  from: number,
  shape: Shape,
  moment: Moment,
): Uint8Array | HistogramRefusal | undefined {
  const { bounds } = shape;
  const count = from + slotOf(shape, shape.count ? "count" : "inf");
  const sum = slotOf(shape, "sum");
  if (states !== undefined) {
    const own = (states as Uint8Array).subarray(from, from + shape.slots);
    if (own.every((state) => state === ABSENT)) return undefined;
    if (own.includes(STALE)) return staleHistogram(moment.ms);
    const needed = [...own.subarray(0, bounds.length), states[count]];
    if (needed.includes(ABSENT)) return "invalid_histogram";
  }
  const numbers = {
    bounds,
    cumulative: slots.subarray(from, from + bounds.length),
    count: slots[count]!,
    sum: sum < 0 || states?.[from + sum] === ABSENT ? 0 : slots[from + sum]!,
  };
  return customHistogram(numbers, moment) ?? "invalid_histogram";
}

/** Whether a row that is one native histogram has nothing to write. */
export function isAbsentRow({ layout, states }: MetricsPart, row: number): boolean {
  const from = layout.at[row]!;
  const to = layout.at[row + 1]!;
  if (typeof states !== "object" || from === to) return false;
  return states.subarray(from, to).every((state) => state === ABSENT);
}
