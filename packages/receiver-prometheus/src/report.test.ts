import type { MetricsPart } from "@sluice/data";
import { expect, test } from "vitest";
import { defaultScope } from "./metric.ts";
import { createReporter, type Report } from "./report.ts";
import { resourceOf } from "./resource.ts";
import { samplesOf } from "./scraping.testing.ts";

const report: Report = {
  up: true,
  seconds: 1,
  scraped: 2,
  kept: 3,
  added: 4,
  bodyBytes: 5,
  timeoutMs: 6000,
  sampleLimit: 7,
};
const linesOf = (parts: readonly MetricsPart[]): string[] =>
  parts.flatMap(samplesOf).map(({ series, value, ms }) => `${series.replace(/\{.*/, "")} ${value} ${ms}`);
function reporter(extra: boolean) {
  const resource = resourceOf("test", "target:80", "http", new Map());
  const labels = new Map([
    ["job", "test"],
    ["instance", "target:80"],
  ]);
  return createReporter({ labels, scope: defaultScope("1"), order: {}, extra, resource: () => resource });
}

test("the report, and its end: once, and without what another reports", () => {
  const all = reporter(true);
  const few = reporter(false);
  expect(linesOf(all.parts(report, 10))).toEqual([
    "up 1 10",
    "scrape_duration_seconds 1 10",
    "scrape_samples_scraped 2 10",
    "scrape_samples_post_metric_relabeling 3 10",
    "scrape_series_added 4 10",
    "scrape_timeout_seconds 6 10",
    "scrape_sample_limit 7 10",
    "scrape_body_size_bytes 5 10",
  ]);
  const others = new Set<string>();
  few.addSeries(others);
  expect(others.size).toBe(0);
  few.parts(report, 20);
  few.addSeries(others);
  expect(others.size).toBe(5);
  expect(linesOf(all.stale(20, others))).toEqual([
    "scrape_timeout_seconds stale 20",
    "scrape_sample_limit stale 20",
    "scrape_body_size_bytes stale 20",
  ]);
  expect(all.stale(30, new Set())).toEqual([]);
  expect(few.stale(30, others)).toEqual([]);
});
