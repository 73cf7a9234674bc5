import type { Clock, HttpRequest, HttpResponse } from "@sluice/component";
import { type Expected, type ExpectedSeries, type Point, seriesText } from "./expected.ts";
import { type Family, families, type PageFormat } from "./families.ts";

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
        body: page(families(n, format, copies), format),
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

const contentTypes: Readonly<Record<PageFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};
const welcome = `A sample application.
/metrics                        what it shows; only a scraper's request makes it go on
/expected_metrics               what a backend must hold of the latest ${REMEMBERED} scrapes, as JSON
/expected_metrics?format=text   the same, a line a sample
`;

function formatFor(accept: string, format: PageFormat | "auto"): PageFormat {
  if (format !== "auto") return format;
  return accept.includes("application/openmetrics-text") ? "openmetrics" : "text";
}

function page(shown: readonly Family[], format: PageFormat): string {
  const lines: string[] = [];
  for (const { name, type, help, unit, samples } of shown) {
    lines.push(`# TYPE ${name} ${type}`);
    if (unit !== undefined && format === "openmetrics") lines.push(`# UNIT ${name} ${unit}`);
    lines.push(`# HELP ${name} ${help}`);
    for (const { name, labels, value } of samples) {
      const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
      lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`);
    }
  }
  return `${lines.join("\n")}\n${format === "openmetrics" ? "# EOF\n" : ""}`;
}

function expectedOf(scrapes: readonly Scrape[], copies: number): Expected {
  type Growing = Omit<ExpectedSeries, "values"> & { readonly values: Point[] };
  const byKey = new Map<string, Growing>();
  for (const { n, seconds, format } of scrapes) {
    for (const { type, samples } of families(n, format, copies)) {
      for (const { name, labels, value } of samples) {
        const metric = { __name__: name, ...labels };
        const key = seriesText(metric);
        const series: Growing = byKey.get(key) ?? { metric, type, values: [] };
        series.values.push([seconds, `${value}`]);
        byKey.set(key, series);
      }
    }
  }
  return { resultType: "matrix", scrapes: scrapes.map(({ seconds }) => seconds), result: [...byKey.values()] };
}

function expectedText({ result }: Expected): string {
  return result
    .flatMap(({ metric, values }) => values.map(([seconds, value]) => `${seriesText(metric)} ${value} ${seconds}\n`))
    .join("");
}
