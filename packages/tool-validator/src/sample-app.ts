import type { Clock, HttpRequest, HttpResponse } from "@sluice/component";
import { type SeriesJson, seriesText } from "./expected.ts";
import { families, type PageFormat, type Sample } from "./families.ts";
import { type Histogram, histogramOf, histogramText } from "./histogram.ts";
import { contentTypes, formatFor, pageOf } from "./pages.ts";

/** How the sample application shows itself. */
export interface SampleAppOptions {
  readonly clock: Pick<Clock, "now">;
  /** How many times it shows each series; 1 unless told otherwise. */
  readonly copies?: number;
  /** The format of its pages; "auto" is what the scraper accepts, and the default. */
  readonly format?: PageFormat | "auto";
}

/** How many scrapes are remembered for `/expected_metrics`. */
export const REMEMBERED = 20;
/** Who scrapes says so by this; others may look without being taken for a scrape. */
const SCRAPER = "x-prometheus-scrape-timeout-seconds";

interface Scrape {
  readonly n: number;
  readonly seconds: number;
  readonly format: PageFormat;
}

/**
 * A small shop that shows every metric type. `/metrics` is its page, another one at each scrape; `/expected_metrics` says what a
 * backend must hold of the latest scrapes.
 */
export function createSampleApp(options: SampleAppOptions): (request: HttpRequest) => HttpResponse {
  const { clock, copies = 1 } = options;
  const scrapes: Scrape[] = [];
  return ({ target, headers }) => {
    const [path, query = ""] = target.split("?", 2);
    if (path === "/metrics") {
      const format = formatFor(headers.accept ?? "", options.format ?? "auto");
      const n = (scrapes.at(-1)?.n ?? 0) + (SCRAPER in headers ? 1 : 0);
      if (SCRAPER in headers) {
        scrapes.push({ n, seconds: Math.round(clock.now()) / 1000, format });
        if (scrapes.length > REMEMBERED) scrapes.shift();
      }
      return {
        status: 200,
        headers: { "content-type": contentTypes[format] },
        body: pageOf(families(n, format, copies), format),
      };
    }
    if (path === "/expected_metrics") {
      const expected = expectedOf(scrapes, copies);
      if (new URLSearchParams(query).get("format") === "text") {
        return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: expectedText(expected) };
      }
      return { status: 200, headers: { "content-type": "application/json" }, body: `${JSON.stringify(expected)}\n` };
    }
    return path === "/" ? { status: 200, body: welcome } : { status: 404, body: welcome };
  };
}

const welcome = `A sample application.
/metrics                        what it shows; only a scraper's request makes it go on
/expected_metrics               what a backend must hold of the latest ${REMEMBERED} scrapes, as JSON
/expected_metrics?format=text   the same, a line a sample
`;

interface ExpectedJson {
  readonly resultType: "matrix";
  readonly scrapes: readonly number[];
  readonly result: readonly (SeriesJson & { readonly type: string })[];
}

function expectedOf(scrapes: readonly Scrape[], copies: number): ExpectedJson {
  type Points<T> = (readonly [seconds: number, value: T])[];
  interface Growing {
    readonly metric: Record<string, string>;
    readonly type: string;
    readonly points: Points<Sample>;
  }
  const byKey = new Map<string, Growing>();
  for (const { n, seconds, format } of scrapes) {
    for (const { type, samples } of families(n, format, copies)) {
      for (const shown of samples) {
        const metric = { __name__: shown.name, ...shown.labels };
        const key = seriesText(metric);
        const series: Growing = byKey.get(key) ?? { metric, type, points: [] };
        series.points.push([seconds, shown]);
        byKey.set(key, series);
      }
    }
  }
  const result = [...byKey.values()].map(({ metric, type, points }) => {
    const values: Points<string> = [];
    const histograms: Points<Histogram> = [];
    for (const [seconds, { value, histogram }] of points) {
      if (histogram === undefined) values.push([seconds, `${value}`]);
      else histograms.push([seconds, histogramOf(histogram)]);
    }
    return { metric, type, ...(values.length > 0 && { values }), ...(histograms.length > 0 && { histograms }) };
  });
  return { resultType: "matrix", scrapes: scrapes.map(({ seconds }) => seconds), result };
}

function expectedText({ result }: ExpectedJson): string {
  return result
    .flatMap(({ metric, values = [], histograms = [] }) => {
      const points = [...values, ...histograms.map(([seconds, it]) => [seconds, histogramText(it)] as const)];
      return points.map(([seconds, value]) => `${seriesText(metric)} ${value} ${seconds}\n`);
    })
    .join("");
}
