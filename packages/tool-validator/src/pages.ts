/** Families as a page, and which format a scraper gets. */
import { type PageMetric, protobufPage, type PageFamily as WrittenFamily } from "@sluice/lib-prometheus";
import { seriesText } from "./expected.ts";
import type { Family, PageFormat, Sample } from "./families.ts";
import { numberOf } from "./number.ts";

/** What each format is called. */
export const contentTypes: Readonly<Record<PageFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  protobuf: "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
};

/** What a scraper gets that accepts this; text when it accepts nothing of what there is. */
export function formatFor(accept: string, format: PageFormat | "auto"): PageFormat {
  if (format !== "auto") return format;
  const wishes = accept.split(",").map((wish) => {
    const [type = "", ...parameters] = wish.split(";").map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  const formats = Object.keys(contentTypes) as PageFormat[];
  const known = wishes.flatMap(({ type, weight }) => {
    const wished = formats.find((name) => contentTypes[name].startsWith(`${type};`));
    return wished === undefined ? [] : [{ wished, weight }];
  });
  return known.toSorted((a, b) => b.weight - a.weight)[0]?.wished ?? "text";
}

/** All of them on one page. */
export function pageOf(shown: readonly Family[], format: PageFormat): string | Uint8Array {
  return format === "protobuf" ? protobufPage(shown.map(written)) : textPage(shown, format);
}

function textPage(shown: readonly Family[], format: PageFormat): string {
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

function written({ name, type, help, unit, samples }: Family): WrittenFamily {
  return {
    name,
    type: type as WrittenFamily["type"],
    help,
    ...(unit !== undefined && { unit }),
    metrics: metricsOf(type, samples),
  };
}

/** The samples that differ in a bound or quantile only are one metric. */
function metricsOf(type: string, samples: readonly Sample[]): PageMetric[] {
  const byLabels = new Map<string, { labels: Record<string, string>; samples: Sample[] }>();
  for (const each of samples) {
    const { le: _le, quantile: _quantile, ...labels } = each.labels;
    const key = seriesText(labels);
    const metric = byLabels.get(key) ?? { labels, samples: [] };
    metric.samples.push(each);
    byLabels.set(key, metric);
  }
  return [...byLabels.values()].map(({ labels, samples: lines }) => {
    const [{ value, histogram }] = lines as [Sample];
    if (histogram !== undefined) return { labels, histogram };
    if (type === "histogram" || type === "gaugehistogram") return { labels, histogram: classicOf(lines) };
    return type === "summary" ? { labels, summary: summaryOf(lines) } : { labels, value };
  });
}

function classicOf(lines: readonly Sample[]): NonNullable<PageMetric["histogram"]> {
  const buckets = lines
    .filter(({ name }) => name.endsWith("_bucket"))
    .map(({ labels, value }) => ({ le: numberOf(labels.le ?? ""), count: value }));
  return { ...countAndSum(lines), buckets };
}

function summaryOf(lines: readonly Sample[]): NonNullable<PageMetric["summary"]> {
  const quantiles = lines
    .filter(({ labels }) => labels.quantile !== undefined)
    .map(({ labels, value }) => [Number(labels.quantile), value] as const);
  return { ...countAndSum(lines), quantiles };
}

function countAndSum(lines: readonly Sample[]): { readonly count: number; readonly sum: number } {
  const at = (suffix: string): number => lines.find(({ name }) => name.endsWith(suffix))?.value ?? 0;
  return { count: at("_count"), sum: at("_sum") };
}
