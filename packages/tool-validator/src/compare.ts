import { type Expected, type ExpectedSeries, type Labels, type Series, seriesText } from "./expected.ts";
import { numberOf } from "./number.ts";

/** How a backend may differ without being wrong. */
export interface CompareOptions {
  /** Labels that are not compared: those that scraping and sending add. */
  readonly ignoredLabels: ReadonlySet<string>;
}

/** One thing that is wrong. Times are seconds since 1970: the backend's where it has the sample, else those of the scrape. */
export interface Difference {
  /**
   * `twice`: two series or two moments for one; `missing scrape`: nothing of it is there; `not ended`: the series had vanished, and a
   * query of that moment still shows it.
   */
  readonly kind: "missing scrape" | "missing" | "different" | "unexpected" | "twice" | "not ended";
  /** `name{a="b"}`; empty for a whole scrape. */
  readonly series: string;
  readonly samples: readonly { readonly seconds: number; readonly expected?: string; readonly found?: string }[];
}
/** What was compared, and what is wrong. */
export interface Comparison {
  readonly scrapes: number;
  readonly series: number;
  /** Expected samples that are there with their value. */
  readonly right: number;
  readonly differences: readonly Difference[];
  /** The scrapes that were found: when they were answered, and the time their samples have. */
  readonly moments: readonly { readonly scrape: number; readonly stored: number }[];
  /** How many series the backend has of those asked for, whatever they are. */
  readonly stored: number;
  /** Labels that are compared and that no exposed series has: scraping or sending added them. */
  readonly addedLabels: readonly string[];
}

/** What every scrape adds to a job by itself. */
const ADDED = new Set([
  "up",
  "scrape_duration_seconds",
  "scrape_samples_scraped",
  "scrape_samples_post_metric_relabeling",
  "scrape_series_added",
  "scrape_timeout_seconds",
  "scrape_sample_limit",
  "scrape_body_size_bytes",
  "target_info",
]);

/** A moment at which the backend has samples: by series, all values it has. */
interface Moment {
  readonly seconds: number;
  readonly found: Map<string, string[]>;
}

/**
 * Compares both ways. Which of the backend's moments is which scrape is told by the values, since the times are the scraper's:
 * the scrape of which most series have their value there. Moments before the first and after the last of them are of no concern.
 */
export function compare(expected: Expected, stored: readonly Series[], options: CompareOptions): Comparison {
  const wanted = new Map(expected.result.map((series) => [keyOf(series.metric, options), series]));
  const moments = momentsOf(stored, wanted, options);
  const byScrape = assign(expected, wanted, moments);
  const found = [...byScrape.values()].flat().map(({ seconds }) => seconds);
  const [first, last] = [Math.min(...found), Math.max(...found)];
  const differences = new Differences();
  const located: { scrape: number; stored: number }[] = [];
  let right = 0;
  for (const [index, seconds] of expected.scrapes.entries()) {
    const [moment, ...more] = byScrape.get(index) ?? [];
    if (moment === undefined) differences.add("missing scrape", "", { seconds });
    else {
      right += compareMoment(seconds, moment, wanted, differences);
      located.push({ scrape: seconds, stored: moment.seconds });
    }
    for (const again of more) differences.add("twice", "", { seconds: again.seconds });
  }
  const known = new Set(found);
  for (const { seconds, found } of moments) {
    if (known.has(seconds) || seconds < first || seconds > last) continue;
    for (const [series, [value]] of found) differences.add("unexpected", series, { seconds, found: value ?? "" });
  }
  return {
    scrapes: expected.scrapes.length,
    series: wanted.size,
    right,
    differences: differences.list(),
    moments: located,
    stored: stored.length,
    addedLabels: addedLabels(expected, stored, options),
  };
}

function addedLabels(expected: Expected, stored: readonly Series[], { ignoredLabels }: CompareOptions): string[] {
  const shown = new Set(expected.result.flatMap(({ metric }) => Object.keys(metric)));
  const held = stored.filter(({ metric }) => !ADDED.has(metric.__name__ ?? ""));
  const labels = new Set(held.flatMap(({ metric }) => Object.keys(metric)));
  return [...labels].filter((label) => !shown.has(label) && !ignoredLabels.has(label)).sort();
}

/** What must be there at one scrape, and what is; gives how many samples are right. */
function compareMoment(
  scrape: number,
  { seconds, found }: Moment,
  wanted: ReadonlyMap<string, ExpectedSeries>,
  differences: Differences,
): number {
  let right = 0;
  const values = valuesAt(scrape, wanted);
  for (const [series, expected] of values) {
    const [value, ...more] = found.get(series) ?? [];
    if (value === undefined) differences.add("missing", series, { seconds, expected });
    else if (!sameValue(value, expected)) differences.add("different", series, { seconds, expected, found: value });
    else right++;
    if (more.length > 0) differences.add("twice", series, { seconds, found: more.join(", ") });
  }
  for (const [series, [value = ""]] of found) {
    if (!values.has(series)) differences.add("unexpected", series, { seconds, found: value });
  }
  return right;
}

/** By scrape, the moments that are it, the nearest first. */
function assign(
  { scrapes }: Expected,
  wanted: ReadonlyMap<string, ExpectedSeries>,
  moments: readonly Moment[],
): ReadonlyMap<number, readonly Moment[]> {
  const byScrape = new Map<number, Moment[]>();
  const shown = scrapes.map((seconds) => valuesAt(seconds, wanted));
  for (const moment of moments) {
    const likeness = shown.map((values) => likenessOf(moment, values));
    const most = Math.max(0, ...likeness);
    const likest = [...scrapes.keys()]
      .filter((index) => likeness[index] === most && most > 0.5)
      .sort((a, b) => Math.abs(scrapes[a]! - moment.seconds) - Math.abs(scrapes[b]! - moment.seconds))[0];
    if (likest === undefined) continue;
    const taken = byScrape.get(likest) ?? [];
    byScrape.set(likest, taken);
    taken.push(moment);
    taken.sort((a, b) => Math.abs(scrapes[likest]! - a.seconds) - Math.abs(scrapes[likest]! - b.seconds));
  }
  return byScrape;
}

/** The share of the series that are on both sides which have the same value: 0 to 1. */
function likenessOf({ found }: Moment, values: ReadonlyMap<string, string>): number {
  let both = 0;
  let same = 0;
  for (const [series, expected] of values) {
    const value = found.get(series)?.[0];
    if (value === undefined) continue;
    both++;
    if (sameValue(value, expected)) same++;
  }
  return both === 0 ? 0 : same / both;
}

function valuesAt(scrape: number, wanted: ReadonlyMap<string, ExpectedSeries>): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [series, { values: points }] of wanted) {
    const point = points.find(([seconds]) => seconds === scrape);
    if (point !== undefined) values.set(series, point[1]);
  }
  return values;
}

function momentsOf(
  stored: readonly Series[],
  wanted: ReadonlyMap<string, ExpectedSeries>,
  options: CompareOptions,
): readonly Moment[] {
  const moments = new Map<number, Moment>();
  for (const { metric, values } of stored) {
    if (ADDED.has(metric.__name__ ?? "")) continue;
    const series = wantedKey(metric, wanted, options);
    for (const [seconds, value] of values) {
      const moment = moments.get(seconds) ?? { seconds, found: new Map<string, string[]>() };
      moments.set(seconds, moment);
      const known = moment.found.get(series);
      if (known === undefined) moment.found.set(series, [value]);
      else known.push(value);
    }
  }
  return [...moments.values()].sort((a, b) => a.seconds - b.seconds);
}

/** The series that a stored one stands for: a counter may have got a `_total` on its way. */
export function wantedKey(
  metric: Labels,
  wanted: ReadonlyMap<string, Pick<ExpectedSeries, "type">>,
  options: CompareOptions,
): string {
  const key = keyOf(metric, options);
  const { __name__: name = "" } = metric;
  if (wanted.has(key) || !name.endsWith("_total")) return key;
  const shorter = keyOf({ ...metric, __name__: name.slice(0, -"_total".length) }, options);
  return wanted.get(shorter)?.type === "counter" ? shorter : key;
}

/** A series as text, without what is not compared; bounds and quantiles in one spelling, whether `1` or `1.0`. */
export function keyOf(metric: Labels, { ignoredLabels }: CompareOptions): string {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(metric)) {
    if (ignoredLabels.has(key) || value === "") continue;
    const number = key === "le" || key === "quantile" ? numberOf(value) : Number.NaN;
    labels[key] = Number.isFinite(number) ? `${number}` : value;
  }
  return seriesText(labels);
}

function sameValue(a: string, b: string): boolean {
  if (a.startsWith("{") || b.startsWith("{")) return a === b;
  return a === b || numberOf(a) === numberOf(b) || (Number.isNaN(numberOf(a)) && Number.isNaN(numberOf(b)));
}

/** Collects samples by kind and series. */
export class Differences {
  readonly #byKey = new Map<
    string,
    { kind: Difference["kind"]; series: string; samples: Difference["samples"][number][] }
  >();

  add(kind: Difference["kind"], series: string, sample: Difference["samples"][number]): void {
    const key = `${kind} ${series}`;
    const known = this.#byKey.get(key) ?? { kind, series, samples: [] };
    known.samples.push(sample);
    this.#byKey.set(key, known);
  }
  list(): readonly Difference[] {
    return [...this.#byKey.values()];
  }
}
