import type { ExponentialPoint } from "@sluice/data";
import type { PointSpec } from "@sluice/testkit";
import { expect, test } from "vitest";
import { pageOf, setUp } from "./exporter.testing.ts";

const alone = { resource: {} };
const sum = (value: number): PointSpec => ({ name: "s", kind: "sum", temporality: "delta", value });

test("changes of a counter are added up", async () => {
  const { send, page, dropped, account } = await setUp();
  const check = async (value: number, startMs: number | undefined, timeMs: number, expected: number) => {
    await send([sum(value)], { ...alone, timeMs, ...(startMs !== undefined && { startMs }) });
    expect(await page()).toBe(`# TYPE s_total counter\ns_total ${expected}\n`);
  };
  await check(5, 0, 1000, 5);
  await check(2, 1000, 2000, 7);
  await check(3, 2500, 3000, 10);
  await check(1, undefined, 4000, 11);
  await check(100, 3500, 5000, 11);
  expect(dropped("overlapping_delta")).toBe(1);
  await check(100, 1000, 2000, 11);
  expect(dropped("out_of_order")).toBe(1);
  await check(1, 4000, 6000, 12);
  expect(account()).toEqual({ accepted: 7, delivered: 5, dropped: 2 });
});

test("changes of a histogram are added up, as long as it has the same buckets", async () => {
  const { send, page } = await setUp();
  const check = async (bounds: number[], counts: number[], total: number, startMs: number, expected: string) => {
    const point: PointSpec = { name: "h", temporality: "delta", histogram: { bounds, counts, sum: total } };
    await send([point], { ...alone, startMs, timeMs: startMs + 1000 });
    const numbers = [...(await page()).matchAll(/ (\S+)$/gm)].map(([, number]) => number);
    expect(numbers.slice(1).join(" ")).toBe(expected);
  };
  await check([1, 2], [1, 2, 3], 4, 1000, "1 2 3 4 3");
  await check([1, 2], [0, 1, 5], 1, 2000, "1 3 8 5 8");
  await check([1, 3], [1, 1, 1], 1, 3000, "1 1 1 1 1");
});

const exponential = (more: Partial<ExponentialPoint>): ExponentialPoint => ({
  scale: 0,
  count: 2,
  sum: 3,
  zeroCount: 0,
  zeroThreshold: 0,
  positive: { offset: 0, counts: Float64Array.of(2) },
  negative: { offset: 0, counts: Float64Array.of() },
  min: undefined,
  max: undefined,
  ...more,
});

test("exponential histograms are one bucket in text", async () => {
  const { send, page, dropped } = await setUp();
  const check = async (point: Partial<ExponentialPoint>, timeMs: number, expected: string[]) => {
    await send([{ name: "e", temporality: "delta", exponential: exponential(point) }], { ...alone, timeMs });
    expect((await page()).split("\n").slice(1, -1)).toEqual(expected);
  };
  await check({}, 1000, ['e_bucket{le="+Inf"} 2', "e_sum 3", "e_count 2"]);
  await check({ positive: { offset: 2 ** 30, counts: Float64Array.of(2) } }, 2000, [
    'e_bucket{le="+Inf"} 2',
    "e_sum 3",
    "e_count 2",
  ]);
  expect(dropped("unsupported_scale")).toBe(1);
  await check({ sum: undefined, scale: 3 }, 3000, ['e_bucket{le="+Inf"} 4', "e_count 4"]);
  await check({ scale: -5 }, 4000, ['e_bucket{le="+Inf"} 4', "e_count 4"]);
  expect(dropped("unsupported_scale")).toBe(2);
});

test("what cannot be shown is dropped with a reason", async () => {
  const check = async (points: PointSpec[], reason: string, samples: number, shown: number) => {
    const { send, dropped, account, value, ctx } = await setUp();
    await send(points, alone);
    expect(dropped(reason), reason).toBe(samples);
    expect(account().dropped).toBe(samples);
    expect(value("sluice_exporter_prometheus_series"), reason).toBe(shown);
    expect(ctx.log.records.map(({ fields }) => fields?.reason)).toEqual([reason]);
  };
  const gauge: PointSpec = { name: "m", value: 1 };
  const histogram = (counts: number[]): PointSpec => ({ name: "h", histogram: { bounds: [1], counts } });
  await check([{ ...sum(1), monotonic: false }], "delta_temporality", 1, 0);
  await check([{ ...sum(1), temporality: "none" }], "no_temporality", 1, 0);
  await check([{ ...histogram([1, 2]), temporality: "none" }], "no_temporality", 3, 0);
  await check([{ name: "日本", value: 1 }], "invalid_name", 1, 0);
  await check([{ ...gauge, attributes: { 日本: 1 } }], "invalid_label", 1, 0);
  await check([gauge, { ...gauge, kind: "sum", monotonic: false }], "duplicate_series", 1, 1);
  await check([gauge, { name: "m.", value: 2 }], "duplicate_series", 1, 1);
  await check(
    [
      { name: "m_total", value: 1 },
      { name: "m", kind: "sum", value: 2, attributes: { a: 1 } },
    ],
    "type_conflict",
    1,
    1,
  );
  await check([histogram([1, 2]), { name: "h_count", value: 1 }], "name_conflict", 1, 1);
  await check([{ name: "h_sum", value: 1 }, histogram([1, 2])], "name_conflict", 3, 1);
  await check([histogram([2, 1])], "invalid_histogram", 3, 0);
  await check([histogram([-1, 1])], "invalid_histogram", 3, 0);
  await check([histogram([Number.NaN, 1])], "invalid_histogram", 3, 0);
  await check([histogram([1, Number.POSITIVE_INFINITY])], "invalid_histogram", 3, 0);
  await check([{ name: "e", exponential: exponential({ scale: -5 }) }], "unsupported_scale", 1, 0);
});

test("a name is free again when its last series went", async () => {
  const { send, page } = await setUp();
  await send([{ name: "m", value: 1 }], { ...alone, timeMs: 1000 });
  await send([{ name: "m", value: 1, stale: true }], { ...alone, timeMs: 2000 });
  await send([{ name: "m", histogram: { bounds: [], counts: [3] } }], { ...alone, timeMs: 2000 });
  expect(await page()).toBe('# TYPE m histogram\nm_bucket{le="+Inf"} 3\nm_count 3\n');
});

test("the first help of a name is shown, another is told", async () => {
  const { send, page, value, ctx } = await setUp();
  await send(
    [
      { name: "m", value: 1, help: "one" },
      { name: "m", value: 2, help: "other", attributes: { a: 1 } },
    ],
    alone,
  );
  expect(await page()).toBe('# HELP m one\n# TYPE m gauge\nm 1\nm{a="1"} 2\n');
  expect(value("sluice_exporter_prometheus_help_conflicts")).toBe(1);
  expect(ctx.log.records).toMatchObject([{ level: "warn", fields: { metric: "m", help: "other" } }]);
});

test("one series of two sources is the later one's", async () => {
  const { send, page, dropped } = await setUp();
  const m = (value: number): PointSpec => ({ name: "m", value });
  await send([m(1)], { ...alone, timeMs: 2000 });
  await send([m(2)], { ...alone, timeMs: 3000 });
  await send([m(3)], { ...alone, timeMs: 1000 });
  expect(await page()).toContain("m 2\n");
  expect(dropped("out_of_order")).toBe(1);
});

test("a label of the format is the format's", async () => {
  const page = await pageOf(
    [{ name: "h", histogram: { bounds: [], counts: [1] }, attributes: { le: "x", __name__: "y" } }],
    "",
    undefined,
    alone,
  );
  expect(page).toBe('# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_count 1\n');
});
