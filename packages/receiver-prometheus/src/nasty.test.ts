/** The nasty cases of the data model that begin at a scrape (1 to 6), and the staleness scenarios. */
import { expect, test } from "vitest";
import { fail, identitiesOf, read, targetPage } from "./page.testing.ts";
import type { PageResult } from "./page.ts";
import { linesOf, samplesOf, shortSeries } from "./scraping.testing.ts";

const lines = (result: PageResult): string[] => linesOf({ signal: "metrics", parts: result.parts, context: undefined });
const full = (result: PageResult): string[] =>
  result.parts.flatMap(samplesOf).map(({ series, value }) => `${series} ${value}`);

test("nasty 1: federation: the resource differs by sample, target_info, interleaved families, buckets out of order", () => {
  const page = targetPage({ rules: { honorLabels: true } });
  const text = (extra: string): string => `# TYPE h histogram
h_bucket{job="a",instance="1",le="+Inf"} 3
up_time{job="b",instance="2"} 7
h_bucket{job="a",instance="1",le="0.5"} 1
h_count{job="b",instance="2"} 9
h_count{job="a",instance="1"} 3
h_bucket{job="a",instance="1",le="0.1"} 0
target_info{job="a",instance="1"${extra}} 1
own 1
`;
  const result = read(page, text(""), 1);
  expect(full(result)).toEqual([
    'h_bucket{instance="1",job="a",le="0.1"} 0',
    'h_bucket{instance="1",job="a",le="0.5"} 1',
    'h_bucket{instance="1",job="a",le="+Inf"} 3',
    'h_count{instance="1",job="a"} 3',
    'up_time{instance="2",job="b"} 7',
    'h_count{instance="2",job="b"} 9',
    'own{instance="target:80",job="test"} 1',
  ]);
  const orders = new Set(result.parts.map(({ layout }) => layout.catalog.order));
  expect(orders.size).toBe(1);
  // target_info says something: the points of that source move, their old streams end first.
  const informed = read(page, text(`,version="1.2"`), 2);
  expect(
    full(informed)
      .slice(0, 4)
      .every((line) => line.endsWith("stale")),
  ).toBe(true);
  expect(informed.parts).toHaveLength(4);
  const [, moved] = informed.parts;
  expect(moved!.layout.catalog.resource.attributes).toContainEqual({ key: "version", value: "1.2" });
  expect(moved!.layout.catalog.resource.attributes).not.toContainEqual({ key: "job", value: "a" });
  const again = read(page, text(`,version="1.2"`), 3);
  expect(again.parts[0]!.layout).toBe(moved!.layout);
});

test('nasty 2: a vanished bucket written le="2.0" is the bucket 2; only it goes stale', () => {
  const page = targetPage();
  const text = (bucket: string): string =>
    `# TYPE h histogram\nh_bucket{le="1"} 1\n${bucket}h_bucket{le="+Inf"} 3\nh_sum 4\nh_count 3\n`;
  read(page, text(`h_bucket{le="2.0"} 2\n`), 1);
  const gone = read(page, text(""), 2);
  expect(lines(gone)).toEqual([
    'h_bucket{le="2"} stale',
    'h_bucket{le="1"} 1',
    'h_bucket{le="+Inf"} 3',
    "h_sum 4",
    "h_count 3",
  ]);
  expect(gone.parts[0]!.rows).toBeUndefined();
  expect(gone.parts[0]!.states).toHaveLength(5);
  // Another text of the same bound is the same series.
  const back = read(page, text(`h_bucket{le="2"} 2\n`), 3);
  expect(lines(back)).toHaveLength(5);
  expect(lines(read(page, text(`h_bucket{le="2.000"} 2\n`), 4))).toEqual(lines(back));
});

test("nasty 3: TYPE changes: the old series ends before the new one; HELP changes: nothing ends", () => {
  const page = targetPage();
  const kinds = (result: PageResult) =>
    result.parts.flatMap(identitiesOf).map(({ identity, value }) => `${identity} ${value}`);
  expect(kinds(read(page, "# TYPE q gauge\nq 1\n", 1))).toEqual(["q{} gauge 1"]);
  expect(kinds(read(page, "# TYPE q counter\nq 2\n", 2))).toEqual(["q{} gauge stale", "q{} counter 2"]);
  const helped = read(page, "# HELP q Now with help.\n# TYPE q counter\nq 3\n", 3);
  expect(kinds(helped)).toEqual(["q{} counter 3"]);
  expect(helped.parts[0]!.layout.catalog.metric(helped.parts[0]!.layout.ids[0]!).help).toBe("Now with help.");
  expect(kinds(read(page, "# TYPE q counter\nq 4\n", 4))).toEqual(["q{} counter 4"]);
  expect(kinds(read(page, "r 1\n", 5))).toEqual(["q{} counter stale", "r{} unknown 1"]);
});

test("nasty 4: the same series twice with different timestamps: both are handed on", () => {
  const page = targetPage();
  const result = read(page, `a{b="1"} 1 1000\na{b="1"} 2 2000\na{b="1"} 3 2000\nc 9\n`, 5000);
  expect(result.parts.flatMap(samplesOf).map(({ series, value, ms }) => [shortSeries(series), value, ms])).toEqual([
    ['a{b="1"}', 1, 1000],
    ['a{b="1"}', 2, 2000],
    ["c", 9, 5000],
  ]);
  expect(result.duplicates).toBe(1);
  const [part] = result.parts;
  expect(part!.layout.ids[0]).toBe(part!.layout.ids[1]);
  expect(lines(read(page, "c 9\n", 6000))).toEqual(["c 9"]);
});

test("nasty 4: whole histograms at several times", () => {
  const page = targetPage();
  const at = (ms: number): string => `h_bucket{le="+Inf"} ${ms} ${ms}\nh_sum 1 ${ms}\nh_count ${ms} ${ms}\n`;
  const result = read(page, `# TYPE h histogram\n${at(1000)}${at(2000)}${at(3000)}h_count 5 4000\n`, 5000);
  expect(
    result.parts.flatMap(samplesOf).map(({ series, value, ms }) => `${shortSeries(series)} ${value} ${ms}`),
  ).toEqual(
    [1000, 2000, 3000].flatMap((ms) => [`h_bucket{le="+Inf"} ${ms} ${ms}`, `h_sum 1 ${ms}`, `h_count ${ms} ${ms}`]),
  );
  expect(result.inconsistent).toBe(1);
});

test("nasty 5: timestamps on some lines of a histogram: no common time, dropped and counted", () => {
  const page = targetPage();
  const result = read(page, `# TYPE h histogram\nh_bucket{le="+Inf"} 1 1000\nh_sum 1\nh_count 1\na 1\n`, 5000);
  expect(lines(result)).toEqual(["a 1"]);
  expect(result.inconsistent).toBe(3);
  // Whole again.
  expect(lines(read(page, `# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\na 1\n`, 6000))).toHaveLength(
    4,
  );
});

test("nasty 6: incomplete histograms: presence is the shape; what does not fit is a number of its own", () => {
  const page = targetPage();
  const result = read(
    page,
    `# TYPE h histogram
h_bucket{le="1"} 1
h_sum{a="1"} 2
h_count{a="2"} 3
h_bucket{a="3"} 4
h_bucket{le="x"} 5
h{a="4"} 6
h_created 7
# TYPE g gaugehistogram_is_unknown_here
`.replace(/# TYPE g.*\n/, ""),
    1,
  );
  expect(lines(result)).toEqual([
    'h_bucket{le="1"} 1',
    'h_sum{a="1"} 2',
    'h_count{a="2"} 3',
    'h_bucket{a="3"} 4',
    'h_bucket{le="x"} 5',
    'h{a="4"} 6',
    "h_created 7",
  ]);
  const { catalog, ids } = result.parts[0]!.layout;
  expect([...ids].map((id) => catalog.metric(id).kind)).toEqual([
    "histogram",
    "histogram",
    "histogram",
    "gauge",
    "gauge",
    "gauge",
    "gauge",
  ]);
  expect(catalog.shape(ids[0]!)).toMatchObject({ inf: false, sum: false, count: false, slots: 1 });
});

test("NaN on the page is a value, never a stale marker", () => {
  const page = targetPage();
  const [part] = read(page, "a NaN\nb -0\nc +Inf\n", 1).parts;
  expect(part!.states).toBeUndefined();
  expect([...part!.slots]).toEqual([Number.NaN, -0, Number.POSITIVE_INFINITY]);
});

test("a failed scrape ends everything once, and the next one begins anew", () => {
  const page = targetPage();
  const before = read(page, `a{b="1"} 1\na{b="2"} 2\n`, 1);
  const [stale] = fail(page, 2);
  expect(stale!.states).toBe("stale");
  expect(stale!.layout).toBe(before.parts[0]!.layout);
  expect(fail(page, 3)).toEqual([]);
  const after = read(page, `a{b="1"} 1\n`, 4);
  expect(lines(after)).toEqual(['a{b="1"} 1']);
  // Only series that the last good page had not: a target that was away for a scrape has no new ones.
  expect(after.added).toBe(0);
  expect(read(page, `a{b="1"} 1\na{b="3"} 1\n`, 5).added).toBe(1);
});

test("a page that breaks off: its samples count, and the next one is read right", () => {
  const page = targetPage();
  read(page, "# TYPE a counter\na 1\nb 1\n", 1);
  expect(() => read(page, "# TYPE a gauge\na 1\nb x\n", 2)).toThrow();
  expect([page.scraped, page.kept]).toEqual([1, 1]);
  fail(page, 2);
  expect(
    read(page, "# TYPE a counter\na 1\nb 1\n", 3)
      .parts.flatMap(identitiesOf)
      .map(({ identity }) => identity),
  ).toEqual(["a{} counter", "b{} unknown"]);
});
