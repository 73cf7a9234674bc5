/** What a backend must hold, as `/expected_metrics` says it: Prometheus' own form of a matrix. */
import { type Histogram, histogramText, isHistogram } from "./histogram.ts";

/** Labels of a series, `__name__` among them. */
export type Labels = Readonly<Record<string, string>>;
/** Seconds since 1970, and the value as text; of a native histogram all of it. */
export type Point = readonly [seconds: number, value: string];
/** A series and its points, oldest first. */
export interface Series {
  readonly metric: Labels;
  readonly values: readonly Point[];
}
/** A series that was exposed; all points of one scrape have the same time: when it was answered. */
export interface ExpectedSeries extends Series {
  /** As on the page: "counter", "gauge" and so on. */
  readonly type: string;
}
/** The body of `/expected_metrics`. */
export interface Expected {
  readonly resultType: "matrix";
  /** When each remembered scrape was answered, in seconds since 1970, oldest first. */
  readonly scrapes: readonly number[];
  readonly result: readonly ExpectedSeries[];
}

/** A series as JSON has it. */
export interface SeriesJson {
  readonly metric: Labels;
  readonly values?: readonly Point[];
  readonly histograms?: readonly (readonly [seconds: number, histogram: Histogram])[];
}

/** Reads the body of `/expected_metrics`; throws an Error that says what is wrong with it. */
export function parseExpected(text: string): Expected {
  const body = parseJson(text);
  const { scrapes, result } = body as Partial<Expected>;
  if (!Array.isArray(scrapes) || !scrapes.every(Number.isFinite)) {
    throw new Error('found no "scrapes", expected a list of times in seconds');
  }
  return { resultType: "matrix", scrapes, result: readMatrix(result).map((series) => ({ type: "", ...series })) };
}

/** Reads the answer of a backend to a query of a range; throws an Error that says what is wrong with it. */
export function parseAnswer(text: string): readonly Series[] {
  return readMatrix(resultOf(text));
}

/** Reads the answer of a backend to a query of one moment; throws an Error that says what is wrong with it. */
export function parseMoment(text: string): readonly Series[] {
  const result = resultOf(text);
  if (!Array.isArray(result)) return readMatrix(result);
  return readMatrix(
    (result as { metric?: unknown; value?: unknown; histogram?: unknown }[]).map(({ metric, value, histogram }) => ({
      metric,
      ...(value !== undefined && { values: [value] }),
      ...(histogram !== undefined && { histograms: [histogram] }),
    })),
  );
}

function resultOf(text: string): unknown {
  const { status, error, data } = parseJson(text) as { status?: unknown; error?: unknown; data?: { result?: unknown } };
  if (status !== "success") throw new Error(typeof error === "string" ? error : "the answer says no success");
  return data?.result;
}

function parseJson(text: string): object {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new Error(`found ${JSON.stringify(text.slice(0, 60))}, expected JSON`, { cause });
  }
  if (typeof body !== "object" || body === null) throw new Error("expected a JSON object");
  return body;
}

function readMatrix(result: unknown): readonly Series[] {
  if (!Array.isArray(result)) throw new Error('found no "result", expected a list of series');
  const bad = result.find((series: unknown) => !isSeries(series));
  if (bad !== undefined) throw new Error(`found ${JSON.stringify(bad)?.slice(0, 80)}, expected a series with values`);
  return (result as SeriesJson[]).map(({ values = [], histograms = [], ...series }) => ({
    ...series,
    values: [...values, ...histograms.map(([seconds, histogram]) => [seconds, histogramText(histogram)] as const)],
  }));
}

function isSeries(series: unknown): series is SeriesJson {
  const { metric, values, histograms } = (series ?? {}) as Partial<SeriesJson>;
  if (typeof metric !== "object" || metric === null || (values === undefined && histograms === undefined)) return false;
  return (
    Object.values(metric).every((value) => typeof value === "string") &&
    arePoints(values ?? [], (value) => typeof value === "string") &&
    arePoints(histograms ?? [], isHistogram)
  );
}

function arePoints(points: unknown, isValue: (value: unknown) => boolean): boolean {
  if (!Array.isArray(points)) return false;
  return points.every((at: unknown) => Array.isArray(at) && Number.isFinite(at[0]) && isValue(at[1]));
}

/** A series as PromQL writes it: `name{a="b"}`, labels sorted. */
export function seriesText({ __name__: name = "", ...labels }: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}}`;
}
