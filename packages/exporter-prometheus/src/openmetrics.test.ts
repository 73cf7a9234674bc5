import { readdirSync, readFileSync } from "node:fs";
import { batchOf, type Exemplar, type MetricsPart } from "@sluice/data";
import { metricsBatch, type PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { openMetrics, pageOf, setUp } from "./exporter.testing.ts";
import { strictProblem } from "./strict.testing.ts";

const alone = { resource: {} };
const on = "enable_open_metrics: true\nwithout_scope_info: true";

const check = async (points: PointSpec[], expected: string) => {
  const page = await pageOf(points, on, openMetrics, alone);
  expect(page).toBe(`${expected}# EOF\n`);
  expect(strictProblem(page)).toBeUndefined();
};

test("every kind", async () => {
  await check([], "");
  await check(
    [
      { name: "c", kind: "sum", value: 3, help: 'a "b"\\' },
      { name: "g", value: Number.NaN },
      { name: "h", histogram: { bounds: [1, 1e6], counts: [1, 2, 3], sum: 4 } },
      { name: "s", summary: { quantiles: { "1": 2 }, sum: 3, count: 4 } },
    ],
    `# HELP c a \\"b\\"\\\\
# TYPE c counter
c_total 3
# TYPE g gauge
g NaN
# TYPE h histogram
h_bucket{le="1.0"} 1
h_bucket{le="1e+06"} 2
h_bucket{le="+Inf"} 3
h_sum 4
h_count 3
# TYPE s summary
s{quantile="1.0"} 2
s_sum 3
s_count 4
`,
  );
});

test("what OpenMetrics forbids is left out", async () => {
  const summary = (value: number, sum: number, count: number): PointSpec => ({
    name: "s",
    summary: { quantiles: { "0.5": value }, sum, count },
  });
  await check([{ name: "c", kind: "sum", value: -1 }], "# TYPE c counter\n");
  await check([{ name: "c", kind: "sum", value: Number.NaN }], "# TYPE c counter\n");
  await check([summary(-1, -1, -1)], "# TYPE s summary\n");
  await check([summary(Number.NaN, Number.NaN, 0.5)], '# TYPE s summary\ns{quantile="0.5"} NaN\n');
  await check(
    [{ name: "s", summary: { quantiles: { "1.5": 1 }, sum: 0, count: 0 } }],
    "# TYPE s summary\ns_sum 0\ns_count 0\n",
  );
  await check([{ name: "h", histogram: { bounds: [1], counts: [0.5, 1] } }], "# TYPE h histogram\n");
  await check(
    [{ name: "h", histogram: { bounds: [-1], counts: [1, 2], sum: 1 } }],
    '# TYPE h histogram\nh_bucket{le="-1.0"} 1\nh_bucket{le="+Inf"} 2\nh_count 2\n',
  );
  await check(
    [{ name: "h", histogram: { bounds: [], counts: [1], sum: Number.NaN } }],
    '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\n',
  );
});

test("a counter whose family's name is taken is unknown", async () => {
  const counter: PointSpec = { name: "a", kind: "sum", value: 1 };
  await check([counter, { name: "a", value: 2 }], "# TYPE a gauge\na 2\n# TYPE a_total unknown\na_total 1\n");
  await check([{ ...counter, name: "_total" }], "# TYPE total unknown\ntotal 1\n");
});

test("what tells when a series began stands in its family", async () => {
  const counter: PointSpec = { name: "a", kind: "sum", value: 1 };
  const [x, y] = [{ attributes: { l: "x" } }, { attributes: { l: "y" } }];
  const born: PointSpec = { name: "a_created", value: 2 };
  await check([born, counter], "# TYPE a counter\na_total 1\na_created 2\n");
  await check(
    [
      { ...born, ...x },
      { ...born, ...y },
      { ...counter, ...x },
    ],
    '# TYPE a counter\na_total{l="x"} 1\na_created{l="x"} 2\n',
  );
  await check([{ ...born, value: -1 }, counter], "# TYPE a counter\na_total 1\n");
  await check([born, { ...counter, value: -1 }], "# TYPE a counter\n");
  await check(
    [born, counter, { name: "a", value: 3 }],
    "# TYPE a gauge\na 3\n# TYPE a_created gauge\na_created 2\n# TYPE a_total unknown\na_total 1\n",
  );
  await check([born], "# TYPE a_created gauge\na_created 2\n");
  await check(
    [{ ...born, kind: "summary", summary: { quantiles: {}, sum: 1, count: 1 } }],
    "# TYPE a_created summary\na_created_sum 1\na_created_count 1\n",
  );
  await check(
    [
      { name: "h", histogram: { bounds: [], counts: [1] } },
      { name: "h_created", value: 2 },
    ],
    '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\nh_created 2\n',
  );
});

test("a counter without a suffix is unknown, and so is what the page scraped did not type", async () => {
  const yaml = `${on}\nadd_metric_suffixes: false`;
  expect(await pageOf([{ name: "c", kind: "sum", value: 1 }], yaml, openMetrics, alone)).toBe(
    "# TYPE c unknown\nc 1\n# EOF\n",
  );
});

const exemplar = (value: number, more: Partial<Exemplar> = {}): Exemplar => ({
  slot: 0,
  value,
  int: undefined,
  ms: 1500,
  ns: 0,
  traceId: Uint8Array.from({ length: 16 }, (_, n) => n),
  spanId: Uint8Array.from({ length: 8 }, () => 0),
  attributes: [],
  ...more,
});

test("exemplars stand behind counters and buckets", async () => {
  const lines = async (point: PointSpec, exemplars: Exemplar[]) => {
    const { consume, page } = await setUp(on);
    const part = metricsBatch([point], alone).parts[0] as MetricsPart;
    await consume(batchOf("metrics", [{ ...part, exemplars: new Map([[0, exemplars]]) }]));
    const shown = await page(openMetrics);
    expect(strictProblem(shown)).toBeUndefined();
    expect(await page()).not.toContain(" # ");
    return shown.split("\n").filter((line) => line.includes(" # "));
  };
  const trace = 'trace_id="000102030405060708090a0b0c0d0e0f"';
  const counter: PointSpec = { name: "c", kind: "sum", value: 1 };
  expect(await lines(counter, [exemplar(2)])).toEqual([`c_total 1 # {${trace}} 2 1.5`]);
  expect(await lines(counter, [exemplar(2, { ms: 3000 }), exemplar(3)])).toEqual([`c_total 1 # {${trace}} 2 3`]);
  expect(await lines(counter, [exemplar(2, { ms: 0, traceId: undefined })])).toEqual(["c_total 1 # {} 2"]);
  const user = { key: "user.id", value: "x" };
  expect(await lines(counter, [exemplar(1, { attributes: [user] })])).toEqual([
    `c_total 1 # {${trace},user_id="x"} 1 1.5`,
  ]);
  const long = { key: "a", value: "é".repeat(88) };
  expect((await lines(counter, [exemplar(1, { attributes: [{ ...long, value: "é".repeat(87) }] })]))[0]).toContain(
    "éé",
  );
  expect(await lines(counter, [exemplar(1, { attributes: [long] })])).toEqual([`c_total 1 # {${trace}} 1 1.5`]);
  expect(await lines({ name: "g", value: 1 }, [exemplar(1)])).toEqual([]);
  const histogram: PointSpec = { name: "h", histogram: { bounds: [1, 2], counts: [1, 2, 3] } };
  expect(await lines(histogram, [exemplar(9), exemplar(1)])).toEqual([
    `h_bucket{le="1.0"} 1 # {${trace}} 1 1.5`,
    `h_bucket{le="+Inf"} 3 # {${trace}} 9 1.5`,
  ]);
});

test("the strict reader of these tests knows a bad page", () => {
  const folder = new URL("../../lib-prometheus/testdata/openmetrics/", import.meta.url);
  const bad = readdirSync(folder).filter((name) => name.startsWith("bad_"));
  const passed = bad.filter(
    (name) => strictProblem(readFileSync(new URL(`${name}/metrics`, folder), "utf8")) === undefined,
  );
  expect([bad.length, passed]).toEqual([108, []]);
});
