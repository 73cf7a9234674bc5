/** Native histograms as Prometheus' API gives them, and as one text that can be compared. */
import type { PageHistogram, PageSide } from "@sluice/lib-prometheus";
import { numberOf } from "./number.ts";

/** As Prometheus' API gives it: buckets that are not empty, lowest first; the rule says which borders belong to a bucket. */
export interface Histogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly (readonly [rule: number, from: string, to: string, count: string])[];
}

/** What the first column of a bucket says. */
const Rule = { openLeft: 0, openRight: 1, closed: 3 } as const;
/** Borders of buckets are powers of a root, which not every program rounds alike. */
const BORDER_DIGITS = 12;

/** What Prometheus' API says of a histogram that a page shows. */
export function histogramOf(shown: PageHistogram): Histogram {
  const { count = 0, sum = 0, schema = 0, zeroThreshold = 0, zeroCount = 0, positive, negative } = shown;
  const border = (index: number): number => 2 ** (index / 2 ** schema);
  const bucket = (rule: number, from: number, to: number, held: number) =>
    [rule, `${from}`, `${to}`, `${held}`] as const;
  const buckets = [
    ...countsOf(negative)
      .map(([index, held]) => bucket(Rule.openRight, -border(index), -border(index - 1), held))
      .reverse(),
    bucket(Rule.closed, -zeroThreshold, zeroThreshold, zeroCount),
    ...countsOf(positive).map(([index, held]) => bucket(Rule.openLeft, border(index - 1), border(index), held)),
  ];
  return { count: `${count}`, sum: `${sum}`, buckets: buckets.filter(([, , , held]) => held !== "0") };
}

/** The bucket numbers of one side, and what each holds. */
function countsOf({ spans, deltas = [] }: PageSide = { spans: [] }): (readonly [index: number, held: number])[] {
  const counts: [number, number][] = [];
  let index = 0;
  let held = 0;
  for (const [offset, length] of spans) {
    index += offset;
    for (let i = 0; i < length; i++) {
      held += deltas[counts.length] ?? 0;
      counts.push([index++, held]);
    }
  }
  return counts;
}

/** All of it in one line; equal histograms have equal texts. */
export function histogramText({ count, sum, buckets = [] }: Histogram): string {
  const number = (text: string): string => `${numberOf(text)}`;
  const border = (text: string): string => `${Number(numberOf(text).toPrecision(BORDER_DIGITS))}`;
  const held = buckets.map(([, from, to, each]) => `${border(from)}..${border(to)}: ${number(each)}`);
  return `{${[`count ${number(count)}`, `sum ${number(sum)}`, ...held].join(", ")}}`;
}

/** Whether this is a histogram of Prometheus' API. */
export function isHistogram(value: unknown): value is Histogram {
  const { count, sum, buckets = [] } = (value ?? {}) as Partial<Histogram>;
  if (typeof count !== "string" || typeof sum !== "string" || !Array.isArray(buckets)) return false;
  return (buckets as unknown[]).every(
    (bucket) => Array.isArray(bucket) && bucket.length === 4 && bucket.slice(1).every((it) => typeof it === "string"),
  );
}
