import { type CompareOptions, type Differences, keyOf, wantedKey } from "./compare.ts";
import type { Expected, ExpectedSeries, Series } from "./expected.ts";

/** The series that had been shown before a scrape and were not shown by it, by their keys. */
export function endedAt(
  scrape: number,
  { result }: Expected,
  options: CompareOptions,
): ReadonlyMap<string, ExpectedSeries> {
  const ended = result.filter(
    ({ values }) => values.some(([at]) => at < scrape) && values.every(([at]) => at !== scrape),
  );
  return new Map(ended.map((series) => [keyOf(series.metric, options), series]));
}

/** The names under which a backend may have such series. */
export function namesOf(ended: ReadonlyMap<string, ExpectedSeries>): readonly string[] {
  const names = [...ended.values()].flatMap(({ metric: { __name__: name = "" }, type }) =>
    type === "counter" ? [name, `${name}_total`] : [name],
  );
  return [...new Set(names)].sort();
}

/** Adds what a backend shows at the time of a scrape although it had ended by then. */
export function addNotEnded(
  differences: Differences,
  shown: readonly Series[],
  ended: ReadonlyMap<string, ExpectedSeries>,
  options: CompareOptions,
): void {
  for (const { metric, values } of shown) {
    const key = wantedKey(metric, ended, options);
    if (!ended.has(key)) continue;
    for (const [seconds, found] of values) differences.add("not ended", key, { seconds, found });
  }
}
