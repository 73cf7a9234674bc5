/** When counting began, as the page says it: ordinary series, or with the feature gate the start of points. */
import { type MetricsPart, msAt } from "@sluice/data";
import type { PageFamily } from "@sluice/lib-prometheus";
import { expect, test } from "vitest";
import { read, readFamilies, targetPage } from "./page.testing.ts";
import type { PageResult } from "./page.ts";
import { reported, samplesOf, shortSeries, startScraping } from "./scraping.testing.ts";

const OPEN_METRICS = `# TYPE c counter
c_total{a="1"} 5
c_created{a="1"} 1.5
c_total{a="2"} 6
# TYPE h histogram
h_bucket{le="1.0"} 1
h_bucket{le="+Inf"} 2
h_sum 3
h_count 2
h_created 2
# TYPE s summary
s{quantile="0.5"} 1
s_sum 3
s_count 2
s_created 0.0015
# TYPE g gauge
g 1
g_created 1
# EOF
`;
/** \`series start\` of each point. */
function startsOf({ parts }: Pick<PageResult, "parts">): string[] {
  return parts.flatMap((part: MetricsPart) =>
    [...part.layout.ids.keys()].map((row) => {
      const [first] = samplesOf({ ...part, rows: Int32Array.of(row) });
      const start = part.start === undefined ? 0 : msAt(part.start, row);
      return `${shortSeries(first!.series)} ${start}`;
    }),
  );
}
const gated = (more: object = {}) =>
  targetPage({
    takesCreated: true,
    histograms: { native: true, classic: false, custom: false, bucketLimit: 0, maxSchema: 8, ...more },
  });

test("without the gate they are series, and points have no start", () => {
  const page = targetPage();
  const { parts } = read(page, OPEN_METRICS, 5000, "openmetrics");
  const series = parts.flatMap(samplesOf).map((sample) => shortSeries(sample.series));
  expect(series.filter((name) => name.includes("_created"))).toEqual([
    'c_created{a="1"}',
    "h_created",
    "s_created",
    "g_created",
  ]);
  expect(parts.every(({ start }) => start === undefined)).toBe(true);
  expect(page.scraped).toBe(14);
});
test("with it they are the start of the points of the same labels, and not counted", () => {
  const page = gated();
  const expected = [
    'c_total{a="1"} 1500',
    'c_total{a="2"} 0',
    'h_bucket{le="1"} 2000',
    's{quantile="0.5"} 1',
    "g 0",
    "g_created 0",
  ];
  const first = read(page, OPEN_METRICS, 5000, "openmetrics");
  expect(startsOf(first)).toEqual(expected);
  expect([page.scraped, page.kept]).toEqual([11, 11]);
  const again = read(page, OPEN_METRICS.replace("h_created 2", "h_created 3"), 6000, "openmetrics");
  expect(startsOf(again)[2]).toBe('h_bucket{le="1"} 3000');
  expect(again.parts[0]!.layout).toBe(first.parts[0]!.layout);
  const later = read(
    page,
    OPEN_METRICS.replace('c_total{a="2"} 6', 'c_total{a="2"} 6\nc_created{a="2"} 4'),
    7000,
    "openmetrics",
  );
  expect(startsOf(later)[1]).toBe('c_total{a="2"} 4000');
  expect(startsOf(read(page, OPEN_METRICS.replaceAll(/.*_created.*\n/g, ""), 8000, "openmetrics"))[0]).toBe(
    'c_total{a="1"} 0',
  );
});
test("the text format has no such lines: they are series", () => {
  const text = OPEN_METRICS.replace("# EOF\n", "").replaceAll(/# TYPE c counter\n/g, "# TYPE c_total counter\n");
  expect(startsOf(read(gated(), text, 5000, "text"))).toContain('c_created{a="1"} 0');
});
test("relabelling changes nothing of it", () => {
  const page = targetPage({
    takesCreated: true,
    rules: { relabel: (labels) => new Map([...labels].map(([name, value]) => [name === "a" ? "b" : name, value])) },
  });
  expect(startsOf(read(page, OPEN_METRICS, 5000, "openmetrics"))[0]).toBe('c_total{b="1"} 1500');
});
test("tables renewed at every page: the same", () => {
  const page = targetPage({ takesCreated: true, slack: Number.NEGATIVE_INFINITY });
  for (let round = 1; round < 5; round++) {
    expect(startsOf(read(page, OPEN_METRICS, round * 1000, "openmetrics"))[0]).toBe('c_total{a="1"} 1500');
  }
});

const FAMILIES: readonly PageFamily[] = [
  {
    name: "c_total",
    type: "counter",
    metrics: [
      { value: 1, createdMs: 1234 },
      { labels: { a: "b" }, value: 2 },
    ],
  },
  { name: "s", type: "summary", metrics: [{ createdMs: 2345, summary: { count: 1, sum: 1, quantiles: [[0.5, 1]] } }] },
  {
    name: "n",
    type: "histogram",
    metrics: [{ histogram: { count: 1, sum: 1, positive: { spans: [[0, 1]], deltas: [1] }, createdMs: 3456 } }],
  },
  {
    name: "h",
    type: "histogram",
    metrics: [{ histogram: { count: 1, sum: 1, buckets: [{ le: 1, count: 1 }], createdMs: 4567 } }],
  },
];
test("of protobuf they are no series: nothing without the gate, starts with it", () => {
  expect(readFamilies(targetPage(), FAMILIES, 5000).parts.every(({ start }) => start === undefined)).toBe(true);
  const starts = ["c_total 1234", 'c_total{a="b"} 0', 's{quantile="0.5"} 2345', "n 3456", 'h_bucket{le="1"} 4567'];
  expect(startsOf(readFamilies(gated(), FAMILIES, 5000))).toEqual(starts);
  expect(startsOf(readFamilies(gated({ custom: true }), FAMILIES, 5000)).slice(-1)).toEqual(["h 4567"]);
});

test("the feature gate is asked for by its name", async () => {
  const gate = "receiver.prometheusreceiver.EnableCreatedTimestampZeroIngestion";
  for (const [gates, count] of [
    [[], 14],
    [[gate], 11],
  ] as const) {
    const scraping = await startScraping({ gates });
    scraping.answer = { status: 200, headers: { "content-type": "application/openmetrics-text" }, body: OPEN_METRICS };
    expect(reported(await scraping.scrape(), "scrape_samples_scraped")).toBe(count);
    await scraping.stop();
  }
});
