/** Native histograms: from a page in protobuf, or made of classic ones, to points. */
import { CUSTOM_BUCKETS, type ExponentialPoint, type MetricsPart } from "@sluice/data";
import { type PageFamily, type PageHistogram, protobufPage } from "@sluice/lib-prometheus";
import { expect, test } from "vitest";
import { fail, read, readFamilies, targetPage } from "./page.testing.ts";
import type { PageResult } from "./page.ts";
import { linesOf, reported, samplesOf, shortSeries, startScraping } from "./scraping.testing.ts";

const settings = { native: true, classic: false, custom: false, bucketLimit: 0, maxSchema: 8 };
const nativePage = (more: object = {}) => targetPage({ histograms: { ...settings, ...more } });
const family = (histogram: PageHistogram, more: Partial<PageFamily> = {}): PageFamily => ({
  name: "h",
  type: "histogram",
  metrics: [{ labels: { a: "b" }, histogram }],
  ...more,
});
/** Counts 1, 2, 1 in the buckets 1, 2 and 5. */
const small: PageHistogram = {
  count: 6,
  sum: 12.5,
  schema: 2,
  zeroThreshold: 0.001,
  zeroCount: 2,
  positive: {
    spans: [
      [1, 2],
      [2, 1],
    ],
    deltas: [1, 1, -1],
  },
};
const lines = ({ parts }: Pick<PageResult, "parts">): string[] =>
  parts.flatMap(samplesOf).map(({ series, value }) => `${shortSeries(series)} ${value}`);
const pointsOf = ({ parts }: PageResult): ExponentialPoint[] =>
  parts.flatMap(({ ragged }) => [...(ragged?.values() ?? [])]);
const metricOf = ({ layout: { catalog, ids } }: MetricsPart, row = 0) => catalog.metric(ids[row]!);

test("an exponential point under the family's name, with its type, help and unit", () => {
  const result = readFamilies(nativePage(), [family(small, { help: "Help.", unit: "seconds" })], 1000);
  expect(lines(result)).toEqual(['h{a="b"} 6']);
  expect(metricOf(result.parts[0]!)).toMatchObject({
    name: "h",
    kind: "exponential",
    temporality: "cumulative",
    help: "Help.",
    unit: "s",
    metadata: [{ key: "prometheus.type", value: "histogram" }],
  });
  expect(pointsOf(result)).toEqual([
    {
      scale: 2,
      count: 6,
      sum: 12.5,
      zeroCount: 2,
      zeroThreshold: 0.001,
      positive: { offset: 0, counts: Float64Array.of(1, 2, 0, 0, 1) },
      negative: { offset: 0, counts: new Float64Array(0) },
      min: undefined,
      max: undefined,
      native: { float: false, reset: "unknown" },
    },
  ]);
});

test("the same page again: the same layout, other numbers", () => {
  const page = nativePage();
  const gauge: PageFamily = { name: "g", type: "gauge", metrics: [{ value: 1 }] };
  const first = readFamilies(page, [family(small), gauge], 1000);
  const again = readFamilies(page, [family({ ...small, sum: 13 }), gauge], 2000);
  expect(again.parts.map(({ layout }) => layout)).toEqual(first.parts.map(({ layout }) => layout));
  expect(again.parts[0]!.layout).toBe(first.parts[0]!.layout);
  expect([pointsOf(first)[0]!.sum, pointsOf(again)[0]!.sum]).toEqual([12.5, 13]);
});

test("gone: a stale marker; beside it what stays, and what is a number now", () => {
  const page = nativePage();
  const two = family(small, { metrics: [{ labels: { a: "b" }, histogram: small }, { histogram: small }] });
  readFamilies(page, [two, { name: "g", type: "gauge", metrics: [{ value: 1 }] }], 1000);
  expect(lines(readFamilies(page, [family(small)], 2000))).toEqual(["h stale", "g stale", 'h{a="b"} 6']);
  expect(
    lines(readFamilies(page, [{ name: "h", type: "gauge", metrics: [{ labels: { a: "b" }, value: 1 }] }], 3000)),
  ).toEqual(['h{a="b"} stale', 'h{a="b"} 1']);
  readFamilies(page, [two], 4000);
  expect(lines({ parts: fail(page, 5000) })).toEqual(['h{a="b"} stale', "h stale"]);
  expect(lines({ parts: fail(page, 6000) })).toEqual([]);
});

test("tables renewed at every page: the same", () => {
  const page = targetPage({ slack: Number.NEGATIVE_INFINITY, histograms: { ...settings, custom: true } });
  const classic = (le: number): PageFamily =>
    family(
      { count: 2, sum: 1, buckets: [{ le, count: 1 }] },
      { name: "c", metrics: [{ histogram: { count: 2, sum: 1, buckets: [{ le, count: 1 }] } }] },
    );
  for (let round = 1; round < 6; round++) {
    const result = readFamilies(page, [family(small), classic(round)], round * 1000);
    expect(lines(result)).toEqual(['h{a="b"} 6', "c 2"]);
  }
  expect(lines(readFamilies(page, [classic(1)], 9000))).toEqual(['h{a="b"} stale', "c 2"]);
});

test("relabelling, target labels and honor_labels hold for its labels; each is one sample", () => {
  const page = targetPage({
    histograms: { ...settings, classic: true },
    rules: { relabel: (labels) => (labels.get("__name__") === "h_sum" ? undefined : labels) },
  });
  const both = family({ ...small, buckets: [{ le: 1, count: 3 }] });
  const result = readFamilies(page, [both], 1000);
  expect(lines(result)).toEqual([
    'h{a="b"} 6',
    'h_bucket{a="b",le="1"} 3',
    'h_bucket{a="b",le="+Inf"} 6',
    'h_count{a="b"} 6',
  ]);
  expect([page.scraped, page.kept, page.series]).toEqual([5, 4, 4]);
});

test("without scrape_native_histograms the classic side is taken", () => {
  const result = readFamilies(targetPage(), [family({ ...small, buckets: [{ le: 1, count: 3 }] })], 1000);
  expect(lines(result)).toEqual([
    'h_bucket{a="b",le="1"} 3',
    'h_bucket{a="b",le="+Inf"} 6',
    'h_sum{a="b"} 12.5',
    'h_count{a="b"} 6',
  ]);
});

test("float and gauge histograms say so", () => {
  const float: PageHistogram = { countFloat: 1.5, sum: 1, schema: 0, positive: { spans: [[0, 1]], counts: [1.5] } };
  const result = readFamilies(
    nativePage(),
    [family(float), family(small, { name: "gh", type: "gaugehistogram" })],
    1000,
  );
  expect(pointsOf(result).map(({ native }) => native)).toEqual([
    { float: true, reset: "unknown" },
    { float: false, reset: "gauge" },
  ]);
  expect(metricOf(result.parts[0]!, 1).metadata).toEqual([{ key: "prometheus.type", value: "gaugehistogram" }]);
});

test("exemplars: those of the histogram with a time, else those of its buckets", () => {
  const trace = { trace_id: "0123456789abcdef0123456789abcdef" };
  const exemplars = [
    { labels: trace, value: 2, ms: 2000 },
    { labels: {}, value: 3 },
    { labels: { x: "y" }, value: 1, ms: 1000 },
  ];
  const [part] = readFamilies(nativePage(), [family({ ...small, exemplars })], 5000).parts;
  expect(part!.exemplars!.get(0)).toMatchObject([
    { slot: 0, value: 1, ms: 1000, attributes: [{ key: "x", value: "y" }] },
    { slot: 0, value: 2, ms: 2000, traceId: Uint8Array.from(Buffer.from(trace.trace_id, "hex")) },
  ]);
  const buckets = [{ le: 1, count: 3, exemplar: { labels: {}, value: 0.5, ms: 4000 } }];
  const [other] = readFamilies(nativePage(), [family({ ...small, buckets })], 5000).parts;
  expect(other!.exemplars!.get(0)).toMatchObject([{ value: 0.5, ms: 4000 }]);
});

test("explicit timestamps: their own time, no stale marker, the older one dropped, and a second one at another time", () => {
  const page = nativePage();
  const at = (...times: number[]): PageFamily =>
    family(small, { metrics: times.map((timestampMs) => ({ histogram: small, timestampMs })) });
  const timed = ({ parts }: Pick<PageResult, "parts">) => parts.flatMap(samplesOf).map(({ value, ms }) => [value, ms]);
  expect(timed(readFamilies(page, [at(500, 700)], 1000))).toEqual([
    [6, 500],
    [6, 700],
  ]);
  const late = readFamilies(page, [at(600)], 2000);
  expect([timed(late), late.outOfOrder]).toEqual([[], 1]);
  readFamilies(page, [at(800)], 3000);
  expect(timed(readFamilies(page, [], 4000))).toEqual([]);
  const twice = readFamilies(page, [at(4500, 4500)], 5000);
  expect([timed(twice), twice.duplicates]).toEqual([[[6, 4500]], 1]);
});

test("native_histogram_min_bucket_factor: a lower schema", () => {
  const result = readFamilies(nativePage({ maxSchema: 0 }), [family(small)], 1000);
  expect(pointsOf(result)[0]).toMatchObject({
    scale: 0,
    positive: { offset: 0, counts: Float64Array.of(3, 1) },
    count: 6,
  });
});

test("native_histogram_bucket_limit: a lower schema until it fits, or the scrape fails", () => {
  const [point] = pointsOf(readFamilies(nativePage({ bucketLimit: 2 }), [family(small)], 1000));
  expect(point).toMatchObject({ scale: 1, positive: { offset: 0, counts: Float64Array.of(3, 0, 1) } });
  const wide = {
    ...small,
    positive: {
      spans: [
        [100, 1],
        [800, 1],
      ] as const,
      deltas: [2, 0],
    },
  };
  const page = nativePage({ bucketLimit: 1 });
  expect(() => readFamilies(page, [family(wide)], 1000)).toThrow("histogram bucket limit exceeded");
  expect(lines(readFamilies(page, [family({ count: 0, sum: 0, zeroThreshold: 1 })], 2000))).toEqual(['h{a="b"} 0']);
});

const CLASSIC = `# HELP c Help.
# TYPE c histogram
c_bucket{le="1"} 1
c_bucket{le="2.5"} 3
c_bucket{le="+Inf"} 4
c_sum 5.5
c_count 4
`;
test("convert_classic_histograms_to_nhcb: one sample with custom buckets", () => {
  const page = nativePage({ custom: true });
  const result = read(page, CLASSIC, 1000);
  expect(result.parts.flatMap(samplesOf)).toEqual([
    {
      series: 'c{instance="target:80",job="test"}',
      value: 4,
      ms: 1000,
      native: { bounds: [1, 2.5], numbers: [1, 3, 4, 5.5, 4] },
    },
  ]);
  expect(metricOf(result.parts[0]!)).toMatchObject({
    name: "c",
    kind: "histogram",
    temporality: "cumulative",
    help: "Help.",
    metadata: [{ key: "prometheus.type", value: "histogram" }, CUSTOM_BUCKETS],
  });
  expect([page.scraped, page.kept, page.series]).toEqual([1, 1, 5]);
  expect(read(page, CLASSIC, 2000).parts[0]!.layout).toBe(result.parts[0]!.layout);
});
test("other bounds: another point, and no stale marker: the series is the same", () => {
  const page = nativePage({ custom: true });
  const first = read(page, CLASSIC, 1000);
  const other = read(page, CLASSIC.replace('le="2.5"', 'le="3"'), 2000);
  expect(lines(other)).toEqual(["c 4"]);
  expect(other.parts[0]!.layout).not.toBe(first.parts[0]!.layout);
  expect(lines(read(page, "x 1\n", 3000))).toEqual(["c stale", "x 1"]);
});
test("with always_scrape_classic_histograms the lines stay beside it", () => {
  const result = read(nativePage({ custom: true, classic: true }), CLASSIC, 1000);
  expect(lines(result)).toEqual([
    'c_bucket{le="1"} 1',
    'c_bucket{le="2.5"} 3',
    'c_bucket{le="+Inf"} 4',
    "c_sum 5.5",
    "c_count 4",
    "c 4",
  ]);
});
test("a histogram that makes no sense is no sample; of protobuf, it fails the scrape", () => {
  const page = nativePage({ custom: true });
  expect(lines(read(page, CLASSIC.replace("c_count 4", "c_count 3"), 1000))).toEqual([]);
  const broken = family({ count: 1, sum: 1, buckets: [{ le: 1, count: 2 }] });
  expect(() => readFamilies(page, [broken], 2000)).toThrow("count");
});
test("bounds that change on each page do not pile up", () => {
  const page = targetPage({ histograms: { ...settings, custom: true }, slack: 64 });
  let bytes = 0;
  for (let round = 0; round < 2000; round++) {
    read(page, CLASSIC.replace('le="2.5"', `le="${round + 2}"`), round + 1);
    if (round === 500) bytes = page.bytes;
  }
  expect(page.bytes).toBeLessThan(bytes + 10_000);
});
test("custom buckets beyond native_histogram_bucket_limit fail the scrape: nothing can be merged", () => {
  expect(() => read(nativePage({ custom: true, bucketLimit: 2 }), CLASSIC, 1000)).toThrow(
    "histogram bucket limit exceeded",
  );
});

const answer = (families: readonly PageFamily[]) => ({
  status: 200,
  headers: {
    "content-type": "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
  },
  body: protobufPage(families),
});
test("a job: from its keys to points, limits and report series", async () => {
  const scraping = await startScraping({
    job: "scrape_native_histograms: true\nnative_histogram_bucket_limit: 2\nsample_limit: 1",
  });
  scraping.answer = answer([family(small)]);
  const batch = await scraping.scrape();
  expect(linesOf(batch)).toEqual(['h{a="b"} 6']);
  expect(
    ["up", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"].map((name) =>
      reported(batch, name),
    ),
  ).toEqual([1, 1, 1, 1]);
  scraping.answer = answer([family(small), family(small, { name: "i" })]);
  const tooMany = await scraping.scrape();
  expect(linesOf(tooMany)).toEqual(['h{a="b"} stale']);
  expect([reported(tooMany, "up"), reported(tooMany, "scrape_samples_scraped")]).toEqual([0, 2]);
  const wide = {
    ...small,
    positive: {
      spans: [
        [-400, 1],
        [800, 1],
        [900, 1],
      ] as const,
      deltas: [2, 0, -2],
    },
  };
  scraping.answer = answer([family({ ...wide, count: 6, negative: { spans: [[0, 1]], deltas: [0] } })]);
  await scraping.scrape();
  await scraping.stop();
});
test("labels of a target say otherwise than its job", async () => {
  const rule = "{action: replace, target_label: __scrape_native_histograms__, replacement: 'true'}";
  const scraping = await startScraping({ job: `relabel_configs: [${rule}]` });
  scraping.answer = answer([family(small)]);
  expect(linesOf(await scraping.scrape())).toEqual(['h{a="b"} 6']);
  await scraping.stop();
});
test("fallback_scrape_protocol: PrometheusProto", async () => {
  const scraping = await startScraping({
    job: "scrape_native_histograms: true\nfallback_scrape_protocol: PrometheusProto",
  });
  scraping.answer = { ...answer([family(small)]), headers: {} };
  expect(linesOf(await scraping.scrape())).toEqual(['h{a="b"} 6']);
  await scraping.stop();
});
